"""OwnAnswers: what stands of one reviewer, kept up with the log as it grows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from weaklabel.core import Decision

__all__ = ["OwnAnswers", "group_of", "numbered", "was_applied"]


class OwnAnswers:
    """The standing answers of one reviewer, and what has which key.

    Says what a `DecisionLog` of the same decisions would, without going through all of them
    at every answer.

    Parameters
    ----------
    reviewer : str
        Whose.
    decisions : iterable of Decision
        The log; those of others are passed over.
    """

    def __init__(self, reviewer: str, decisions: Iterable[Decision] = ()) -> None:
        #: By item, in the order of the log.
        self.standing: dict[str, Decision] = {}
        self._by_key: dict[str, Decision] = {}
        for decision in decisions:
            if decision.reviewer == reviewer:
                self.take(decision)

    def take(self, decision: Decision) -> Decision | None:
        """Know a decision from now on, and return what it supersedes or withdraws."""
        if decision.key:
            self._by_key[decision.key] = decision
        if decision.kind == "erasure":
            return None
        before = self.standing.pop(decision.item_id, None)
        if decision.is_answer:
            self.standing[decision.item_id] = decision
        return before

    def latest(self) -> tuple[Decision, ...]:
        """Return the latest standing answer with those given in one go with it, in their order.

        Empty where nothing stands.
        """
        found: list[Decision] = []
        for decision in self.last():
            if found and not (group_of(decision) and group_of(decision) == group_of(found[0])):
                break
            found.append(decision)
        return tuple(reversed(found))

    def last(self) -> Iterator[Decision]:
        """Yield the standing answers, the latest first."""
        return reversed(self.standing.values())

    def of_key(self, key: str) -> tuple[Decision, ...]:
        """Return the decisions that were stored under a key, in their order; often none."""
        found: list[Decision] = []
        while key and (decision := self._by_key.get(numbered(key, len(found)))):
            found.append(decision)
        return tuple(found)


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
