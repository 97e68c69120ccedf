"""Soft votes of planted doubt: what they know is used, and columns are told apart."""

import numpy as np
import pytest

from weaklabel.core import SoftVotes
from weaklabel.models import (
    EBCC,
    MACE,
    BaseLabelModel,
    DawidSkene,
    LabelModel,
    MajorityVote,
    MatrixCompletion,
    OneCoin,
    PrecisionNaiveBayes,
    TripletModel,
    WeightedVote,
)

MODELS = [
    EBCC(n_subtypes=2, n_restarts=1),
    MACE(n_restarts=2),
    DawidSkene(),
    LabelModel(),
    MajorityVote(),
    MatrixCompletion(),
    OneCoin(),
    PrecisionNaiveBayes(),
    TripletModel(),
    WeightedVote(),
]


def planted(lowest: float, highest: float, n_lfs: int = 8, sharpened: float = 1.0, seed: int = 0):
    """Return soft votes that are right as often as they say, and the true classes.

    `sharpened` is the power to which probabilities are then raised, so that columns are too sure.
    """
    rng = np.random.default_rng(seed)
    n_items = 1500
    gold = rng.integers(2, size=n_items)
    top = rng.uniform(lowest, highest, size=(n_items, n_lfs))
    right = rng.random((n_items, n_lfs)) < top
    proba = np.stack([top, 1.0 - top], axis=2) ** sharpened
    proba /= proba.sum(axis=2, keepdims=True)
    for_first = right == (gold == 0)[:, None]
    proba = np.where(for_first[:, :, None], proba, proba[:, :, ::-1])
    proba[rng.random((n_items, n_lfs)) > 0.7] = np.nan
    return SoftVotes.from_array(proba, ["no", "yes"]), gold


def log_loss(proba, gold) -> float:
    return float(-np.log(np.maximum(proba[np.arange(len(gold)), gold], 1e-6)).mean())


def best_log_loss(votes: SoftVotes, gold) -> float:
    """Return the log-loss of whoever knows that the votes are calibrated and independent."""
    joint = np.ones((votes.n_items, 2))
    np.multiply.at(joint, votes.items, votes.proba)
    return log_loss(joint / joint.sum(axis=1, keepdims=True), gold)


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_doubt_tells_more_of_an_item_than_hard_votes(model: BaseLabelModel) -> None:
    votes, gold = planted(0.55, 0.99)
    hard = votes.hard()
    from_hard = (model.fit(hard).predict_proba(hard).argmax(axis=1) == gold).mean()
    from_soft = (model.fit(votes).predict_proba(votes).argmax(axis=1) == gold).mean()
    assert from_soft > from_hard + 0.02


@pytest.mark.parametrize(
    "model",
    [DawidSkene(), OneCoin(), MACE(n_restarts=2), EBCC(n_subtypes=2, n_restarts=1)],
    ids=repr,
)
@pytest.mark.parametrize(("lowest", "highest", "n_lfs"), [(0.55, 0.99, 8), (0.55, 0.8, 15)])
def test_calibrated_votes_give_the_posterior_of_whoever_knows_they_are(
    model: BaseLabelModel, lowest: float, highest: float, n_lfs: int
) -> None:
    votes, gold = planted(lowest, highest, n_lfs)
    found = log_loss(model.fit(votes).predict_proba(votes), gold)
    assert found == pytest.approx(best_log_loss(votes, gold), abs=0.02)


def test_votes_that_are_too_sure_are_trusted_less() -> None:
    votes, gold = planted(0.55, 0.99, sharpened=3.0)
    found = log_loss(DawidSkene().fit(votes).predict_proba(votes), gold)
    assert found < best_log_loss(votes, gold) - 0.05
    hard = votes.hard()
    assert found < log_loss(DawidSkene().fit(hard).predict_proba(hard), gold)


def test_calibrated_columns_are_found_to_know_the_class_and_random_ones_not_to() -> None:
    votes, _ = planted(0.6, 0.95)
    rng = np.random.default_rng(1)
    noise = rng.dirichlet(np.ones(2), size=votes.n_items)
    confusion = DawidSkene().fit(SoftVotes.from_votes(votes, {"noise": noise})).confusion_
    assert np.diagonal(confusion[:8], axis1=1, axis2=2).min() > 0.9
    assert np.abs(confusion[8, 0] - confusion[8, 1]).max() < 0.15
