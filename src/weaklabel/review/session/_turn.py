"""Turn: which items of a queue one reviewer gets next, and how each is put before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from weaklabel.core import BoolArray

__all__ = ["OtherAnswer", "QueueOrder", "Showing", "Turn"]


@dataclass(frozen=True, slots=True)
class OtherAnswer:
    """What an adjudicator sees of another reviewer.

    Parameters
    ----------
    reviewer : str
        Who answered.
    label : str or None
        The class; None for a skip or an escalation.
    comment, cause : str
        As stored with the answer.
    kind : {"", "escalation"}
        Whether it is an answer, or passes the item on.
    """

    reviewer: str
    label: str | None
    comment: str
    cause: str
    kind: str


@dataclass(frozen=True, slots=True)
class Showing:
    """How an item is put before one reviewer, beside what its stratum says.

    Parameters
    ----------
    blind : bool
        Whether the proposal is hidden though its stratum is not blind.
    gold : bool
        Whether it is a gold check: stored with the decision, never shown.
    stratum : str or None
        Stored in place of that of the queue; None keeps it.
    shown_stratum : str or None
        What the reviewer sees in place of what is stored; None shows that.
    others : tuple of OtherAnswer
        What others said, for an adjudicator.
    """

    blind: bool = False
    gold: bool = False
    stratum: str | None = None
    shown_stratum: str | None = None
    others: tuple[OtherAnswer, ...] = ()


class Turn(Protocol):
    """Who decides which item comes next for one reviewer."""

    def upcoming(self, start: int, n: int, is_open: BoolArray) -> Sequence[int]:
        """Return places of the queue that the reviewer should do next.

        Parameters
        ----------
        start : int
            The place to begin at, in [0, n_items); after the last place comes the first one.
        n : int
            How many at most.
        is_open : numpy.ndarray of bool, shape (n_items,)
            Whether this reviewer neither answered, skipped nor escalated it. Not to be changed.

        Returns
        -------
        sequence of int
            In order, `n` at most; empty where nothing is left for now.
        """

    def may_see(self, place: int, /) -> bool:
        """Return whether the reviewer may look at a place of the queue."""

    def showing(self, place: int, /) -> Showing:
        """Return how the item at a place of the queue is put before the reviewer."""

    def progress(self) -> dict[str, Any]:
        """Return what `ReviewSession.progress` says beside, or in place of, its own figures."""


class QueueOrder:
    """The turn of a reviewer who has the queue alone: in its order, everything may be seen.

    Examples
    --------
    >>> list(QueueOrder().upcoming(2, 5, np.array([True, False, True])))
    [2, 0]
    """

    def upcoming(self, start: int, n: int, is_open: BoolArray) -> Sequence[int]:
        """Return the first `n` open places from `start` on, then from the beginning."""
        found = _first_open(is_open, start, len(is_open), n)
        return found + _first_open(is_open, 0, start, n - len(found))

    def may_see(self, _place: int) -> bool:
        """Return True."""
        return True

    def showing(self, _place: int) -> Showing:
        """Return that nothing differs from what the queue says."""
        return Showing()

    def progress(self) -> dict[str, Any]:
        """Return nothing."""
        return {}


def _first_open(is_open: BoolArray, start: int, end: int, n: int) -> list[int]:
    """Return the first `n` open places in [start, end).

    One after the other, because a few are asked for where a hundred thousand may be open.
    """
    found: list[int] = []
    while len(found) < n and start < end:
        step = int(np.argmax(is_open[start:end]))
        if not is_open[start + step]:
            break
        found.append(start + step)
        start += step + 1
    return found
