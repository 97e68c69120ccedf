"""WorkerPool: labeling functions in several processes, which may hang, crash or leak."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

import numpy as np

from weaklabel import errors
from weaklabel.apply._clock import NOWHERE, WHOLE
from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._options import usable_cores
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._worker import (
    ColumnDone,
    ColumnWrong,
    PieceDone,
    Setup,
    SetupWrong,
)
from weaklabel.apply._worker_process import Task, WorkerEnded, WorkerProcess
from weaklabel.core import Items, LabelSchema
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import LabelingFunction
from weaklabel.lf._pickling import dump_functions

__all__ = ["WorkerPool", "columns_in_pool"]

#: Kinds that run any Python of the user's, where a second process pays.
_PYTHON = frozenset({"row", "batch"})
#: Items in a piece: enough that sending them costs little, few enough for all to be busy.
_LEAST_ROWS, _MOST_ROWS, _PIECES_EACH = 16, 4096, 4
#: How often a timeout looks at the workers, as a share of its length and at most in seconds.
_LOOKS, _LONGEST_LOOK = 8, 0.25


class WorkerPool:
    """Processes in which labeling functions run; a context manager.

    They are started when there is something to do, get the labeling functions
    once, and stay for all chunks of a run.

    Parameters
    ----------
    n_jobs : int
        Number of processes; -1 for one on each usable core.
    timeout_seconds : float, optional
        Longest time that one item may take a function. A function that is at an
        item for longer is ended with its process.
    max_pieces : int
        After so many pieces of items a process is replaced by a fresh one.
    max_growth : int
        And when its memory has grown by so many bytes, where the system tells.

    Raises
    ------
    ParameterError
        If an argument is outside what is allowed.

    Notes
    -----
    A process takes about half a second to start, and sending the items and
    answers some microseconds each; it pays for functions that take more than
    that. A process that ends by itself (a crash in C, ``os._exit``, no memory)
    is a failure of the item that it was at, after a second try in another one.
    """

    def __init__(
        self,
        n_jobs: int,
        timeout_seconds: float | None = None,
        *,
        max_pieces: int = 256,
        max_growth: int = 1 << 30,
    ) -> None:
        self.n_jobs = usable_cores() if n_jobs == -1 else check_int("n_jobs", n_jobs, 1)
        if timeout_seconds is not None:
            check_number("timeout_seconds", timeout_seconds, 0.0)
        self.timeout_seconds = timeout_seconds
        self.max_pieces = check_int("max_pieces", max_pieces, 1)
        self.max_growth = check_int("max_growth", max_growth, 1)
        self.workers: list[WorkerProcess] = []
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._folder = tempfile.TemporaryDirectory(prefix="weaklabel-workers-")
        self._setups: list[tuple[tuple[LabelingFunction, ...], LabelSchema, bool, Setup]] = []

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def setup(
        self, lfs: Sequence[LabelingFunction], schema: LabelSchema, *, is_fatal: bool
    ) -> Setup:
        """Return the labeling functions as workers get them; made once for the same ones."""
        given = tuple(lfs)
        for known, classes, fatal, setup in self._setups:
            same = len(known) == len(given) and all(
                a is b for a, b in zip(known, given, strict=True)
            )
            if same and fatal == is_fatal and classes == schema:
                return setup
        setup = Setup(len(self._setups), dump_functions(given), schema.classes, is_fatal)
        self._setups.append((given, schema, is_fatal, setup))
        return setup

    def submit(self, task: Task) -> None:
        """Give a task to the next worker that is free; its events queue hears of it."""
        if len(self.workers) < self.n_jobs:
            path = Path(self._folder.name) / f"clock{len(self.workers)}"
            self.workers.append(WorkerProcess(self._tasks, path, self.max_pieces, self.max_growth))
        self._tasks.put(task)

    def next_event(self, events: SimpleQueue[tuple[Task, Any]]) -> tuple[Task, Any]:
        """Wait for the next of `events`, and end what takes too long meanwhile."""
        limit = self.timeout_seconds
        look = 1.0 if limit is None else min(limit / _LOOKS, _LONGEST_LOOK)
        while True:
            try:
                return events.get(timeout=look)
            except Empty:
                pass
            for worker in self.workers if limit is not None else ():
                worker.check(limit)  # type: ignore[arg-type]  # it is a number here

    def cancel(self) -> None:
        """Drop all tasks, and end the processes that are at work on one."""
        while True:
            try:
                self._tasks.get_nowait()
            except Empty:
                break
        for worker in self.workers:
            worker.kill()

    def close(self) -> None:
        """End all processes; those at work at once. The pool may be closed twice."""
        self.cancel()
        for _ in self.workers:
            self._tasks.put(None)
        for worker in self.workers:
            worker.close()
        self.workers.clear()
        self._folder.cleanup()


def columns_in_pool(
    lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema, pool: WorkerPool
) -> Iterator[ColumnVotes]:
    """Yield the votes of each labeling function on all items of `rows`, in order.

    Votes, failures, errors and their order are those of `columns_of`. Functions
    in Python run in the workers of `pool`; declared rules stay in this process,
    which has their shared passes over the texts, except patterns where there is
    a timeout, since a pattern can take for ever.

    Parameters
    ----------
    lfs : sequence of LabelingFunction
        Give all at once: preprocessors run once for all of them on each piece.
    rows : ItemRows
        The items.
    schema : LabelSchema
        The classes.
    pool : WorkerPool
        Open.

    Raises
    ------
    LabelingFunctionError
        As `columns_of`; if a function is at an item for longer than the timeout
        of the pool, or ends its process twice, and failures are fatal; or if a
        labeling function cannot be sent to another process.
    AnswerError
        If an answer is no class.

    Notes
    -----
    Seconds are the sum over all workers.
    """
    in_pool = _PYTHON | {"regex"} if pool.timeout_seconds is not None else _PYTHON
    there = [lf for lf in lfs if lf.kind in in_pool]
    here = columns_of([lf for lf in lfs if lf.kind not in in_pool], rows, schema)
    if not there or not len(rows.items):
        yield from columns_of(lfs, rows, schema)
        return
    chunk = _Chunk(there, rows, schema, pool)
    try:
        chunk.begin()
        found = chunk.columns()
        for lf in lfs:
            yield next(found) if lf.kind in in_pool else next(here)
        chunk.finish()
    finally:
        chunk.end()


class _Chunk:
    """One chunk of items on its way through the workers."""

    def __init__(
        self,
        lfs: Sequence[LabelingFunction],
        rows: ItemRows,
        schema: LabelSchema,
        pool: WorkerPool,
    ) -> None:
        self.lfs, self.rows, self.schema, self.pool = lfs, rows, schema, pool
        self.setup = pool.setup(lfs, schema, is_fatal=rows.is_fatal)
        self.events: SimpleQueue[tuple[Task, Any]] = SimpleQueue()
        self.n_open = 0
        self.is_over = False
        self.done: list[dict[int, tuple[int, ColumnDone]]] = [{} for _ in lfs]
        self.wrong: list[dict[int, tuple[int, ColumnWrong]]] = [{} for _ in lfs]

    def begin(self) -> None:
        n_items = len(self.rows.items)
        n_rows = -(-n_items // (self.pool.n_jobs * _PIECES_EACH))
        n_rows = min(max(n_rows, _LEAST_ROWS), _MOST_ROWS)
        for start in range(0, n_items, n_rows):
            self._submit(start, min(start + n_rows, n_items), list(range(len(self.lfs))))

    def columns(self) -> Iterator[ColumnVotes]:
        for j in range(len(self.lfs)):
            while not self._is_settled(j):
                self._hear()
            if self.wrong[j]:
                raise _error(min(self.wrong[j].items(), key=lambda one: (one[1][1].rank, one[0])))
            yield self._joined(j)

    def finish(self) -> None:
        """Wait for the last words of all pieces, with the seconds of preprocessors."""
        while self.n_open:
            self._hear()

    def end(self) -> None:
        self.is_over = True
        if self.n_open:
            self.pool.cancel()

    def _submit(self, start: int, stop: int, lfs: list[int], **how: Any) -> None:
        if start < stop:
            self.n_open += 1
            shared = (self.setup, self._encoded, self.events, lambda: self.is_over)
            self.pool.submit(Task(start, stop, lfs, *shared, **how))

    def _encoded(self, start: int, stop: int) -> tuple[list[str], bytes]:
        return self.rows.items.item_ids[start:stop].tolist(), _as_stream(
            self.rows.items, start, stop
        )

    def _is_settled(self, j: int) -> bool:
        """Return whether all that decides the column, or its error, is known."""
        ranges = sorted(
            [(start, stop) for start, (stop, _) in self.done[j].items()]
            + [(start, stop) for start, (stop, _) in self.wrong[j].items()]
        )
        # A preprocessor sees all items before the labeling function sees the first, and it sees
        # all before its answers are looked at: only what it raises itself needs no later items.
        until = len(self.rows.items)
        if not self.lfs[j].preprocessors:
            raised = [stop for stop, one in self.wrong[j].values() if one.rank == 0]
            until = min(raised, default=until)
        return sum(stop - start for start, stop in ranges if start < until) >= until

    def _joined(self, j: int) -> ColumnVotes:
        parts = [one for _, (_, one) in sorted(self.done[j].items(), key=lambda entry: entry[0])]
        failed = [one for one in parts if one.votes.n_failures]
        first = min(failed, key=lambda one: one.rank, default=None)  # the earliest of equal rank
        return ColumnVotes(
            np.concatenate([one.votes.codes for one in parts]),
            sum(one.votes.seconds for one in parts),
            sum(one.votes.n_failures for one in parts),
            "" if first is None else first.votes.first_failure,
        )

    def _hear(self) -> None:
        task, message = self.pool.next_event(self.events)
        if isinstance(message, ColumnDone):
            task.lfs.remove(message.j)
            self.done[message.j][task.start] = (task.stop, message)
        elif isinstance(message, ColumnWrong):
            self.wrong[message.j][task.start] = (task.stop, message)
        else:
            self.n_open -= 1
            if isinstance(message, PieceDone):
                for name, seconds in message.seconds.items():
                    self.rows.seconds[name] = self.rows.seconds.get(name, 0.0) + seconds
            elif isinstance(message, SetupWrong):
                raise LabelingFunctionError(
                    f"labeling functions cannot be used in a worker process: {message.words}. "
                    "Put what they import where Python finds it, or use n_jobs=1."
                )
            elif isinstance(message, WorkerEnded):
                self._try_again(task, message)

    def _try_again(self, task: Task, ended: WorkerEnded) -> None:
        """Go on in another process with what is left of a task, and find the item to blame."""
        start, stop, lfs = task.start, task.stop, task.lfs
        if ended.step == NOWHERE:
            self._try_all_again(task, ended)
            return
        if ended.position == WHOLE and stop - start > 1:
            if not task.one_by_one:
                self._submit(start, stop, lfs, lost=task.lost, one_by_one=True)
            else:  # between two items: there is nobody to blame
                self._try_all_again(task, ended)
            return
        at = start + max(ended.position, 0)
        self._submit(start, at, list(lfs), one_by_one=task.one_by_one)
        if ended.timed_out or task.attempt:
            limit = self.pool.timeout_seconds
            words = f"timed out after {limit:g} s" if ended.timed_out else ""
            lost = {**task.lost, ended.step: words or f"ended its process twice ({ended.how})"}
            self._submit(at, at + 1, list(lfs), lost=lost)
        else:
            self._submit(at, at + 1, list(lfs), lost=task.lost, attempt=1)
        self._submit(at + 1, stop, list(lfs), one_by_one=task.one_by_one)

    def _try_all_again(self, task: Task, ended: WorkerEnded) -> None:
        if task.attempt and not ended.timed_out:
            raise LabelingFunctionError(
                f"a worker process ended twice ({ended.how}) while it ran no labeling function. "
                "Where memory is short, use fewer n_jobs or smaller chunks."
            )
        attempt = task.attempt + (not ended.timed_out)
        lost, one_by_one = task.lost, task.one_by_one
        self._submit(
            task.start, task.stop, task.lfs, lost=lost, one_by_one=one_by_one, attempt=attempt
        )


class _WorkerTraceback(Exception):  # noqa: N818 - shows the traceback of another process
    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def _error(wrong: tuple[int, tuple[int, ColumnWrong]]) -> Exception:
    message = wrong[1][1]
    kind = getattr(errors, message.kind, LabelingFunctionError)
    error: Exception = kind(message.words)
    error.__cause__ = _WorkerTraceback(message.trace)
    return error


def _as_stream(items: Items, start: int, stop: int) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    table = items.table.slice(start, stop - start)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]  # pyarrow has no types
