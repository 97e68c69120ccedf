"""Hypothesis strategies for the nouns, degenerate cases included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import LabelSchema, SoftLabels, SoftVotes, VoteMatrix
from weaklabel.core._numerics import log_normalize
from weaklabel.errors import MissingDependencyError
from weaklabel.testing._matrices import to_sparse

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["label_schemas", "soft_labels", "soft_votes", "vote_matrices"]

_SHAPES = ("any", "silent rows and columns", "unanimous", "tied", "one-class columns", "silence")


def label_schemas(min_classes: int = 2, max_classes: int = 5) -> SearchStrategy[LabelSchema]:
    """Return a strategy for schemas with names of any letters, distinct and not blank."""
    st = _strategies("label_schemas")
    names = st.text(min_size=1, max_size=8).filter(lambda name: bool(name.strip()))
    lists = st.lists(names, min_size=min_classes, max_size=max_classes, unique=True)
    schemas: SearchStrategy[LabelSchema] = lists.map(LabelSchema)
    return schemas


def vote_matrices(
    *,
    min_items: int = 0,
    max_items: int = 12,
    max_lfs: int = 5,
    max_classes: int = 4,
    sparse: bool | None = None,
) -> SearchStrategy[VoteMatrix]:
    """Return a strategy for vote matrices, ordinary and degenerate ones.

    Parameters
    ----------
    min_items, max_items : int
        Number of items; 0 by default at least.
    max_lfs : int
        Largest number of labeling functions; at least 1.
    max_classes : int
        Largest number of classes; at least 2.
    sparse : bool, optional
        Whether the sparse form is drawn; by default both are.

    Returns
    -------
    SearchStrategy of VoteMatrix
        Among them: no items, one labeling function, all-abstain rows and columns,
        unanimous votes, tied votes, columns that vote for one class, nothing but silence.

    Raises
    ------
    MissingDependencyError
        If hypothesis is not installed.
    """
    st = _strategies("vote_matrices")
    sizes = st.tuples(
        st.integers(min_items, max_items), st.integers(1, max_lfs), st.integers(2, max_classes)
    )
    forms = st.booleans() if sparse is None else st.just(sparse)
    matrices: SearchStrategy[VoteMatrix] = sizes.flatmap(
        lambda size: st.builds(
            _votes,
            _arrays(size[:2], st.integers(-1, size[2] - 1)),
            st.just(size[2]),
            st.sampled_from(_SHAPES),
            forms,
        )
    )
    return matrices


def soft_labels(*, max_items: int = 10, max_classes: int = 4) -> SearchStrategy[SoftLabels]:
    """Return a strategy for soft labels: sharp, flat and anything between."""
    st = _strategies("soft_labels")
    sizes = st.tuples(st.integers(0, max_items), st.integers(2, max_classes))
    # Differences of up to 40 nats: from an even row to a certain one.
    logs = sizes.flatmap(lambda size: _arrays(size, st.integers(-40, 0)))
    labels: SearchStrategy[SoftLabels] = logs.map(_soft)
    return labels


def soft_votes(
    *, min_items: int = 0, max_items: int = 10, max_lfs: int = 4, max_classes: int = 4
) -> SearchStrategy[SoftVotes]:
    """Return a strategy for soft votes: certain, uniform and anything between, and abstains.

    Parameters
    ----------
    min_items, max_items : int
        Number of items; 0 by default at least.
    max_lfs : int
        Largest number of labeling functions; at least 1.
    max_classes : int
        Largest number of classes; at least 2.

    Returns
    -------
    SearchStrategy of SoftVotes

    Raises
    ------
    MissingDependencyError
        If hypothesis is not installed.
    """
    st = _strategies("soft_votes")
    sizes = st.tuples(
        st.integers(min_items, max_items), st.integers(1, max_lfs), st.integers(2, max_classes)
    )
    # Differences of up to 800 nats: probabilities that are exactly 0 and 1 are among them.
    nats = st.one_of(st.integers(-5, 0), st.integers(-800, 0))
    votes: SearchStrategy[SoftVotes] = sizes.flatmap(
        lambda size: st.builds(
            _soft_votes, _arrays(size, nats), _arrays(size[:2], st.integers(0, 3))
        )
    )
    return votes


def _strategies(needed_for: str) -> Any:
    try:
        import hypothesis.strategies as st
    except ImportError as error:
        needed = f"weaklabel.testing.{needed_for}"
        raise MissingDependencyError.of("hypothesis", needed, "dev") from error
    return st


def _arrays(shape: tuple[int, ...], elements: Any) -> Any:
    from hypothesis.extra.numpy import arrays

    return arrays(np.int64, shape, elements=elements)


def _schema(n_classes: int) -> LabelSchema:
    return LabelSchema([f"class_{y}" for y in range(n_classes)])


def _votes(codes: npt.NDArray[np.int64], n_classes: int, shape: str, sparse: bool) -> VoteMatrix:
    n_lfs = codes.shape[1]
    if shape == "silent rows and columns":
        codes[::2] = -1
        codes[:, 1::2] = -1
    elif shape == "unanimous":
        codes[:] = np.abs(codes[:, :1]) % n_classes
    elif shape == "tied":
        codes[:] = (np.abs(codes[:, :1]) + np.arange(n_lfs)) % n_classes
    elif shape == "one-class columns":
        codes[codes != np.arange(n_lfs) % n_classes] = -1
    elif shape == "silence":
        codes[:] = -1
    votes = VoteMatrix.from_array(codes, _schema(n_classes))
    return to_sparse(votes) if sparse else votes


def _soft(logs: npt.NDArray[np.int64]) -> SoftLabels:
    return SoftLabels(log_normalize(logs.astype(np.float64)), None, _schema(logs.shape[1]))


def _soft_votes(logs: npt.NDArray[np.int64], casts: npt.NDArray[np.int64]) -> SoftVotes:
    n_classes = logs.shape[2]
    proba = log_normalize(logs.reshape(-1, n_classes).astype(np.float64)).reshape(logs.shape)
    proba[casts == 0] = np.nan
    return SoftVotes.from_array(proba, _schema(n_classes))
