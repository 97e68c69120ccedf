"""votes_by_chunk: the loop over chunks of items that every engine in one process runs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter

import numpy as np

from weaklabel.apply._cached_run import CachedChunk, CachedRun
from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._tally import Tally
from weaklabel.core import ABSTAIN, CodeArray, Items, LabelSchema
from weaklabel.errors import DataWarning
from weaklabel.lf import LabelingFunction
from weaklabel.progress import RowProgress, row_progress

__all__ = ["votes_by_chunk", "warn_of_failures"]

_Columns = Callable[[Sequence[LabelingFunction], ItemRows, LabelSchema], Iterator[ColumnVotes]]


def votes_by_chunk(
    functions: Sequence[LabelingFunction],
    chunks: Iterable[Items],
    n_items: int | None,
    classes: LabelSchema,
    options: ApplyOptions,
    tally: Tally,
) -> Iterator[tuple[Items, CodeArray]]:
    """Yield chunks of items, each with its votes.

    Parameters
    ----------
    functions : sequence of LabelingFunction
        With distinct names.
    chunks : iterable of Items
        Each is let go of before the next is asked for.
    n_items : int, optional
        Number of items of all chunks, if it is known, for the bar.
    classes : LabelSchema
        The classes.
    options : ApplyOptions
        How to run them.
    tally : Tally
        Told of seconds and failures.

    Yields
    ------
    Items
        The chunk.
    numpy.ndarray of int8 or int16, shape (n_items of the chunk, n_lfs)
        Its votes.

    Notes
    -----
    Rows, texts and the values of preprocessors exist for one chunk at a time. What is
    finished of a chunk is in the cache before the next chunk begins, and within a chunk a
    second after it was finished: a run that is killed goes on from there.
    """
    cached = CachedRun(options.cache, functions, classes)
    described = "Applying labeling functions"
    with (
        row_progress(described, n_items, len(functions), options.progress) as bar,
        _columns_by(options, n_items) as (columns, where),
    ):
        for chunk in chunks:
            votes = np.full(
                (chunk.n_items, len(functions)), ABSTAIN, dtype=classes.dtype, order="F"
            )
            with cached.chunk(chunk) as known:
                missing = _fill_known(votes, known, tally, bar)
                if missing:
                    rows = ItemRows(chunk, is_fatal=options.on_error == "raise")
                    lfs = [functions[j] for j in missing]
                    _fill_missing(votes, missing, columns(lfs, rows, classes), known, tally, bar)
                    tally.add_plan(lfs, chunk.table, where)
                    tally.add_preprocessing(rows.seconds)
            yield chunk, votes


def warn_of_failures(tally: Tally, n_items: int, stacklevel: int) -> None:
    """Warn of the labeling functions that raised, with their counts and first causes."""
    if tally.first_failures:
        listed = "; ".join(
            f"{name!r} on {tally.failures[name]} of {n_items} items, first {cause}"
            for name, cause in tally.first_failures.items()
        )
        warnings.warn(
            f"labeling functions raised, which counts as abstain: {listed}",
            DataWarning,
            stacklevel=stacklevel + 1,
        )


@contextmanager
def _columns_by(
    options: ApplyOptions, n_items: int | None
) -> Iterator[tuple[_Columns, Mapping[str, str]]]:
    """Give the function that votes on a chunk, here or in workers, and what says where it did."""
    if options.n_jobs == 1 and options.timeout_seconds is None:
        yield columns_of, {}
        return
    from weaklabel.apply._pool_columns import columns_in_pool
    from weaklabel.apply._workers import WorkerPool

    with WorkerPool(options.n_jobs, options.timeout_seconds) as pool:
        if options.n_jobs == -1 and options.timeout_seconds is None:
            from weaklabel.apply._worth import ColumnsWhereFaster

            yield ColumnsWhereFaster(pool, n_items), pool.where
            return
        yield lambda lfs, rows, schema: columns_in_pool(lfs, rows, schema, pool), pool.where


def _fill_known(votes: CodeArray, known: CachedChunk, tally: Tally, bar: RowProgress) -> list[int]:
    """Fill in what is in the cache, and return the positions of all others."""
    start = perf_counter()
    held = known.load()
    for j, column in held.items():
        votes[:, j] = column
    spent = perf_counter() - start
    for j in held:
        tally.add_known(j, spent / len(held))
    bar.advance(len(votes), len(held))
    return [j for j in range(votes.shape[1]) if j not in held]


def _fill_missing(
    votes: CodeArray,
    missing: Sequence[int],
    found: Iterable[ColumnVotes],
    known: CachedChunk,
    tally: Tally,
    bar: RowProgress,
) -> None:
    """Fill in each column when it is done, and keep it unless the function failed."""
    for j, column in zip(missing, found, strict=True):
        votes[:, j] = column.codes
        tally.add(j, column, len(votes))
        if not column.n_failures:
            known.keep(j, column.codes)
        bar.advance(len(votes), 1)
