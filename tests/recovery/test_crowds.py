"""Planted competences, confusions and correlated errors come back from crowds."""

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.models import (
    EBCC,
    MACE,
    BaseLabelModel,
    DawidSkene,
    MajorityVote,
    OneCoin,
    WeightedVote,
)
from weaklabel.testing import synthetic_votes

MODELS = [EBCC(), EBCC(n_subtypes=1), MACE(), OneCoin(), WeightedVote()]


def accuracy_of(model: BaseLabelModel, votes, gold) -> float:
    return float((model.fit(votes).predict(votes) == gold)[votes.covered].mean())


def test_one_coin_finds_planted_accuracies() -> None:
    planted = np.linspace(0.5, 0.95, 9)
    votes, _ = synthetic_votes(5000, 9, n_classes=3, accuracy=planted, coverage=0.7, seed=2)
    assert OneCoin().fit(votes).reliability_ == pytest.approx(planted, abs=0.03)


def test_mace_finds_planted_competences_and_strategies() -> None:
    competence = np.array([0.9, 0.8, 0.7, 0.6, 0.3, 0.0])
    strategy = np.array([0.7, 0.2, 0.1])
    confusion = competence[:, None, None] * np.eye(3) + (1 - competence[:, None, None]) * strategy
    votes, _ = synthetic_votes(6000, 6, n_classes=3, confusion=confusion, coverage=1.0, seed=3)
    model = MACE(smoothing=1.0).fit(votes)
    assert model.competence_ == pytest.approx(competence, abs=0.05)
    # Those that guess at least once in three times tell how they do.
    assert np.abs(model.strategy_[3:] - strategy).max() < 0.06


@pytest.mark.parametrize("model", [EBCC(), EBCC(n_subtypes=1)], ids=repr)
def test_ebcc_finds_planted_confusion_matrices(model: EBCC) -> None:
    rng = np.random.default_rng(0)
    confusion = rng.dirichlet(np.ones(3), (8, 3)) * 0.4 + 0.6 * np.eye(3)
    votes, _ = synthetic_votes(6000, 8, n_classes=3, confusion=confusion, coverage=0.8, seed=0)
    assert np.abs(model.fit(votes).confusion_ - confusion).max() < 0.06


@pytest.mark.parametrize("n_subtypes", [1, 10])
def test_ebcc_finds_a_planted_class_prior_unless_soft_votes_are_its_prior(n_subtypes: int) -> None:
    votes, _ = synthetic_votes(5000, 8, accuracy=0.8, coverage=0.8, class_prior=[0.8, 0.2], seed=1)
    found = EBCC(n_subtypes=n_subtypes, empirical_prior=False).fit(votes).class_prior_
    assert found == pytest.approx([0.8, 0.2], abs=0.02)
    pulled = EBCC(n_subtypes=n_subtypes).fit(votes).class_prior_
    assert 0.65 < pulled[0] < 0.75  # soft votes share out wrong votes: 0.68


def correlated_votes(seed: int):
    """Return votes of which the first five are wrong together on a third of the second class."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 2, 4000)
    hard = (gold == 1) & (rng.random(4000) < 0.33)
    right = np.full((4000, 9), 0.85)
    right[hard, :5] = 0.15
    votes = np.where(rng.random((4000, 9)) < right, gold[:, None], 1 - gold[:, None])
    return VoteMatrix.from_array(votes, ["class_0", "class_1"]), gold


@pytest.mark.parametrize("seed", range(3))
def test_subtypes_recognize_items_on_which_many_err_together(seed: int) -> None:
    votes, gold = correlated_votes(seed)
    assert accuracy_of(EBCC(), votes, gold) > accuracy_of(DawidSkene(), votes, gold) + 0.02


def test_weighted_vote_orders_planted_accuracies() -> None:
    planted = np.linspace(0.5, 0.95, 9)
    votes, _ = synthetic_votes(3000, 9, accuracy=planted, coverage=0.5, seed=5)
    assert np.corrcoef(planted, WeightedVote().fit(votes).weights_)[0, 1] > 0.95


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_crowds_of_mixed_quality_are_read_better_than_by_majority(model: BaseLabelModel) -> None:
    planted = np.array([0.9, 0.85, 0.8, 0.55, 0.5, 0.5, 0.5])
    votes, gold = synthetic_votes(4000, 7, accuracy=planted, coverage=0.8, seed=7)
    assert accuracy_of(model, votes, gold) > accuracy_of(MajorityVote(), votes, gold) + 0.03


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_equal_labeling_functions_lose_nothing_against_majority(model: BaseLabelModel) -> None:
    votes, gold = synthetic_votes(4000, 7, accuracy=0.75, coverage=1.0, seed=5)
    assert accuracy_of(model, votes, gold) > accuracy_of(MajorityVote(), votes, gold) - 0.01


@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_with_abstains_finds_planted_propensities(seed: int) -> None:
    rng = np.random.default_rng(seed)
    propensity = rng.uniform(0.2, 0.9, (8, 2))
    votes, gold = synthetic_votes(6000, 8, accuracy=0.85, coverage=1.0, seed=seed)
    silent = rng.random((6000, 8)) > propensity.T[gold]
    votes = VoteMatrix.from_array(np.where(silent, -1, votes.codes), votes.schema)
    model = DawidSkene(abstain_informative=True).fit(votes)
    assert np.abs(model.propensity_ - propensity).max() < 0.06
    assert accuracy_of(model, votes, gold) > accuracy_of(DawidSkene(), votes, gold)
