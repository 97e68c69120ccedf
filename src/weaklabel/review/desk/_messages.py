"""Message: what a screen may ask for, its fields checked; nothing else gets past here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import compile as pattern
from typing import Any

from weaklabel.errors import ParameterError

__all__ = ["MAX_TEXT", "Message", "MessageError", "parse_message"]

#: Characters of any text in a message, a comment too; as browsers count them, in units of UTF-16.
MAX_TEXT = 10_000

_KEY = pattern(r"[A-Za-z0-9_-]{8,64}")
#: JavaScript's integers are exact up to here.
_EXACT = 2**53
#: Fields that every message may have; the rest is said by `_FIELDS`.
_COMMON = ("do", "key", "item_id", "seconds", "reviewer")


class MessageError(ParameterError):
    """A message is none that a screen sends."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a screen; fields that it did not have are empty.

    Parameters
    ----------
    do : str
        What to do, a name of `_FIELDS`.
    key : str
        Identifies what is to be stored, so that a retry is stored once.
    item_id : str or None
        The item that the reviewer saw, or asks for.
    seconds : float or None
        How long the item was on the screen; finite, else as the screen measured it.
    reviewer : str or None
        Whose message it is, where the screen says so.
    label : str or int
        A class, by name or code.
    text : str
        A comment, why an item goes to an expert, or part of the name of a class.
    name : str
        A root cause.
    on : bool
        Whether a mark is set or taken away.
    function, field, column : str
        A labeling function, or a column of the item.
    start : int
        Characters before the part of a text that is asked for.
    """

    do: str
    key: str = ""
    item_id: str | None = None
    seconds: float | None = None
    reviewer: str | None = None
    label: str | int = ""
    text: str = ""
    name: str = ""
    on: bool = True
    function: str = ""
    field: str = ""
    column: str = ""
    start: int = 0

    @property
    def stores(self) -> bool:
        """Whether it puts something into the log, under its key."""
        return self.do in _STORING


#: What is done, and the fields that it needs beside those in common; "?" marks what may be missing.
_FIELDS: dict[str, tuple[str, ...]] = {
    "open": (),
    "answer": ("key", "label"),
    "accept": ("key",),
    "reject": ("key",),
    "skip": ("key",),
    "escalate": ("key", "text?"),
    "undo": ("key",),
    "comment": ("key", "text"),
    "cause": ("key", "name"),
    "flag": ("key", "on"),
    "lf_wrong": ("key", "function", "on"),
    "group": (),
    "apply_to_group": ("key", "label"),
    "back": (),
    "forward": (),
    "goto": ("item_id",),
    "resume": (),
    "text": ("item_id", "field", "start?"),
    "search": ("text",),
    "guidelines": ("start?",),
    "image": ("item_id", "column"),
}
_STORING = frozenset(do for do, needed in _FIELDS.items() if "key" in needed)
_ALLOWED = {
    do: frozenset((*_COMMON, *(name.rstrip("?") for name in fields)))
    for do, fields in _FIELDS.items()
}
_NEEDED = {
    do: tuple(name for name in fields if not name.endswith("?")) for do, fields in _FIELDS.items()
}


def parse_message(given: object) -> Message:
    """Return a message of a screen, checked.

    Parameters
    ----------
    given : object
        What came in: anything that JSON can hold, or worse.

    Returns
    -------
    Message

    Raises
    ------
    MessageError
        If it is no object, says nothing known to do, lacks a field or has one too many, or a
        field is of another type, too long, or text that UTF-8 cannot write.

    Examples
    --------
    >>> parse_message({"do": "skip", "key": "k-000001"}).key
    'k-000001'
    >>> parse_message({"do": "skip"})
    Traceback (most recent call last):
    ...
    weaklabel.review.desk._messages.MessageError: message 'skip' has no "key", must have one.
    >>> parse_message({"do": "goto", "item_id": 7})
    Traceback (most recent call last):
    ...
    weaklabel.review.desk._messages.MessageError: "item_id" of message 'goto' is 7, must be a text of \
at most 10000 characters.
    """
    if not isinstance(given, Mapping):
        raise MessageError(f'message is {_shown(given)}, must be an object with a field "do".')
    do = given.get("do")
    if not isinstance(do, str) or do not in _FIELDS:
        raise MessageError(f'"do" of a message is {_shown(do)}, must be one of {list(_FIELDS)}.')
    for name in given:
        if name not in _ALLOWED[do]:
            allowed = ", ".join(sorted(_ALLOWED[do]))
            raise MessageError(f"message {do!r} has a field {_shown(name)}, may have {allowed}.")
    for name in _NEEDED[do]:
        if name not in given:
            raise MessageError(f'message {do!r} has no "{name}", must have one.')
    return Message(**{name: _checked(do, name, value) for name, value in given.items()})


def _checked(do: str, name: str, value: object) -> Any:
    is_right, allowed = _CHECKS[name]
    if is_right(value):
        return value
    if name in ("item_id", "seconds", "reviewer") and value is None and name not in _NEEDED[do]:
        return None
    raise MessageError(f'"{name}" of message {do!r} is {_shown(value)}, must be {allowed}.')


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return False
    try:
        return len(value.encode("utf-16-le")) <= 2 * MAX_TEXT
    except UnicodeEncodeError:  # half of a pair, which nothing can store
        return False


def _is_key(value: object) -> bool:
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _EXACT


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _EXACT


_TEXT = (_is_text, f"a text of at most {MAX_TEXT} characters")
_CHECKS: dict[str, tuple[Callable[[object], bool], str]] = {
    "do": _TEXT,
    "key": (_is_key, "8 to 64 letters, digits, '_' or '-'"),
    "item_id": _TEXT,
    "seconds": (_is_number, "a finite number"),
    "reviewer": _TEXT,
    "label": (
        lambda value: _is_text(value) or _is_integer(value),
        f"a class, by its name of at most {MAX_TEXT} characters or its code",
    ),
    "text": _TEXT,
    "name": _TEXT,
    "on": (lambda value: isinstance(value, bool), "true or false"),
    "function": _TEXT,
    "field": _TEXT,
    "column": _TEXT,
    "start": (_is_integer, "an integer of at least 0"),
}


def _shown(value: object) -> str:
    """Return what was sent in a few words: it may be huge, and its repr may fail or never end."""
    if value is None or isinstance(value, (bool, float)):
        return str(value)
    if isinstance(value, int):
        return str(value) if abs(value) <= _EXACT else "an integer beyond 2**53"
    if isinstance(value, str):
        return repr(value) if len(value) <= 60 else f"{value[:60]!r}… ({len(value)} characters)"
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else f"of type {type(value).__name__}"
