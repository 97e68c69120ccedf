"""SessionScreen: which item of a queue one reviewer has in front of them, and since when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from weaklabel.errors import DecisionsError, ParameterError, wrong_value
from weaklabel.review.session._session_item import SessionItem
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_results import GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Showing, Turn

__all__ = ["SessionScreen"]

#: The longest that an item is said to have taken, an hour: after that nobody was there.
_MOST_SECONDS = 3600.0


class SessionScreen:
    """A place in the queue, and the item that was shown there.

    Parameters
    ----------
    source : SessionSource
        The items.
    turn : Turn
        Which of them come next, and how.
    record : SessionRecord
        What the reviewer did with them.
    clock : callable
        Returns seconds, from any start.
    """

    def __init__(
        self,
        source: SessionSource,
        turn: Turn,
        record: SessionRecord,
        clock: Callable[[], float],
    ) -> None:
        #: May be replaced by one of the same queue.
        self.source = source
        #: The near-duplicates that were shown beside the item.
        self.preview: GroupPreview | None = None
        self.turn = turn
        self._record, self._clock = record, clock
        self._item: SessionItem | None = None
        self._how, self._since = Showing(), 0.0
        self._position = self._next_open(0)

    @property
    def item_id(self) -> str | None:
        """The item here, shown or not; None where none is left."""
        ids = self.source.ids
        return ids[self._position] if self._position < len(ids) else None

    def current(self) -> SessionItem | None:
        """Return the item here, from now on shown; None where none is left for now."""
        if self.item_id is None:
            self._position = self._next_open(0)  # a turn may have more by now
        if self._item is None and self.item_id is not None:
            self._how = self.turn.showing(self._position)
            self._item = self._made(self._position, self._how)
            self._since = self._clock()
        return self._item

    def shown(self, item_id: str | None) -> tuple[SessionItem, Showing]:
        """Return the item that was shown, and how; DecisionsError if it is not `item_id`."""
        item = self._item
        if item is None:
            what = "no item is left" if self.item_id is None else "no item was shown"
            raise DecisionsError(
                f"{what} to answer. Call current() first, which says what there is."
            )
        if item_id is not None and item_id != item.item_id:
            raise DecisionsError(
                wrong_value(
                    "item_id", item_id, f"{item.item_id!r}, the item shown", "Show current() anew."
                )
            )
        return item, self._how

    def seconds(self, measured: float | None) -> float:
        """Return how long the item was shown, by what was measured or else by the clock."""
        if measured is None:
            return max(self._clock() - self._since, 0.0)
        is_number = isinstance(measured, (int, float)) and not isinstance(measured, bool)
        if not is_number or measured != measured:  # NaN
            raise ParameterError(
                wrong_value("seconds", measured, "a number or None", "None goes by the clock.")
            )
        return min(max(float(measured), 0.0), _MOST_SECONDS)

    def renew(self) -> None:
        """Show what the reviewer did with the item since it was shown."""
        if self._item is not None:
            self._item = self._record.with_state(self._item)

    def catch_up(self) -> None:
        """Go by what was done elsewhere: move on where the open item here was done."""
        was_open = self._item is None or self._item.state == "open"
        if self.item_id is not None and was_open and not self._is_open(self._position):
            self.go_on()
        self.renew()

    def go(self, item_id: str) -> None:
        """Go to an item of the queue; DecisionsError if it is none that may be seen."""
        place = self.source.place.get(item_id)
        if place is None:
            n_items = len(self.source.ids)
            raise DecisionsError(
                wrong_value("item_id", item_id, f"one of the {n_items} items of the queue")
            )
        if place != self._position:
            if not self.turn.may_see(place):
                raise DecisionsError(
                    f"item {item_id!r} is not this reviewer's to see. Show current() anew."
                )
            self._go(place)

    def return_to(self, item_id: str) -> None:
        """Go to an item that the reviewer did, as if it was never shown; stay if it is elsewhere."""
        self._go(self.source.place.get(item_id, self._position))

    def go_on(self) -> None:
        """Go to the next item that is open to the reviewer, or else to the first one."""
        self._go(self._next_open(self._position))

    def restart(self) -> None:
        """Go to the first item that is open to the reviewer."""
        self._go(self._next_open(0))

    def look(self, step: int) -> None:
        """Go back (-1) or forward (1) to the nearest item that may be seen, or stay."""
        end = len(self.source.ids) if step > 0 else -1
        places = range(self._position + step, end, step)
        found = next((place for place in places if self.turn.may_see(place)), None)
        if found is not None:
            self._go(found)

    def ahead(self, n: int) -> list[int]:
        """Return the places of the next `n` items after the one here."""
        places = self._upcoming(self._position + 1, n + 1)
        return [place for place in places if place != self._position][:n]

    def showing(self, place: int) -> Showing:
        """Return how the item at a place is shown; of the one on the screen, how it was."""
        is_here = self._item is not None and place == self._position
        return self._how if is_here else self.turn.showing(place)

    def item_at(self, place: int) -> SessionItem:
        """Return the item at a place, which does not count as shown."""
        return self._made(place, self.showing(place))

    def _made(self, place: int, how: Showing) -> SessionItem:
        return self._record.with_state(self.source.of(place, how))

    def _is_open(self, place: int) -> bool:
        return bool(self._record.figures.open[place])

    def _next_open(self, start: int) -> int:
        found = self._upcoming(start, 1)
        return found[0] if len(found) else len(self.source.ids)

    def _upcoming(self, start: int, n: int) -> Sequence[int]:
        first = start if start < len(self.source.ids) else 0
        return self.turn.upcoming(first, n, self._record.figures.open)

    def _go(self, position: int) -> None:
        self._position = position
        self._item, self.preview = None, None
