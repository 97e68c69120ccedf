"""Column groups: what label models compute with where columns share one vote's weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray
from weaklabel.models._parameters import ColumnGroups, check_column_groups
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, patterns_of

__all__ = ["column_weights", "grouped_patterns", "one_column_each"]


def grouped_patterns(
    owner: str, column_groups: ColumnGroups | None, counts: PatternCounts
) -> tuple[VotePatterns, IntArray | None]:
    """Return the patterns of `counts`, votes of a group sharing a weight, and each column's group.

    Parameters
    ----------
    owner : str
        Name of the label model, for the words of an error.
    column_groups : mapping or sequence of sequence of str, optional
        Names of labeling functions, group by group.
    counts : PatternCounts
        The votes.

    Returns
    -------
    VotePatterns
        As `VotePatterns.share_votes` gives them; with plain votes where there are no groups.
    numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, -1 for one in none; None without groups.

    Raises
    ------
    ParameterError
        If these are no groups of labeling functions of `counts`.
    """
    patterns = patterns_of(counts)
    group_of = check_column_groups(owner, column_groups, counts.lf_names)
    return patterns if group_of is None else patterns.share_votes(group_of), group_of


def column_weights(group_of: IntArray, votes_at_all: BoolArray) -> FloatArray:
    """Return ``1 / n`` for each column of a group of which ``n`` ever vote, 1 for one in none.

    What is summed over columns, and not over the votes of an item, is weighed by it, so
    that an exact copy of a column, grouped with it, changes no such sum.

    Parameters
    ----------
    group_of : numpy.ndarray of int64, shape (n_lfs,)
        Group of each labeling function; -1 for one in none.
    votes_at_all : numpy.ndarray of bool, shape (n_lfs,)
        Whether it votes on any item.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs,)

    Examples
    --------
    >>> column_weights(np.array([0, -1, 0, 0]), np.array([True, True, True, False]))
    array([0.5, 1. , 0.5, 0.5])
    """
    sizes = np.bincount(
        group_of[votes_at_all & (group_of >= 0)], minlength=group_of.max(initial=0) + 1
    )
    return np.where(group_of >= 0, 1.0 / np.maximum(sizes[group_of], 1), 1.0)


def one_column_each(patterns: VotePatterns, group_of: IntArray) -> VotePatterns:
    """Return the patterns as if each group were one column that votes what its columns vote.

    For random starts, which are drawn from how votes hang together: copies of a column
    must not draw another start.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
    group_of : numpy.ndarray of int64, shape (n_lfs,)
        Group of each labeling function; -1 for one in none.

    Returns
    -------
    VotePatterns
        All votes of a group are those of its first column, each class once, with the
        largest probability that a soft vote gives to it; the others are silent.
    """
    from scipy.sparse import csr_array

    first = np.arange(len(group_of))
    grouped = np.flatnonzero(group_of >= 0)
    groups, places = np.unique(group_of[grouped], return_index=True)
    first[grouped] = grouped[places][np.searchsorted(groups, group_of[grouped])]
    one_hot, n_columns = patterns.one_hot, patterns.one_hot.shape[1]
    lfs, codes = np.divmod(one_hot.indices.astype(np.int64), patterns.n_classes)
    rows = np.repeat(np.arange(one_hot.shape[0]), np.diff(one_hot.indptr))
    keys = rows * n_columns + first[lfs] * patterns.n_classes + codes
    order = np.argsort(keys, kind="stable")
    cells, starts = np.unique(keys[order], return_index=True)
    data = np.maximum.reduceat(one_hot.data[order], starts) if len(starts) else one_hot.data
    where = (cells // n_columns, cells % n_columns)
    merged = csr_array((data, where), shape=one_hot.shape)
    return replace(patterns, one_hot=merged, shares=None)
