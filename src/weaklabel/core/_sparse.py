"""SparseCodes: votes of many mostly silent columns, stored as the votes that were cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import CodeArray, IntArray
from weaklabel.core._check import read_only
from weaklabel.errors import VotesError

__all__ = ["SparseCodes", "check_positions", "order_by_item", "take_rows"]


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
        check_positions(row, col, shape)
        voted = code >= 0
        row, col, code = row[voted], col[voted], code[voted]
        order, indptr = order_by_item(row, col, shape[0])
        col, code = col[order], code[order]
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
        indptr, source = take_rows(self.indptr, positions)
        return SparseCodes(
            read_only(indptr),
            read_only(self.lfs[source]),
            read_only(self.codes[source]),
            self.n_lfs,
        )


def check_positions(items: npt.NDArray[Any], lfs: npt.NDArray[Any], shape: tuple[int, int]) -> None:
    """Raise VotesError if a row or a column of entries is outside `shape`."""
    for name, values, size in (("items", items, shape[0]), ("lfs", lfs, shape[1])):
        if len(values) and not (values.min() >= 0 and values.max() < size):
            raise VotesError(f"{name} holds a position outside [0, {size}). Check the shape.")


def order_by_item(
    items: npt.NDArray[Any], lfs: npt.NDArray[Any], n_items: int
) -> tuple[IntArray, IntArray]:
    """Return the order of entries by item and column, and where each item begins in it.

    Raises VotesError if one cell has two entries.
    """
    order = np.lexsort((lfs, items))
    row, col = items[order], lfs[order]
    same = (row[1:] == row[:-1]) & (col[1:] == col[:-1])
    if same.any():
        i = int(np.flatnonzero(same)[0])
        raise VotesError(
            f"item {row[i]} has two votes in column {col[i]}, must be at most one. "
            "Merge or drop the repeated vote."
        )
    indptr = np.zeros(n_items + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=n_items), out=indptr[1:])
    return order, indptr


def take_rows(indptr: IntArray, positions: IntArray) -> tuple[IntArray, IntArray]:
    """Return where each of some compressed rows begins once taken, and where its entries were."""
    counts = np.diff(indptr)[positions]
    taken = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    offsets = np.arange(taken[-1]) - np.repeat(taken[:-1], counts)
    return taken, np.repeat(indptr[:-1][positions], counts) + offsets
