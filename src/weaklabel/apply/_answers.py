"""answers_of: what one labeling function answers to all items, by rows or by columns."""

from __future__ import annotations

from typing import Any

from weaklabel.apply._failures import Failures, call_each
from weaklabel.apply._rows import ItemRows
from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import LabelingFunction

__all__ = ["answers_of", "ready_for"]


def ready_for(lf: LabelingFunction, rows: ItemRows) -> list[Any]:
    """Return what `lf` reads, all rows or its columns, so that its seconds are its own."""
    if lf.rule is None:
        return rows.rows(lf.preprocessors)
    return [rows.column(column) for column in lf.columns]


def answers_of(
    lf: LabelingFunction, rows: ItemRows, ready: list[Any], failures: Failures
) -> list[Any]:
    """Return the answer of `lf` to each item, None where it abstains or failed.

    Parameters
    ----------
    lf : LabelingFunction
        Of any kind.
    rows : ItemRows
        The items.
    ready : list
        What `ready_for` made.
    failures : Failures
        Told of every exception; raises if it is fatal.

    Raises
    ------
    LabelingFunctionError
        If `lf` raises and that is fatal, or it is wrong for all items alike.
    """
    if lf.rule is not None:
        return _column_answers(lf, ready, failures)
    skipped = rows.failed(lf.preprocessors)
    if not skipped:
        return call_each(lf.row_function, ready, failures.add)
    failures.positions.update(skipped)
    failures.first = next(iter(skipped.values()))
    kept = [i for i in range(len(ready)) if i not in skipped]
    found = call_each(
        lf.row_function,
        (ready[i] for i in kept),
        lambda position, error: failures.add(kept[position], error),
    )
    answers: list[Any] = [None] * len(ready)
    for i, answer in zip(kept, found, strict=True):
        answers[i] = answer
    return answers


def _column_answers(
    lf: LabelingFunction, columns: list[list[Any]], failures: Failures
) -> list[Any]:
    try:
        return lf.vote_columns(dict(zip(lf.columns, columns, strict=True)), len(failures.item_ids))
    except LabelingFunctionError as error:
        raise LabelingFunctionError(f"labeling function {lf.name!r} failed: {error}") from error
    except Exception:  # noqa: S110 - one by one below, to find the item
        pass

    def one(values: tuple[Any, ...]) -> Any:
        single = {name: [value] for name, value in zip(lf.columns, values, strict=True)}
        return lf.vote_columns(single, 1)[0]

    return call_each(one, zip(*columns, strict=True), failures.add)
