"""TeamLog: what the desk of a team knows of the log, kept up as it grows."""

from __future__ import annotations

import threading

from weaklabel.core import Decision
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._gold_checks import GoldChecks
from weaklabel.review.team._log_feed import LogFeed
from weaklabel.review.team._own_figures import OwnFigures
from weaklabel.review.team._settings import TeamSettings

__all__ = ["TeamLog"]


class TeamLog:
    """What items owe, what each reviewer did, and what their sessions have not heard of.

    Parameters
    ----------
    source : SessionSource
        The queue.
    store : DecisionStore
        The log, from whichever server it grows.
    settings : TeamSettings
        How many answers an item gets.
    gold : GoldChecks
        Items that owe none.
    """

    def __init__(
        self,
        source: SessionSource,
        store: DecisionStore,
        settings: TeamSettings,
        gold: GoldChecks,
    ) -> None:
        self._gold = gold
        self.demand = Demand(source.place, settings.rule_of, settings.n_skips, gold.places.tolist())
        #: Held while anything here is looked at or changed.
        self.lock = threading.RLock()
        self.feed = LogFeed(store, self._take, self.lock)
        self._own: dict[str, OwnFigures] = {}
        self._mail: dict[str, list[Decision]] = {}

    def own(self, reviewer: str) -> OwnFigures:
        """Return the counts of what stands of a reviewer in the queue, which go on counting."""
        with self.lock:
            return self._own.setdefault(reviewer, OwnFigures(self._shown))

    def mail(self, reviewer: str) -> list[Decision]:
        """Return the decisions of a reviewer, and erasures, since the last time this was called."""
        with self.lock:
            found = self._mail.get(reviewer, [])
            self._mail[reviewer] = []
            return found

    def _take(self, decision: Decision) -> None:
        if decision.kind == "erasure":
            for letters in self._mail.values():
                letters.append(decision)
        else:
            self._mail.setdefault(decision.reviewer, []).append(decision)
        place = self.demand.place.get(decision.item_id)
        if place is None:
            return
        before = self.demand.standing(place).get(decision.reviewer)
        self.demand.take(decision)
        after = self.demand.standing(place).get(decision.reviewer)
        if before is not after:
            self.own(decision.reviewer).change(place, before, after)

    def _shown(self, place: int, decision: Decision) -> str:
        """Return the stratum that the reviewer saw."""
        if self._gold.is_gold(place):
            return self._gold.showing(place).shown_stratum or ""
        return decision.stratum
