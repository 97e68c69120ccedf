"""OwnAnswers: what stands of one reviewer, kept up with the log as it grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from weaklabel.core import Decision

__all__ = ["OwnAnswers", "group_of", "numbered", "was_applied"]


class OwnAnswers:
    """The standing answers and remarks of one reviewer, and what has which key.

    Says what a `DecisionLog` of the same decisions would, without going through all of them
    at every answer.

    Parameters
    ----------
    reviewer : str
        Whose.
    decisions : iterable of Decision
        The log; of others only escalations and erasures matter.
    """

    def __init__(self, reviewer: str, decisions: Iterable[Decision] = ()) -> None:
        self._reviewer = reviewer
        #: Answers and escalations by item, in the order of the log.
        self.standing: dict[str, Decision] = {}
        #: What the reviewer said last of an item, with an answer or without: comment and cause.
        self.said: dict[str, tuple[str, str]] = {}
        #: Items that the reviewer flagged.
        self.flagged: set[str] = set()
        self._wrong: dict[str, dict[str, None]] = {}
        self._by_key: dict[str, Decision] = {}
        self._escalated_by: dict[str, set[str]] = {}
        for decision in decisions:
            if decision.reviewer == reviewer or decision.kind or self._escalated_by:
                self.take(decision)

    def take(self, decision: Decision) -> None:
        """Know a decision from now on."""
        if decision.kind == "erasure":
            self._erase(decision.item_id)
            return
        self._take_escalation(decision)
        if decision.reviewer != self._reviewer:
            return
        if decision.key:
            self._by_key[decision.key] = decision
        if decision.remark:
            self._take_remark(decision)
            return
        self.standing.pop(decision.item_id, None)
        if decision.can_stand:
            self.standing[decision.item_id] = decision
            self._say(decision.item_id, decision.comment, decision.cause)

    def wrong_functions(self, item_id: str) -> tuple[str, ...]:
        """Return the labeling functions that the reviewer says are wrong on an item."""
        return tuple(self._wrong.get(item_id, ()))

    def is_escalated(self, item_id: str) -> bool:
        """Return whether an escalation of anyone stands on an item."""
        return item_id in self._escalated_by

    def latest(self) -> tuple[Decision, ...]:
        """Return what the next undo withdraws, with what was given in one go with it, in order.

        Empty where nothing stands.
        """
        found: list[Decision] = []
        for decision in self.last():
            if found and not (group_of(decision) and group_of(decision) == group_of(found[0])):
                break
            found.append(decision)
        return tuple(reversed(found))

    def last(self) -> Iterator[Decision]:
        """Yield the standing answers and escalations, the latest first."""
        return reversed(self.standing.values())

    def of_key(self, key: str) -> tuple[Decision, ...]:
        """Return the decisions that were stored under a key, in their order; often none."""
        found: list[Decision] = []
        while key and (decision := self._by_key.get(numbered(key, len(found)))):
            found.append(decision)
        return tuple(found)

    def _take_escalation(self, decision: Decision) -> None:
        item_id = decision.item_id
        if decision.kind == "escalation":
            self._escalated_by.setdefault(item_id, set()).add(decision.reviewer)
        elif item_id in self._escalated_by and not decision.remark:
            self._escalated_by[item_id].discard(decision.reviewer)
            if not self._escalated_by[item_id]:
                del self._escalated_by[item_id]

    def _take_remark(self, decision: Decision) -> None:
        item_id = decision.item_id
        if decision.kind == "note":
            self._say(item_id, decision.comment, decision.cause)
        elif decision.kind == "flag":
            self.flagged.add(item_id)
        elif decision.kind == "unflag":
            self.flagged.discard(item_id)
        elif decision.kind == "lf_wrong":
            self._wrong.setdefault(item_id, {})[decision.about] = None
        else:
            self._wrong.get(item_id, {}).pop(decision.about, None)

    def _say(self, item_id: str, comment: str, cause: str) -> None:
        if comment or cause:
            self.said[item_id] = comment, cause
        else:
            self.said.pop(item_id, None)

    def _erase(self, item_id: str) -> None:
        _, cause = self.said.get(item_id, ("", ""))
        self._say(item_id, "", cause)
        if item_id in self.standing:
            bare = replace(self.standing[item_id], comment="", text_hash="", shown=None, salt="")
            self.standing[item_id] = bare


def numbered(key: str, place: int) -> str:
    """Return the key of each decision that one key stands for; "" for none.

    Examples
    --------
    >>> numbered("k", 0), numbered("k", 1), numbered("", 1)
    ('k', 'k#2', '')
    """
    return f"{key}#{place + 1}" if key and place else key


def group_of(decision: Decision) -> str:
    """Return what identifies the group with which an item was answered, "" for one by itself."""
    return str(_group(decision).get("action", ""))


def was_applied(decision: Decision) -> bool:
    """Return whether an item got the answer of another one, its near-duplicate."""
    return bool(_group(decision).get("of", decision.item_id) != decision.item_id)


def _group(decision: Decision) -> dict[str, Any]:
    # The text is looked at first: to parse that of a hundred thousand takes seconds.
    text = getattr(decision.shown, "text", "")
    if '"group":{' not in text or decision.shown is None:
        return {}
    group = decision.shown.get("group")
    return group if isinstance(group, dict) else {}
