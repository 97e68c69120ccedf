"""Screens: what one reviewer's screen shows now and next, made once and never too large."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial

from weaklabel.review.desk._item_dicts import ItemDict, cut, item_dict, json_bytes
from weaklabel.review.desk._short_names import short_name
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_item import Json, SessionItem
from weaklabel.review.session._turn import Showing

__all__ = ["REPLY_BYTES", "Screens"]

#: Of a whole reply as JSON; the screen may take 150,000.
REPLY_BYTES = 148_000
#: Of the item on the screen, and of the progress: what is left is enough for any other part.
_ITEM_BYTES, _PROGRESS_BYTES = 90_000, 8_000
#: Of what is sent ahead of its turn: with large items, fewer are.
_AHEAD_BYTES = 64_000
#: Items that are sent ahead, and those that are kept for the next screen.
_N_AHEAD, _N_KEPT = 10, 16

_logger = logging.getLogger(__name__)


class Screens:
    """Makes the screens of one session; each item is put together once, then kept for a while.

    Parameters
    ----------
    session : ReviewSession
        Whose `current` is on the screen.
    """

    def __init__(self, session: ReviewSession) -> None:
        self._session = session
        #: By place, with what it was made from besides the item itself.
        self._kept: OrderedDict[int, tuple[tuple[Showing, str], ItemDict]] = OrderedDict()

        self._broken: set[int] = set()

    def forget(self, item_ids: Iterable[str]) -> None:
        """Make these items anew: what the reviewer did with them has changed."""
        for item_id in item_ids:
            place = self._session.source.place.get(item_id)
            if place is not None:
                self._kept.pop(place, None)

    def screen(self, max_bytes: int = REPLY_BYTES) -> dict[str, Json]:
        """Return the screen: item, progress, and as many items ahead as fit into `max_bytes`.

        The first two always come; together they take at most 98,000 bytes.
        """
        session, item = self._session, self._item()
        progress = self._progress()
        made: dict[str, Json] = {
            "item": None if item is None else item.values,
            "progress": progress,
            "guidelines_version": short_name(session.guidelines.version),
            "reviewer": short_name(session.reviewer),
        }
        taken = json_bytes(progress) + (0 if item is None else item.n_bytes) + 2000
        return {**made, "ahead": self._ahead(max_bytes - taken)}

    def room(self) -> int:
        """Return how many bytes a reply has for other parts than the screen: 45,000 at least."""
        item = self._item()
        taken = _PROGRESS_BYTES + (0 if item is None else item.n_bytes) + 4000
        return REPLY_BYTES - taken

    def _item(self) -> ItemDict | None:
        item = self._session.current()
        if item is None:
            return None
        return self._dict(item.position, item.guidelines_version, lambda: item)

    def _ahead(self, room: int) -> list[Json]:
        found: list[Json] = []
        version = self._session.guidelines.version
        room = min(room, _AHEAD_BYTES)
        for place in self._session.ahead_places(_N_AHEAD):
            made = self._made_ahead(place, version)
            if made is None:
                break
            room -= made.n_bytes + 2
            if room < 0:
                break  # none is left out between others: the screen goes by their order
            found.append(made.values)
        return found

    def _made_ahead(self, place: int, version: str) -> ItemDict | None:
        """Return an item that is not on the screen yet, None if it cannot be made.

        What is wrong with it must not take the answers before it down.
        """
        if place in self._broken:
            return None
        try:
            return self._dict(place, version, partial(self._session.at, place))
        except Exception:
            _logger.exception("item %r cannot be sent ahead", self._session.source.ids[place])
            self._broken.add(place)
            return None

    def _dict(self, place: int, version: str, build: Callable[[], SessionItem]) -> ItemDict:
        made_from = (self._session.showing(place), version)
        kept = self._kept.get(place)
        if kept is None or kept[0] != made_from:
            kept = made_from, item_dict(build(), _ITEM_BYTES)
            self._kept[place] = kept
        self._kept.move_to_end(place)
        while len(self._kept) > _N_KEPT:
            self._kept.popitem(last=False)
        return kept[1]

    def _progress(self) -> dict[str, Json]:
        whole = self._session.progress()
        for max_text, max_entries in ((1000, 60), (200, 30), (100, 10), (20, 4)):
            progress = cut(whole, max_text, max_entries)
            if json_bytes(progress) <= _PROGRESS_BYTES:
                break
        assert isinstance(progress, dict)  # noqa: S101 # it was one
        return progress
