"""Rule: a declared labeling function, which answers a whole column at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from weaklabel.core import IntArray
from weaklabel.errors import ParameterError, wrong_value

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ArrowRule",
    "Choices",
    "Rule",
    "answer_each_text",
    "answer_in_batches",
    "as_text",
    "check_column",
    "default_name",
]


@runtime_checkable
class Rule(Protocol):
    """What a builder makes: columns in, one answer for each item out.

    Attributes
    ----------
    kind : str
        "keyword", "regex", "lookup", "threshold", "expression", "batch", "model" or
        "classifier".
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


class Choices(NamedTuple):
    """Answers of one labeling function to many items, each different answer kept once.

    Attributes
    ----------
    answers : sequence
        Class names, codes or None, as a labeling function may give them.
    places : numpy.ndarray of int64, shape (n_items,)
        Position of each item's answer in `answers`, -1 where it abstains.
    """

    answers: Sequence[Any]
    places: IntArray


@runtime_checkable
class ArrowRule(Rule, Protocol):
    """A rule that can also read whole Arrow columns, which is faster than lists."""

    def choose(self, columns: Mapping[str, pa.ChunkedArray]) -> Choices | None:
        """Return what `vote_columns` would, or None where only `vote_columns` can tell.

        Anything that `vote_columns` would raise is left to it.
        """


def answer_each_text(
    values: Sequence[object], answer: Callable[[str], str | int | None]
) -> list[Any]:
    """Return ``answer(text)`` for each value, each distinct text evaluated once.

    A null is None in the result; what is no text is read as ``str(value)``.
    """
    # By their texts, since 0.0 and -0.0 are equal values and different texts.
    texts = [None if v is None or v != v else as_text(v) for v in values]
    known: dict[str | None, Any] = dict.fromkeys(texts)
    for text in known:
        if text is not None:
            known[text] = answer(text)
    return [known[text] for text in texts]


def answer_in_batches(
    columns: Mapping[str, list[Any]],
    names: Sequence[str],
    n_items: int,
    batch_size: int,
    answer: Callable[[list[tuple[Any, ...]]], Iterable[Any]],
) -> list[Any]:
    """Return what `answer` says to batches of items without a missing value, None for the others.

    Parameters
    ----------
    columns : mapping of str to list
        Values by column.
    names : sequence of str
        The columns of which `answer` gets tuples.
    n_items : int
        Number of items.
    batch_size : int
        The most items at a time.
    answer : callable
        Returns one answer for each tuple of a batch.
    """
    rows = list(zip(*(columns[name] for name in names), strict=True))
    whole = [i for i, row in enumerate(rows) if all(v is not None and v == v for v in row)]
    answers: list[Any] = [None] * n_items
    for start in range(0, len(whole), batch_size):
        batch = whole[start : start + batch_size]
        for i, found in zip(batch, answer([rows[i] for i in batch]), strict=True):
            answers[i] = found
    return answers


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
