"""columns_of: the votes of labeling functions on a chunk of items, one column at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

from weaklabel.apply._answers import answers_of, ready_for
from weaklabel.apply._choices import choices_of, codes_of_choices
from weaklabel.apply._failures import Failures
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._text_columns import TextColumns
from weaklabel.core import CodeArray, LabelSchema
from weaklabel.lf import LabelingFunction
from weaklabel.lf._answer import codes_of

__all__ = ["ColumnVotes", "columns_of"]


class ColumnVotes(NamedTuple):
    """What one labeling function says of a chunk of items, and what it took.

    Attributes
    ----------
    codes : numpy.ndarray of int8 or int16, shape (n_items,)
        Class codes, -1 where it abstains or failed.
    seconds : float
        Wall time of its own, without preprocessors; of a pass that it shares
        with others, its even part.
    n_failures : int
        Number of items on which it, or a preprocessor that it names, raised.
    first_failure : str
        The first of them and its cause, in words; "" where there is none.
    """

    codes: CodeArray
    seconds: float
    n_failures: int
    first_failure: str


def columns_of(
    lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema
) -> Iterator[ColumnVotes]:
    """Yield the votes of each labeling function on all items of `rows`, in order.

    Each column is yielded when it is done, so that the caller can keep it before the next
    labeling function starts. Keywords and patterns that read one column share a pass over its
    distinct texts, which runs when the first of them is asked for; `plan` says so in words.

    Parameters
    ----------
    lfs : sequence of LabelingFunction
        Of any kind.
    rows : ItemRows
        The items.
    schema : LabelSchema
        The classes.

    Raises
    ------
    LabelingFunctionError
        If a labeling function or a preprocessor raises and failures are fatal.
    AnswerError
        If an answer is no class.
    """
    texts = TextColumns(lfs, rows)
    for lf in lfs:
        start = perf_counter()
        choices, seconds = texts.choices(lf)
        if choices is None:
            choices = choices_of(lf, rows)
            seconds = perf_counter() - start
        if choices is not None:
            start = perf_counter()
            codes = codes_of_choices(choices, schema, lf.name, rows.item_ids)
            yield ColumnVotes(codes, seconds + perf_counter() - start, 0, "")
        else:
            yield _one_by_one(lf, rows, schema)


def _one_by_one(lf: LabelingFunction, rows: ItemRows, schema: LabelSchema) -> ColumnVotes:
    ready = ready_for(lf, rows)
    failures = Failures(f"labeling function {lf.name!r}", rows.item_ids, rows.is_fatal)
    start = perf_counter()
    answers = answers_of(lf, rows, ready, failures)
    codes = codes_of(answers, schema, lf.name, rows.item_ids)
    seconds = perf_counter() - start
    return ColumnVotes(codes, seconds, len(failures.positions), failures.first)
