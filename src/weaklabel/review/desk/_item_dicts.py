"""item_dict: an item as it goes to the screen, never more bytes than a screen can take."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest
from typing import Any, NamedTuple

from weaklabel.review.desk._short_names import fitting, short_name, unicode_text
from weaklabel.review.session._session_item import Json, SessionItem

__all__ = ["ItemDict", "cut", "field_text", "item_dict", "json_bytes"]

#: From a list or object of that many characters as JSON on, its text is shown, and folded; so is
#: one with more parts than that, as JSON parsers stop at some depth.
_NESTED, _PARTS = 2000, 100
#: What is tried until an item fits: characters of a text, and entries of a list.
_LIMITS = ((20_000, 1000), (4000, 300), (1000, 100), (200, 40), (60, 10), (20, 5), (10, 3))
#: Of the reviewer's comment: what a message may hold, whatever its characters.
_COMMENT_BYTES = 60_002

_NAMES = ("item_id", "stratum", "proposed", "answer", "guidelines_version")


class ItemDict(NamedTuple):
    """An item ready to be sent, and its size as JSON in bytes."""

    values: dict[str, Json]
    n_bytes: int


def item_dict(item: SessionItem, max_bytes: int) -> ItemDict:
    """Return `SessionItem.to_dict` without the guidelines, cut until it fits.

    Ordinary items are cut nowhere. ``n_more`` says how many entries of which list are left out,
    the fold of a text how long it is, and long names are those of `short_name`. A comment that came
    from a screen is always whole, because the reviewer may go on writing it.

    Parameters
    ----------
    item : SessionItem
        The item.
    max_bytes : int
        As JSON with all but ASCII escaped; 90,000 or more is always kept.
    """
    whole = item.to_dict(folded=True)
    del whole["guidelines"]
    fields: Any = whole["fields"]
    whole["fields"] = [_with_text(field) for field in fields]
    for max_text, max_entries in _LIMITS:
        values = _cut_item(whole, max_text, max_entries)
        n_bytes = json_bytes(values)
        if n_bytes <= max_bytes:
            break
    return ItemDict(values, n_bytes)


def field_text(value: Json) -> str:
    """Return the text that stands for a value: itself, or what JSON writes of it.

    Examples
    --------
    >>> field_text("hello"), field_text({"a": [1, None]})
    ('hello', '{"a": [1, null]}')
    """
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return f"[{_PARTS * '['} nested too deeply to be shown"


def cut(value: Json, max_text: int, max_entries: int) -> Json:
    """Return a value with its texts and lists cut at that many characters and entries.

    Examples
    --------
    >>> cut({"a": "12345", "b": [1, 2, 3]}, 3, 2)
    {'a': '12…', 'b': [1, 2]}
    """
    if isinstance(value, str):
        return _cut_text(value, max_text)
    if isinstance(value, list):
        return [cut(each, max_text, max_entries) for each in value[:max_entries]]
    if isinstance(value, dict):
        first = list(value.items())[:max_entries]
        return {short_name(name): cut(each, max_text, max_entries) for name, each in first}
    return value


def json_bytes(value: Json) -> int:
    """Return the size of a value as JSON, in bytes; all but ASCII escaped."""
    return len(json.dumps(value, allow_nan=False))


def _cut_item(whole: Mapping[str, Any], max_text: int, max_entries: int) -> dict[str, Any]:
    values = dict(whole)
    n_more: dict[str, int] = {}

    def first(name: str, cut_entry: Callable[[Any], Any]) -> list[Any]:
        entries: Sequence[Any] = values.get(name, ())
        if len(entries) > max_entries:
            n_more[name] = len(entries) - max_entries
        return [cut_entry(entry) for entry in entries[:max_entries]]

    def texts(entry: Mapping[str, Any]) -> dict[str, Any]:
        """Cut what is data, and keep what is a name."""
        return {name: _cut_part(name, value, max_text) for name, value in entry.items()}

    lists = ("votes", "highlights", "near_duplicates", "others")
    values |= {name: first(name, texts) for name in lists if name in values}
    if "wrong_functions" in values:
        values["wrong_functions"] = first("wrong_functions", short_name)
    values["fields"] = first("fields", lambda field: _cut_field(field, max_text))
    values["reasons"] = first("reasons", lambda reason: _cut_text(reason, max_text))
    values["probabilities"] = _likeliest(whole["probabilities"], max_entries)
    if len(whole["probabilities"]) > max_entries:
        n_more["probabilities"] = len(whole["probabilities"]) - max_entries
    values |= {name: values[name] and short_name(values[name]) for name in _NAMES}
    values["comment"] = fitting(unicode_text(values["comment"]), _COMMENT_BYTES)
    return {**values, "n_more": n_more}


_OF_ENTRIES = ("function", "label", "version", "column", "item_id", "reviewer")


def _cut_part(name: str, value: Any, max_text: int) -> Any:
    if not isinstance(value, str):
        return value
    return short_name(value) if name in _OF_ENTRIES else _cut_text(value, max_text)


def _with_text(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return a field with the text of a large list or object in its place, folded."""
    value = field["value"]
    if not isinstance(value, (list, dict)):
        return dict(field)
    text = field_text(value)
    if len(text) <= _NESTED and _n_parts(text) <= _PARTS and unicode_text(text) == text:
        return dict(field)
    return {**field, "value": text[:_NESTED], "fold": {"length": len(text), "first": _NESTED}}


def _n_parts(text: str) -> int:
    return text.count("[") + text.count("{")


def _cut_field(field: Mapping[str, Any], max_text: int) -> dict[str, Any]:
    value, fold = field["value"], field["fold"]
    if isinstance(value, (list, dict)) and max_text < _NESTED:
        value, fold = field_text(value), None
    if isinstance(value, str):
        if len(value) > max_text:
            length = len(value) if fold is None else fold["length"]
            value, fold = value[:max_text], {"length": length, "first": max_text}
        value = unicode_text(value)
    return {**field, "name": short_name(field["name"]), "value": value, "fold": fold}


def _likeliest(probabilities: Mapping[str, float], n: int) -> dict[str, float]:
    """Return the `n` largest, in the order of the classes."""
    largest = frozenset(nlargest(n, probabilities, key=probabilities.__getitem__))
    return {short_name(name): p for name, p in probabilities.items() if name in largest}


def _cut_text(text: str, max_text: int) -> str:
    return unicode_text(text if len(text) <= max_text else f"{text[: max_text - 1]}…")
