import numpy as np
import pytest

from weaklabel.models import MACE, _candidates
from weaklabel.models._mace_candidates import (
    candidate_expectation,
    candidate_start,
    candidate_statistics,
    candidate_votes,
)
from weaklabel.models._patterns import vote_patterns
from weaklabel.testing import synthetic_votes

PRIOR = (np.arange(12) + 1.0) / 78


@pytest.mark.parametrize("known", [0, 7])
@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"estimate_prior": True},
        {"class_prior": PRIOR},
        {"estimate_prior": True, "column_groups": [["lf_0", "lf_1"], ["lf_4"]]},
    ],
    ids=str,
)
def test_only_candidates_give_what_all_classes_give(arguments, known, monkeypatch) -> None:
    votes, truth = synthetic_votes(200, 6, n_classes=12, accuracy=0.6, coverage=0.5, seed=1)
    gold = None if known == 0 else np.where(np.arange(200) % known == 0, truth, -1)
    every = MACE(n_restarts=3, **arguments).fit(votes, gold)
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)
    few = MACE(n_restarts=3, **arguments).fit(votes, gold)
    assert few.n_iter_ == every.n_iter_
    assert few.objectives_ == pytest.approx(every.objectives_, abs=1e-8)
    assert few.predict_proba(votes) == pytest.approx(every.predict_proba(votes), abs=1e-12)
    assert few.accuracy_ == pytest.approx(every.accuracy_, abs=1e-12)


def test_start_is_the_soft_majority_vote() -> None:
    votes, _ = synthetic_votes(20, 4, n_classes=5, coverage=0.9, seed=2)
    patterns = vote_patterns(votes)
    few = candidate_votes(patterns)
    counts = patterns.class_counts()
    shares = counts / counts.sum(axis=1, keepdims=True)
    start = candidate_start(few, patterns, None)
    cells = few.candidates.rows, few.candidates.classes
    assert start[: len(cells[0])] == pytest.approx(shares[cells])


def test_right_votes_and_items_are_expected_counts() -> None:
    votes, _ = synthetic_votes(20, 4, n_classes=5, coverage=0.9, seed=2)
    patterns = vote_patterns(votes)
    right, n_votes, known, items = candidate_statistics(
        few := candidate_votes(patterns), candidate_start(few, patterns, None)
    )
    counts = patterns.class_counts()
    table = patterns.expected_counts(counts / counts.sum(axis=1, keepdims=True))
    assert right == pytest.approx(np.einsum("jvv->jv", table))
    assert n_votes == pytest.approx(table.sum(axis=2))
    assert (known == 0.5).all()
    assert items.sum() == pytest.approx(patterns.counts.sum())


def test_expectation_of_votes_that_say_nothing_is_the_class_prior() -> None:
    votes, _ = synthetic_votes(10, 3, n_classes=5, coverage=0.9, seed=2)
    patterns = vote_patterns(votes)
    few = candidate_votes(patterns)
    prior = np.array([0.1, 0.2, 0.3, 0.15, 0.25])
    nothing = np.zeros((3, 5))
    row, log_likelihood = candidate_expectation(few, prior, nothing, nothing, nothing)
    assert row[: len(few.candidates.rows)] == pytest.approx(prior[few.candidates.classes])
    assert row[-5:] == pytest.approx(prior)
    assert log_likelihood == pytest.approx(0.0)
