"""lf_summary: hand-checked fractions, gold, precision, and both forms of votes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from weaklabel.analysis import lf_summary
from weaklabel.core import SoftVotes, SparseCodes, VoteMatrix
from weaklabel.errors import LabelsError, NotFittedError, SchemaError, VotesError

CODES = np.array([[1, 1, -1], [1, 0, -1], [-1, 0, 0], [-1, -1, 0], [-1, -1, -1]])
VOTES = VoteMatrix.from_array(CODES, ["ham", "spam"], ["link", "short", "song"])


def sparse(codes, classes=("ham", "spam")):
    items, lfs = np.nonzero(np.asarray(codes) >= 0)
    return VoteMatrix.from_entries(items, lfs, codes[items, lfs], codes.shape, list(classes))


def test_every_fraction_is_of_all_items():
    table = lf_summary(VOTES)
    assert table.index.tolist() == ["link", "short", "song"]
    assert table["polarity"].tolist() == ["spam", "ham, spam", "ham"]
    assert table["votes"].tolist() == [2, 3, 2]
    assert table["coverage"].tolist() == [0.4, 0.6, 0.4]
    assert table["overlaps"].tolist() == [0.4, 0.6, 0.2]
    assert table["conflicts"].tolist() == [0.2, 0.2, 0.0]


def test_gold_judges_the_votes_on_items_with_gold():
    table = lf_summary(VOTES, ["spam", "spam", None, "spam", "ham"])
    assert table["correct"].tolist() == [2, 1, 0]
    assert table["incorrect"].tolist() == [0, 1, 1]
    assert table["accuracy"].tolist() == [1.0, 0.5, 0.0]
    assert table["accuracy_low"].round(3).tolist() == [0.342, 0.095, 0.0]
    assert table["accuracy_high"].round(3).tolist() == [1.0, 0.905, 0.793]


def test_a_labeling_function_without_judged_votes_has_no_accuracy():
    table = lf_summary(VOTES, [-1, -1, -1, -1, 0])
    assert table["accuracy"].isna().all()
    assert table["accuracy_low"].tolist() == [0, 0, 0]
    assert table["accuracy_high"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "gold",
    [
        np.array([1, 1, -1, 1, 0]),
        np.array([1, 1, np.nan, 1, 0]),
        pd.Series(["spam", "spam", None, "spam", "ham"], index=list("abcde")),
        ("spam", 1, float("nan"), "spam", 0),
    ],
)
def test_gold_may_be_names_codes_or_missing(gold):
    assert lf_summary(VOTES, gold)["correct"].tolist() == [2, 1, 0]


def test_gold_of_another_length_is_refused():
    with pytest.raises(LabelsError, match=r"gold has 2 labels, must have 5, one for each item"):
        lf_summary(VOTES, [0, 1])


def test_gold_outside_the_classes_is_refused():
    with pytest.raises(SchemaError, match=r"label is 7, must be one of 'ham', 'spam'"):
        lf_summary(VOTES, np.array([0, 1, 7, 0, 0]))


def test_learned_precision_is_weighted_by_votes():
    precision = np.zeros((3, 2, 2))
    precision[:, 0, 0], precision[:, 1, 1] = 0.9, 0.6
    precision[0, 0, 0] = np.nan  # never cast
    table = lf_summary(VOTES, model=SimpleNamespace(precision_=precision))
    assert table["learned_precision"].round(3).tolist() == [0.6, 0.8, 0.9]


def test_a_fitted_model_without_precision_gives_nan():
    model = SimpleNamespace(class_prior_=np.array([0.5, 0.5]))
    assert lf_summary(VOTES, model=model)["learned_precision"].isna().all()


def test_a_model_that_is_not_fitted_is_refused():
    with pytest.raises(NotFittedError, match=r"SimpleNamespace is not fitted\. Call fit"):
        lf_summary(VOTES, model=SimpleNamespace())


def test_a_model_of_other_votes_is_refused():
    with pytest.raises(VotesError, match=r"shape \(2, 2, 2\), must be \(3, 2, 2\)"):
        lf_summary(VOTES, model=SimpleNamespace(precision_=np.zeros((2, 2, 2))))


def test_no_items_and_silent_columns_give_zeros():
    for codes in (np.empty((0, 2), int), np.full((3, 2), -1)):
        for votes in (VoteMatrix.from_array(codes, ["a", "b"]), sparse(codes, ["a", "b"])):
            table = lf_summary(votes)
            assert table[["votes", "coverage", "overlaps", "conflicts"]].to_numpy().sum() == 0
            assert table["polarity"].tolist() == ["", ""]


def test_many_classes_are_counted_alike():
    codes = np.arange(12).reshape(12, 1)
    table = lf_summary(VoteMatrix.from_array(codes, [f"c{y}" for y in range(12)]))
    assert table["polarity"].tolist() == [", ".join(f"c{y}" for y in range(12))]
    assert table["votes"].tolist() == [12]


@given(
    hnp.arrays(
        np.int8, st.tuples(st.integers(0, 8), st.integers(1, 5)), elements=st.integers(-1, 2)
    )
)
@settings(max_examples=50, deadline=None)
def test_dense_and_sparse_votes_agree_with_the_definitions(codes):
    classes = ["a", "b", "c"]
    gold = np.arange(len(codes)) % 3
    dense = lf_summary(VoteMatrix.from_array(codes, classes), gold)
    votes = sparse(codes, classes)
    assert isinstance(votes.store, SparseCodes)
    pd.testing.assert_frame_equal(dense, lf_summary(votes, gold))
    others = [np.delete(codes, j, axis=1) for j in range(codes.shape[1])]
    mine = [codes[:, [j]] for j in range(codes.shape[1])]
    n = max(len(codes), 1)
    conflicts = [
        ((m >= 0) & (o >= 0) & (o != m)).any(axis=1).sum() / n
        for m, o in zip(mine, others, strict=True)
    ]
    overlaps = [
        ((m >= 0) & (o >= 0)).any(axis=1).sum() / n for m, o in zip(mine, others, strict=True)
    ]
    assert dense["conflicts"].tolist() == conflicts
    assert dense["overlaps"].tolist() == overlaps


def test_soft_votes_are_refused_with_what_to_call():
    soft = SoftVotes.from_array([[[0.2, 0.8]]], ["ham", "spam"])
    with pytest.raises(VotesError) as caught:
        lf_summary(soft)
    assert str(caught.value) == (
        "votes is a SoftVotes, must be a VoteMatrix for lf_summary, which counts votes for single "
        "classes. Call votes.hard() for the most probable class of each vote."
    )
    assert lf_summary(soft.hard())["votes"].tolist() == [1]
