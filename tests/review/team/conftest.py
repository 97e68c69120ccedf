"""A queue, a clock that only tests turn, and desks of a team whose messages are short to write."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk

SCHEMA = LabelSchema(["ham", "spam"])
#: The proposal of every item.
PROPOSED = "spam"


STORING = ("answer", "accept", "reject", "skip", "escalate", "undo", "apply_to_group")


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


def source(
    n_items: int,
    *,
    strata: Sequence[str] | None = None,
    groups: Sequence[int] | None = None,
    blind: Sequence[str] = ("random",),
) -> SessionSource:
    """Return items "i000", "i001", … which all are proposed to be spam."""
    ids = [f"i{n:03}" for n in range(n_items)]
    queue = ReviewQueue(
        ids,
        strata or n_items * ["error"],
        np.zeros(n_items),
        n_items * [["undecided"]],
        np.tile([0.3, 0.7], (n_items, 1)),
        SCHEMA,
    )
    items = [{"item_id": item_id, "text": f"text of {item_id}"} for item_id in ids or ["another"]]
    return SessionSource.of_arguments(queue, items, None, groups=groups, blind=blind)


class Screen:
    """The screen of one reviewer: each call is one message, its reply is kept."""

    _keys = itertools.count()

    def __init__(self, desk: TeamDesk, name: str) -> None:
        self.desk, self.name = desk, name
        self.reply: dict[str, Any] = {}

    def send(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a message, which must be answered, and return the reply."""
        reply = self.ask(do, **fields)
        assert reply["ok"], reply
        return reply

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a message, with a key where it stores, and return the reply whatever it is."""
        if do in STORING and "key" not in fields:
            fields["key"] = f"key-{next(self._keys):08}"
        self.reply = self.desk.reply(self.name, {"do": do, **fields})
        return self.reply

    @property
    def item(self) -> dict[str, Any] | None:
        """What is on the screen."""
        if not self.reply:
            self.send("open")
        found: dict[str, Any] | None = self.reply["screen"]["item"]
        return found

    @property
    def at(self) -> str | None:
        """The id of the item on the screen."""
        return None if self.item is None else self.item["item_id"]

    @property
    def ahead(self) -> list[str]:
        """The ids of the items that come next."""
        return [item["item_id"] for item in self.reply["screen"]["ahead"]]

    def answer(self, label: str = "ham") -> str:
        """Answer the item on the screen, and return its id."""
        item_id = self.at
        assert item_id is not None
        self.send("answer", label=label, item_id=item_id)
        return item_id


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(location: str, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    """Return an empty store, of each kind."""
    return open_store(location)


@pytest.fixture
def file_store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    """Return an empty store in a file, for what cannot differ between the kinds."""
    return open_store(tmp_path / "log.sqlite")


@pytest.fixture
def make_source() -> Callable[..., SessionSource]:
    """Return `source`."""
    return source


@pytest.fixture
def team(clock: Clock) -> Callable[..., TeamDesk]:
    """Return what opens a desk, with the reviewers ann, bob and cy and the experts eve and fay."""

    def make(store: DecisionStore, items: SessionSource | int = 20, **settings: Any) -> TeamDesk:
        people = Reviewers(store)
        if not people.list():
            for name in ("ann", "bob", "cy"):
                people.add(name)
            people.add("eve", "expert")
            people.add("fay", "lead")
        asked = source(items) if isinstance(items, int) else items
        return TeamDesk(asked, store, TeamSettings(**settings), clock=clock)

    return make


@pytest.fixture
def screen() -> Callable[[TeamDesk, str], Screen]:
    """Return what puts somebody before a screen."""
    return Screen


@pytest.fixture
def said() -> Callable[..., Decision]:
    """Return what makes a decision: item, reviewer, class, and other fields."""

    def make(item_id: str, reviewer: str, label: str | None = None, **more: Any) -> Decision:
        return Decision(item_id, label, reviewer, "2026-05-04T10:15:00+00:00", **more)

    return make
