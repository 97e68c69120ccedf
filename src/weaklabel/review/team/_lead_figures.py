"""LeadFigures: what the lead of a team sees, read from the store."""

from __future__ import annotations

import threading
from collections.abc import Callable

import sqlalchemy as sa

from weaklabel.core import Decision, DecisionLog
from weaklabel.review.session._session_item import Json
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.store._tables import guideline_versions
from weaklabel.review.team._dashboard import Dashboard, QueueFacts
from weaklabel.review.team._leases import read_leases
from weaklabel.review.team._roster import Roster

__all__ = ["LeadFigures"]


class LeadFigures:
    """Reads what a `Dashboard` needs, each decision once.

    Parameters
    ----------
    store : DecisionStore
        Log, leases and versions of the guidelines.
    facts : QueueFacts
        Of the queue.
    roster : Roster
        Who is in the team.
    clock : callable
        Returns seconds since 1970.
    """

    def __init__(
        self,
        store: DecisionStore,
        facts: QueueFacts,
        roster: Roster,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._roster, self._clock = store, roster, clock
        self._dashboard = Dashboard(facts)
        self._lock = threading.Lock()
        self._decisions: list[Decision] = []
        self._last = 0

    def now(self) -> dict[str, Json]:
        """Return the figures of now; FileFormatError if the store cannot be read."""
        leases, versions = self._tables()
        return self._dashboard.figures(
            self._log(), roles=self._roster.roles(), leases=leases, guidelines=versions
        )

    def _log(self) -> DecisionLog:
        with self._lock:
            found, self._last = self._store.since(self._last)
            self._decisions += found
            return DecisionLog(self._decisions)

    def _tables(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        with self._store.transaction(writing=False) as connection:
            if connection is None:
                return [], []
            leases = read_leases(connection, self._clock())
            query = sa.select(guideline_versions.c.version, guideline_versions.c.since)
            versions = [(str(row[0]), str(row[1])) for row in connection.execute(query)]
        return [(lease.item_id, lease.reviewer) for lease in leases], versions
