"""Light items: a tuple of one item's values with attribute and key access to them."""

from __future__ import annotations

import dataclasses
import difflib
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from weaklabel.errors import ItemsError

__all__ = ["fields_of", "make_item", "row_maker"]


@lru_cache(maxsize=64)
def row_maker(columns: tuple[str, ...]) -> Callable[[Iterable[object]], Any]:
    """Return the function that makes one item of the values of `columns`.

    Parameters
    ----------
    columns : tuple of str
        Distinct names. One that is no Python identifier, is a keyword or starts
        with an underscore is reached by its key only.

    Returns
    -------
    callable
        Takes the values in the order of `columns`, returns a tuple of them that
        also answers ``item.name``, ``item["name"]``, ``item.get("name")``,
        ``item.keys()`` and ``"name" in item``. A column of the name "get" or
        "keys" wins over the method.

    Notes
    -----
    Attributes are the descriptors of a named tuple, so reading one costs what
    reading a slot costs. The types are cached by `columns`.

    Examples
    --------
    >>> item = row_maker(("text", "n likes"))(["free money", 3])
    >>> item.text, item["n likes"]
    ('free money', 3)
    >>> item.txt
    Traceback (most recent call last):
    ...
    AttributeError: an item has no field 'txt', it has 'text', 'n likes'. Did you mean 'text'?
    """
    place = {name: i for i, name in enumerate(columns)}
    value_at = tuple.__getitem__

    def by_key(self: tuple[Any, ...], key: Any) -> Any:
        if key.__class__ is str:
            if key in place:
                return value_at(self, place[key])
            raise KeyError(_no_field(key, columns))
        return value_at(self, key)

    def by_attribute(self: tuple[Any, ...], name: str) -> Any:  # noqa: ARG001 - Python's protocol
        raise AttributeError(_no_field(name, columns))

    def get(self: tuple[Any, ...], key: str, default: Any = None) -> Any:
        return value_at(self, place[key]) if key in place else default

    methods = {"get": get, "keys": lambda self: columns}  # noqa: ARG005 - a method
    base: Any = namedtuple("Item", columns, rename=True)  # type: ignore[misc]  # made at run time
    namespace = {
        "__slots__": (),
        "__getitem__": by_key,
        "__getattr__": by_attribute,
        "__contains__": lambda self, key: key in place,  # noqa: ARG005 - a method
        "__repr__": lambda self: f"Item({dict(zip(columns, self, strict=True))!r})",
        **{name: method for name, method in methods.items() if name not in place},
    }
    return partial(tuple.__new__, type("Item", (base,), namespace))


def make_item(fields: Mapping[str, object]) -> Any:
    """Return the item of a mapping from field to value."""
    return row_maker(tuple(fields))(fields.values())


def fields_of(item: object, text_column: str = "text") -> dict[str, Any]:
    """Return the fields of an item that a user gave as a dict, a text or an object.

    Parameters
    ----------
    item : str, mapping, named tuple, dataclass or object with attributes
        A text stands for ``{text_column: item}``.
    text_column : str
        The field that a text is.

    Raises
    ------
    ItemsError
        If no fields can be read from it.

    Examples
    --------
    >>> fields_of("hi", "comment")
    {'comment': 'hi'}
    """
    if isinstance(item, str):
        return {text_column: item}
    if isinstance(item, Mapping):
        return {str(key): value for key, value in item.items()}
    if isinstance(item, tuple) and hasattr(item, "keys"):
        return dict(zip(item.keys(), item, strict=True))
    if hasattr(item, "_asdict"):
        return dict(item._asdict())
    if dataclasses.is_dataclass(item) and not isinstance(item, type):
        return {field.name: getattr(item, field.name) for field in dataclasses.fields(item)}
    if hasattr(item, "to_dict"):
        return {str(key): value for key, value in item.to_dict().items()}
    if hasattr(item, "__dict__"):
        return dict(vars(item))
    raise ItemsError(
        f"item is a {type(item).__name__}, must be a dict of its fields, a text, "
        "or an object with attributes."
    )


def _no_field(name: str, columns: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, columns, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    shown = ", ".join(repr(column) for column in columns) or "none"
    return f"an item has no field {name!r}, it has {shown}.{hint}"
