"""Seat: one reviewer of a team at the desk, with the session and what is known of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from weaklabel.core import Decision
from weaklabel.review.desk._conversation import Conversation
from weaklabel.review.desk._messages import Message
from weaklabel.review.session._own_answers import OwnAnswers
from weaklabel.review.session._session_item import Json
from weaklabel.review.team._team_turn import TeamTurn

__all__ = ["Seat"]


@dataclass(slots=True, eq=False)
class Seat:
    """One reviewer at the desk.

    Parameters
    ----------
    conversation : Conversation
        With the reviewer's screen.
    turn : TeamTurn
        What comes next.
    own : OwnAnswers
        What stands of the reviewer, in the order of the log.
    role : str
        As the conversation says it.
    """

    conversation: Conversation
    turn: TeamTurn
    own: OwnAnswers
    role: str
    #: Held while a message is answered: those of one reviewer come one by one.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, decisions: Iterable[Decision]) -> None:
        """Know what came into the log of the reviewer, here or on another server."""
        found = list(decisions)
        for decision in found:
            self.own.take(decision)
        if found:
            self.conversation.take(found)

    def latest(self) -> list[int]:
        """Return the places of what the next undo withdraws."""
        place = self.conversation.session.source.place
        return [place[d.item_id] for d in self.own.latest() if d.item_id in place]

    def group_of(self, message: Message) -> list[int]:
        """Return the places of the near-duplicates of the item that a message is about.

        Without those whose proposal is hidden, and none where that of the item is.
        """
        session = self.conversation.session
        item, groups = session.current(), session.source.groups
        place = None if item is None else item.position
        asked = self.asked(message)
        if asked is not None and session.may_see(asked):
            place = asked
        if groups is None or place is None or session.at(place).blind:
            return []
        others = (p for p in groups.places_with(place).tolist() if p != place)
        return [p for p in others if not session.source.is_blind(p)]

    def asked(self, message: Message) -> int | None:
        """Return the place of the item that a message is about, None where it names none."""
        item_id = self.conversation.full_id(message.item_id or "")
        return self.conversation.session.source.place.get(item_id)

    def is_strange(self, message: Message) -> bool:
        """Return whether a message is about an item that the reviewer was not given, here."""
        asked = self.asked(message)
        return asked is not None and not self.conversation.session.may_see(asked)

    def numbered(self, reply: dict[str, Json], n_done: int) -> dict[str, Json]:
        """Return a reply whose items have the reviewer's own numbers in place of the queue's.

        The queue is not worked through from its beginning by anybody, and the place of a gold
        check in it would be unlike that of the items around it.
        """
        screen: Any = reply.get("screen")
        if screen is None:
            return reply
        total = n_done + max(screen["progress"]["left"], len(screen["ahead"]))
        n_open = n_done
        items: list[Json] = []
        for item in (screen["item"], *screen["ahead"]):
            if item is None:
                items.append(None)
            elif item["state"] == "open":
                items.append({**item, "position": n_open, "total": max(total, n_open + 1)})
                n_open += 1
            else:
                at = self._number(item["item_id"])
                items.append({**item, "position": at, "total": max(total, at + 1)})
        return {**reply, "screen": {**screen, "item": items[0], "ahead": items[1:]}}

    def _number(self, shown_id: str) -> int:
        """Return as which one the reviewer did an item, from 0; the last one for one just done."""
        standing, item_id = list(self.own.standing), self.conversation.full_id(shown_id)
        return standing.index(item_id) if item_id in self.own.standing else len(standing)
