"""setup_dict: what a screen is told once, of classes and keys, cut to the bytes it may have."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from weaklabel.core import CAUSES, LabelSchema
from weaklabel.review.desk._item_dicts import json_bytes
from weaklabel.review.desk._short_names import short_name
from weaklabel.review.session._session_item import Json

__all__ = ["SETUP_BYTES", "first_names", "key_rows", "setup_dict"]

#: Of the classes, the others being found by their name, and of the keys: one for each of nine
#: classes, and some for each action.
_CLASSES_BYTES, _KEYS_BYTES = 20_000, 12_000
#: Of all that `setup_dict` returns.
SETUP_BYTES = _CLASSES_BYTES + _KEYS_BYTES + 1000


def setup_dict(schema: LabelSchema, keys: Iterable[tuple[str, str, str]]) -> dict[str, Json]:
    """Return classes, keys, causes and the version of weaklabel, which every screen needs.

    Examples
    --------
    >>> found = setup_dict(LabelSchema(["ham", "spam"]), [("a", "accept", "it is right")])
    >>> found["classes"], found["n_classes"], found["keys"]
    (['ham', 'spam'], 2, [['a', 'accept', 'it is right']])
    """
    return {
        "keys": key_rows(keys, _KEYS_BYTES),
        "classes": first_names(schema.classes, _CLASSES_BYTES),
        "n_classes": schema.n_classes,
        "causes": list(CAUSES),
        "version": _version(),
    }


def first_names(names: Iterable[str], max_bytes: int) -> list[Json]:
    """Return as many of the first names as fit.

    Examples
    --------
    >>> first_names(["ham", "spam", "eggs"], 16)
    ['ham', 'spam']
    """
    return _fitting((short_name(name) for name in names), max_bytes)


def key_rows(bindings: Iterable[tuple[str, str, str]], max_bytes: int) -> list[Json]:
    """Return the keys that fit; an action "class:<name>" has the name as it goes out.

    Examples
    --------
    >>> key_rows([("1", "class:ham", "answer 'ham'"), ("a", "accept", "it is right")], 100)
    [['1', 'class:ham', "answer 'ham'"], ['a', 'accept', 'it is right']]
    """
    rows: list[Json] = []
    for key, action, words in bindings:
        kind, colon, name = action.partition(":")
        rows.append([short_name(key), f"{kind}{colon}{short_name(name)}", short_name(words)])
    return _fitting(rows, max_bytes)


def _fitting(entries: Iterable[Json], max_bytes: int) -> list[Json]:
    found: list[Json] = []
    for entry in entries:
        max_bytes -= json_bytes(entry) + 2
        if max_bytes < 0:
            break
        found.append(entry)
    return found


def _version() -> str:
    try:
        return version("weaklabel")
    except PackageNotFoundError:  # run from a folder that was not installed
        return ""
