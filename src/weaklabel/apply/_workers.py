"""WorkerPool: labeling functions in several processes, which may hang, crash or leak."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Any

from weaklabel.apply._options import usable_cores
from weaklabel.apply._worker import (
    Setup,
)
from weaklabel.apply._worker_process import Task, WorkerProcess
from weaklabel.core import LabelSchema
from weaklabel.core._check import check_int, check_number
from weaklabel.lf import LabelingFunction
from weaklabel.lf._pickling import dump_functions

__all__ = ["WorkerPool"]

#: How often a timeout looks at the workers, as a share of its length and at most in seconds.
_LOOKS, _LONGEST_LOOK = 8, 0.25


class WorkerPool:
    """Processes in which labeling functions run; a context manager.

    They are started when there is something to do, get the labeling functions
    once, and stay for all chunks of a run. Models have one of their own beside
    the others, so that each is in memory there once, and no crash or leak of
    another function makes it be loaded again.

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

    Attributes
    ----------
    where : dict of str to str
        In which processes a labeling function ran, in words, by its name; those
        that it does not name ran in this one.

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
        self.where: dict[str, str] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="weaklabel-workers-")
        self._team = self._made("worker", self.n_jobs)
        self._model_team = self._made("model", 1)
        self._patience: dict[int, int] = {}
        self._looked_at = monotonic()
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

    @property
    def workers(self) -> list[WorkerProcess]:
        """All that were started, that of models last."""
        return [*self._team.workers, *self._model_team.workers]

    def submit(self, task: Task, *, is_of_model: bool = False) -> None:
        """Give a task to the next worker that is free; its events queue hears of it."""
        (self._model_team if is_of_model else self._team).submit(task)

    def next_event(self, events: SimpleQueue[tuple[Task, Any]]) -> tuple[Task, Any]:
        """Wait for the next of `events`, and end what takes too long meanwhile."""
        limit = self.timeout_seconds
        look = 1.0 if limit is None else min(limit / _LOOKS, _LONGEST_LOOK)
        while True:
            if limit is not None and monotonic() - self._looked_at >= look:
                for worker in self.workers:
                    worker.check(limit * self._times(worker.task))
                self._looked_at = monotonic()
            try:
                return events.get(timeout=look)
            except Empty:
                pass

    def be_patient(self, setup: Setup) -> None:
        """Let batches take twice as long from now on: one took too long, and none of its items."""
        self._patience[setup.key] = 2 * self._patience.get(setup.key, 1)

    def cancel(self) -> None:
        """Drop all tasks, and end the processes that are at work on one."""
        self._team.cancel()
        self._model_team.cancel()

    def close(self) -> None:
        """End all processes; those at work at once. The pool may be closed twice."""
        self.cancel()
        self._team.close()
        self._model_team.close()
        self._folder.cleanup()

    def _made(self, name: str, size: int) -> _Team:
        return _Team(Path(self._folder.name) / name, size, self.max_pieces, self.max_growth)

    def _times(self, task: Task | None) -> int:
        """Return how many times the limit a task may stand still."""
        return 1 if task is None or task.one_by_one else self._patience.get(task.setup.key, 1)


class _Team:
    """Up to `size` processes that share a queue, each started when there is a task for it."""

    def __init__(self, clock_path: Path, size: int, *limits: int) -> None:
        self.workers: list[WorkerProcess] = []
        self._clock_path, self._size, self._limits = clock_path, size, limits
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()

    def submit(self, task: Task) -> None:
        if len(self.workers) < self._size:
            path = self._clock_path.with_suffix(f".{len(self.workers)}")
            self.workers.append(WorkerProcess(self._tasks, path, *self._limits))
        self._tasks.put(task)

    def cancel(self) -> None:
        while True:
            try:
                self._tasks.get_nowait()
            except Empty:
                break
        for worker in self.workers:
            worker.kill()

    def close(self) -> None:
        for _ in self.workers:
            self._tasks.put(None)
        for worker in self.workers:
            worker.close()
        self.workers.clear()
