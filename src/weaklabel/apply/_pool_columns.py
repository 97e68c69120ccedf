"""columns_in_pool: the votes of labeling functions on a chunk of items, by worker processes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from queue import SimpleQueue
from typing import Any

import numpy as np

from weaklabel import errors
from weaklabel.apply._clock import NOWHERE, WHOLE
from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._worker import (
    ColumnDone,
    ColumnWrong,
    PieceDone,
    SetupWrong,
)
from weaklabel.apply._worker_process import Task, WorkerEnded
from weaklabel.apply._workers import WorkerPool
from weaklabel.core import Items, LabelSchema
from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import LabelingFunction
from weaklabel.lf._model import ModelRule

__all__ = ["PYTHON_KINDS", "columns_in_pool"]

#: Kinds that run any Python of the user's, where a second process pays.
PYTHON_KINDS = frozenset({"row", "batch"})
#: Items in a piece: enough that sending them costs little, few enough for all to be busy.
_LEAST_ROWS, _MOST_ROWS, _PIECES_EACH = 16, 4096, 4


def columns_in_pool(
    lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema, pool: WorkerPool
) -> Iterator[ColumnVotes]:
    """Yield the votes of each labeling function on all items of `rows`, in order.

    Votes, failures, errors and their order are those of `columns_of`. Functions
    in Python run in the workers of `pool`; declared rules stay in this process,
    which has their shared passes over the texts. Where there is a timeout, what
    can take for ever leaves it too: patterns, and models, which get the same
    batches as here.

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
    chunks = _chunks(lfs, rows, schema, pool) if len(rows.items) else []
    there = {id(lf): columns for c in chunks for columns in [c.columns()] for lf in c.lfs}
    here = columns_of([lf for lf in lfs if id(lf) not in there], rows, schema)
    try:
        for chunk in chunks:
            chunk.begin()
        for lf in lfs:
            yield next(there.get(id(lf), here))
        for chunk in chunks:
            chunk.finish()
    finally:
        for chunk in chunks:
            chunk.end()


def _chunks(
    lfs: Sequence[LabelingFunction], rows: ItemRows, schema: LabelSchema, pool: WorkerPool
) -> list[_Chunk]:
    """Return what is to be done elsewhere: what shares rows together, and each model by itself."""
    kinds, is_limited = PYTHON_KINDS, pool.timeout_seconds is not None
    if is_limited:
        kinds |= {"regex"}
    shared = [lf for lf in lfs if lf.kind in kinds]
    chunks = [_Chunk(shared, rows, schema, pool)] if shared else []
    chunks += [
        _Chunk([lf], rows, schema, pool, _batch_ends(lf.rule, rows))
        for lf in lfs
        if is_limited and isinstance(lf.rule, ModelRule)
    ]
    return chunks


def _batch_ends(rule: ModelRule, rows: ItemRows) -> list[int]:
    """Return where the batches of a model end, which is not asked where a value is missing."""
    values = zip(*(rows.column(name) for name in rule.columns), strict=True)
    asked = [i for i, row in enumerate(values) if all(v is not None and v == v for v in row)]
    return [*asked[:: rule.batch_size][1:], len(rows.items)]


class _Chunk:
    """One chunk of items on its way through the workers.

    With `ends`, for one model: where its batches end.
    """

    def __init__(
        self,
        lfs: Sequence[LabelingFunction],
        rows: ItemRows,
        schema: LabelSchema,
        pool: WorkerPool,
        ends: Sequence[int] = (),
    ) -> None:
        self.lfs, self.rows, self.schema, self.pool = lfs, rows, schema, pool
        self.ends = ends
        self.too_long: dict[int, int] = {}  # batches, from start to stop
        self.setup = pool.setup(lfs, schema, is_fatal=rows.is_fatal)
        self.events: SimpleQueue[tuple[Task, Any]] = SimpleQueue()
        self.n_open = 0
        self.is_over = False
        self.done: list[dict[int, tuple[int, ColumnDone]]] = [{} for _ in lfs]
        self.wrong: list[dict[int, tuple[int, ColumnWrong]]] = [{} for _ in lfs]

    def begin(self) -> None:
        self.pool.where.update(dict.fromkeys((lf.name for lf in self.lfs), self._where()))
        start = 0
        while start < len(self.rows.items):
            stop = self._piece_end(start)
            self._submit(start, stop, list(range(len(self.lfs))))
            start = stop

    def _where(self) -> str:
        n_jobs = self.pool.n_jobs
        if self.ends:
            return "in a worker process of its own"
        return f"in {n_jobs} worker processes" if n_jobs > 1 else "in a worker process"

    def _piece_end(self, start: int) -> int:
        """Return where the piece that begins at `start` ends; a batch is never cut."""
        n_items = len(self.rows.items)
        if self.ends:
            fits = bisect_right(self.ends, start + _MOST_ROWS) - 1
            return self.ends[max(fits, bisect_right(self.ends, start))]
        n_rows = -(-n_items // (self.pool.n_jobs * _PIECES_EACH))
        return min(start + min(max(n_rows, _LEAST_ROWS), _MOST_ROWS), n_items)

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
            task = Task(start, stop, lfs, *shared, ends=self._ends(start, stop), **how)
            self.pool.submit(task, is_of_model=bool(self.ends))

    def _ends(self, start: int, stop: int) -> Sequence[int]:
        """Return where batches end that begin in a range, the last one with it."""
        if not self.ends:
            return ()
        first, last = bisect_right(self.ends, start), bisect_left(self.ends, stop)
        return [*self.ends[first:last], stop]

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
        start = task.start + task.n_done
        if isinstance(message, ColumnDone):
            stop = start + len(message.votes.codes)
            self.done[message.j][start] = (stop, message)
            if stop < task.stop:  # the first batches
                task.n_done = stop - task.start
            else:
                task.lfs.remove(message.j)
        elif isinstance(message, ColumnWrong):
            self.wrong[message.j][start] = (task.stop, message)
        else:
            self.n_open -= 1
            if isinstance(message, PieceDone):
                if task.stop == self.too_long.get(task.start) and task.one_by_one:
                    self.pool.be_patient(self.setup)
                for name, seconds in message.seconds.items():
                    self.rows.seconds[name] = self.rows.seconds.get(name, 0.0) + seconds
            elif isinstance(message, SetupWrong):
                raise LabelingFunctionError(
                    f"labeling functions cannot be used in a worker process: {message.words}. "
                    "Put what they import where Python finds it, or leave out n_jobs and "
                    "timeout_seconds."
                )
            elif isinstance(message, WorkerEnded):
                self._try_again(task, message)

    def _try_again(self, task: Task, ended: WorkerEnded) -> None:
        """Go on in another process with what is left of a task, and find the item to blame."""
        start, stop, lfs = task.start + task.n_done, task.stop, task.lfs
        at = start if ended.position == WHOLE else task.start + ended.position
        if ended.step == NOWHERE or (ended.position == WHOLE and self.ends):
            self._try_all_again(task, ended)
        elif ended.position == WHOLE and stop - start > 1:
            if not task.one_by_one:
                self._submit(start, stop, lfs, lost=task.lost, one_by_one=True)
            else:  # between two items: there is nobody to blame
                self._try_all_again(task, ended)
        elif task.ends and not task.one_by_one and (end := _after(task.ends, at)) > at + 1:
            if ended.timed_out:
                self.too_long[at] = end
            self._submit(start, at, list(lfs))
            self._submit(at, end, list(lfs), one_by_one=True)
            self._submit(end, stop, list(lfs))
        else:
            self._blame(task, ended, at)

    def _blame(self, task: Task, ended: WorkerEnded, at: int) -> None:
        """Go on without an item, or try it once more if the process ended by itself."""
        start, lfs = task.start + task.n_done, task.lfs
        self._submit(start, at, list(lfs), one_by_one=task.one_by_one)
        if ended.timed_out or task.attempt:
            limit = self.pool.timeout_seconds
            words = f"timed out after {limit:g} s" if ended.timed_out else ""
            lost = {**task.lost, ended.step: words or f"ended its process twice ({ended.how})"}
            self._submit(at, at + 1, list(lfs), lost=lost)
        else:
            self._submit(at, at + 1, list(lfs), lost=task.lost, attempt=1)
        self._submit(at + 1, task.stop, list(lfs), one_by_one=task.one_by_one)

    def _try_all_again(self, task: Task, ended: WorkerEnded) -> None:
        if task.attempt and not ended.timed_out:
            raise LabelingFunctionError(
                f"a worker process ended twice ({ended.how}) while it ran no labeling function. "
                "Where memory is short, use fewer n_jobs or smaller chunks."
            )
        attempt = task.attempt + (not ended.timed_out)
        lost, one_by_one = task.lost, task.one_by_one
        start = task.start + task.n_done
        self._submit(start, task.stop, task.lfs, lost=lost, one_by_one=one_by_one, attempt=attempt)


def _after(ends: Sequence[int], at: int) -> int:
    """Return where the batch ends that begins at `at`."""
    return ends[bisect_right(ends, at)]


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
