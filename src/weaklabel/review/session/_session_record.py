"""SessionRecord: what one reviewer did in a queue, stored first and known only then."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError, wrong_value
from weaklabel.review.session._own_answers import OwnAnswers
from weaklabel.review.session._progress_figures import ProgressFigures, rate_per_minute
from weaklabel.review.session._session_item import SessionItem
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.store._store import DecisionStore

__all__ = ["SessionRecord"]

#: Answers that the rate is taken from.
_RECENT = 20


class SessionRecord:
    """What stands of one reviewer, the figures of a queue, and the store that both go by.

    Parameters
    ----------
    source : SessionSource
        The queue.
    store : DecisionStore
        Where decisions go.
    reviewer : str
        Whose.
    decisions : iterable of Decision
        The log of now.
    """

    def __init__(
        self,
        source: SessionSource,
        store: DecisionStore,
        reviewer: str,
        decisions: Iterable[Decision],
    ) -> None:
        #: Who answers.
        self.reviewer = reviewer
        self._store, self._place = store, source.place
        self.own = OwnAnswers(reviewer, decisions)
        groups = None if source.groups is None else source.groups.queued
        self.figures = ProgressFigures(source.queue.strata, source.blind, groups)
        for item_id, decision in self.own.standing.items():
            if item_id in self._place:
                self.figures.add(self._place[item_id], decision)
        self._n_flagged = sum(item_id in self._place for item_id in self.own.flagged)
        #: Items that something from elsewhere was about.
        self._shared: set[str] = set()

    def of_key(self, key: str) -> tuple[Decision, ...]:
        """Return what was stored under a key before; DecisionsError if it can be none."""
        if not isinstance(key, str) or "#" in key:
            raise DecisionsError(
                wrong_value("key", key, "a text without '#', which counts the items of a group")
            )
        return self.own.of_key(key)

    def keep(self, decisions: Sequence[Decision]) -> None:
        """Store decisions, and only then know them."""
        n_stored = self._store.append(decisions)
        for decision in decisions:
            is_repeat = decision.can_stand and decision.item_id in self.own.standing
            if not n_stored and is_repeat and not decision.key:
                continue  # the store left what stands as it was
            self._know(decision)

    def take(self, decisions: Iterable[Decision]) -> None:
        """Know what came into the store, in its order; what this record stored may be among it."""
        for decision in decisions:
            is_own = decision.reviewer == self.reviewer
            if is_own and self.own.of_key(decision.key) and decision.item_id not in self._shared:
                continue
            if is_own:
                # From now on all of its decisions are known anew in the order of the store: one
                # from elsewhere may lie before one of ours that is known already.
                self._shared.add(decision.item_id)
            self._know(decision)

    def with_state(self, item: SessionItem) -> SessionItem:
        """Return an item with what the reviewer did with it and said of it."""
        standing = self.own.standing.get(item.item_id)
        comment, cause = self.own.said.get(item.item_id, ("", ""))
        return replace(
            item,
            state=_state(standing),
            answer=None if standing is None else standing.label,
            comment=comment,
            cause=cause,
            flagged=item.item_id in self.own.flagged,
            wrong_functions=self.own.wrong_functions(item.item_id),
        )

    def summary(self) -> dict[str, Any]:
        """Return counts of the queue, and items per minute of late; see `ReviewSession.progress`."""
        recent = islice(self.own.last(), _RECENT)
        rate = rate_per_minute(decision.seconds for decision in recent)
        return {**self.figures.summary(), "flagged": self._n_flagged, "rate": rate}

    def _know(self, decision: Decision) -> None:
        item_id = decision.item_id
        before = self.own.standing.get(item_id), item_id in self.own.flagged
        self.own.take(decision)
        after = self.own.standing.get(item_id), item_id in self.own.flagged
        place = self._place.get(item_id)
        if place is None:
            return
        self._n_flagged += after[1] - before[1]
        if before[0] is not after[0]:
            if before[0] is not None:
                self.figures.remove(place, before[0])
            if after[0] is not None:
                self.figures.add(place, after[0])


def _state(standing: Decision | None) -> str:
    if standing is None:
        return "open"
    if standing.kind == "escalation":
        return "escalated"
    return "skipped" if standing.label is None else "answered"
