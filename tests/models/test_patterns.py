import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.models import _patterns
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import patterns_of, vote_patterns
from weaklabel.testing import soft_votes, vote_matrices

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


NAN = [float("nan")] * 2
SOFT = SoftVotes.from_array(
    [[[0.2, 0.8], NAN, [1.0, 0.0]], [NAN] * 3, [NAN, [0.5, 0.5], NAN]], ["no", "yes"]
)


def test_soft_votes_have_a_cell_for_each_class_that_they_hold_possible() -> None:
    patterns = vote_patterns(SOFT)
    assert patterns.soft
    rows = patterns.one_hot.toarray()[patterns.index[[0, 2]]]
    assert rows.tolist() == [[0.2, 0.8, 0, 0, 1, 0], [0, 0, 0.5, 0.5, 0, 0]]
    assert patterns.index[1] == -1


def test_soft_votes_are_summed_by_their_probabilities() -> None:
    patterns = vote_patterns(SOFT)
    assert patterns.class_counts()[patterns.index[[0, 2]]].tolist() == [[1.2, 0.8], [0.5, 0.5]]


def test_leading_counts_are_those_of_the_hard_votes() -> None:
    patterns = vote_patterns(SOFT)
    assert patterns.leading_counts()[patterns.index[[0, 2]]].tolist() == [[1, 1], [0, 0]]


@settings(max_examples=50, deadline=None)
@given(votes=soft_votes(min_items=1))
def test_leading_counts_of_any_soft_votes_are_those_of_the_hard_votes(votes: SoftVotes) -> None:
    patterns = vote_patterns(votes)
    codes = votes.hard().codes
    expected = np.stack([(codes == y).sum(axis=1) for y in range(votes.n_classes)], axis=1)
    found = patterns.to_items(patterns.leading_counts(), np.zeros(votes.n_classes))
    near = np.sort(votes.proba, axis=1)
    if ((near[:, -1] - near[:, -2]) > 1e-9).all():  # what is nearly tied is tied for `hard`
        assert found.tolist() == expected.tolist()


def test_voted_says_who_votes_once_for_each_vote() -> None:
    patterns = vote_patterns(SOFT)
    assert patterns.voted().toarray()[patterns.index[[0, 2]]].tolist() == [[1, 0, 1], [0, 1, 0]]


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_voted_is_one_where_there_is_a_vote(votes: VoteMatrix) -> None:
    patterns = vote_patterns(votes)
    found = patterns.to_items(patterns.voted().toarray(), np.zeros(votes.n_lfs))
    assert np.array_equal(found > 0, votes.codes >= 0)


def test_columns_of_a_group_share_one_vote_however_many_classes_their_votes_hold_possible() -> None:
    votes = SoftVotes.from_array([[[0.2, 0.8], [1.0, 0.0], [0.5, 0.5]]], ["no", "yes"])
    shared = vote_patterns(votes).share_votes(np.array([0, 0, -1]))
    assert shared.shares is not None
    assert shared.shares.toarray()[0] == pytest.approx([0.1, 0.4, 0.5, 0, 0.5, 0.5])
    assert shared.leading_counts()[0] == pytest.approx([0.5, 0.5])


def test_evidence_of_a_group_is_the_mean_of_its_votes() -> None:
    votes = SoftVotes.from_array([[[0.2, 0.8], [0.7, 0.3]]], ["no", "yes"])
    weights = np.log(np.random.default_rng(0).random((2, 2, 2)))
    patterns = vote_patterns(votes)
    alone = patterns.latent_votes().log_evidence(weights.reshape(4, 2))
    together = patterns.share_votes(np.array([0, 0])).log_evidence(weights)
    assert together[0] == pytest.approx(alone.mean(axis=0))


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_log_evidence_of_certain_votes_is_their_sum_to_the_last_bit(votes: VoteMatrix) -> None:
    weights = np.log(np.random.default_rng(1).random((votes.n_lfs, votes.n_classes, 3)))
    for (_, hard), (_, soft) in zip(
        _patterns.item_blocks(votes),
        _patterns.item_blocks(SoftVotes.from_votes(votes)),
        strict=True,
    ):
        assert np.array_equal(soft.log_evidence(weights), hard.log_evidence(weights))


def test_blocks_of_soft_votes_are_those_of_the_whole(monkeypatch) -> None:
    monkeypatch.setattr(_patterns, "_BLOCK", 1)
    monkeypatch.setattr(_patterns, "_FEWEST_ROWS", 2)
    found = [block.one_hot.toarray() for _, block in _patterns.item_blocks(SOFT)]
    assert [len(rows) for rows in found] == [2, 1]
    assert np.vstack(found).tolist() == [
        [0.2, 0.8, 0, 0, 1, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0.5, 0.5, 0, 0],
    ]
