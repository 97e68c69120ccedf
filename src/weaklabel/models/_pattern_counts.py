"""PatternCounts: how many items have each vote pattern, countable in parts that add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    CodeArray,
    FloatArray,
    IntArray,
    LabelSchema,
    SoftVotes,
    SparseCodes,
    VoteMatrix,
    Votes,
)
from weaklabel.core._check import read_only
from weaklabel.core._html import escape
from weaklabel.core._row_hash import (
    SALTS,
    HashArray,
    cell_hashes,
    distinct,
    gold_hashes,
    row_hashes,
)
from weaklabel.core._sparse import take_rows
from weaklabel.errors import VotesError
from weaklabel.models._gold import Gold, check_gold

__all__ = [
    "PatternCounts",
    "SoftCells",
    "count_patterns",
    "dense_cells",
    "merge_counts",
    "soft_cells",
    "sparse_cells",
]

#: Votes are turned into cells in blocks that a processor's cache holds.
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, eq=False)
class PatternCounts:
    """How many items have each distinct row of votes: all that most label models learn from.

    Counts of parts of the items add up by `merge` to the counts of all of them, so
    that a label model can be fitted (``fit_counts``) on items that were never
    together in one memory: chunks of a file, partitions of Dask or Spark.

    Make one with ``PatternCounts.of(votes)``. Rows in which everybody abstains are
    only counted. Items with the same votes and different gold are kept apart.

    Parameters
    ----------
    indptr : numpy.ndarray of int64, shape (n_patterns + 1,)
        The votes of pattern ``i`` are ``cells[indptr[i]:indptr[i + 1]]``.
    cells : numpy.ndarray of int32 or int64, shape (n_cells,)
        ``j * n_classes + v`` for vote ``v`` of labeling function ``j``, ascending
        within a pattern. A soft vote has a cell for each class that it holds possible.
    counts : numpy.ndarray of int64, shape (n_patterns,)
        Number of items that have each pattern; at least 1.
    gold : numpy.ndarray of int8 or int16, shape (n_patterns,)
        The class that is known of these items, -1 where it is unknown.
    n_uncovered : int
        Number of items without votes.
    lf_names : tuple of str
        The labeling functions.
    schema : LabelSchema
        The classes.
    weights : numpy.ndarray of float64, shape (n_cells,), optional
        Weight of each cell: the probability that a soft vote gives to its class, above 0 and
        up to 1. None where all are 1.

    Notes
    -----
    Patterns are ordered by a hash of their votes and gold. Counts are integers, so
    merging in any order and grouping gives the same bits. Memory grows with the
    patterns, not with the items; but soft votes seldom repeat to the last bit, and with
    them nearly every item is a pattern of its own.

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[1, -1], [1, -1], [0, 0], [-1, -1]], ["ham", "spam"])
    >>> counts = PatternCounts.of(votes)
    >>> counts
    PatternCounts(4 items, 2 patterns of 2 labeling functions, 1 items without votes)
    >>> PatternCounts.of(votes.take([0, 1])).merge(PatternCounts.of(votes.take([2, 3])))
    PatternCounts(4 items, 2 patterns of 2 labeling functions, 1 items without votes)
    """

    indptr: IntArray
    cells: npt.NDArray[Any]
    counts: IntArray
    gold: CodeArray
    n_uncovered: int
    lf_names: tuple[str, ...]
    schema: LabelSchema
    weights: FloatArray | None = None

    @classmethod
    def of(cls, votes: Votes, gold: Gold | None = None) -> PatternCounts:
        """Return the counts of the items in `votes`.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
            The votes; no items are allowed.
        gold : sequence of str, int or None, optional
            What is known of the class of each item: names or codes, None or -1 for
            unknown. Gold of items without votes is left out.

        Returns
        -------
        PatternCounts

        Raises
        ------
        LabelsError
            If `gold` has another length than `votes`.
        SchemaError
            If an entry of `gold` is no class.
        """
        known = None if gold is None else check_gold(gold, votes.n_items, votes.schema)
        return count_patterns(votes, known)[0]

    @property
    def n_items(self) -> int:
        """Number of items counted, with and without votes."""
        return int(self.counts.sum()) + self.n_uncovered

    @property
    def n_patterns(self) -> int:
        """Number of distinct rows, without the one on which nobody votes."""
        return len(self.counts)

    @property
    def n_lfs(self) -> int:
        """Number of labeling functions."""
        return len(self.lf_names)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.schema.n_classes

    def merge(self, other: PatternCounts) -> PatternCounts:
        """Return the counts of the items of both.

        Parameters
        ----------
        other : PatternCounts
            Counts of other items, of the same labeling functions and classes.

        Returns
        -------
        PatternCounts

        Raises
        ------
        VotesError
            If labeling functions or classes differ.
        """
        _check_alike(self, other)
        indptr = np.concatenate([self.indptr, self.indptr[-1] + other.indptr[1:]])
        weights = None
        if self.weights is not None or other.weights is not None:
            weights = np.concatenate([_weights(self), _weights(other)])
        joined = PatternCounts(
            indptr,
            np.concatenate([self.cells, other.cells]),
            np.concatenate([self.counts, other.counts]),
            np.concatenate([self.gold, other.gold]),
            self.n_uncovered + other.n_uncovered,
            self.lf_names,
            self.schema,
            weights,
        )
        return _merge_equal(joined)

    def without_gold(self) -> PatternCounts:
        """Return the same counts with every class unknown."""
        if not (self.gold >= 0).any():
            return self
        unknown = np.full_like(self.gold, -1)
        return _merge_equal(replace(self, gold=unknown))

    def __repr__(self) -> str:
        known = int(self.counts[self.gold >= 0].sum())
        gold = f", {known} with gold" if known else ""
        return (
            f"PatternCounts({self.n_items} items{gold}, {self.n_patterns} patterns of "
            f"{self.n_lfs} labeling functions, {self.n_uncovered} items without votes)"
        )

    def _repr_html_(self) -> str:
        return f"<div><p>{escape(repr(self))}</p></div>"


class SoftCells(NamedTuple):
    """The cells of soft votes, row by row, with their weights, as in `PatternCounts`."""

    indptr: IntArray
    cells: npt.NDArray[Any]
    weights: FloatArray

    def take(self, rows: IntArray) -> SoftCells:
        """Return the rows at `rows`, in that order."""
        indptr, source = take_rows(self.indptr, rows)
        return SoftCells(indptr, self.cells[source], self.weights[source])


def count_patterns(votes: Votes, gold: CodeArray | None = None) -> tuple[PatternCounts, IntArray]:
    """Return the counts of `votes`, and the pattern of each item, -1 where it has no votes.

    Rows are told apart by two 64-bit hashes, each a sum over the votes of a fixed
    pseudo-random number.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        The votes.
    gold : numpy.ndarray of int8 or int16, shape (n_items,), optional
        Known class of each item, -1 where unknown.

    Returns
    -------
    PatternCounts
        The distinct rows.
    numpy.ndarray of int64, shape (n_items,)
        Position in them.

    Notes
    -----
    Time O(n_items * n_lfs) for the dense form, O(n_votes) for the sparse one and
    O(n_votes * n_classes) for soft votes, plus one sort of n_items numbers. Two different rows would be merged only if
    both hashes, 128 bits, were equal.
    """
    covered = np.flatnonzero(votes.covered)
    source = soft_cells(votes) if isinstance(votes, SoftVotes) else votes
    n_cells = votes.n_lfs * votes.n_classes
    hashes = (_hashes(source, gold, n_cells, salt)[covered] for salt in SALTS)
    first, inverse, sizes = distinct(*hashes)
    rows = covered[first]
    index = np.full(votes.n_items, -1, dtype=np.int64)
    index[covered] = inverse
    cells = source.take(rows) if isinstance(source, SoftCells) else _cells(source, rows)
    known = np.full(len(rows), -1, votes.schema.dtype) if gold is None else gold[rows]
    uncovered = votes.n_items - len(covered)
    counts = _counts(cells, sizes, known, uncovered, votes.lf_names, votes.schema)
    return counts, index


def merge_counts(parts: Iterable[PatternCounts]) -> PatternCounts:
    """Return the counts of the items of all parts.

    Parameters
    ----------
    parts : iterable of PatternCounts
        At least one; each is let go of once it is merged.

    Returns
    -------
    PatternCounts

    Raises
    ------
    VotesError
        If there is none, or their labeling functions or classes differ.

    Notes
    -----
    Small parts are merged among themselves before they meet a large one, so time
    is O(n log n) in the patterns of all parts, and memory that of a few times the
    patterns in the end.
    """
    stack: list[PatternCounts] = []
    for part in parts:
        if stack:
            _check_alike(stack[0], part)
        stack.append(part)
        while len(stack) > 1 and stack[-2].n_patterns <= 2 * stack[-1].n_patterns:
            stack[-2:] = [stack[-2].merge(stack[-1])]
    if not stack:
        raise VotesError("there are no votes to count, must be at least one batch of them.")
    while len(stack) > 1:
        stack[-2:] = [stack[-2].merge(stack[-1])]
    return stack[0]


def _merge_equal(counts: PatternCounts) -> PatternCounts:
    """Return `counts` with equal patterns added up, in the order of their hashes."""
    hashes = []
    for salt in SALTS:
        known = gold_hashes(counts.gold, counts.n_lfs * counts.n_classes, salt)
        hashes.append(cell_hashes(counts.indptr, counts.cells, salt, counts.weights) + known)
    first, inverse, _ = distinct(*hashes)
    # Sums of integers below 2**53, which float64 holds exactly.
    sums = np.bincount(inverse, counts.counts, minlength=len(first)).astype(np.int64)
    indptr, source = take_rows(counts.indptr, first)
    weights = None if counts.weights is None else counts.weights[source]
    cells = (indptr, counts.cells[source], weights)
    rest = (counts.n_uncovered, counts.lf_names, counts.schema)
    return _counts(cells, sums, counts.gold[first], *rest)


def _weights(counts: PatternCounts) -> FloatArray:
    return np.ones(len(counts.cells)) if counts.weights is None else counts.weights


def _counts(
    rows: tuple[IntArray, npt.NDArray[Any], FloatArray | None],
    counts: IntArray,
    gold: CodeArray,
    n_uncovered: int,
    lf_names: tuple[str, ...],
    schema: LabelSchema,
) -> PatternCounts:
    indptr, cells, weights = rows
    if weights is not None:
        weights = None if (weights == 1.0).all() else read_only(weights)
    arrays = (read_only(indptr), read_only(cells), read_only(counts), read_only(gold))
    return PatternCounts(*arrays, n_uncovered, lf_names, schema, weights)


def _hashes(
    votes: VoteMatrix | SoftCells, gold: CodeArray | None, n_cells: int, salt: int
) -> HashArray:
    if isinstance(votes, SoftCells):
        hashes = cell_hashes(votes.indptr, votes.cells, salt, votes.weights)
    else:
        hashes = row_hashes(votes, salt)
    return hashes if gold is None else hashes + gold_hashes(gold, n_cells, salt)


def _cells(votes: VoteMatrix, rows: IntArray) -> tuple[IntArray, npt.NDArray[Any], None]:
    store, k = votes.store, votes.n_classes
    if isinstance(store, SparseCodes):
        taken = store.take(rows)
        return taken.indptr, sparse_cells(taken.lfs, taken.codes, votes.n_lfs, k), None
    # Rows lie together here: of column-major votes, each row would be gathered from all over.
    by_row: npt.NDArray[Any] = np.ascontiguousarray(store)
    parts = [
        dense_cells(by_row[rows[start : start + _ROWS_AT_ONCE]], k)
        for start in range(0, max(len(rows), 1), _ROWS_AT_ONCE)
    ]
    lengths = np.concatenate([np.diff(indptr) for indptr, _ in parts])
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return indptr, np.concatenate([cells for _, cells in parts]), None


def dense_cells(codes: npt.NDArray[Any], n_classes: int) -> tuple[IntArray, npt.NDArray[Any]]:
    """Return the votes of rows of `codes`, shape (n_rows, n_lfs), as ``indptr`` and ``cells``."""
    voted = codes >= 0
    n_lfs = codes.shape[1]
    indptr = np.zeros(len(codes) + 1, dtype=np.int64)
    np.cumsum(np.count_nonzero(voted, axis=1), out=indptr[1:])
    offsets = np.arange(0, n_lfs * n_classes, n_classes, dtype=_cell_type(n_lfs, n_classes))
    places = np.flatnonzero(voted)  # several times as fast as a mask where votes are few
    cells: npt.NDArray[Any] = offsets[places % max(n_lfs, 1)]
    cells += codes.ravel()[places]
    return indptr, cells


def sparse_cells(
    lfs: npt.NDArray[np.int32], codes: CodeArray | IntArray, n_lfs: int, n_classes: int
) -> npt.NDArray[Any]:
    """Return the ``cells`` of votes that are given by column and code."""
    small = _cell_type(n_lfs, n_classes)
    columns: npt.NDArray[Any] = lfs.astype(small)
    columns *= n_classes
    columns += codes
    return columns


def soft_cells(votes: SoftVotes, rows: slice | None = None) -> SoftCells:
    """Return the cells of soft votes, without those of probability 0.

    Parameters
    ----------
    votes : SoftVotes
        The votes.
    rows : slice, optional
        The items; by default all. Start and stop are given, the step is 1.

    Returns
    -------
    SoftCells
    """
    indptr = votes.indptr if rows is None else votes.indptr[rows.start : rows.stop + 1]
    cast = slice(int(indptr[0]), int(indptr[-1]))
    proba, k = votes.proba[cast], votes.n_classes
    places = np.flatnonzero(proba)
    vote, code = np.divmod(places, k)
    cells = sparse_cells(votes.lfs[cast][vote], code, votes.n_lfs, k)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.count_nonzero(proba, axis=1))])
    return SoftCells(ends[indptr - cast.start], cells, proba.ravel()[places])


def _cell_type(n_lfs: int, n_classes: int) -> np.dtype[Any]:
    return np.dtype(np.int32 if n_lfs * n_classes < 2**31 else np.int64)


def _check_alike(first: PatternCounts, second: PatternCounts) -> None:
    if first.lf_names != second.lf_names:
        raise VotesError(
            f"labeling functions of the counts are {_shown(second.lf_names)}, must be "
            f"{_shown(first.lf_names)} as in the others. Apply the same labeling functions, in "
            "the same order, to every batch."
        )
    if first.schema != second.schema:
        raise VotesError(
            f"classes of the counts are {_shown(second.schema.classes)}, must be "
            f"{_shown(first.schema.classes)} as in the others. Use the same classes in the same "
            "order for every batch."
        )


def _shown(names: tuple[str, ...]) -> str:
    more = ", …" if len(names) > 10 else ""
    return f"[{', '.join(repr(name) for name in names[:10])}{more}]"
