"""Roster: who is in the team right now, without asking the store at every message."""

from __future__ import annotations

import threading
from collections.abc import Callable

from weaklabel.review.desk._desk import Reviewer
from weaklabel.review.team._reviewers import Reviewers

__all__ = ["Roster"]

#: After so many seconds the store is asked again: so long may somebody who was revoked go on.
_SECONDS = 1.0


class Roster:
    """The reviewers who may work, read anew every second.

    Parameters
    ----------
    reviewers : Reviewers
        Where they are kept.
    clock : callable
        Returns seconds.
    """

    def __init__(self, reviewers: Reviewers, clock: Callable[[], float]) -> None:
        self._reviewers, self._clock = reviewers, clock
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._found: dict[str, Reviewer] = {}
        self._experts: frozenset[str] = frozenset()

    def get(self, name: str) -> Reviewer | None:
        """Return who has a name now; FileFormatError if the store cannot be read."""
        return self._now().get(name)

    def names(self) -> frozenset[str]:
        """Return the names of all."""
        return frozenset(self._now())

    def experts(self) -> frozenset[str]:
        """Return the names of those who may settle what others disagree on."""
        self._now()
        return self._experts

    def roles(self) -> dict[str, str]:
        """Return the role of each by name."""
        return {name: found.role for name, found in self._now().items()}

    def forget(self) -> None:
        """Have the store asked at the next call: somebody was let in just now."""
        with self._lock:
            self._read_at = float("-inf")

    def _now(self) -> dict[str, Reviewer]:
        with self._lock:
            now = self._clock()
            if not 0.0 <= now - self._read_at < _SECONDS:  # a clock may be set back
                self._found = {found.name: found for found in self._reviewers.active()}
                self._experts = frozenset(n for n, r in self._found.items() if r.role != "reviewer")
                self._read_at = now
            return self._found
