import numpy as np

from weaklabel.testing import (
    edge_matrices,
    edge_soft_votes,
    ordinary_matrices,
    ordinary_soft_votes,
)
from weaklabel.testing._matrices import all_matrices, to_sparse, with_codes


def test_edges_hold_every_odd_case() -> None:
    edges = edge_matrices()
    assert not edges["nobody votes"].covered.any()
    assert edges["one item"].n_items == 1
    assert edges["one labeling function"].n_lfs == 1
    assert edges["five hundred labeling functions"].n_lfs == 500
    assert edges["sparse"].is_sparse
    silent = edges["silent rows and columns"].codes
    assert (silent < 0).all(axis=0).any()
    assert (silent < 0).all(axis=1).any()


def test_ordinary_matrices_hold_ties_conflicts_repeats_and_silence() -> None:
    for votes in ordinary_matrices().values():
        assert not votes.covered.all()
        assert len(np.unique(votes.codes, axis=0)) < votes.n_items


def test_matrices_are_the_same_every_time() -> None:
    for name, votes in all_matrices().items():
        assert np.array_equal(votes.codes, all_matrices()[name].codes)


def test_two_to_five_classes_occur() -> None:
    assert {votes.n_classes for votes in all_matrices().values()} == {2, 3, 4, 5}


def test_to_sparse_keeps_votes_ids_and_names() -> None:
    votes = ordinary_matrices()["two classes"]
    sparse = to_sparse(votes)
    assert np.array_equal(sparse.codes, votes.codes)
    assert sparse.item_ids.tolist() == votes.item_ids.tolist()
    assert sparse.lf_names == votes.lf_names


def test_with_codes_keeps_labeling_functions_and_classes() -> None:
    votes = ordinary_matrices()["two classes"]
    other = with_codes(votes, [[1] * votes.n_lfs])
    assert (other.n_items, other.lf_names, other.schema) == (1, votes.lf_names, votes.schema)


def test_ordinary_soft_votes_hold_certain_votes_doubt_silence_and_repeats() -> None:
    for name, votes in ordinary_soft_votes().items():
        best = votes.proba.max(axis=1)
        assert (best == 1.0).any()
        assert (best < 1.0).any()
        assert not votes.covered.all()
        assert (best[votes.lfs == votes.n_lfs - 1] == 1.0).all()
        assert np.array_equal(votes.hard().codes, ordinary_matrices()[name].codes)


def test_soft_edges_hold_every_odd_case() -> None:
    edges = edge_soft_votes()
    assert edges["all soft votes silent"].n_votes == 0
    assert edges["one item"].n_items == 1
    assert edges["one column"].n_lfs == 1
    assert (edges["uniform votes"].proba == 0.25).all()
    assert (edges["a class that no vote holds possible"].proba[:, 2] == 0).all()
