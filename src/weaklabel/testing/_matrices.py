"""Small vote matrices on which the laws are checked: ordinary ones and every odd case."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from weaklabel.core import LabelSchema, VoteMatrix
from weaklabel.testing._synthetic import synthetic_votes

__all__ = ["all_matrices", "edge_matrices", "ordinary_matrices", "to_sparse", "with_codes"]


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
