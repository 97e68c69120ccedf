"""Failures: what to do when a user's function raises on an item, and the count of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from weaklabel.errors import LabelingFunctionError
from weaklabel.lf._answer import describe_error

__all__ = ["Failures", "call_each"]


@dataclass(slots=True)
class Failures:
    """The items on which one function raised.

    Parameters
    ----------
    what : str
        The function, for messages ("labeling function 'has_link'").
    item_ids : list of str
        The items that it runs on.
    is_fatal : bool
        Whether the first failure raises.
    """

    what: str
    item_ids: list[str]
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
        kind, _, words = describe_error(error).partition(": ")
        cause = f"{kind} on item {self.item_ids[position]!r}" + (f": {words}" if words else "")
        if self.is_fatal:
            raise LabelingFunctionError(f"{self.what} raised {cause}") from error
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
    answers: list[Any] = []
    append = answers.append
    rest = iter(items)
    while True:
        try:
            for item in rest:
                append(function(item))
        except Exception as error:  # whatever a user's function raises
            on_error(len(answers), error)
            append(None)
        else:
            return answers
