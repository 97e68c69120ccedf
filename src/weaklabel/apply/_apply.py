"""apply: what every labeling function says of every item."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, Literal, overload

from weaklabel.apply._cache import VoteCache
from weaklabel.apply._options import ApplyOptions, OnError
from weaklabel.apply._report import ApplyReport
from weaklabel.apply.engines import (
    ClusterFrame,
    EngineName,
    apply_in_memory,
    apply_on_cluster,
    apply_to_stream,
    cluster_engine,
    engine_for,
    stream_of,
)
from weaklabel.core import LabelSchema, VoteMatrix, as_items
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf import LabelingFunction

__all__ = ["apply", "apply_with_report", "checked_lfs", "checked_schema"]


@overload
def apply(  # type: ignore[overload-overlap]  # a cluster's frame is an object as well
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: ClusterFrame,
    schema: LabelSchema | Sequence[str],
    *,
    engine: Literal["auto", "dask", "spark", "ray"] = "auto",
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    n_jobs: int = 1,
    timeout_seconds: float | None = None,
    chunk_rows: int = 65_536,
) -> ClusterFrame: ...
@overload
def apply(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    *,
    engine: EngineName = "auto",
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    n_jobs: int = 1,
    timeout_seconds: float | None = None,
    chunk_rows: int = 65_536,
) -> VoteMatrix: ...
def apply(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    *,
    engine: EngineName = "auto",
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    n_jobs: int = 1,
    timeout_seconds: float | None = None,
    chunk_rows: int = 65_536,
) -> Any:
    """Return the votes of labeling functions on items.

    Parameters
    ----------
    lfs : LabelingFunction or iterable of LabelingFunction
        With distinct names; they run one after the other.
    items : Items, data frame, list of str or list of dict, path, or frame of a cluster
        Anything that `as_items` takes; the path, pattern or folder of CSV, JSONL and
        Parquet files, or a DuckDB relation, which are read in chunks; a Dask DataFrame,
        Spark DataFrame or Ray Dataset.
    schema : LabelSchema or sequence of str
        The classes, in the order of their codes.
    engine : {"auto", "memory", "files", "duckdb", "dask", "spark", "ray"}
        Where to run; by default it goes by the type of `items`. "memory" collects a
        frame of Dask or Spark first, "files" takes a list of texts for paths.
    id_column : str, optional
        The column with the ids; see `as_items` for the default. On a cluster there must
        be one: without, it is "item_id".
    on_error : {"raise", "abstain"}
        What happens where a labeling function raises: an error that names it
        and the item, or an abstain, which a DataWarning counts.
    cache : VoteCache or path, optional
        Where votes are kept; only labeling functions whose version changed run
        again, and only on chunks of items that changed. A run that was
        interrupted or killed goes on from the last finished chunk. Chunks on
        which a function failed are not kept. For a loop of edits make the items
        once with `as_items`: rows and texts are then kept as well, up to 1 GiB,
        as long as the items are.
    progress : bool, optional
        Whether to show a bar; by default on a terminal and in a notebook.
    n_jobs : int
        Worker processes for functions of kinds "row" and "batch"; models stay, since most
        take all cores, and each worker would hold one more copy. With -1 a few items are
        timed first, and there is one process for each core if that is faster, else none.
    timeout_seconds : float, optional
        Longest time that a function or pattern may take on one item, or a model on a batch,
        in worker processes (all models in one of their own). A batch that takes longer is
        asked item by item; an item that does has failed.
    chunk_rows : int
        Items that are worked on at a time, and kept in the cache together.

    Returns
    -------
    VoteMatrix
        Shape (n_items, n_lfs), item ids and order as in `items`. For a frame of Dask,
        Spark or Ray a lazy one of the same library instead: a column "item_id", and one
        of class codes for each labeling function.

    Raises
    ------
    ParameterError
        If there is no labeling function, two have one name, an option is outside what
        is allowed, or the engine does not take the items.
    ItemsError, FileFormatError
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

    See Also
    --------
    weaklabel.apply.apply_to_folder : votes in files, for more than memory holds.
    weaklabel.cluster.count_votes : what a label model learns from, out of a cluster.

    Notes
    -----
    Votes are the same bits on every engine, with any number of workers and any chunks.
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
    functions, classes = checked_lfs(lfs), checked_schema(schema)
    options = ApplyOptions(on_error, cache, progress, n_jobs, timeout_seconds, chunk_rows)
    chosen = cluster_engine(engine_for(items, engine))
    if chosen is None:
        return _report(functions, items, classes, engine, id_column, options).votes
    return apply_on_cluster(chosen, functions, items, classes, id_column, options)


def apply_with_report(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    *,
    engine: EngineName = "auto",
    id_column: str | None = None,
    on_error: OnError = "raise",
    cache: VoteCache | str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    n_jobs: int = 1,
    timeout_seconds: float | None = None,
    chunk_rows: int = 65_536,
) -> ApplyReport:
    """Return the votes of labeling functions on items, with seconds and failures.

    Parameters
    ----------
    lfs, items, schema, engine, id_column, on_error, cache, progress, n_jobs, timeout_seconds, \
chunk_rows
        As in `apply`; but not of frames of Dask, Spark and Ray, whose votes are not held here.

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
    functions, classes = checked_lfs(lfs), checked_schema(schema)
    options = ApplyOptions(on_error, cache, progress, n_jobs, timeout_seconds, chunk_rows)
    return _report(functions, items, classes, engine, id_column, options)


def _report(
    lfs: tuple[LabelingFunction, ...],
    items: object,
    schema: LabelSchema,
    engine: str,
    id_column: str | None,
    options: ApplyOptions,
) -> ApplyReport:
    chosen = engine_for(items, engine)
    if cluster_engine(chosen) is not None:
        raise ParameterError(
            f"apply_with_report cannot keep votes on engine {chosen!r}, where they are computed "
            "when they are asked for: a report holds all votes. Call apply; collect_votes and "
            "count_votes tell of failures."
        )
    if chosen == "memory":
        return apply_in_memory(lfs, as_items(items, id_column), schema, options)
    return apply_to_stream(lfs, stream_of(items, chosen, id_column), schema, id_column, options)


def checked_schema(schema: LabelSchema | Sequence[str]) -> LabelSchema:
    """Return the classes; SchemaError if they are wrong."""
    return schema if isinstance(schema, LabelSchema) else LabelSchema(schema)


def checked_lfs(
    lfs: LabelingFunction | Iterable[LabelingFunction],
) -> tuple[LabelingFunction, ...]:
    """Return labeling functions of distinct names, at least one, or raise ParameterError."""
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
