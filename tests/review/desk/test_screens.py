"""The screen holds the item, what follows it, and the figures, within its bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore, ReviewSession
from weaklabel.review.desk._screens import REPLY_BYTES, Screens

IDS = [f"i{n}" for n in range(40)]
SMILE = "\U0001f600"

Start = Callable[..., ReviewSession]


@pytest.fixture
def start(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> Start:
    """Return what opens a session on 40 items with the texts given."""
    store = open_store(tmp_path / "log.sqlite")

    def make(texts: list[str], **options: Any) -> ReviewSession:
        strata = options.pop("strata", ["error"] * 40)
        schema = LabelSchema(["ham", "spam"])
        posterior = np.tile([0.3, 0.7], (40, 1))
        queue = ReviewQueue(IDS, strata, range(40), [["why"]] * 40, posterior, schema)
        items = [{"item_id": i, "text": t} for i, t in zip(IDS, texts, strict=True)]
        return ReviewSession(queue, items, store=store, reviewer="ann", **options)

    return make


def size(screen: dict[str, Any]) -> int:
    return len(json.dumps(screen))


def ahead(screen: dict[str, Any]) -> list[str]:
    return [item["item_id"] for item in screen["ahead"]]


def test_short_items_come_ten_ahead(start: Start) -> None:
    screen = Screens(start(["hi"] * 40)).screen()
    assert ahead(screen) == IDS[1:11]


def test_fewer_large_items_come_ahead_and_none_is_passed_over(start: Start) -> None:
    texts = ["hi", "hi", *[SMILE * 2000] * 5, *["hi"] * 33]
    screen = Screens(start(texts)).screen()
    assert ahead(screen) == ["i1", "i2", "i3"]
    assert size(screen) < 80_000


def test_what_another_part_takes_is_not_spent_on_items_ahead(start: Start) -> None:
    screens = Screens(start(["hi"] * 40))
    assert 1 <= len(ahead(screens.screen(5000))) <= 4
    assert ahead(screens.screen(0)) == []
    assert screens.screen(0)["item"] is not None


def test_there_is_room_for_another_part_whatever_the_item(start: Start) -> None:
    session = start(["hi"] * 40, fold=10**9)
    assert Screens(session).room() > 130_000
    session = start([SMILE * 100_000] * 40, fold=10**9)
    session.current()
    session.comment(SMILE * 5000)
    screens = Screens(session)
    assert screens.room() >= 45_000
    assert size(screens.screen(REPLY_BYTES - screens.room())) + screens.room() < 150_000


def test_when_nothing_is_left_the_screen_says_so(start: Start) -> None:
    session = start(["hi"] * 40)
    for _ in range(40):
        session.current()
        session.accept()
    screen: Any = Screens(session).screen()
    assert (screen["item"], screen["ahead"]) == (None, [])
    assert (screen["progress"]["answered"], screen["progress"]["left"]) == (40, 0)


def test_an_item_is_made_anew_after_it_was_forgotten_only(start: Start) -> None:
    session = start(["hi"] * 40)
    screens = Screens(session)
    first: Any = screens.screen()
    session.flag()
    again: Any = screens.screen()
    assert again["item"] is first["item"]
    screens.forget(["i0", "elsewhere"])
    assert screens.screen()["item"]["flagged"] is True  # type: ignore[index,call-overload]


def test_an_item_that_cannot_be_made_takes_nothing_before_it_down(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    session = start(["hi"] * 40)
    screens, at = Screens(session), session.at

    def at_but_for_one(place: int) -> Any:
        if place == 3:
            raise ZeroDivisionError
        return at(place)

    session.at = at_but_for_one  # type: ignore[method-assign]
    for _ in range(2):
        assert ahead(screens.screen()) == ["i1", "i2"]
    assert [record.getMessage() for record in caplog.records] == ["item 'i3' cannot be sent ahead"]


def test_progress_is_cut_where_it_is_long(start: Start) -> None:
    strata = [f"{n} {SMILE * 1000}" for n in range(40)]
    session = start(["hi"] * 40, strata=strata, estimate=lambda: SMILE * 100_000)
    progress: Any = Screens(session).screen()["progress"]
    assert size(progress) <= 8000
    assert progress["left"] == 40
    assert progress["estimate"].startswith(SMILE)
    session = start(["hi"] * 40, estimate=lambda: "9 of 10 are right.")
    assert Screens(session).screen()["progress"] == session.progress()
