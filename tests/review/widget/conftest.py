"""A kernel that nobody looks at: what the widget sends is kept in a list."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore

SCHEMA = LabelSchema(["ham", "spam"])
IDS = ["a", "b", "c"]


class Wire:
    """What went from the kernel to the screen, in order."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def ask(self, widget: Any, message: object, number: object = "1") -> dict[str, Any]:
        """Send what the script sends, and return the reply."""
        return self.say(widget, {"id": number, "message": message})["reply"]

    def say(self, widget: Any, content: object) -> dict[str, Any]:
        """Send anything, and return the one message that comes back."""
        before = len(self.sent)
        data = {"method": "custom", "content": content}
        widget.comm.handle_msg({"content": {"data": data}, "buffers": []})
        (answer,) = self.sent[before:]
        assert answer["data"]["method"] == "custom"
        return dict(answer["data"]["content"])


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    comm = pytest.importorskip("comm", reason="ipywidgets is not installed")
    base_comm = pytest.importorskip("comm.base_comm")
    found = Wire()

    class Recorded(base_comm.BaseComm):  # type: ignore[misc, name-defined]
        def publish_msg(self, msg_type: str, data: Any = None, **_: object) -> None:
            # As a kernel packs it: what JSON or UTF-8 cannot hold raises.
            packed = json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
            found.sent.append({"type": msg_type, "data": json.loads(packed)})

    monkeypatch.setattr(comm, "create_comm", Recorded)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DecisionStore]:
    made = DecisionStore(tmp_path / "log.sqlite", timeout_seconds=0.05)
    yield made
    made.close()


@pytest.fixture
def queue() -> ReviewQueue:
    """Every proposal is the second class."""
    n = len(IDS)
    return ReviewQueue(IDS, ["error"] * n, range(n), [["undecided"]] * n, [[0.3, 0.7]] * n, SCHEMA)


@pytest.fixture
def make(wire: Wire, store: DecisionStore, queue: ReviewQueue) -> Iterator[Callable[..., Any]]:
    """Return what makes Ann's widget of three items; it is closed in the end."""
    pytest.importorskip("anywidget", reason="anywidget is missing; pip install weaklabel[notebook]")
    from weaklabel.review.widget import review_widget

    made = []

    def widget(texts: list[str] | None = None, n_columns: int = 1, **options: Any) -> Any:
        shown = texts or [f"text of {i}" for i in IDS]
        names = ["text", *(f"text {n}" for n in range(2, n_columns + 1))]
        items = [
            {"item_id": i} | dict.fromkeys(names, text) for i, text in zip(IDS, shown, strict=True)
        ]
        given = {"store": store, "reviewer": "ann"} | options
        made.append(review_widget(queue, items, **given))
        return made[-1]

    yield widget
    for each in made:
        each.close()
