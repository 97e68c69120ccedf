"""SoftVotes: votes that are probabilities."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel import LabelSchema, SoftVotes, VoteMatrix
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import ItemsError, VotesError
from weaklabel.testing import soft_votes, vote_matrices

CLASSES = ["ham", "spam"]
NAN = [float("nan")] * 2
ARRAY = [[[0.2, 0.8], NAN, [1.0, 0.0]], [NAN, NAN, NAN], [[0.5, 0.5], [0.9, 0.1], NAN]]


def votes_of(array=ARRAY, **names) -> SoftVotes:
    return SoftVotes.from_array(array, CLASSES, **names)


def named() -> SoftVotes:
    return votes_of(lf_names=["a", "b", "c"], item_ids=["x", "y", "z"])


def equal(first: SoftVotes, second: SoftVotes) -> bool:
    arrays = ("indptr", "lfs", "proba", "item_ids")
    same = all(np.array_equal(getattr(first, a), getattr(second, a)) for a in arrays)
    return same and (first.lf_names, first.schema) == (second.lf_names, second.schema)


def test_votes_lie_item_by_item_without_abstains() -> None:
    votes = votes_of()
    assert votes.indptr.tolist() == [0, 2, 2, 4]
    assert votes.lfs.tolist() == [0, 2, 0, 1]
    assert votes.proba.tolist() == [[0.2, 0.8], [1.0, 0.0], [0.5, 0.5], [0.9, 0.1]]
    assert votes.items.tolist() == [0, 0, 2, 2]
    assert (votes.n_items, votes.n_lfs, votes.n_classes, votes.n_votes) == (3, 3, 2, 4)
    assert len(votes) == 3
    assert votes.covered.tolist() == [True, False, True]
    assert (votes.lfs.dtype, votes.indptr.dtype, votes.proba.dtype) == (
        np.dtype(np.int32),
        np.dtype(np.int64),
        np.dtype(np.float64),
    )


def test_ids_and_names_have_defaults() -> None:
    assert votes_of().item_ids.tolist() == ["0", "1", "2"]
    assert votes_of().lf_names == ("lf_0", "lf_1", "lf_2")


def test_column_has_nan_where_its_labeling_function_abstains() -> None:
    assert np.array_equal(named().column("a"), [[0.2, 0.8], NAN, [0.5, 0.5]], equal_nan=True)
    assert np.array_equal(named().column(1), [NAN, NAN, [0.9, 0.1]], equal_nan=True)


def test_take_and_select_keep_ids_and_names() -> None:
    taken = named().take([2, 0])
    assert taken.item_ids.tolist() == ["z", "x"]
    assert taken.proba.tolist() == [[0.5, 0.5], [0.9, 0.1], [0.2, 0.8], [1.0, 0.0]]
    assert equal(named().take([True, False, True]), named().take([0, 2]))
    selected = named().select(["c", "a"])
    assert selected.lf_names == ("c", "a")
    assert selected.lfs.tolist() == [0, 1, 1]
    assert selected.proba.tolist() == [[1.0, 0.0], [0.2, 0.8], [0.5, 0.5]]


def test_hard_votes_are_the_most_probable_classes_and_ties_abstain() -> None:
    assert named().hard().codes.tolist() == [[1, -1, 0], [-1, -1, -1], [-1, 0, -1]]
    assert named().hard().item_ids.tolist() == ["x", "y", "z"]
    assert named().hard().lf_names == ("a", "b", "c")


def test_hard_votes_have_the_form_that_takes_less_memory() -> None:
    assert not named().hard().is_sparse
    few = SoftVotes.from_entries([0], [7], [[0.1, 0.9]], (50, 20), CLASSES)
    assert few.hard().is_sparse
    assert few.hard().codes[0, 7] == 1


def test_entries_come_in_any_order_and_rows_of_nan_are_dropped() -> None:
    items, lfs = [2, 0, 2, 0, 1], [1, 2, 0, 0, 1]
    proba = [[0.9, 0.1], [1.0, 0.0], [0.5, 0.5], [0.2, 0.8], NAN]
    assert equal(SoftVotes.from_entries(items, lfs, proba, (3, 3), CLASSES), votes_of())


def test_votes_of_a_matrix_are_certain() -> None:
    hard = VoteMatrix.from_array([[1, -1], [0, 1]], CLASSES, ["a", "b"], ["x", "y"])
    soft = SoftVotes.from_votes(hard)
    assert soft.proba.tolist() == [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    assert np.array_equal(soft.hard().codes, hard.codes)
    assert (soft.lf_names, soft.item_ids.tolist()) == (("a", "b"), ["x", "y"])


def test_columns_are_replaced_and_added() -> None:
    hard = VoteMatrix.from_array([[1, -1], [0, 1]], CLASSES, ["a", "b"])
    soft = SoftVotes.from_votes(hard, {"b": [[0.3, 0.7], NAN], "new": [NAN, [0.6, 0.4]]})
    assert soft.lf_names == ("a", "b", "new")
    assert soft.lfs.tolist() == [0, 1, 0, 2]
    assert soft.proba.tolist() == [[0.0, 1.0], [0.3, 0.7], [1.0, 0.0], [0.6, 0.4]]


def test_columns_are_added_to_soft_votes_too() -> None:
    more = SoftVotes.from_votes(named(), {"d": [NAN, [0.4, 0.6], NAN]})
    assert equal(more.select(["a", "b", "c"]), named())
    assert more.column("d")[1].tolist() == [0.4, 0.6]


def test_rows_that_sum_to_one_but_for_rounding_are_normalized_once() -> None:
    votes = votes_of([[[np.float32(0.1), np.float32(0.9)]]])
    assert votes.proba.sum() == 1.0
    given = np.array([[[0.1, 0.9]]]) * (1 + 1e-7)
    once = votes_of(given)
    assert once.proba == pytest.approx(np.array([[0.1, 0.9]]), abs=1e-15)
    assert equal(once, SoftVotes(once.indptr, once.lfs, once.proba, None, ["lf_0"], once.schema))


@settings(max_examples=60, deadline=None)
@given(
    votes=soft_votes(min_items=1, max_classes=4),
    scale=st.floats(1 - 9e-7, 1 + 9e-7),
    data=st.data(),
)
def test_taking_selecting_and_building_again_change_no_bit(votes, scale, data) -> None:
    votes = SoftVotes(
        votes.indptr, votes.lfs, votes.proba * scale, None, votes.lf_names, votes.schema
    )
    order = np.array(data.draw(st.permutations(range(votes.n_items))))
    back = np.argsort(order)
    assert equal(votes.take(order).take(back), votes)
    assert equal(votes.select(votes.lf_names[::-1]).select(votes.lf_names), votes)
    assert equal(SoftVotes.from_votes(votes), votes)
    columns = np.stack([votes.column(j) for j in range(votes.n_lfs)], axis=1)
    assert equal(SoftVotes.from_array(columns, votes.schema), votes)


@settings(max_examples=60, deadline=None)
@given(votes=vote_matrices())
def test_hard_is_the_inverse_of_from_votes(votes: VoteMatrix) -> None:
    back = SoftVotes.from_votes(votes).hard()
    assert np.array_equal(back.codes, votes.codes)
    assert back.codes.dtype == votes.codes.dtype
    assert (back.lf_names, back.schema) == (votes.lf_names, votes.schema)


def test_the_array_given_is_copied_and_what_is_kept_cannot_change() -> None:
    given = np.array(ARRAY)
    votes = votes_of(given)
    given[0, 0] = [1.0, 0.0]
    assert votes.proba[0].tolist() == [0.2, 0.8]
    for array in (votes.proba, votes.lfs, votes.indptr, votes.item_ids):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(AttributeError):
        votes.proba = given  # type: ignore[misc]  # the mistake under test


def test_pickle_keeps_every_bit() -> None:
    assert equal(pickle.loads(pickle.dumps(named())), named())  # noqa: S301 - made right here


def test_nothing_at_all_is_allowed() -> None:
    none = votes_of(np.empty((0, 2, 2)))
    assert (none.n_items, none.n_lfs, none.n_votes) == (0, 2, 0)
    assert repr(none) == (
        "SoftVotes(0 items x 2 labeling functions, 2 classes, 0 of 0 votes certain, "
        "0 % of items covered)"
    )
    assert none.hard().n_items == 0


def test_repr_counts_certain_votes() -> None:
    assert repr(named()) == (
        "SoftVotes(3 items x 3 labeling functions, 2 classes, 1 of 4 votes certain, "
        "66.7 % of items covered)"
    )


def test_html_shows_class_and_probability_and_escapes_names() -> None:
    votes = SoftVotes.from_array([[[0.2, 0.8], NAN]], ["ham", "<b>"], ["<lf>", "b"], ["<id>"])
    html = votes._repr_html_()
    assert "<td>&lt;b&gt; 0.80</td><td>·</td>" in html
    assert "&lt;lf&gt;" in html
    assert "&lt;id&gt;" in html


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ([0.5, 0.6], "[0.5, 0.6]"),
        ([1.2, -0.2], "[1.2, -0.2]"),
        ([float("nan"), 0.5], "[nan, 0.5]"),
        ([float("inf"), float("-inf")], "[inf, -inf]"),
        ([1e308, 1e308], "[1e+308, 1e+308]"),
        ([0.0, 0.0], "[0, 0]"),
    ],
)
def test_vote_that_is_no_distribution_is_named(row, shown) -> None:
    with pytest.raises(VotesError) as caught:
        votes_of([[NAN, NAN], [NAN, row]], lf_names=["a", "b"])
    assert str(caught.value) == (
        f"proba[1, 'b'] is {shown}, must be finite, non-negative and sum to 1. "
        "Normalize it, or give a row of NaN where 'b' abstains."
    )


def test_array_of_another_shape_says_which_is_wanted() -> None:
    with pytest.raises(VotesError) as caught:
        votes_of([[0.5, 0.5]])
    assert str(caught.value) == (
        "proba has shape (1, 2), must be (n_items, n_lfs, 2). "
        "Give one probability for each item, labeling function and class."
    )


def test_what_is_no_array_of_numbers_is_told_so() -> None:
    with pytest.raises(VotesError, match="proba is no array of numbers"):
        votes_of([[["a", "b"]]])
    with pytest.raises(VotesError, match="Give rows of equal length"):
        votes_of([[[0.5, 0.5], [1.0]]])


def test_column_of_another_shape_is_named() -> None:
    hard = VoteMatrix.from_array([[1], [0]], CLASSES)
    with pytest.raises(VotesError) as caught:
        SoftVotes.from_votes(hard, {"clf": [[0.5, 0.5]]})
    assert str(caught.value) == (
        "proba['clf'] has shape (1, 2), must be (2, 2). Give one row for each item of votes, in "
        "their order, and one column for each class."
    )


def test_columns_without_names_are_refused() -> None:
    hard = VoteMatrix.from_array([[1]], CLASSES)
    with pytest.raises(VotesError, match="proba is a list, must be a mapping of names"):
        SoftVotes.from_votes(hard, [[0.5, 0.5]])  # type: ignore[arg-type]  # the mistake


def test_array_in_place_of_votes_says_what_to_call() -> None:
    with pytest.raises(VotesError) as caught:
        SoftVotes.from_votes(np.zeros((1, 1, 2)))  # type: ignore[arg-type]  # the mistake
    assert str(caught.value) == (
        "votes is a ndarray, must be a VoteMatrix or SoftVotes. For an array of probabilities "
        "call SoftVotes.from_array(proba, classes=[...])."
    )


def test_two_votes_in_one_cell_are_refused() -> None:
    with pytest.raises(VotesError, match="item 0 has two votes in column 1, must be at most one"):
        SoftVotes.from_entries([0, 0], [1, 1], [[0.5, 0.5]] * 2, (1, 2), CLASSES)


def test_positions_outside_the_shape_are_refused() -> None:
    with pytest.raises(VotesError, match=r"lfs holds a position outside \[0, 2\)"):
        SoftVotes.from_entries([0], [2], [[0.5, 0.5]], (1, 2), CLASSES)


def test_entries_that_differ_in_number_are_refused() -> None:
    with pytest.raises(VotesError) as caught:
        SoftVotes.from_entries([0, 1], [0], [[0.5, 0.5]], (2, 2), CLASSES)
    assert str(caught.value) == (
        "entries have 2 items, 1 columns and 1 rows of probabilities, must be equally many. "
        "Give one triple for each vote."
    )


def test_entries_of_another_number_of_classes_are_refused() -> None:
    with pytest.raises(VotesError, match=r"proba has shape \(1, 3\), must be \(n_votes, 2\)"):
        SoftVotes.from_entries([0], [0], [[0.5, 0.5, 0.0]], (1, 1), CLASSES)


@pytest.mark.parametrize(
    ("indptr", "lfs", "words"),
    [
        ([0, 1], [0, 1], "indptr does not go from 0 up to 2"),
        ([1, 2], [0, 1], "indptr does not go from 0 up to 2"),
        ([0, 2, 1, 2], [0, 1], "indptr does not go from 0 up to 2"),
        ([], [0, 1], "indptr does not go from 0 up to 2"),
        ([0.0, 2.0], [0, 1], "indptr is float64 of shape"),
        ([0, 2], [[0, 1]], "lfs is int64 of shape"),
        ([0, 2], [1, 0], "lfs does not ascend within every item"),
        ([0, 2], [1, 1], "lfs does not ascend within every item"),
        ([0, 2], [0, 2], "lfs holds a position outside"),
    ],
)
def test_rows_that_do_not_fit_are_refused(indptr, lfs, words) -> None:
    with pytest.raises(VotesError, match=words):
        SoftVotes(indptr, lfs, [[0.5, 0.5]] * 2, None, ["a", "b"], LabelSchema(CLASSES))


def test_probabilities_that_do_not_fit_the_rows_are_refused() -> None:
    with pytest.raises(VotesError) as caught:
        SoftVotes([0, 1], [0], [[0.5, 0.5]] * 2, None, ["a"], LabelSchema(CLASSES))
    assert str(caught.value) == (
        "proba has shape (2, 2), must be (1, 2). "
        "Give one row for each vote and one column for each class."
    )


def test_names_and_ids_are_checked() -> None:
    with pytest.raises(VotesError, match="lf_names has 1 names, must have 3"):
        votes_of(lf_names=["a"])
    with pytest.raises(VotesError, match="which is also another column"):
        votes_of(lf_names=["a", "b", "a"])
    with pytest.raises(ItemsError, match="1 duplicates"):
        votes_of(item_ids=["x", "x", "y"])


def test_unknown_column_lists_those_there_are() -> None:
    with pytest.raises(VotesError, match="labeling function is 'd', must be one of 'a', 'b', 'c'"):
        named().select(["d"])


def test_soft_votes_are_refused_where_votes_are_counted() -> None:
    with pytest.raises(VotesError) as caught:
        require_hard(named(), "lf_summary")
    assert str(caught.value) == (
        "votes is a SoftVotes, must be a VoteMatrix for lf_summary, which counts votes for single "
        "classes. Call votes.hard() for the most probable class of each vote."
    )
    hard = named().hard()
    assert require_hard(hard, "lf_summary") is hard
