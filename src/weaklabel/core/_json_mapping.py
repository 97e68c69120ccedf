"""JsonMapping: a JSON object that nobody changes, kept as the one text that it is hashed as."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["JsonMapping"]


class JsonMapping(Mapping[str, Any]):
    """A mapping from names to what JSON can hold, frozen and hashable.

    It keeps its canonical JSON text and parses it when somebody looks, so that
    reading a hundred thousand of them costs nothing, and whoever changes a list
    that came out of it changes only a copy.

    Parameters
    ----------
    values : mapping
        Names to texts, finite numbers, booleans, None, and lists and dicts of them; arrays and
        scalars of NumPy become lists and numbers.

    Raises
    ------
    ParameterError
        If it holds something that JSON cannot.

    Examples
    --------
    >>> shown = JsonMapping({"votes": {"link": 1}, "guidelines": "3"})
    >>> shown["votes"], shown.text
    ({'link': 1}, '{"guidelines":"3","votes":{"link":1}}')
    """

    __slots__ = ("text",)

    text: str

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "text", _canonical(dict(values)))

    @classmethod
    def parse(cls, text: str) -> JsonMapping:
        """Return the mapping that `text`, which must be a JSON object, describes.

        Raises ParameterError if it is none.
        """
        try:
            values = json.loads(text)
        except (TypeError, ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise ParameterError(wrong_value("text", text, "a JSON object"))
        return cls(values)

    @classmethod
    def of_canonical(cls, text: str) -> JsonMapping:
        """Return the mapping with this `text`, which a JsonMapping had before; nothing is checked."""
        found = cls.__new__(cls)
        object.__setattr__(found, "text", text)
        return found

    def __getitem__(self, name: str) -> Any:
        return json.loads(self.text)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(json.loads(self.text))

    def __len__(self) -> int:
        return len(json.loads(self.text))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, JsonMapping):
            return self.text == other.text
        return isinstance(other, Mapping) and json.loads(self.text) == dict(other)

    def __hash__(self) -> int:
        return hash(self.text)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"cannot set {name}: a JsonMapping is frozen. Make another one.")

    def __deepcopy__(self, _memo: dict[int, Any]) -> JsonMapping:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return JsonMapping, (json.loads(self.text),)

    def __repr__(self) -> str:
        return f"JsonMapping({json.loads(self.text)!r})"


def _canonical(values: dict[str, Any]) -> str:
    try:
        # Of a lone surrogate no UTF-8 can be made, by whoever exports it later.
        _dump(values, ensure_ascii=False).encode("utf-8")
        return _dump(values, ensure_ascii=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise ParameterError(
            wrong_value(
                "values",
                values,
                "texts, finite numbers, booleans, None, and lists and dicts of them",
                f"{str(error).rstrip('.')}.",
            )
        ) from None


def _dump(values: dict[str, Any], ensure_ascii: bool) -> str:
    return json.dumps(
        values,
        sort_keys=True,
        allow_nan=False,
        ensure_ascii=ensure_ascii,
        separators=(",", ":"),
        default=_plain,
    )


def _plain(value: object) -> object:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold")
