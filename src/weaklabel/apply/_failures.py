"""Failures: what to do when a user's function raises on an item, and the count of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from weaklabel.core import StringArray
from weaklabel.errors import LabelingFunctionError
from weaklabel.lf._answer import describe_error

__all__ = ["Failures", "ItemLost", "call_each"]


class ItemLost(Exception):  # noqa: N818 - says what happened, and is never raised to a user
    """A function gave no answer to an item, because its process had to end.

    Its words follow the name of the function and precede the item: "timed out
    after 5 s".
    """


@dataclass(slots=True)
class Failures:
    """The items on which one function raised.

    Parameters
    ----------
    what : str
        The function, for messages ("labeling function 'has_link'").
    item_ids : numpy.ndarray of StringDType, or sequence of str
        The items that it runs on.
    is_fatal : bool
        Whether the first failure raises.

    Attributes
    ----------
    first : str
        The first cause with its item, "" where there is none.
    positions : set of int
        Where it failed.
    """

    what: str
    item_ids: StringArray | Sequence[str]
    is_fatal: bool
    first: str = ""
    positions: set[int] = field(default_factory=set)

    def add(self, position: int, error: Exception) -> None:
        """Count that the function raised `error` on an item, or raise.

        Raises
        ------
        LabelingFunctionError
            If failures are fatal; it names the function, the item and the cause.
        """
        place = f"on item {self.item_ids[position]!r}"
        if isinstance(error, ItemLost):
            verb, cause = "", f"{error} {place}"
        else:
            kind, _, words = describe_error(error).partition(": ")
            verb, cause = "raised ", f"{kind} {place}" + (f": {words}" if words else "")
        if self.is_fatal:
            raise LabelingFunctionError(f"{self.what} {verb}{cause}") from error
        self.first = self.first or cause
        self.positions.add(position)


def call_each(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    on_error: Callable[[int, Exception], None],
) -> list[Any]:
    """Return ``function(item)`` for each item, None where it raised.

    Parameters
    ----------
    function : callable
        Called once for each item, in order.
    items : iterable
        The items.
    on_error : callable
        Told the position and the exception; may raise.
    """
    if isinstance(items, list):
        return _call_each_in_list(function, items, on_error)
    answers: list[Any] = []
    rest = iter(items)
    while True:
        try:
            for item in rest:
                answers.append(function(item))
        except Exception as error:  # whatever a user's function raises
            on_error(len(answers), error)
            answers.append(None)
        else:
            return answers


def _call_each_in_list(
    function: Callable[[Any], Any],
    items: list[Any],
    on_error: Callable[[int, Exception], None],
) -> list[Any]:
    answers: list[Any] = []
    rest = iter(items)
    while len(answers) < len(items):
        try:
            answers.extend(map(function, rest))  # a tenth faster than a loop; keeps what it got
        except Exception as error:  # as above
            on_error(len(answers), error)
            answers.append(None)
        else:
            if len(answers) < len(items):  # `map` takes StopIteration for the end of the items
                on_error(len(answers), StopIteration())
                answers.append(None)
    return answers
