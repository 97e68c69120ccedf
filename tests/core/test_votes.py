"""VoteMatrix: dense and sparse votes."""

import numpy as np
import pytest

from weaklabel import LabelSchema, VoteMatrix
from weaklabel.errors import ItemsError, VotesError

CODES = np.array([[1, -1, 0], [-1, -1, -1], [0, 0, 1]])
CLASSES = ["ham", "spam"]


def dense():
    return VoteMatrix.from_array(CODES, CLASSES, ["a", "b", "c"], ["x", "y", "z"])


def sparse():
    items, lfs = np.nonzero(CODES >= 0)
    return VoteMatrix.from_entries(
        items, lfs, CODES[items, lfs], CODES.shape, CLASSES, ["a", "b", "c"], ["x", "y", "z"]
    )


BOTH = pytest.mark.parametrize("votes", [dense(), sparse()], ids=["dense", "sparse"])


@BOTH
def test_both_forms_hold_the_same_votes(votes):
    np.testing.assert_array_equal(votes.codes, CODES)
    assert votes.codes.dtype == np.int8
    assert (votes.n_items, votes.n_lfs, votes.n_classes, len(votes)) == (3, 3, 2, 3)
    np.testing.assert_array_equal(votes.covered, [True, False, True])
    np.testing.assert_array_equal(votes.column("c"), [0, -1, 1])
    np.testing.assert_array_equal(votes.column(1), [-1, -1, 0])


@BOTH
def test_entries_are_the_votes_in_order_of_items(votes):
    assert votes.entries.items.tolist() == [0, 0, 2, 2, 2]
    assert votes.entries.lfs.tolist() == [0, 2, 0, 1, 2]
    assert votes.entries.codes.tolist() == [1, 0, 0, 0, 1]


@BOTH
def test_take_and_select_keep_ids_and_names(votes):
    taken = votes.take([2, 0])
    assert taken.item_ids.tolist() == ["z", "x"]
    np.testing.assert_array_equal(taken.codes, CODES[[2, 0]])
    np.testing.assert_array_equal(votes.take(votes.covered).codes, CODES[[0, 2]])
    selected = votes.select(["c", "a"])
    assert selected.lf_names == ("c", "a")
    np.testing.assert_array_equal(selected.codes, CODES[:, [2, 0]])
    assert selected.is_sparse == votes.is_sparse


@BOTH
def test_to_pandas_has_ids_and_names(votes):
    frame = votes.to_pandas()
    assert frame.index.tolist() == ["x", "y", "z"]
    assert frame.columns.tolist() == ["a", "b", "c"]
    assert frame.loc["z", "c"] == 1


def test_the_array_given_is_copied_and_what_is_kept_cannot_change():
    given = CODES.astype(np.int8)
    votes = VoteMatrix.from_array(given, CLASSES)
    given[0, 0] = 0
    assert votes.codes[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        votes.codes[0, 0] = 0


def test_ids_and_names_have_defaults():
    votes = VoteMatrix.from_array(CODES, CLASSES)
    assert votes.item_ids.tolist() == ["0", "1", "2"]
    assert votes.lf_names == ("lf_0", "lf_1", "lf_2")


def test_whole_floats_are_accepted():
    votes = VoteMatrix.from_array([[1.0, -1.0]], CLASSES)
    assert votes.codes.tolist() == [[1, -1]]


def test_many_classes_use_int16():
    votes = VoteMatrix.from_array([[299]], [f"c{i}" for i in range(300)])
    assert votes.codes.dtype == np.int16


def test_zero_items_are_votes_too():
    votes = VoteMatrix.from_array(np.empty((0, 2), int), CLASSES)
    assert (
        repr(votes) == "VoteMatrix(0 items x 2 labeling functions, 2 classes, 0 % of items covered)"
    )


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (
            [[7]],
            "codes[0, 'lf_0'] is 7, must be in [-1, 2) where -1 means abstain. Check the class",
        ),
        ([[-2]], "codes[0, 'lf_0'] is -2, must be in [-1, 2)"),
        ([[np.nan]], "codes[0, 0] is nan, must be a whole number. Use -1 for abstain, not NaN."),
        ([[0.5]], "codes[0, 0] is 0.5, must be a whole number."),
        ([1, 0], "codes has shape (2,), must be (n_items, n_lfs). Give one row for each item"),
        ([["spam"]], "must be an integer type. Give class codes 0..k-1 and -1 for abstain."),
    ],
)
def test_wrong_codes_are_refused_in_words(codes, message):
    with pytest.raises(VotesError) as caught:
        VoteMatrix.from_array(codes, CLASSES)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["a"], "lf_names has 1 names, must have 3, one for each column."),
        (["a", "b", "a"], "lf_names[2] is 'a', which is also another column."),
        (["a", "", "c"], "lf_names[1] is '', must be a non-empty string."),
    ],
)
def test_wrong_names_are_refused_in_words(names, message):
    with pytest.raises(VotesError) as caught:
        VoteMatrix.from_array(CODES, CLASSES, names)
    assert message in str(caught.value)


def test_duplicate_ids_are_refused():
    with pytest.raises(
        ItemsError, match="item_ids has 1 duplicates, for example 'x' at positions 0 and 2"
    ):
        VoteMatrix.from_array(CODES, CLASSES, item_ids=["x", "y", "x"])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (([0, 0], [1, 1], [0, 1]), "item 0 has two votes in column 1, must be at most one."),
        (([3], [0], [0]), "items holds a position outside [0, 3)."),
        (([0], [3], [0]), "lfs holds a position outside [0, 3)."),
        (([0], [0], [2]), "codes is 2, must be in [-1, 2) where -1 means abstain."),
        (([0, 1], [0], [0]), "entries have 2 items, 1 columns and 1 codes, must be equally many."),
    ],
)
def test_wrong_entries_are_refused_in_words(entries, message):
    with pytest.raises(VotesError) as caught:
        VoteMatrix.from_entries(*entries, (3, 3), CLASSES)
    assert message in str(caught.value)


def test_an_unknown_labeling_function_is_named():
    with pytest.raises(VotesError, match="labeling function is 'q', must be one of 'a', 'b', 'c'"):
        dense().column("q")


def test_reprs_are_readable_and_escaped():
    assert (
        repr(dense())
        == "VoteMatrix(3 items x 3 labeling functions, 2 classes, 66.7 % of items covered)"
    )
    assert "sparse" in repr(sparse())
    hostile = VoteMatrix.from_array(
        [[0]], LabelSchema(["<i>", "b"]), ["<script>"], ["<id>"]
    )._repr_html_()
    assert "<script>" not in hostile
    assert "&lt;id&gt;" in hostile
    assert "&lt;i&gt;" in hostile


def test_codes_are_copied_unless_they_were_given_away():
    mine = np.array([[0], [1]], dtype=np.int8)
    votes = VoteMatrix.from_array(mine, ["ham", "spam"])
    mine[0] = 1
    assert votes.codes.tolist() == [[0], [1]]
    given = np.array([[0, 1], [1, 0]], dtype=np.int8, order="F")
    given.flags.writeable = False
    assert np.shares_memory(VoteMatrix.from_array(given, ["ham", "spam"]).codes, given)
    view = mine.view()
    view.flags.writeable = False  # but `mine` may still be changed
    assert not np.shares_memory(VoteMatrix.from_array(view, ["ham", "spam"]).codes, mine)
    other = VoteMatrix.from_array(np.ascontiguousarray(given), ["ham", "spam"])
    assert other.codes.flags.f_contiguous
