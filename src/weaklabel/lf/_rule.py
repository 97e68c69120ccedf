"""Rule: a declared labeling function, which answers a whole column at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["Rule", "answer_each_text", "as_text", "check_column", "default_name"]


@runtime_checkable
class Rule(Protocol):
    """What a builder makes: columns in, one answer for each item out.

    Attributes
    ----------
    kind : str
        "keyword", "regex", "lookup", "threshold" or "classifier".
    columns : tuple of str
        The columns that it reads.
    """

    @property
    def kind(self) -> str:
        """What sort of rule it is."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that decides its answers, by name."""

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:
        """Return the answer to each of `n_items` items, None where it abstains."""


def answer_each_text(
    values: Sequence[object], answer: Callable[[str], str | int | None]
) -> list[Any]:
    """Return ``answer(text)`` for each value, each distinct one evaluated once.

    A null is None in the result; what is no text is read as ``str(value)``.
    """
    try:
        known: dict[object, Any] = dict.fromkeys(values)
    except TypeError:  # lists and dicts in the column
        return [None if v is None or v != v else answer(as_text(v)) for v in values]
    for value in known:
        if value is not None and value == value:
            known[value] = answer(as_text(value))
    return [known[value] for value in values]


def as_text(value: object) -> str:
    """Return the text that a value of a text column is."""
    return value if isinstance(value, str) else str(value)


def default_name(kind: str, columns: Iterable[str], *words: object) -> str:
    """Return the name of a rule made of what tells it from others.

    Examples
    --------
    >>> default_name("keyword", ["text"], "Check out!", "spam")
    'keyword_check_out_spam'
    >>> default_name("keyword", ["title"], "free", 1)
    'keyword_title_free_1'
    """
    named = [column for column in columns if column != "text"]
    slugs = (re.sub(r"\W+", "_", str(word).casefold()).strip("_") for word in (*named, *words))
    return "_".join([kind, *(slug[:24].strip("_") for slug in slugs if slug)])


def check_column(argument: str, column: object) -> str:
    """Return `column` if it is a name, or raise ParameterError."""
    if isinstance(column, str) and column:
        return column
    raise ParameterError(wrong_value(argument, column, "the name of a column"))
