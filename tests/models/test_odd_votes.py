"""Votes of odd sizes and kinds: every label model gives a sensible answer, or an error in words."""

import warnings

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, SchemaError, VotesError
from weaklabel.models import BaseLabelModel, label_model, label_model_names

#: The real Snorkel needs its extra and has a test of its own.
NAMES = [name for name in label_model_names() if name != "SnorkelLabelModel"]
WITH_GOLD = [name for name in NAMES if label_model(name).uses_gold]
#: A few iterations show the laws as well as many; with a thousand classes each takes seconds.
QUICK = {
    "DawidSkene": {"max_iter": 5},
    "EBCC": {"max_iter": 5, "n_restarts": 1, "n_subtypes": 2},
    "MACE": {"max_iter": 5, "n_restarts": 1},
    "MatrixCompletion": {"max_iter": 3},
    "OneCoin": {"max_iter": 5},
}


def votes_of(codes, n_classes: int = 2) -> VoteMatrix:
    return VoteMatrix.from_array(codes, [f"class_{y}" for y in range(n_classes)])


def random_votes(n_items: int, n_lfs: int, n_classes: int) -> VoteMatrix:
    codes = np.random.default_rng(0).integers(-1, n_classes, (n_items, n_lfs))
    return votes_of(codes, n_classes)


def many_columns() -> VoteMatrix:
    """Return the sparse votes of ten thousand columns, three on each item."""
    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(300), 3)
    lfs = (rng.integers(0, 10_000, 300)[:, None] + [0, 1, 2]).ravel() % 10_000
    codes = rng.integers(0, 2, 900)
    return VoteMatrix.from_entries(items, lfs, codes, (300, 10_000), ["no", "yes"])


SOME = random_votes(40, 5, 2).codes
ODD = {
    "columns_that_never_vote": votes_of(np.hstack([SOME, np.full((40, 2), -1)])),
    "one_column": votes_of(SOME[:, :1]),
    "two_columns": votes_of(SOME[:, :2]),
    "all_silent": votes_of(np.full((5, 3), -1), 3),
    "identical_columns": votes_of(np.repeat(SOME[:, :1], 5, axis=1)),
    "one_class_only": votes_of(np.zeros((20, 4), dtype=int)),
    "class_without_votes": votes_of(SOME, 4),
    "one_item": votes_of([[0, 1, -1]]),
    "one_vote": votes_of([[1]]),
}


def fitted(name: str, votes: VoteMatrix, gold: object = None, **settings: object) -> BaseLabelModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = label_model(name, **settings)
        return model.fit(votes) if gold is None else model.fit(votes, gold)


def check_posterior(model: BaseLabelModel, votes: VoteMatrix) -> None:
    """Check the three laws: finite, a distribution, and without votes the class prior."""
    proba = model.predict_proba(votes)
    assert np.isfinite(proba).all()
    assert (proba >= 0).all()
    assert np.allclose(proba.sum(axis=1), 1.0)
    assert np.isclose(model.class_prior_.sum(), 1.0)
    assert np.allclose(proba[~votes.covered], model.class_prior_)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("name", NAMES)
def test_odd_votes_give_a_distribution(name: str, kind: str) -> None:
    check_posterior(fitted(name, ODD[kind]), ODD[kind])


@pytest.mark.parametrize("name", NAMES)
def test_all_items_silent_make_every_class_equally_probable(name: str) -> None:
    model = fitted(name, ODD["all_silent"])
    assert model.predict_proba(ODD["all_silent"]) == pytest.approx(np.full((5, 3), 1 / 3))


@pytest.mark.parametrize("name", NAMES)
def test_one_column_is_believed(name: str) -> None:
    votes = votes_of([[0]] * 5 + [[1]] * 5)
    assert fitted(name, votes).predict(votes).tolist() == [0] * 5 + [1] * 5


@pytest.mark.parametrize("name", NAMES)
def test_identical_columns_are_believed(name: str) -> None:
    votes = votes_of([[0] * 5] * 6 + [[1] * 5] * 4)
    assert fitted(name, votes).predict(votes).tolist() == [0] * 6 + [1] * 4


@pytest.mark.parametrize("name", NAMES)
def test_class_that_no_one_votes_for_never_wins(name: str) -> None:
    votes = ODD["class_without_votes"]
    predicted = fitted(name, votes).predict(votes.take(votes.covered))
    assert predicted.max() < 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_thousand_classes_give_a_distribution(name: str) -> None:
    votes = random_votes(8, 3, 1000)
    check_posterior(fitted(name, votes, **QUICK.get(name, {})), votes)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_thousand_columns_give_a_distribution(name: str) -> None:
    votes = many_columns()
    check_posterior(fitted(name, votes, **QUICK.get(name, {})), votes)


@pytest.mark.parametrize("name", NAMES)
def test_no_items_cannot_be_fitted(name: str) -> None:
    with pytest.raises(
        VotesError, match=f"votes has 0 items, must have at least one to fit {name}"
    ):
        label_model(name).fit(votes_of(np.empty((0, 3), dtype=int)))


@pytest.mark.parametrize("name", NAMES)
def test_no_items_are_predicted_as_no_rows(name: str) -> None:
    model = fitted(name, ODD["one_item"])
    assert model.predict_proba(votes_of(np.empty((0, 3), dtype=int))).shape == (0, 2)


@pytest.mark.parametrize("name", NAMES)
def test_votes_of_another_schema_are_refused(name: str) -> None:
    model = fitted(name, ODD["two_columns"])
    other = VoteMatrix.from_array([[0, 1]], ["class_1", "class_0"])
    with pytest.raises(VotesError, match="classes of votes are"):
        model.predict_proba(other)


GOLD = {
    "contradictory": [y % 2 for y in range(40)],
    "of_a_class_without_votes": [3] * 4 + [None] * 36,
    "unknown_of_all": [None] * 40,
    "nan_for_unknown": [0, 1] + [float("nan")] * 38,
}


@pytest.mark.parametrize("kind", GOLD)
@pytest.mark.parametrize("name", WITH_GOLD)
def test_odd_gold_gives_a_distribution(name: str, kind: str) -> None:
    votes = votes_of(np.repeat(SOME[:20], 2, axis=0), 4)  # each row twice
    check_posterior(fitted(name, votes, GOLD[kind]), votes)


@pytest.mark.parametrize("name", WITH_GOLD)
def test_equal_rows_with_contradictory_gold_have_equal_posteriors(name: str) -> None:
    votes = votes_of([[0, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 1]])
    proba = fitted(name, votes, [0, 1, None, None]).predict_proba(votes)
    assert np.array_equal(proba[0], proba[1])


@pytest.mark.parametrize("name", WITH_GOLD)
def test_gold_of_items_without_votes_changes_nothing(name: str) -> None:
    votes = votes_of(np.vstack([SOME, np.full((3, 5), -1)]))
    gold = [None] * 40 + [1] * 3
    with_gold = fitted(name, votes, gold).predict_proba(votes)
    assert np.array_equal(with_gold, fitted(name, votes).predict_proba(votes))


@pytest.mark.parametrize("name", WITH_GOLD)
def test_gold_that_is_no_class_is_refused(name: str) -> None:
    with pytest.raises(SchemaError):
        label_model(name).fit(ODD["one_item"], ["no such class"])


def test_nan_in_gold_is_unknown_as_an_array_too() -> None:
    votes = votes_of(SOME)
    gold = np.array([0.0, 1.0] + [np.nan] * 38)
    listed = [0, 1] + [None] * 38
    model, same = fitted("DawidSkene", votes, gold), fitted("DawidSkene", votes, listed)
    assert np.array_equal(model.predict_proba(votes), same.predict_proba(votes))
