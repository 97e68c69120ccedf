"""Planted accuracies, confusions and class priors come back; weighing beats counting."""

import numpy as np
import pytest

from weaklabel.models import BaseLabelModel, DawidSkene, LabelModel, MajorityVote
from weaklabel.testing import synthetic_votes


def accuracy_of(model: BaseLabelModel, votes, gold) -> float:
    """Return the share of covered items that are right; a tie counts as wrong."""
    labels = model.fit(votes).predict(votes)
    return float((labels == gold)[votes.covered].mean())


def log_loss_of(model: BaseLabelModel, votes, gold) -> float:
    proba = model.fit(votes).predict_proba(votes)
    return float(-np.log(np.clip(proba[np.arange(len(gold)), gold], 1e-6, 1)).mean())


@pytest.mark.parametrize("seed", range(3))
def test_dawid_skene_finds_planted_confusion_matrices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    confusion = rng.dirichlet(np.ones(3), (8, 3)) * 0.4 + 0.6 * np.eye(3)
    votes, _ = synthetic_votes(6000, 8, n_classes=3, confusion=confusion, coverage=0.8, seed=seed)
    # About 1,600 votes for each row: a standard error of 0.012 with known classes.
    assert np.abs(DawidSkene().fit(votes).confusion_ - confusion).max() < 0.06


@pytest.mark.parametrize("prior", [(0.5, 0.5), (0.8, 0.2), (0.1, 0.9)])
def test_dawid_skene_finds_a_planted_class_prior(prior: tuple[float, float]) -> None:
    votes, _ = synthetic_votes(5000, 8, accuracy=0.8, coverage=0.8, class_prior=prior, seed=1)
    assert DawidSkene().fit(votes).class_prior_ == pytest.approx(prior, abs=0.02)


def test_dawid_skene_finds_planted_accuracies() -> None:
    planted = np.linspace(0.55, 0.95, 9)
    votes, _ = synthetic_votes(5000, 9, accuracy=planted, coverage=0.7, seed=2)
    assert DawidSkene().fit(votes).accuracy_ == pytest.approx(planted, abs=0.03)


def test_dawid_skene_comes_close_to_the_best_possible_rule() -> None:
    planted = np.array([0.95, 0.6, 0.6, 0.6, 0.6, 0.55, 0.55])
    votes, gold = synthetic_votes(5000, 7, accuracy=planted, coverage=1.0, seed=3)
    signs = 2 * votes.codes.astype(float) - 1
    best = float(((signs @ np.log(planted / (1 - planted)) > 0) == gold).mean())
    assert accuracy_of(DawidSkene(), votes, gold) > best - 0.01
    assert accuracy_of(DawidSkene(), votes, gold) > accuracy_of(MajorityVote(), votes, gold) + 0.1


@pytest.mark.parametrize("seed", range(3))
def test_label_model_orders_one_class_columns_by_planted_precision(seed: int) -> None:
    planted = np.array([0.95, 0.95, 0.85, 0.85, 0.75, 0.75, 0.6, 0.6])
    votes, _ = synthetic_votes(
        4000, 8, accuracy=planted, coverage=0.25, one_class_share=1.0, seed=seed
    )
    learned = LabelModel().fit(votes).accuracy_
    assert np.corrcoef(planted, learned)[0, 1] > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_label_model_beats_majority_vote_on_one_class_columns_of_mixed_quality(seed: int) -> None:
    planted = [0.95, 0.95, 0.6, 0.6, 0.6, 0.6, 0.9, 0.9]
    votes, gold = synthetic_votes(
        4000, 8, accuracy=planted, coverage=0.3, one_class_share=1.0, seed=seed
    )
    ours, theirs = LabelModel(), MajorityVote()
    assert accuracy_of(ours, votes, gold) > accuracy_of(theirs, votes, gold) + 0.02
    assert log_loss_of(ours, votes, gold) < log_loss_of(theirs, votes, gold)


def test_label_model_finds_the_order_of_planted_class_priors() -> None:
    votes, _ = synthetic_votes(
        5000, 9, n_classes=3, accuracy=0.85, coverage=0.4, class_prior=[0.6, 0.3, 0.1], seed=4
    )
    prior = LabelModel().fit(votes).class_prior_
    assert prior == pytest.approx([0.6, 0.3, 0.1], abs=0.1)


@pytest.mark.parametrize("model", [LabelModel(), DawidSkene()], ids=repr)
def test_equal_labeling_functions_are_weighed_equally(model: BaseLabelModel) -> None:
    votes, gold = synthetic_votes(4000, 7, accuracy=0.75, coverage=1.0, seed=5)
    # With equal accuracies counting is the best rule, and nobody may fall behind it.
    assert accuracy_of(model, votes, gold) > accuracy_of(MajorityVote(), votes, gold) - 0.01


@pytest.mark.parametrize("model", [LabelModel(), DawidSkene()], ids=repr)
def test_posteriors_of_good_votes_are_calibrated(model: BaseLabelModel) -> None:
    votes, gold = synthetic_votes(8000, 6, accuracy=0.75, coverage=0.6, seed=6)
    proba = model.fit(votes).predict_proba(votes)[votes.covered]
    right = proba.argmax(axis=1) == gold[votes.covered]
    assert right.mean() == pytest.approx(proba.max(axis=1).mean(), abs=0.08)
