"""review_widget: what users call, and where their answers go."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from weaklabel.core import ReviewQueue
from weaklabel.errors import MissingDependencyError, ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.widget import review_widget

Make = Callable[..., Any]


def test_answers_go_to_a_file_in_the_current_folder(
    make: Make, wire: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    widget = make(store=None)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")  # as a later cell may do
    wire.ask(widget, {"do": "skip", "key": "key-00001", "item_id": "a"})
    assert widget.store.name == str(tmp_path / "decisions.sqlite")
    assert len(DecisionStore(tmp_path / "decisions.sqlite").log()) == 1
    widget.store.close()


@pytest.mark.parametrize("kind", [str, Path], ids=["text", "path"])
def test_a_file_may_be_named(make: Make, tmp_path: Path, kind: type) -> None:
    widget = make(store=kind(tmp_path / "mine.sqlite"))
    widget.session.current()
    widget.session.skip()
    assert (tmp_path / "mine.sqlite").exists()
    widget.store.close()


def test_another_kind_of_store_is_refused(make: Make) -> None:
    with pytest.raises(ParameterError, match="store is 7, must be a DecisionStore, a path or"):
        make(store=7)


def test_the_cell_again_goes_on_where_the_reviewer_was(make: Make, wire: Any) -> None:
    wire.ask(make(), {"do": "accept", "key": "key-00001", "item_id": "a"})
    opened = wire.ask(make(), {"do": "open"})
    assert opened["screen"]["item"]["item_id"] == "b"
    assert opened["screen"]["progress"]["answered"] == 1


def test_arguments_reach_the_screen(make: Make, wire: Any) -> None:
    widget = make(
        title="Comments",
        guidelines=("Advertising is spam.", "3"),
        keymap={"accept": "j"},
        blind=["error"],
        columns=["text"],
        estimate=lambda: "about right",
        dataset_version="v1",
    )
    opened = wire.ask(widget, {"do": "open"})
    setup, screen = opened["setup"], opened["screen"]
    assert setup["title"] == "Comments"
    assert setup["guidelines"]["text"] == "Advertising is spam."
    assert ["j", "accept"] in [binding[:2] for binding in setup["keys"]]
    assert screen["item"]["proposed"] is None
    assert [field["name"] for field in screen["item"]["fields"]] == ["text"]
    assert screen["progress"]["estimate"] == "about right"
    wire.ask(widget, {"do": "answer", "label": "ham", "key": "key-00001", "item_id": "a"})
    (decision,) = widget.decisions()
    assert (decision.dataset_version, decision.blind) == ("v1", True)


def test_images_come_from_their_folder_alone(make: Make, wire: Any, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "dot.gif").write_bytes(b"GIF89a...")
    (tmp_path / "outside.gif").write_bytes(b"GIF89a...")
    texts = ["dot.gif", "../outside.gif", "http://example.org/dot.gif"]
    widget = make(texts, image_columns=["text"], images=tmp_path / "images")
    asked = [{"do": "image", "item_id": i, "column": "text"} for i in "abc"]
    inside, outside, remote = (wire.ask(widget, message) for message in asked)
    assert inside["image"] == {"media_type": "image/gif", "base64": "R0lGODlhLi4u"}
    assert not outside["ok"]
    assert not remote["ok"]


def test_a_reviewer_has_a_name(make: Make) -> None:
    with pytest.raises(ParameterError, match="reviewer"):
        make(reviewer=" ")


def test_without_anywidget_the_extra_is_named(
    queue: ReviewQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(MissingDependencyError, match=r"anywidget.*weaklabel\[notebook\]"):
        review_widget(queue, ["a"], reviewer="ann")


def test_the_import_alone_loads_no_widgets() -> None:
    code = (
        "import sys, weaklabel.review.widget;"
        "print({'anywidget', 'ipywidgets', 'traitlets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
