"""Small votes on which the laws are checked: ordinary ones, soft ones and every odd case."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from weaklabel.core import LabelSchema, SoftVotes, VoteMatrix
from weaklabel.testing._synthetic import synthetic_votes

__all__ = [
    "all_matrices",
    "edge_matrices",
    "edge_soft_votes",
    "ordinary_matrices",
    "ordinary_soft_votes",
    "to_sparse",
    "with_codes",
]

#: What soft votes give to the class they are for: little more than nothing, something, all.
_SHARPNESS = (0.1, 0.5, 0.9, 1.0)


def ordinary_matrices() -> dict[str, VoteMatrix]:
    """Return small matrices as labeling functions and annotators give them, by name.

    Each has items without votes, items with equal votes, ties and conflicts.
    """
    settings = {
        "two classes": synthetic_votes(60, 5, accuracy=0.8, coverage=0.4, seed=1),
        "five classes": synthetic_votes(80, 7, n_classes=5, accuracy=0.7, coverage=0.3, seed=2),
        "one-class columns": synthetic_votes(
            80,
            6,
            n_classes=3,
            accuracy=0.85,
            coverage=0.25,
            class_prior=[0.5, 0.3, 0.2],
            one_class_share=1.0,
            seed=3,
        ),
    }
    return {name: votes for name, (votes, _) in settings.items()}


def edge_matrices() -> dict[str, VoteMatrix]:
    """Return the matrices at the edge of what can be fitted, by name."""
    silent = ordinary_matrices()["two classes"].codes.copy()
    silent[::3] = -1
    silent[:, 1] = -1
    many, _ = synthetic_votes(12, 500, n_classes=3, accuracy=0.9, coverage=1.0, seed=4)
    four, _ = synthetic_votes(40, 5, n_classes=4, accuracy=0.7, coverage=0.5, sparse=True, seed=5)
    return {
        "nobody votes": _matrix(np.full((4, 3), -1), 3),
        "one item": _matrix([[1, -1, 1]], 2),
        "one labeling function": _matrix([[0], [1], [-1], [1], [1]], 2),
        "silent rows and columns": _matrix(silent, 2),
        "unanimous": _matrix([[1, 1, 1]] * 5, 3),
        "tied": _matrix([[0, 1], [1, 0], [0, 1], [1, 0]], 2),
        "classes without votes": _matrix([[0, -1], [1, 1], [-1, 0]], 5),
        "five hundred labeling functions": many,
        "sparse": four,
    }


def ordinary_soft_votes() -> dict[str, SoftVotes]:
    """Return the ordinary matrices with votes that are more or less sure, by name.

    In each the last column is certain, and items without votes and with equal ones occur.
    """
    return {
        name: _softened(votes, seed)
        for seed, (name, votes) in enumerate(ordinary_matrices().items())
    }


def edge_soft_votes() -> dict[str, SoftVotes]:
    """Return soft votes at the edge of what can be fitted, by name."""
    nan = [np.nan] * 3
    return {
        "all soft votes silent": _soft([[nan] * 3] * 4),
        "one item": _soft([[[0.2, 0.5, 0.3], nan, [0.0, 0.1, 0.9]]]),
        "one column": _soft([[[0.2, 0.8]], [[0.6, 0.4]], [[0.5, 0.5]], [[np.nan] * 2]]),
        "uniform votes": _soft(np.full((5, 3, 4), 0.25)),
        "votes sure but for rounding": _soft([[[1.0 - 1e-16, 1e-300]] * 3, [[1e-12, 1.0]] * 3]),
        "a class that no vote holds possible": _soft([[[0.4, 0.6, 0.0]] * 4] * 3),
        "unanimous soft votes": _soft([[[0.1, 0.7, 0.2]] * 5] * 6),
    }


def all_matrices() -> dict[str, VoteMatrix]:
    """Return the ordinary and the edge matrices, by name."""
    return ordinary_matrices() | edge_matrices()


def to_sparse(votes: VoteMatrix) -> VoteMatrix:
    """Return the same votes in the sparse form."""
    shape = (votes.n_items, votes.n_lfs)
    names = votes.lf_names
    return VoteMatrix.from_entries(*votes.entries, shape, votes.schema, names, votes.item_ids)


def with_codes(votes: VoteMatrix, codes: npt.ArrayLike) -> VoteMatrix:
    """Return other votes of as many labeling functions, with their names, on new items."""
    return VoteMatrix(codes, None, votes.lf_names, votes.schema)


def _matrix(codes: npt.ArrayLike, n_classes: int) -> VoteMatrix:
    schema = LabelSchema([f"class_{y}" for y in range(n_classes)])
    return VoteMatrix.from_array(codes, schema)


def _softened(votes: VoteMatrix, seed: int) -> SoftVotes:
    """Return the same votes, each with some probability on every class, the last column as is."""
    items, lfs, codes = votes.entries
    sharpness = np.random.default_rng(seed).choice(_SHARPNESS, size=len(codes))
    sharpness[lfs == votes.n_lfs - 1] = 1.0
    certain = np.eye(votes.n_classes)[codes]
    proba = sharpness[:, None] * certain + (1.0 - sharpness[:, None]) / votes.n_classes
    shape = (votes.n_items, votes.n_lfs)
    names = votes.lf_names
    return SoftVotes.from_entries(items, lfs, proba, shape, votes.schema, names, votes.item_ids)


def _soft(proba: npt.ArrayLike) -> SoftVotes:
    n_classes = np.shape(proba)[-1]
    return SoftVotes.from_array(proba, [f"class_{y}" for y in range(n_classes)])
