"""Demand: which items still owe which answers, kept up with the log as it grows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np

from weaklabel.core import BoolArray, Decision, IntArray
from weaklabel.review.team._outcome import Outcome, outcome
from weaklabel.review.team._settings import Rule

__all__ = ["Demand"]

#: What stands where nobody said anything.
_NOTHING: Mapping[str, Decision] = {}


class Demand:
    """How many answers each item of a queue owes, and which ones wait for an expert.

    It follows from the decisions and the rule alone; who looks at an item right now is no part
    of it.

    Parameters
    ----------
    place : mapping of str to int
        Where each item stands in the queue.
    rule_of : callable
        Returns ``(k, n)`` of an item id.
    n_skips : int
        As of `outcome`.
    without : iterable of int
        Places that owe nothing, whatever is said of them: gold checks.
    """

    def __init__(
        self,
        place: Mapping[str, int],
        rule_of: Callable[[str], Rule],
        n_skips: int = 2,
        without: Iterable[int] = (),
    ) -> None:
        self.place = place
        self._rules = [rule_of(item_id) for item_id in place]
        self._n_skips = n_skips
        self._without = frozenset(without)
        #: Further answers of reviewers that each item owes, shape (n_items,).
        self.need: IntArray = np.array([k for k, _ in self._rules], dtype=np.int64)
        self.need[list(self._without)] = 0
        #: Whether each item waits for an expert, shape (n_items,).
        self.for_expert: BoolArray = np.zeros(len(self._rules), dtype=np.bool_)
        #: Whether somebody passed it to an expert, and nobody withdrew that, shape (n_items,).
        self.escalated: BoolArray = np.zeros(len(self._rules), dtype=np.bool_)
        self._standing: dict[int, dict[str, Decision]] = {}
        self._done: dict[str, BoolArray] = {}

    def take(self, decision: Decision) -> None:
        """Know a decision from now on; remarks and other items change nothing."""
        place = self.place.get(decision.item_id)
        if place is None:
            return
        standing = self._standing.setdefault(place, {})
        if decision.kind == "erasure":
            for who, said in standing.items():
                standing[who] = _without_payload(said)
        elif decision.can_stand or decision.kind == "undo":
            standing.pop(decision.reviewer, None)
            if decision.can_stand:
                standing[decision.reviewer] = decision
            self.done(decision.reviewer)[place] = decision.can_stand
            self._renew(place, standing)

    def standing(self, place: int) -> Mapping[str, Decision]:
        """Return what stands on an item, by reviewer."""
        return self._standing.get(place, _NOTHING)

    def done(self, reviewer: str) -> BoolArray:
        """Return on which items something of a reviewer stands, shape (n_items,)."""
        if reviewer not in self._done:
            self._done[reviewer] = np.zeros(len(self._rules), dtype=np.bool_)
        return self._done[reviewer]

    def without(self, place: int, reviewer: str) -> Outcome:
        """Return what the item would owe if the reviewer had said nothing."""
        standing = self.standing(place)
        return self._outcome(place, {who: standing[who] for who in standing if who != reviewer})

    @property
    def n_owed(self) -> int:
        """How many answers of reviewers all items owe together."""
        return int(self.need.sum())

    @property
    def n_for_expert(self) -> int:
        """How many items wait for an expert."""
        return int(np.count_nonzero(self.for_expert))

    def _outcome(self, place: int, standing: Mapping[str, Decision]) -> Outcome:
        if place in self._without:
            return Outcome()
        return outcome(standing.values(), self._rules[place], self._n_skips)

    def _renew(self, place: int, standing: Mapping[str, Decision]) -> None:
        found = self._outcome(place, standing)
        self.need[place] = found.need
        self.for_expert[place] = found.for_expert
        self.escalated[place] = any(d.kind == "escalation" for d in standing.values())


def _without_payload(said: Decision) -> Decision:
    return replace(said, comment="", text_hash="", shown=None, salt="", payload_hash="")
