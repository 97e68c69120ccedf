import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import VoteMatrix
from weaklabel.core._row_hash import (
    SALTS,
    cell_hashes,
    distinct,
    gold_hashes,
    row_hashes,
    scramble,
    vote_patterns,
    weight_hashes,
)
from weaklabel.testing import vote_matrices
from weaklabel.testing._matrices import to_sparse


def test_rows_with_equal_first_hash_are_told_apart_by_the_second() -> None:
    first = np.array([5, 5, 5, 2], dtype=np.uint64)
    second = np.array([1, 9, 1, 1], dtype=np.uint64)
    starts, inverse, sizes = distinct(first, second)
    assert sizes.tolist() == [1, 2, 1]
    assert inverse.tolist() == [1, 2, 1, 0]
    assert starts[0] == 3


@pytest.mark.parametrize("salt", SALTS)
def test_single_votes_of_many_columns_have_distinct_hashes(salt: int) -> None:
    hashes = scramble(np.arange(100_000, dtype=np.uint64), salt)
    assert len(np.unique(hashes)) == 100_000


@pytest.mark.parametrize("salt", SALTS)
@settings(max_examples=40, deadline=None)
@given(votes=vote_matrices(sparse=False))
def test_sparse_form_has_the_hashes_of_the_dense_one(salt: int, votes: VoteMatrix) -> None:
    assert row_hashes(to_sparse(votes), salt).tolist() == row_hashes(votes, salt).tolist()


def test_row_without_votes_has_hash_zero() -> None:
    votes = VoteMatrix.from_array([[-1, -1], [0, -1]], ["no", "yes"])
    assert (row_hashes(votes, SALTS[0]) == 0).tolist() == [True, False]


def test_unknown_gold_adds_nothing_to_a_hash() -> None:
    hashes = gold_hashes(np.array([-1, 0, 1], np.int8), 4, SALTS[0])
    assert (hashes == 0).tolist() == [True, False, False]
    assert hashes[1] != hashes[2]


@pytest.mark.parametrize("salt", SALTS)
def test_weight_of_one_leaves_a_hash_and_any_other_changes_it(salt: int) -> None:
    indptr, cells = np.arange(4), np.array([3, 3, 3])
    weights = np.array([1.0, np.nextafter(1.0, 0.0), 0.5])
    given = cell_hashes(indptr, cells, salt, weights)
    plain = cell_hashes(indptr, cells, salt)
    assert (given == plain).tolist() == [True, False, False]
    assert len(set(given.tolist())) == 3


def test_many_weights_have_distinct_hashes() -> None:
    weights = np.random.default_rng(0).random(100_000)
    assert len(np.unique(weight_hashes(weights, SALTS[0]))) == 100_000


@pytest.mark.parametrize("sparse", [False, True])
def test_items_share_a_pattern_where_their_votes_are_the_same(sparse: bool) -> None:
    codes = np.array([[0, -1, 1], [1, -1, 1], [0, -1, 1], [-1, -1, -1], [0, 0, 1]])
    votes = VoteMatrix.from_array(codes, ["a", "b"])
    groups = vote_patterns(to_sparse(votes) if sparse else votes)
    assert sorted(set(groups.tolist())) == [0, 1, 2, 3]
    assert groups[0] == groups[2]
    assert len(set(groups[[0, 1, 3, 4]].tolist())) == 4


def test_patterns_do_not_depend_on_the_order_of_the_items() -> None:
    codes = np.random.default_rng(0).integers(-1, 2, (50, 4))
    order = np.random.default_rng(1).permutation(50)
    groups = vote_patterns(VoteMatrix.from_array(codes, ["a", "b"]))
    assert np.array_equal(
        vote_patterns(VoteMatrix.from_array(codes[order], ["a", "b"])), groups[order]
    )
