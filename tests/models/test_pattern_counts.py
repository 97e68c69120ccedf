import pickle
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import LabelsError, VotesError
from weaklabel.models._pattern_counts import PatternCounts, merge_counts
from weaklabel.testing import soft_votes, synthetic_votes, vote_matrices
from weaklabel.testing._matrices import to_sparse

CODES = [[1, -1, 0], [-1, -1, -1], [1, -1, 0], [0, 1, 1], [1, -1, 0]]


def votes_of(codes, classes=("no", "yes"), **names) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes, **names)


def bits(counts: PatternCounts) -> tuple[object, ...]:
    arrays = (counts.indptr, counts.cells, counts.counts, counts.gold)
    return (*(a.tobytes() for a in arrays), *(a.dtype for a in arrays), counts.n_uncovered)


def rows_of(counts: PatternCounts) -> dict[tuple[tuple[int, ...], int], int]:
    """Return the count of every pattern, with its gold."""
    k, found = counts.n_classes, {}
    for i in range(counts.n_patterns):
        row = [-1] * counts.n_lfs
        for cell in counts.cells[counts.indptr[i] : counts.indptr[i + 1]].tolist():
            row[cell // k] = cell % k
        found[tuple(row), int(counts.gold[i])] = int(counts.counts[i])
    return found


def test_equal_rows_are_counted_and_silent_ones_apart() -> None:
    counts = PatternCounts.of(votes_of(CODES))
    assert rows_of(counts) == {((1, -1, 0), -1): 3, ((0, 1, 1), -1): 1}
    assert (counts.n_items, counts.n_uncovered) == (5, 1)


def test_items_of_equal_votes_and_other_gold_are_kept_apart() -> None:
    counts = PatternCounts.of(votes_of(CODES), ["yes", "yes", "yes", None, "no"])
    assert rows_of(counts) == {((1, -1, 0), 1): 2, ((1, -1, 0), 0): 1, ((0, 1, 1), -1): 1}


def test_without_gold_the_patterns_are_those_of_the_votes() -> None:
    votes = votes_of(CODES)
    assert bits(PatternCounts.of(votes, [1, 1, 1, -1, 0]).without_gold()) == bits(
        PatternCounts.of(votes)
    )


def test_gold_of_another_length_is_refused() -> None:
    with pytest.raises(LabelsError, match=r"gold has shape \(1,\), must be \(5,\)"):
        PatternCounts.of(votes_of(CODES), [1])


@settings(max_examples=60, deadline=None)
@given(votes=vote_matrices(), cuts=st.lists(st.integers(0, 12), max_size=4), seed=st.integers(0, 9))
def test_merged_parts_are_the_bits_of_the_whole(votes: VoteMatrix, cuts, seed: int) -> None:
    gold = np.random.default_rng(seed).integers(-1, votes.n_classes, votes.n_items)
    places = np.array_split(np.arange(votes.n_items), sorted(cuts))
    parts = [PatternCounts.of(votes.take(some), gold[some]) for some in places]
    assert bits(merge_counts(parts)) == bits(PatternCounts.of(votes, gold))


@settings(max_examples=30, deadline=None)
@given(votes=vote_matrices(min_items=3))
def test_order_and_grouping_of_merges_change_no_bit(votes: VoteMatrix) -> None:
    parts = [PatternCounts.of(votes.take(np.arange(i, votes.n_items, 3))) for i in range(3)]
    found = {bits(a.merge(b).merge(c)) for a, b, c in permutations(parts)}
    found |= {bits(a.merge(b.merge(c))) for a, b, c in permutations(parts)}
    assert len(found) == 1


@settings(max_examples=30, deadline=None)
@given(votes=vote_matrices(sparse=False))
def test_sparse_votes_have_the_counts_of_dense_ones(votes: VoteMatrix) -> None:
    assert bits(PatternCounts.of(to_sparse(votes))) == bits(PatternCounts.of(votes))


def test_merging_nothing_to_something_changes_nothing() -> None:
    counts = PatternCounts.of(votes_of(CODES))
    empty = PatternCounts.of(votes_of(np.empty((0, 3), np.int8)))
    assert bits(empty.merge(counts)) == bits(counts.merge(empty)) == bits(counts)


def test_many_batches_hold_no_more_than_a_few_times_the_patterns() -> None:
    votes, _ = synthetic_votes(20_000, 4, n_classes=2, seed=1)
    n_patterns = PatternCounts.of(votes).n_patterns
    alive: list[int] = []

    def batches():
        for start in range(0, 20_000, 100):
            part = PatternCounts.of(votes.take(np.arange(start, start + 100)))
            alive.append(part.n_patterns)
            yield part

    merged = merge_counts(batches())
    assert merged.n_patterns == n_patterns <= 80
    assert max(alive) <= n_patterns


def test_no_batch_at_all_is_refused() -> None:
    with pytest.raises(VotesError) as caught:
        merge_counts([])
    assert str(caught.value) == "there are no votes to count, must be at least one batch of them."


def test_other_labeling_functions_are_named() -> None:
    first = PatternCounts.of(votes_of([[1, 0]], lf_names=["link", "short"]))
    with pytest.raises(VotesError) as caught:
        first.merge(PatternCounts.of(votes_of([[1, 0]], lf_names=["link", "long"])))
    assert str(caught.value) == (
        "labeling functions of the counts are ['link', 'long'], must be ['link', 'short'] as in "
        "the others. Apply the same labeling functions, in the same order, to every batch."
    )


def test_other_classes_are_named() -> None:
    first = PatternCounts.of(votes_of([[1]]))
    with pytest.raises(VotesError, match=r"classes of the counts are \['yes', 'no'\], must be"):
        first.merge(PatternCounts.of(votes_of([[1]], classes=("yes", "no"))))


def test_counts_survive_the_way_to_another_process() -> None:
    counts = PatternCounts.of(votes_of(CODES))
    assert bits(pickle.loads(pickle.dumps(counts))) == bits(counts)  # noqa: S301 - made right here


def test_arrays_cannot_be_assigned_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        PatternCounts.of(votes_of(CODES)).counts[0] = 7


def test_repr_counts_gold() -> None:
    counts = PatternCounts.of(votes_of(CODES), [1, 1, None, None, None])
    assert repr(counts) == (
        "PatternCounts(5 items, 1 with gold, 3 patterns of 3 labeling functions, "
        "1 items without votes)"
    )
    assert "1 with gold" in counts._repr_html_()


def soft_of(proba, **names) -> SoftVotes:
    return SoftVotes.from_array(proba, ["no", "yes"], **names)


def test_equal_soft_votes_are_one_pattern_and_every_bit_tells_them_apart() -> None:
    nearly = np.nextafter(0.25, 1.0)
    votes = soft_of([[[0.25, 0.75]], [[nearly, 1 - nearly]], [[0.25, 0.75]], [[0.75, 0.25]]])
    counts = PatternCounts.of(votes)
    assert sorted(counts.counts.tolist()) == [1, 1, 2]
    assert counts.weights is not None
    assert len(counts.weights) == len(counts.cells) == 6


def test_certain_soft_votes_are_counted_as_votes() -> None:
    votes = votes_of(CODES)
    counts = PatternCounts.of(SoftVotes.from_votes(votes))
    assert counts.weights is None
    assert bits(counts) == bits(PatternCounts.of(votes))


@settings(max_examples=50, deadline=None)
@given(votes=soft_votes(), data=st.data())
def test_soft_counts_of_parts_merge_to_those_of_the_whole(votes: SoftVotes, data) -> None:
    cut = data.draw(st.integers(0, votes.n_items))
    gold = data.draw(
        st.lists(
            st.integers(-1, votes.n_classes - 1), min_size=votes.n_items, max_size=votes.n_items
        )
    )
    parts = [
        PatternCounts.of(votes.take(range(start, stop)), gold[start:stop])
        for start, stop in ((cut, votes.n_items), (0, cut))
    ]
    merged, whole = merge_counts(parts), PatternCounts.of(votes, gold)
    assert bits(merged) == bits(whole)
    first, second = merged.weights, whole.weights
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert first.tobytes() == second.tobytes()


def test_hard_and_soft_counts_merge() -> None:
    hard = votes_of([[1], [0]])
    merged = PatternCounts.of(hard).merge(PatternCounts.of(soft_of([[[0.0, 1.0]], [[0.5, 0.5]]])))
    assert sorted(merged.counts.tolist()) == [1, 1, 2]
    assert merged.weights is not None
    assert sorted(merged.weights.tolist()) == [0.5, 0.5, 1.0, 1.0]


def test_soft_counts_without_gold_keep_their_weights() -> None:
    votes = soft_of([[[0.25, 0.75]], [[0.25, 0.75]]])
    counts = PatternCounts.of(votes, ["no", "yes"])
    assert (counts.n_patterns, counts.without_gold().n_patterns) == (2, 1)
    weights = counts.without_gold().weights
    assert weights is not None
    assert weights.tolist() == [0.25, 0.75]


def test_soft_counts_are_pickled() -> None:
    counts = PatternCounts.of(soft_of([[[0.25, 0.75]]]))
    back = pickle.loads(pickle.dumps(counts))  # noqa: S301 - made right here
    assert back.weights.tolist() == [0.25, 0.75]
