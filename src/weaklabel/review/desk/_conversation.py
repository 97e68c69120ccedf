"""Conversation: answers the messages of one reviewer's screen, over a ReviewSession."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError, ItemsError, SchemaError, wrong_value
from weaklabel.review.desk._error_replies import OtherReviewerError, StaleItemError, error_reply
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.desk._item_dicts import field_text, json_bytes
from weaklabel.review.desk._messages import Message, parse_message
from weaklabel.review.desk._reply_parts import (
    answered_dict,
    group_dict,
    text_piece,
)
from weaklabel.review.desk._screens import REPLY_BYTES, Screens
from weaklabel.review.desk._setup import SETUP_BYTES, setup_dict
from weaklabel.review.desk._short_names import full_name, is_shortened, short_name
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_item import Field, Json, SessionItem
from weaklabel.review.session._session_results import Answered

__all__ = ["Conversation"]

#: Parts of a reply beside the screen.
_Parts: TypeAlias = dict[str, Json]


class Conversation:
    """Answers messages of a screen; what they may ask for, `Message` says.

    Names that are long, or that UTF-8 cannot write, go out as `short_name` and are known again
    when they come back. A conversation is for one thread at a time.

    Parameters
    ----------
    session : ReviewSession
        Of the reviewer.
    title : str
        What is reviewed.
    is_team : bool
        Whether several reviewers share the queue.
    role : str
        Of the reviewer.
    images : ImageFolder, optional
        Where images of items may come from; without it none are shown.
    store_name : str
        What errors of the store call it, which replies leave out.
    desk_id : str
        What tells this review from others that the same browser may have answers of.
    before_storing : callable, optional
        Called before a message that stores; what it raises is the reply.
    """

    def __init__(
        self,
        session: ReviewSession,
        *,
        title: str = "",
        is_team: bool = False,
        role: str = "reviewer",
        images: ImageFolder | None = None,
        store_name: str = "",
        desk_id: str = "",
        before_storing: Callable[[], object] | None = None,
    ) -> None:
        self.session = session
        self._title, self._is_team, self._role = title, is_team, role
        self._images, self._store_name = images, store_name
        self._before_storing, self._desk_id = before_storing, desk_id
        self._screens = Screens(session)
        self._long_ids: dict[str, str] | None = None

    def reply(self, given: object) -> dict[str, Json]:
        """Return the reply to a message, which may be anything; raises nothing.

        Returns
        -------
        dict
            ``{"ok": True, "did", "screen", …}``, or that of `error_reply`. As JSON with all but
            ASCII escaped it takes less than 150,000 bytes, unless an image was asked for.
        """
        try:
            message = parse_message(given)
            self._check_reviewer(message)
            if message.stores and self._before_storing is not None:
                self._before_storing()
            parts = self._done(message)
            taken = 0 if message.do == "image" else json_bytes(parts)
            screen = self._screens.screen(REPLY_BYTES - taken)
        except Exception as error:
            return error_reply(error, self._store_name)
        return {"ok": True, "did": None, **parts, "screen": screen}

    def take(self, decisions: Iterable[Decision]) -> None:
        """Know decisions that came into the store from elsewhere."""
        found = tuple(decisions)
        self.session.take(found)
        self._screens.forget(decision.item_id for decision in found)

    def image(self, item_id: str, column: str) -> tuple[str, bytes]:
        """Return media type and content of an image of an item.

        Raises
        ------
        DecisionsError
            If the item is none that the reviewer may see.
        ItemsError
            If it has no such image, or that may not be shown.
        """
        place = self.session.source.place.get(self.full_id(item_id))
        if place is None or not self.session.may_see(place):
            raise StaleItemError(wrong_value("item", item_id, "one that you may see"))
        if self._images is None:
            raise ItemsError("no image can be shown. Name the folder of the images at the start.")
        field = self._field(self.session.at(place), column)
        if not field.is_image or not isinstance(field.value, str):
            raise ItemsError(wrong_value("column", column, "one with the path of an image"))
        return self._images.read(field.value)

    def _check_reviewer(self, message: Message) -> None:
        # Answers that waited in a browser must not go out as those of who logs in next.
        name = short_name(self.session.reviewer)
        if message.reviewer not in (None, name):
            raise OtherReviewerError(
                wrong_value("reviewer", message.reviewer, repr(name), "Log in as who answered.")
            )

    # What a message does

    def _done(self, message: Message) -> _Parts:
        is_retry = message.stores and self.session.knows(message.key)
        if message.do in _ON_ITEM and not is_retry:
            self._go_to(message.item_id)
        return _HANDLERS[message.do](self, message)

    def _go_to(self, shown_id: str | None) -> None:
        """Go to the item that a message is about; without one, that is the item on the screen."""
        if shown_id is None:
            # It counts as shown: the server may have been started anew since the screen got it.
            if self.session.current() is None:
                raise StaleItemError("no item is left for now.")
            return
        try:
            self.session.goto(self.full_id(shown_id))
        except DecisionsError as error:
            raise StaleItemError(str(error)) from error

    def _open(self, _: Message) -> _Parts:
        return {"setup": self._setup()}

    def _answer(self, message: Message) -> _Parts:
        label = self._class(message.label)
        return self._did(self.session.answer(label, **self._how(message)))

    def _accept(self, message: Message) -> _Parts:
        return self._did(self.session.accept(**self._how(message)))

    def _reject(self, message: Message) -> _Parts:
        return self._did(self.session.reject(**self._how(message)))

    def _skip(self, message: Message) -> _Parts:
        return self._did(self.session.skip(**self._how(message)))

    def _escalate(self, message: Message) -> _Parts:
        return self._did(self.session.escalate(message.text, **self._how(message)))

    def _undo(self, message: Message) -> _Parts:
        undone = self.session.undo(key=message.key)
        place = self.session.source.place
        outside = not any(item_id in place for item_id in undone.item_ids)
        return {**self._did(undone), "outside": outside}

    def _comment(self, message: Message) -> _Parts:
        return self._remarked(self.session.comment(message.text, key=message.key))

    def _cause(self, message: Message) -> _Parts:
        return self._remarked(self.session.cause(message.name, key=message.key))

    def _flag(self, message: Message) -> _Parts:
        return self._remarked(self.session.flag(message.on, key=message.key))

    def _lf_wrong(self, message: Message) -> _Parts:
        item = self.session.current()
        functions = () if item is None else [chip.function for chip in item.votes]
        name = full_name(message.function, functions) or message.function
        return self._remarked(self.session.lf_wrong(name, message.on, key=message.key))

    def _group(self, _: Message) -> _Parts:
        return {"group": group_dict(self.session.group(), self._screens.room())}

    def _apply_to_group(self, message: Message) -> _Parts:
        label, key, seconds = self._class(message.label), message.key, message.seconds
        return self._did(
            self.session.apply_to_group(label, confirmed=True, key=key, seconds=seconds)
        )

    def _back(self, message: Message) -> _Parts:
        if message.item_id is not None:
            self._go_to(message.item_id)
        self.session.back()
        return {}

    def _forward(self, message: Message) -> _Parts:
        if message.item_id is not None:
            self._go_to(message.item_id)
        self.session.forward()
        return {}

    def _goto(self, _: Message) -> _Parts:
        return {}  # it is there already, as with every message about an item

    def _resume(self, _: Message) -> _Parts:
        self.session.resume()
        return {}

    def _text(self, message: Message) -> _Parts:
        item = self.session.current()
        if item is None:
            raise StaleItemError("no item is left to show.")
        text = field_text(self._field(item, message.field).value)
        return {"text": text_piece(text, message.start, self._screens.room())}

    def _search(self, message: Message) -> _Parts:
        return {"classes": [short_name(name) for name in self.session.search(message.text)]}

    def _guidelines(self, message: Message) -> _Parts:
        return {"guidelines": self._guidelines_from(message.start, self._screens.room())}

    def _image(self, message: Message) -> _Parts:
        media_type, content = self.image(message.item_id or "", message.column)
        encoded = base64.b64encode(content).decode("ascii")
        return {"image": {"media_type": media_type, "base64": encoded}}

    # What the handlers share

    def _how(self, message: Message) -> dict[str, Any]:
        """Return what answers have in common; the item, so that a key of another is refused."""
        item_id = None if message.item_id is None else self.full_id(message.item_id)
        return {"key": message.key, "item_id": item_id, "seconds": message.seconds}

    def _did(self, answered: Answered) -> _Parts:
        self._screens.forget(answered.item_ids)
        return {"did": answered_dict(answered)}

    def _remarked(self, item: SessionItem | None) -> _Parts:
        if item is not None:
            self._screens.forget([item.item_id])
        return {}

    def _class(self, label: str | int) -> str | int:
        """Return the class that goes out as `label`."""
        if isinstance(label, int):
            return label
        classes = self.session.source.queue.schema.classes
        name = full_name(label, classes)
        if name is None:
            allowed = f"one of the {len(classes)} classes"
            raise SchemaError(wrong_value("label", label, allowed, "Load the page again."))
        return name

    def full_id(self, shown: str) -> str:
        """Return the id of the item that goes out as `shown`, or `shown` where there is none."""
        source = self.session.source
        if not is_shortened(shown):
            return shown
        if self._long_ids is None:
            short = ((short_name(item_id), item_id) for item_id in source.ids)
            self._long_ids = {name: item_id for name, item_id in short if name != item_id}
        return self._long_ids.get(shown, shown)

    def _setup(self) -> dict[str, Json]:
        facts: dict[str, Json] = {
            "title": short_name(self._title),
            "team": self._is_team,
            "role": self._role,
            "desk": self._desk_id,
        }
        room = self._screens.room() - SETUP_BYTES
        return {
            **facts,
            **setup_dict(self.session.source.queue.schema, self.session.keys()),
            "guidelines": self._guidelines_from(0, room),
        }

    def _guidelines_from(self, start: int, room: int) -> dict[str, Json]:
        text, named = self.session.guidelines
        return {**text_piece(text, start, room), "version": short_name(named)}

    def _field(self, item: SessionItem, shown: str) -> Field:
        """Return the field of an item whose name goes out as `shown`."""
        name = full_name(shown, (field.name for field in item.fields))
        for field in item.fields:
            if field.name == name:
                return field
        allowed = f"a column of {short_name(item.item_id)!r}"
        raise DecisionsError(wrong_value("field", shown, allowed, "Show the item anew."))


_HANDLERS: Mapping[str, Callable[[Conversation, Message], _Parts]] = {
    "open": Conversation._open,
    "answer": Conversation._answer,
    "accept": Conversation._accept,
    "reject": Conversation._reject,
    "skip": Conversation._skip,
    "escalate": Conversation._escalate,
    "undo": Conversation._undo,
    "comment": Conversation._comment,
    "cause": Conversation._cause,
    "flag": Conversation._flag,
    "lf_wrong": Conversation._lf_wrong,
    "group": Conversation._group,
    "apply_to_group": Conversation._apply_to_group,
    "back": Conversation._back,
    "forward": Conversation._forward,
    "goto": Conversation._goto,
    "resume": Conversation._resume,
    "text": Conversation._text,
    "search": Conversation._search,
    "guidelines": Conversation._guidelines,
    "image": Conversation._image,
}
#: These are about no item that has to be on the screen; an undo finds its own.
_ON_ITEM = frozenset(_HANDLERS) - {
    "open",
    "undo",
    "back",
    "forward",
    "resume",
    "search",
    "guidelines",
    "image",
}
