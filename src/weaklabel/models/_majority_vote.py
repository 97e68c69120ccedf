"""MajorityVote: each class gets its share of an item's votes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weaklabel.core import CodeArray, FloatArray, IntArray, SoftVotes, SparseCodes, Votes
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._parameters import ColumnGroups, check_class_prior, check_column_groups
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import item_blocks
from weaklabel.models._row_reductions import row_sum

__all__ = ["MajorityVote", "vote_shares"]

#: Numbers of a block of items, which a processor's cache holds.
_BLOCK = 2**16
#: Up to so many classes, comparing each column with each of them is faster than going by votes.
_FEW_CLASSES = 16
#: Items whose votes in a column, and sums for a few classes, stay in a processor's cache.
_ROWS_COMPARED = 2**14


class MajorityVote(BaseLabelModel):
    """Share of the votes for each class; every labeling function counts the same.

    The model to compare others with, and a hard one to beat. It estimates nothing:
    `fit` only remembers the labeling functions and the classes. Its shares are
    no calibrated probabilities: an item with a single vote gets 1.0.

    Parameters
    ----------
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1: what an item without votes gets. It
        changes no shares of votes. By default it is uniform.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.

    Attributes
    ----------
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        What an item without votes gets; sums to 1.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    Time O(n_items * n_lfs).

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[1, 1, 0], [0, -1, 1], [-1, -1, -1]]
    >>> votes = VoteMatrix.from_array(codes, classes=["ham", "spam"])
    >>> model = MajorityVote().fit(votes)
    >>> model.predict_proba(votes).round(2)
    array([[0.33, 0.67],
           [0.5 , 0.5 ],
           [0.5 , 0.5 ]])

    Ties, and items without votes, stay open:

    >>> model.predict(votes)
    array([ 1, -1, -1], dtype=int8)
    """

    uses_patterns = True
    uses_soft_votes = True

    #: What holds in a subclass with a constructor or a fit of its own.
    class_prior: Sequence[float] | FloatArray | None = None
    column_groups: ColumnGroups | None = None
    column_group_: IntArray | None = None

    def __init__(
        self,
        *,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        check_class_prior(type(self).__name__, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit(self, votes: Votes) -> None:
        self._remember(votes.n_classes, votes.lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        self._remember(counts.n_classes, counts.lf_names)

    def _remember(self, n_classes: int, lf_names: tuple[str, ...]) -> None:
        name = type(self).__name__
        given = check_class_prior(name, self.class_prior, n_classes)
        self.class_prior_ = np.full(n_classes, 1.0 / n_classes) if given is None else given
        self.column_group_ = check_column_groups(name, self.column_groups, lf_names)

    def _posterior(self, votes: Votes) -> FloatArray:
        shares = vote_shares(votes, group_of=self.column_group_)
        if self.class_prior is not None:
            shares[~votes.covered] = self.class_prior_
        return shares


def vote_shares(
    votes: Votes, smoothing: float = 0.0, group_of: IntArray | None = None
) -> FloatArray:
    """Return each class's share of every item's votes, uniform without votes.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        The votes. A soft vote is shared out by its probabilities.
    smoothing : float
        Pseudo-votes for each class, at least 0.
    group_of : numpy.ndarray of int64, shape (n_lfs,), optional
        Group of each labeling function, -1 for one in none: a group has one vote on each
        item. By default every labeling function has one.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Every row sums to 1.
    """
    counts = _class_counts(votes) if group_of is None else _group_counts(votes, group_of)
    counts += smoothing
    total = row_sum(counts)
    counts[total[:, 0] == 0] = 1.0
    total[total == 0] = votes.n_classes
    counts /= total
    return counts


def _group_counts(votes: Votes, group_of: IntArray) -> FloatArray:
    counts = np.zeros((votes.n_items, votes.n_classes))
    for some, patterns in item_blocks(votes):
        counts[some] = patterns.share_votes(group_of).class_counts()
    return counts


def _class_counts(votes: Votes) -> FloatArray:
    n_items, k = votes.n_items, votes.n_classes
    if isinstance(votes, SoftVotes):
        counts = np.zeros((n_items, k))
        for some, patterns in item_blocks(votes):
            counts[some] = patterns.class_counts()
        return counts
    if isinstance(votes.store, SparseCodes):
        items, _, codes = votes.entries
        cells = items * k + codes
        return np.bincount(cells, minlength=n_items * k).reshape(n_items, k).astype(np.float64)
    return _dense_counts(votes.store, k)


def _dense_counts(codes: CodeArray, n_classes: int) -> FloatArray:
    counts = np.zeros((len(codes), n_classes))
    few = n_classes <= _FEW_CLASSES
    n_rows = _ROWS_COMPARED if few else max(_BLOCK // n_classes, 1)
    count = _compare_with_each_class if few else _add_each_vote
    for start in range(0, len(codes), n_rows):
        count(codes[start : start + n_rows], counts[start : start + n_rows])
    return counts


def _compare_with_each_class(codes: CodeArray, counts: FloatArray) -> None:
    """Count by comparing whole columns with each class, many items in one instruction."""
    n_rows, n_classes = counts.shape
    small = np.min_scalar_type(codes.shape[1])
    sums = np.zeros((n_classes, n_rows), dtype=small)
    equal = np.empty(n_rows, dtype=np.bool_)
    for j in range(codes.shape[1]):
        for y in range(n_classes):
            np.equal(codes[:, j], codes.dtype.type(y), out=equal)
            np.add(sums[y], equal.view(np.uint8), out=sums[y])
    counts[:] = sums.T


def _add_each_vote(codes: CodeArray, counts: FloatArray) -> None:
    """Count vote by vote, whose time does not grow with the classes."""
    n_classes = counts.shape[1]
    cells = counts.reshape(-1)
    for j in range(codes.shape[1]):
        voted = np.flatnonzero(codes[:, j] >= 0)
        cells[voted * n_classes + codes[voted, j]] += 1.0  # an item is in `voted` once
