"""ReviewWidget: a desk behind the page's script, in a notebook cell."""

from __future__ import annotations

import json
import logging
from importlib.resources import files
from typing import Any

import anywidget

from weaklabel.core import DecisionLog
from weaklabel.review.desk._desk import Desk
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_item import Json
from weaklabel.review.store._store import DecisionStore

__all__ = ["ReviewWidget"]

_log = logging.getLogger(__name__)
_STATIC = files("weaklabel.review").joinpath("static")
#: Of all that goes to the screen until the first item is on it, as UTF-8.
_START_BYTES = 198_000
#: Of what ipywidgets sends beside the script and the style sheet.
_STATE_BYTES = 2_000
#: Characters of each text of the first item, tried one after the other where it is too large.
_FOLDS = (1000, 300, 100)


class ReviewWidget(anywidget.AnyWidget):
    """The screen of a review in a notebook cell; `review_widget` makes one.

    The script sends {"id", "message"} and gets {"id", "reply"}, as a `Desk` answers it. Nothing of
    items, answers and where these are is in a trait: traits are saved with the notebook.

    Parameters
    ----------
    desk : Desk
        What answers messages.
    session : ReviewSession
        For the code of other cells, on the same queue and store.
    store : DecisionStore
        Where answers go.
    last : int
        Number of the last decision of the store that `session` knows.

    Attributes
    ----------
    store : DecisionStore
        Where answers go; ``store.name`` says where that is.
    """

    _esm = _STATIC.joinpath("review.js").read_text(encoding="utf-8")
    _css = _STATIC.joinpath("review.css").read_text(encoding="utf-8")

    def __init__(self, desk: Desk, session: ReviewSession, store: DecisionStore, last: int) -> None:
        self.store = store
        self._desk, self._session, self._last = desk, session, last
        self._room = _START_BYTES - _STATE_BYTES - _n_bytes(self._esm) - _n_bytes(self._css)
        super().__init__()
        self.on_msg(self._answer)

    @property
    def session(self) -> ReviewSession:
        """The review for code: what it stores is the reviewer's, as if a key had been pressed.

        It goes its own way through the queue, from the first open item on. Whenever it is asked
        for, it learns what was answered on the screen; the screen learns what was answered here
        with its next key, or when it is shown again.
        """
        found, self._last = self.store.since(self._last)
        self._session.take(found)
        return self._session

    def decisions(self) -> DecisionLog:
        """Return all decisions in the store: of this reviewer and others, on any queue."""
        return self.store.log()

    def __repr__(self) -> str:
        session = self.session
        counts = session.progress()
        return (
            f"ReviewWidget({session.reviewer!r}: {counts['answered']} answered, "
            f"{counts['skipped']} skipped, {counts['left']} left)"
        )

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return the widget, and what is read in its place where no widgets are shown."""
        made = super()._repr_mimebundle_(**options)
        if made is None:
            return None
        data, metadata = made
        advice = (
            "If there is no widget here, the notebook cannot show one: install "
            "weaklabel[notebook] where it runs, run the cell, or review with `weaklabel review`."
        )
        return {**data, "text/plain": f"{self!r}\n{advice}"}, metadata

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        """Reply to one message of the script; ipywidgets would swallow what is raised here."""
        sent = content if isinstance(content, dict) else {}
        try:
            reply = self._desk.reply(self._session.reviewer, sent.get("message"))
            self.send({"id": sent.get("id"), "reply": _fitting_start(reply, self._room)})
        except Exception as error:
            _log.exception("a message of the review widget could not be answered")
            self.send({"id": sent.get("id"), "reply": _failure(error)})


def _fitting_start(reply: dict[str, Json], room: int) -> dict[str, Json]:
    """Return a reply; the first one without what would make the start slow and can come later.

    These are items ahead, and then all but the beginnings of long texts and of the guidelines,
    which unfold.
    """
    screen: Any = reply.get("screen")
    setup: Any = reply.get("setup")
    if setup is None or screen is None or _n_bytes(reply) <= room:
        return reply
    item, ahead = screen["item"], list(screen["ahead"])
    for first in _FOLDS:
        left = room - _n_bytes(
            {**reply, "setup": setup, "screen": {**screen, "item": item, "ahead": []}}
        )
        if left > 0:
            break
        guidelines = setup["guidelines"]
        setup = {**setup, "guidelines": {**guidelines, "text": guidelines["text"][:first]}}
        if item is not None:
            item = {**item, "fields": [_folded(field, first) for field in item["fields"]]}
    while ahead and _n_bytes(ahead) > left:
        ahead.pop()
    return {**reply, "setup": setup, "screen": {**screen, "item": item, "ahead": ahead}}


def _folded(field: dict[str, Any], first: int) -> dict[str, Any]:
    value, fold = field["value"], field["fold"]
    if not isinstance(value, str) or len(value) <= first:
        return field
    length = len(value) if fold is None else fold["length"]
    return {**field, "value": value[:first], "fold": {"length": length, "first": first}}


def _failure(error: Exception) -> dict[str, Json]:
    said = f"{type(error).__name__}: {error}"[:500]
    message = f"the widget failed with {said}. What was stored is kept. Run the cell again."
    return {"ok": False, "error": {"code": "internal", "message": message}}


def _n_bytes(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
