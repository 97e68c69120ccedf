"""LogFeed: the decisions of a log as they come, from whichever server, each handed on once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.review.store._migrations import SCHEMA_VERSION
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.store._tables import StoredRow, decision_of, select_rows

__all__ = ["LogFeed"]


class LogFeed:
    """Hands on every decision of a log, in its order, as soon as somebody reads.

    It may be read by several threads at once.

    Parameters
    ----------
    store : DecisionStore
        The log.
    take : callable
        Gets each decision, one at a time; while `lock` is held.
    lock : lock
        Held while decisions are handed on, never while the store is read.
    """

    def __init__(
        self, store: DecisionStore, take: Callable[[Decision], None], lock: threading.RLock
    ) -> None:
        self._store, self._take, self.lock = store, take, lock
        #: Number of the last decision that was handed on.
        self.sequence = 0

    def read(self) -> None:
        """Hand on what came since; FileFormatError if the store cannot be read."""
        start = self.sequence
        found, _ = self._store.since(start)
        self._hand_on(start, found)

    def read_within(self, connection: sa.Connection) -> None:
        """Hand on what came since, as a transaction sees it that is alone to write."""
        start = self.sequence
        rest = f"WHERE d.sequence > {start:d} ORDER BY d.sequence"
        rows = connection.exec_driver_sql(select_rows(SCHEMA_VERSION, rest))
        escaped = connection.dialect.name == "postgresql"
        self._hand_on(start, [decision_of(StoredRow.of(row), escaped) for row in rows])

    def _hand_on(self, start: int, found: Sequence[Decision]) -> None:
        with self.lock:
            # Another thread may have read some of them meanwhile. Numbers have no gaps.
            for decision in found[self.sequence - start :]:
                self._take(decision)
                self.sequence += 1
