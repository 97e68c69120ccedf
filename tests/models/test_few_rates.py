import numpy as np
import pytest

from weaklabel.models import MatrixCompletion, _candidates
from weaklabel.models._co_votes import co_votes
from weaklabel.models._few_rates import FewRates, few_are_free, few_rates
from weaklabel.models._matrix_completion import _moments, _objective
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._pooled_precision import vote_counts
from weaklabel.testing import synthetic_votes

PRIOR = np.array([0.2, 0.3, 0.5])
GROUPS = np.array([0, -1, 0, -1])


def rates_of(
    cells: np.ndarray, joint: np.ndarray, patterns, group_of=None, built: bool = False
) -> FewRates:
    moments = _moments(patterns, vote_counts(patterns), group_of)
    of_column, weights = moments.blocks or (np.arange(4), np.ones(4))
    return few_rates(
        cells,
        joint.reshape(12, 3),
        moments.times,
        PRIOR,
        moments.frequency.ravel(),
        np.repeat(of_column, 3),
        np.repeat(weights, 3),
        0.7 / float((weights * moments.frequency.sum(axis=1)).sum()),
        moments.gold,
        moments.gold_weight,
        co_votes(patterns) / float(patterns.counts.sum()) if built else None,
    )


def some_patterns(known: bool = False):
    votes, truth = synthetic_votes(300, 4, n_classes=3, coverage=0.6, seed=1)
    gold = np.where(np.arange(300) % 3 == 0, truth, -1).astype(np.int8) if known else None
    return vote_patterns(votes, gold)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("group_of", [None, GROUPS], ids=["apart", "grouped"])
def test_where_all_cells_are_free_it_is_the_objective_of_all(group_of, known) -> None:
    patterns = some_patterns(known)
    moments = _moments(patterns, vote_counts(patterns), group_of)
    rng = np.random.default_rng(0)
    joint = rng.random((4, 3, 3)) / 9
    few = rates_of(np.arange(36), joint, patterns, group_of)
    start = few.start.reshape(4, 3, 3)
    root = np.sqrt(PRIOR)
    first, second = rng.random((2, 36)) / 5
    losses = [few.objective(x)[0] for x in (first, second)]
    expected = [
        _objective(x.reshape(4, 3, 3), start, moments, root, 0.7)[0] for x in (first, second)
    ]
    assert losses[0] - losses[1] == pytest.approx(expected[0] - expected[1])
    slope = _objective(first.reshape(4, 3, 3), start, moments, root, 0.7)[1]
    assert few.objective(first)[1] == pytest.approx(slope)


@pytest.mark.parametrize("group_of", [None, GROUPS], ids=["apart", "grouped"])
def test_gradient_is_that_of_the_objective(group_of) -> None:
    rng = np.random.default_rng(1)
    cells = np.sort(rng.choice(36, 14, replace=False))
    few = rates_of(cells, rng.random((4, 3, 3)) / 9, some_patterns(True), group_of)
    x = rng.random(14) / 5
    step = 1e-6 * rng.standard_normal(14)
    difference = few.objective(x + step)[0] - few.objective(x - step)[0]
    assert few.objective(x)[1] @ step * 2 == pytest.approx(difference, rel=1e-5)


@pytest.mark.parametrize("group_of", [None, GROUPS], ids=["apart", "grouped"])
def test_moments_built_give_what_moments_in_factors_give(group_of) -> None:
    rng = np.random.default_rng(1)
    cells = np.sort(rng.choice(36, 14, replace=False))
    joint, x = rng.random((4, 3, 3)) / 9, rng.random(14) / 5
    factors = rates_of(cells, joint, some_patterns(), group_of).objective(x)
    built = rates_of(cells, joint, some_patterns(), group_of, built=True).objective(x)
    assert built[0] == pytest.approx(factors[0])
    assert built[1] == pytest.approx(factors[1])


def test_one_free_cell_in_twenty_is_few() -> None:
    assert few_are_free(5, 10, 10)
    assert not few_are_free(6, 10, 10)


def test_what_is_not_free_is_shared_out_by_class_prior() -> None:
    joint = np.random.default_rng(1).random((4, 3, 3)) / 9
    few = rates_of(np.array([0, 4, 8]), joint, some_patterns())
    whole = few.joint(few.start)
    assert whole.sum(axis=1) == pytest.approx(joint.reshape(12, 3).sum(axis=1))
    assert whole[0, 0] == pytest.approx(joint[0, 0, 0])
    assert whole[0, 1] / whole[0, 2] == pytest.approx(PRIOR[1] / PRIOR[2])


def test_few_rates_label_as_well_as_all(monkeypatch) -> None:
    votes, _ = synthetic_votes(600, 8, n_classes=12, accuracy=0.6, coverage=0.5, seed=1)
    every = MatrixCompletion().fit(votes)
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)
    few = MatrixCompletion().fit(votes)
    assert few.predict_proba(votes) == pytest.approx(every.predict_proba(votes), abs=0.05)
    assert (few.predict(votes) == every.predict(votes)).mean() > 0.99


def test_few_rates_with_a_copy_in_a_group_are_those_without(monkeypatch) -> None:
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)
    votes, truth = synthetic_votes(200, 5, n_classes=8, coverage=0.6, seed=1)
    gold = np.where(np.arange(200) % 5 == 0, truth, -1)
    codes = np.hstack([votes.codes, votes.codes[:, [2]]])
    wider = type(votes).from_array(codes, votes.schema)
    given = MatrixCompletion(column_groups=[["lf_2", "lf_5"]]).fit(wider, gold)
    expected = MatrixCompletion().fit(votes, gold).predict_proba(votes)
    assert given.predict_proba(wider) == pytest.approx(expected, abs=1e-5)


def test_few_rates_of_two_columns_are_those_at_the_start(monkeypatch) -> None:
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)
    votes, _ = synthetic_votes(100, 2, n_classes=8, coverage=0.6, seed=1)
    model = MatrixCompletion().fit(votes)
    assert model.kept_start_
    assert np.allclose(model.predict_proba(votes).sum(axis=1), 1.0)
