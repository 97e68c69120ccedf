"""One item is in front of the reviewer, and its clock runs from when it was shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_screen import SessionScreen
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import QueueOrder, Showing

AT = "2026-05-04T10:15:00+00:00"
IDS = ["a", "b", "c"]
QUEUE = ReviewQueue(
    IDS, ["error"] * 3, [3, 2, 1], [["why"]] * 3, [[0.2, 0.8]] * 3, LabelSchema(["ham", "spam"])
)
SOURCE = SessionSource.of_arguments(QUEUE, [{"item_id": i, "text": i} for i in IDS], None)


class Clock:
    time = 10.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def record(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> SessionRecord:
    return SessionRecord(SOURCE, open_store(tmp_path / "log.sqlite"), "ann", ())


@pytest.fixture
def screen(record: SessionRecord, clock: Clock) -> SessionScreen:
    return SessionScreen(SOURCE, QueueOrder(), record, clock)


def ham(item: str) -> Decision:
    return Decision(item, "ham", "ann", AT)


def test_nothing_is_shown_before_it_is_asked_for(screen: SessionScreen) -> None:
    assert screen.item_id == "a"
    with pytest.raises(DecisionsError, match="no item was shown to answer"):
        screen.shown(None)
    item = screen.current()
    assert screen.shown("a") == (item, Showing())
    with pytest.raises(DecisionsError, match="item_id is 'b', must be 'a', the item shown"):
        screen.shown("b")


def test_to_look_at_an_item_ahead_does_not_show_it(screen: SessionScreen, clock: Clock) -> None:
    first = screen.current()
    clock.time += 2
    assert screen.ahead(5) == [1, 2]
    assert screen.item_at(1).item_id == "b"
    assert screen.current() == first == screen.item_at(0)
    assert screen.seconds(None) == 2.0


def test_the_screen_says_how_its_item_was_shown(screen: SessionScreen) -> None:
    before = screen.showing(0)
    screen.current()
    screen.turn.showing = lambda place: Showing(blind=True)  # type: ignore[method-assign]
    assert screen.showing(0) == before == Showing()
    assert screen.showing(1) == Showing(blind=True)
    assert screen.item_at(0).blind is False
    assert screen.item_at(1).blind is True


def test_what_is_measured_goes_before_the_clock(screen: SessionScreen, clock: Clock) -> None:
    screen.current()
    clock.time += 7
    assert [screen.seconds(given) for given in (None, 0.5, -3, 4000)] == [7.0, 0.5, 0.0, 3600.0]
    with pytest.raises(ParameterError, match="seconds is 'x', must be a number or None"):
        screen.seconds("x")  # type: ignore[arg-type]


def test_what_was_done_with_the_item_shows_at_once(
    screen: SessionScreen, record: SessionRecord
) -> None:
    screen.current()
    record.keep([Decision("a", None, "ann", AT, kind="flag")])
    screen.renew()
    assert screen.shown(None)[0].flagged


def test_an_open_item_that_was_done_elsewhere_gives_way_to_the_next(
    screen: SessionScreen, record: SessionRecord
) -> None:
    screen.current()
    record.take([ham("b")])
    screen.catch_up()
    assert screen.item_id == "a"
    record.take([ham("a")])
    screen.catch_up()
    assert screen.item_id == "c"
    screen.go("a")
    screen.current()
    record.take([replace(ham("a"), label="spam")])
    screen.catch_up()
    assert (screen.item_id, screen.shown(None)[0].answer) == ("a", "spam")


def test_after_the_last_item_comes_the_first_open_one_or_nothing(
    screen: SessionScreen, record: SessionRecord
) -> None:
    screen.go("c")
    record.keep([ham("c")])
    screen.go_on()
    assert screen.item_id == "a"
    record.keep([ham("a"), ham("b")])
    screen.go_on()
    assert (screen.item_id, screen.current(), screen.ahead(3)) == (None, None, [])
    record.keep([ham("b").undone()])
    found = screen.current()
    assert (found and found.item_id) == "b"


def test_a_move_forgets_the_group_that_was_shown(screen: SessionScreen) -> None:
    screen.preview = object()  # type: ignore[assignment]
    screen.go("a")
    assert screen.preview is not None
    screen.look(1)
    assert (screen.item_id, screen.preview) == ("b", None)
    screen.return_to("not in the queue")
    assert screen.item_id == "b"
    screen.restart()
    assert screen.item_id == "a"
