import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.models._candidates import candidates_of, few_candidates, meetings_of
from weaklabel.models._patterns import vote_patterns


def votes_of(codes, n_classes: int = 4) -> VoteMatrix:
    return VoteMatrix.from_array(codes, [f"class_{y}" for y in range(n_classes)])


ROWS = [[0, 2, 2], [1, -1, -1]]


def by_votes(patterns, candidates) -> dict[int, list[int]]:
    """Return the candidates of each pattern, by its number of votes."""
    n_votes = np.diff(patterns.one_hot.indptr)
    ends = candidates.indptr
    return {
        int(n): candidates.classes[ends[i] : ends[i + 1]].tolist() for i, n in enumerate(n_votes)
    }


def test_candidates_are_the_classes_voted_for() -> None:
    patterns = vote_patterns(votes_of(ROWS))
    assert by_votes(patterns, candidates_of(patterns)) == {3: [0, 2], 1: [1]}


def test_each_vote_knows_its_candidate() -> None:
    patterns = vote_patterns(votes_of(ROWS))
    found = candidates_of(patterns)
    assert (found.classes[found.of_vote] == patterns.one_hot.indices % 4).all()
    rows = np.repeat(np.arange(2), np.diff(patterns.one_hot.indptr))
    assert (found.rows[found.of_vote] == rows).all()


def test_known_class_is_a_candidate_and_the_only_one_possible() -> None:
    patterns = vote_patterns(votes_of([[0, 2, 2]]), np.array([3], dtype=np.int8))
    found = candidates_of(patterns)
    assert found.classes.tolist() == [0, 2, 3]
    assert found.possible.tolist() == [False, False, True]
    assert found.soft_vote(patterns.one_hot.data).tolist() == [0.0, 0.0, 1.0]


def test_soft_vote_is_the_share_of_weights() -> None:
    patterns = vote_patterns(votes_of([[0, 2, 2]]))
    found = candidates_of(patterns)
    assert found.soft_vote(np.array([1.0, 1.0, 1.0])) == pytest.approx([1 / 3, 2 / 3])
    assert found.soft_vote(np.array([1.0, 0.5, 0.5])) == pytest.approx([1 / 2, 1 / 2])


def test_sums_and_maxima_are_taken_pattern_by_pattern() -> None:
    found = candidates_of(vote_patterns(votes_of(ROWS)))
    values = found.classes * 1.0
    assert sorted(found.sums(values).tolist()) == [1.0, 2.0]
    assert sorted(found.highest(values).tolist()) == [1.0, 2.0]
    assert sorted(found.sums(np.stack([values, values], axis=1))[:, 1].tolist()) == [1.0, 2.0]


def test_no_votes_have_no_candidates() -> None:
    found = candidates_of(vote_patterns(votes_of([[-1, -1]])))
    assert len(found.rows) == 0
    assert found.sums(np.empty(0)).shape == (0,)
    assert found.highest(np.empty(0)).shape == (0,)


def test_every_vote_meets_every_candidate_of_its_pattern() -> None:
    patterns = vote_patterns(votes_of([[0, 2, -1]]))
    candidates = candidates_of(patterns)
    cells, place, ends, of_vote = meetings_of(patterns, candidates)
    # Votes 0 of column 0 and 2 of column 1, classes 0 and 2: (j * 4 + v) * 4 + y.
    assert cells.tolist() == [0, 2, 24, 26]
    assert cells[place].tolist() == [0, 24, 2, 26]
    assert ends.tolist() == [0, 2, 4]
    assert of_vote.tolist() == [0, 1, 0, 1]


def test_only_many_classes_are_worth_it_and_no_soft_votes() -> None:
    assert not few_candidates(vote_patterns(votes_of([[0, 1]], 100)))
    assert few_candidates(vote_patterns(votes_of([[0, 1]], 101)))
    soft = SoftVotes.from_array(np.full((1, 1, 101), 1 / 101), [str(y) for y in range(101)])
    assert not few_candidates(vote_patterns(soft))
