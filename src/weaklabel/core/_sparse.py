"""SparseCodes: votes of many mostly silent columns, stored as the votes that were cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import CodeArray, IntArray
from weaklabel.core._check import read_only
from weaklabel.errors import VotesError

__all__ = ["SparseCodes"]


@dataclass(frozen=True, slots=True, eq=False)
class SparseCodes:
    """Votes in compressed rows: abstains are not stored.

    Parameters
    ----------
    indptr : numpy.ndarray of int64, shape (n_items + 1,)
        The votes of item ``i`` are the entries ``indptr[i]`` to ``indptr[i + 1]``.
    lfs : numpy.ndarray of int32, shape (n_votes,)
        Column of each vote, ascending within an item.
    codes : numpy.ndarray of int8 or int16, shape (n_votes,)
        Class code of each vote, never ABSTAIN.
    n_lfs : int
        Number of columns.
    """

    indptr: IntArray
    lfs: npt.NDArray[np.int32]
    codes: CodeArray
    n_lfs: int

    @classmethod
    def from_entries(
        cls,
        items: npt.ArrayLike,
        lfs: npt.ArrayLike,
        codes: npt.ArrayLike,
        shape: tuple[int, int],
        dtype: np.dtype[Any],
    ) -> SparseCodes:
        """Return the sparse form of (item, column, code) triples in any order.

        Abstains (-1) are dropped. Raises VotesError if the arrays differ in length,
        a position is outside `shape`, or one cell has two votes.
        """
        row, col, code = (np.asarray(a).ravel() for a in (items, lfs, codes))
        if not len(row) == len(col) == len(code):
            raise VotesError(
                f"entries have {len(row)} items, {len(col)} columns and {len(code)} codes, "
                "must be equally many. Give one triple for each vote."
            )
        for name, values, size in (("items", row, shape[0]), ("lfs", col, shape[1])):
            if len(values) and not (values.min() >= 0 and values.max() < size):
                raise VotesError(f"{name} holds a position outside [0, {size}). Check the shape.")
        voted = code >= 0
        row, col, code = row[voted], col[voted], code[voted]
        order = np.lexsort((col, row))
        row, col, code = row[order], col[order], code[order]
        same = (row[1:] == row[:-1]) & (col[1:] == col[:-1])
        if same.any():
            i = int(np.flatnonzero(same)[0])
            raise VotesError(
                f"item {row[i]} has two votes in column {col[i]}, must be at most one. "
                "Merge or drop the repeated vote."
            )
        indptr = np.zeros(shape[0] + 1, dtype=np.int64)
        np.cumsum(np.bincount(row, minlength=shape[0]), out=indptr[1:])
        return cls(
            read_only(indptr),
            read_only(col.astype(np.int32)),
            read_only(code.astype(dtype)),
            shape[1],
        )

    @property
    def n_items(self) -> int:
        """Number of items (rows)."""
        return len(self.indptr) - 1

    def items(self) -> IntArray:
        """Return the row of every vote, shape (n_votes,)."""
        return np.repeat(np.arange(self.n_items), np.diff(self.indptr))

    def dense(self) -> CodeArray:
        """Return the votes as a column-major array of shape (n_items, n_lfs)."""
        out = np.full((self.n_items, self.n_lfs), -1, dtype=self.codes.dtype, order="F")
        out[self.items(), self.lfs] = self.codes
        return out

    def take(self, positions: IntArray) -> SparseCodes:
        """Return the rows at `positions`, in that order."""
        counts = np.diff(self.indptr)[positions]
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        offsets = np.arange(indptr[-1]) - np.repeat(indptr[:-1], counts)
        source = np.repeat(self.indptr[:-1][positions], counts) + offsets
        return SparseCodes(
            read_only(indptr),
            read_only(self.lfs[source]),
            read_only(self.codes[source]),
            self.n_lfs,
        )
