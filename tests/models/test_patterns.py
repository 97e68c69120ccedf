import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import VoteMatrix
from weaklabel.models import _patterns
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import patterns_of, vote_patterns
from weaklabel.testing import vote_matrices

CODES = [[1, -1, 0], [-1, -1, -1], [1, -1, 0], [0, 1, 1], [1, -1, 0]]


def votes_of(codes) -> VoteMatrix:
    return VoteMatrix.from_array(codes, ["no", "yes"])


def rows_of(patterns: _patterns.VotePatterns) -> list[list[int]]:
    """Return the votes of each pattern, read back from the one-hot form."""
    dense = patterns.one_hot.toarray().reshape(-1, patterns.n_lfs, patterns.n_classes)
    return np.where(dense.any(axis=2), dense.argmax(axis=2), -1).tolist()


def test_equal_rows_become_one_pattern_with_a_count() -> None:
    patterns = vote_patterns(votes_of(CODES))
    found = dict(zip(map(tuple, rows_of(patterns)), patterns.counts.tolist(), strict=True))
    assert found == {(1, -1, 0): 3.0, (0, 1, 1): 1.0}


def test_item_without_votes_has_no_pattern() -> None:
    assert vote_patterns(votes_of(CODES)).index[1] == -1


def test_order_of_items_does_not_change_the_patterns() -> None:
    forward, backward = vote_patterns(votes_of(CODES)), vote_patterns(votes_of(CODES[::-1]))
    assert rows_of(forward) == rows_of(backward)
    assert forward.index.tolist() == backward.index[::-1].tolist()


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_patterns_give_every_item_its_own_votes_back(votes: VoteMatrix) -> None:
    patterns = vote_patterns(votes)
    rows = np.array([*rows_of(patterns), [-1] * votes.n_lfs])
    assert rows[patterns.index].tolist() == votes.codes.tolist()


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_there_is_one_pattern_for_each_distinct_row_with_votes(votes: VoteMatrix) -> None:
    distinct = {tuple(row) for row in votes.codes.tolist() if max(row) >= 0}
    patterns = vote_patterns(votes)
    assert len(patterns.counts) == len(distinct)
    assert patterns.counts.sum() == votes.covered.sum()


def test_expected_counts_are_indexed_by_lf_vote_and_true_class() -> None:
    patterns = vote_patterns(votes_of([[1, 0], [1, -1]]))
    certain = np.array([[0.0, 1.0]] * 2)
    counts = patterns.expected_counts(certain)
    assert counts[0].tolist() == [[0.0, 0.0], [0.0, 2.0]]
    assert counts[1].tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_class_counts_add_up_the_votes_of_a_row() -> None:
    patterns = vote_patterns(votes_of([[1, 1, 0]]))
    assert patterns.class_counts().tolist() == [[1.0, 2.0]]


def test_to_items_fills_in_what_uncovered_items_get() -> None:
    patterns = vote_patterns(votes_of([[-1], [1]]))
    items = patterns.to_items(np.array([[0.2, 0.8]]), np.array([0.5, 0.5]))
    assert items.tolist() == [[0.5, 0.5], [0.2, 0.8]]


def test_more_than_127_classes_are_not_cut_off() -> None:
    classes = [f"c{y}" for y in range(300)]
    votes = VoteMatrix.from_array([[299, 0], [0, 299]], classes)
    assert sorted(rows_of(vote_patterns(votes))) == [[0, 299], [299, 0]]


def test_gold_tells_items_of_equal_votes_apart() -> None:
    patterns = vote_patterns(votes_of(CODES), np.array([1, -1, 0, -1, 1], np.int8))
    found = dict(zip(patterns.index.tolist(), [1, None, 0, -1, 1], strict=True))
    assert len(patterns.counts) == 3
    assert all(patterns.gold[i] == gold for i, gold in found.items() if i >= 0)


def test_gold_that_is_unknown_of_all_is_none() -> None:
    patterns = vote_patterns(votes_of(CODES), np.full(5, -1, np.int8))
    assert patterns.gold is None
    assert patterns.index.tolist() == vote_patterns(votes_of(CODES)).index.tolist()


def test_patterns_of_counts_are_those_of_the_votes() -> None:
    votes = votes_of(CODES)
    counted, direct = patterns_of(PatternCounts.of(votes)), vote_patterns(votes)
    assert rows_of(counted) == rows_of(direct)
    assert counted.counts.tolist() == direct.counts.tolist()
    assert len(counted.index) == 0
    assert counted.n_uncovered == direct.n_uncovered == 1


def test_columns_of_a_group_share_the_weight_of_one_vote() -> None:
    patterns = vote_patterns(votes_of([[1, 1, 0, 1]])).share_votes(np.array([0, 0, 0, -1]))
    assert patterns.class_counts() == pytest.approx(np.array([[1 / 3, 2 / 3 + 1]]))


def test_silent_columns_of_a_group_take_no_share() -> None:
    patterns = vote_patterns(votes_of([[1, -1]])).share_votes(np.array([0, 0]))
    assert patterns.class_counts().tolist() == [[0.0, 1.0]]


def test_expected_counts_are_of_whole_votes_in_groups_too() -> None:
    patterns = vote_patterns(votes_of([[1, 1]])).share_votes(np.array([0, 0]))
    assert patterns.expected_counts(np.array([[0.0, 1.0]]))[1].tolist() == [[0.0, 0.0], [0.0, 1.0]]
