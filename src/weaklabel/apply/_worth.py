"""ColumnsWhereFaster: worker processes where a sample says that they pay, else this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._pool_columns import PYTHON_KINDS, columns_in_pool
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._workers import WorkerPool
from weaklabel.core import Items, LabelSchema
from weaklabel.lf import LabelingFunction

__all__ = ["ColumnsWhereFaster", "seconds_saved"]

#: Measured on two cores: what starting the workers takes, sending an item, and bringing a vote back.
_START, _EACH_ITEM, _EACH_VOTE = 0.65, 0.6e-6, 0.1e-6
#: A sample is large enough when it took so many seconds, or has so many items.
_SAMPLE_SECONDS, _SAMPLE_ITEMS = 0.02, 256


class ColumnsWhereFaster:
    """The votes of labeling functions on chunks of items, in worker processes if that is faster.

    Parameters
    ----------
    pool : WorkerPool
        Open; it starts processes only if it is used.
    n_items : int, optional
        Number of items of all chunks, if it is known; else those of the first one count.

    Notes
    -----
    On the first chunk the functions in Python answer a few items, whose answers are thrown
    away: one, then as many again as before, until that took 20 ms. The last lot says how long
    all of them would take. If something raises there, it is left to the workers.
    """

    def __init__(self, pool: WorkerPool, n_items: int | None) -> None:
        self._pool = pool
        self._n_items = n_items
        self._pays: bool | None = None

    def __call__(
        self, lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema
    ) -> Iterator[ColumnVotes]:
        """Yield the votes of each labeling function on all items of `rows`, in order."""
        python = [lf for lf in lfs if lf.kind in PYTHON_KINDS]
        if python and self._pays is None:
            n_items = self._n_items or len(rows.items)
            try:
                each = _seconds_each(python, rows, schema)
            except Exception:  # of a user's function: where it counts, it is told in full
                self._pays = True
            else:
                self._pays = seconds_saved(each, n_items, len(python), self._pool.n_jobs) > 0
        if self._pays:
            return columns_in_pool(lfs, rows, schema, self._pool)
        return columns_of(lfs, rows, schema)


def seconds_saved(seconds_each: float, n_items: int, n_lfs: int, n_jobs: int) -> float:
    """Return how much sooner `n_jobs` workers are done, negative where they are later.

    Parameters
    ----------
    seconds_each : float
        What one item takes all functions that would run there.
    n_items, n_lfs, n_jobs : int
        Number of items, of those functions, and of processes.

    Examples
    --------
    >>> round(seconds_saved(1e-3, 10_000, 5, n_jobs=2), 1)
    4.3
    >>> seconds_saved(1e-6, 100_000, 5, n_jobs=2) < 0
    True
    """
    work = seconds_each * n_items
    return work * (1 - 1 / n_jobs) - (_START + n_items * (_EACH_ITEM + n_lfs * _EACH_VOTE))


def _seconds_each(lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema) -> float:
    """Return the seconds that one item takes all of `lfs`, rows and preprocessors included."""
    start, size, seconds = 0, 1, 0.0
    while start < min(len(rows.items), _SAMPLE_ITEMS):
        sample = _slice(rows.items, start, size)
        begun = perf_counter()
        for _ in columns_of(lfs, ItemRows(sample, is_fatal=True), schema):
            pass
        seconds = (perf_counter() - begun) / len(sample)
        start += len(sample)
        if start > 1 and seconds * len(sample) >= _SAMPLE_SECONDS:  # the first one loads models
            break
        size = start
    return seconds


def _slice(items: Items, start: int, size: int) -> Items:
    part = slice(start, start + size)
    return Items(items.table.slice(start, size), items.item_ids[part])
