"""Groups: which items say nearly the same, found again from one of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weaklabel.core import IntArray
from weaklabel.errors import ParameterError

__all__ = ["Groups"]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups of near-duplicates, of all items and of those in the queue.

    Parameters
    ----------
    of_row : numpy.ndarray of int64, shape (n_items,)
        Group of each item, from 0.
    queued : numpy.ndarray of int64, shape (n_queued,)
        Group of each item of the queue.
    """

    of_row: IntArray
    queued: IntArray
    _order: IntArray
    _starts: IntArray
    _queued_order: IntArray
    _queued_starts: IntArray

    @classmethod
    def of_arrays(cls, groups: npt.ArrayLike, rows: IntArray, n_items: int) -> Groups:
        """Return the groups.

        Parameters
        ----------
        groups : array_like of int or str, shape (n_items,)
            Equal for items that say nearly the same, in the order of the items.
        rows : numpy.ndarray of int64, shape (n_queued,)
            Which item each one of the queue is.
        n_items : int
            Number of items.

        Raises
        ------
        ParameterError
            If there is not one group for each item.
        """
        given = np.asarray(groups)
        if given.shape != (n_items,):
            raise ParameterError(
                f"groups has shape {given.shape}, must be ({n_items},), one group for each item. "
                "Give what near_duplicate_groups returns for their texts."
            )
        names, of_row = np.unique(given, return_inverse=True)
        queued = of_row[rows]
        return cls(of_row, queued, *_by_group(of_row, len(names)), *_by_group(queued, len(names)))

    def rows_with(self, row: int) -> IntArray:
        """Return the items in the group of an item, itself among them, in order."""
        group = self.of_row[row]
        return self._order[self._starts[group] : self._starts[group + 1]]

    def places_with(self, i: int) -> IntArray:
        """Return the places in the queue of the group of the item at place `i`, in order."""
        group = self.queued[i]
        return self._queued_order[self._queued_starts[group] : self._queued_starts[group + 1]]


def _by_group(groups: IntArray, n_groups: int) -> tuple[IntArray, IntArray]:
    """Return positions ordered by group, and where in them each group starts and the last ends."""
    order = np.argsort(groups, kind="stable")
    counts = np.bincount(groups, minlength=n_groups)
    return order, np.concatenate([[0], np.cumsum(counts)])
