"""apply: what every labeling function says of every item."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from time import perf_counter
from typing import Literal

import numpy as np

from weaklabel.apply._answers import answers_of, ready_for
from weaklabel.apply._cache import CachedColumns, VoteCache
from weaklabel.apply._failures import Failures
from weaklabel.apply._report import ApplyReport
from weaklabel.apply._rows import ItemRows
from weaklabel.core import ABSTAIN, CodeArray, Items, LabelSchema, VoteMatrix, as_items
from weaklabel.core._check import check_choice
from weaklabel.errors import (
    DataWarning,
    ItemsError,
    ParameterError,
    wrong_value,
)
from weaklabel.lf import LabelingFunction
from weaklabel.lf._answer import codes_of
from weaklabel.progress import track

__all__ = ["apply", "apply_with_report"]

OnError = Literal["raise", "abstain"]


def apply(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    *,
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> VoteMatrix:
    """Return the votes of labeling functions on items.

    Parameters
    ----------
    lfs : LabelingFunction or iterable of LabelingFunction
        With distinct names; they run one after the other.
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        Anything that `as_items` takes.
    schema : LabelSchema or sequence of str
        The classes, in the order of their codes.
    id_column : str, optional
        The column with the ids; see `as_items` for the default.
    on_error : {"raise", "abstain"}
        What happens where a labeling function raises: an error that names it
        and the item, or an abstain, which a DataWarning counts.
    cache : VoteCache or path, optional
        Where columns are kept; only labeling functions whose version changed
        run again. Each column is written when it is done, so that a run that
        was interrupted goes on from there. One with failures is not kept.
    progress : bool, optional
        Whether to show a bar; by default on a terminal and in a notebook.

    Returns
    -------
    VoteMatrix
        Shape (n_items, n_lfs), item ids and order as in `items`.

    Raises
    ------
    ParameterError
        If there is no labeling function, or two have one name.
    ItemsError
        If there are no items, ids are wrong, or a column that is needed does
        not exist; before anything runs.
    LabelingFunctionError
        If a labeling function or a preprocessor raises, with ``on_error="raise"``.
    AnswerError
        If an answer is no class, whatever `on_error` says.

    Warns
    -----
    DataWarning
        If labeling functions failed on items, or the cache cannot be used.

    Notes
    -----
    Functions see light rows that are built once; declared labeling functions
    read whole columns and look at each distinct text once.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf, labeling_function
    >>> @labeling_function
    ... def short(item):
    ...     return "ham" if len(item.text) < 10 else None
    >>> lfs = [keyword_lf(["free", "win"], "spam", name="offers"), short]
    >>> votes = apply(lfs, ["win a free phone", "nice", "I like this song"], ["ham", "spam"])
    >>> votes.codes
    array([[ 1, -1],
           [-1,  0],
           [-1, -1]], dtype=int8)
    """
    return apply_with_report(
        lfs,
        items,
        schema,
        id_column=id_column,
        on_error=on_error,
        cache=cache,
        progress=progress,
    ).votes


def apply_with_report(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    *,
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> ApplyReport:
    """Return the votes of labeling functions on items, with seconds and failures.

    Parameters
    ----------
    lfs, items, schema, id_column, on_error, cache, progress
        As in `apply`.

    Returns
    -------
    ApplyReport
        Votes; seconds and failures by name; the names of those that ran.

    Raises
    ------
    ParameterError, ItemsError, LabelingFunctionError, AnswerError
        As in `apply`.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf
    >>> report = apply_with_report(keyword_lf("win", "spam"), ["I win"], ["ham", "spam"])
    >>> report.recomputed, dict(report.failures)
    (('keyword_win_spam',), {'keyword_win_spam': 0})
    """
    functions = _checked_lfs(lfs)
    check_choice("on_error", on_error, ("raise", "abstain"))
    classes = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    table = as_items(items, id_column)
    _check_columns(functions, table)
    rows = ItemRows(table, is_fatal=on_error == "raise")
    cached = CachedColumns(cache, table, classes)
    codes = np.full((table.n_items, len(functions)), ABSTAIN, dtype=classes.dtype, order="F")
    failures = {
        lf.name: Failures(f"labeling function {lf.name!r}", rows.item_ids, rows.is_fatal)
        for lf in functions
    }
    seconds: dict[str, float] = {}
    ran: list[str] = []
    steps = track(functions, "Applying labeling functions", total=len(functions), enabled=progress)
    for j, lf in enumerate(steps):
        start = perf_counter()
        column = cached.load(lf)
        seconds[lf.name] = perf_counter() - start
        if column is None:
            ran.append(lf.name)
            column, seconds[lf.name] = _run(lf, rows, classes, failures[lf.name])
            if not failures[lf.name].positions:
                cached.store(lf, column)
        codes[:, j] = column
    _warn_of(failures, table.n_items)
    return ApplyReport(
        VoteMatrix(codes, table.item_ids, [lf.name for lf in functions], classes),
        seconds,
        {name: len(failed.positions) for name, failed in failures.items()},
        tuple(ran),
        {name: failed.first for name, failed in failures.items() if failed.first},
        dict(rows.seconds),
    )


def _run(
    lf: LabelingFunction, rows: ItemRows, schema: LabelSchema, failures: Failures
) -> tuple[CodeArray, float]:
    ready = ready_for(lf, rows)
    start = perf_counter()
    answers = answers_of(lf, rows, ready, failures)
    column = codes_of(answers, schema, lf.name, rows.item_ids)
    return column, perf_counter() - start


def _checked_lfs(
    lfs: LabelingFunction | Iterable[LabelingFunction],
) -> tuple[LabelingFunction, ...]:
    functions = tuple(lfs) if isinstance(lfs, Iterable) else (lfs,)
    if not functions:
        raise ParameterError("lfs is empty, must have at least one labeling function.")
    first: dict[str, int] = {}
    for j, lf in enumerate(functions):
        if not isinstance(lf, LabelingFunction):
            raise ParameterError(
                wrong_value(
                    f"lfs[{j}]", lf, "a LabelingFunction", "Decorate it with @labeling_function."
                )
            )
        if first.setdefault(lf.name, j) != j:
            raise ParameterError(
                f"lfs[{first[lf.name]}] and lfs[{j}] are both named {lf.name!r}, "
                "must have distinct names. Rename one with name=."
            )
    return functions


def _check_columns(lfs: Sequence[LabelingFunction], items: Items) -> None:
    for lf in lfs:
        for column in lf.columns:
            if column not in items.column_names:
                shown = ", ".join(repr(name) for name in items.column_names)
                raise ItemsError(
                    f"labeling function {lf.name!r} reads column {column!r}, the items have "
                    f"{shown}. Rename the column, or give the labeling function another."
                )


def _warn_of(failures: dict[str, Failures], n_items: int) -> None:
    failed = {name: f for name, f in failures.items() if f.positions}
    if failed:
        listed = "; ".join(
            f"{name!r} on {len(f.positions)} of {n_items} items, first {f.first}"
            for name, f in failed.items()
        )
        warnings.warn(
            f"labeling functions raised, which counts as abstain: {listed}",
            DataWarning,
            stacklevel=3,
        )
