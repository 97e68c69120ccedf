"""WorkerProcess: one worker process and the thread that talks to it."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import Any, NamedTuple

from weaklabel.apply._clock import NOWHERE, Clock, ClockTime
from weaklabel.apply._worker import (
    Piece,
    PieceDone,
    Setup,
    SetupWrong,
    read_message,
    write_message,
)
from weaklabel.lf._answer import describe_error

__all__ = ["Task", "WorkerEnded", "WorkerProcess"]

_CODE = "import sys; sys.path[:] = {path!r}; from weaklabel.apply._worker import main; main()"
_SECONDS_TO_END = 5.0


class WorkerEnded(NamedTuple):
    """A worker process ended before its piece was done.

    Attributes
    ----------
    step, position : int
        Where it was, as `ClockTime` says; step -1 where no user's function is to blame.
    timed_out : bool
        Whether it was ended because that took too long.
    how : str
        In words, such as "SIGSEGV".
    """

    step: int
    position: int
    timed_out: bool
    how: str


@dataclass(slots=True, eq=False)
class Task:
    """Some labeling functions on a range of the items of a chunk.

    Parameters
    ----------
    start, stop : int
        The range.
    lfs : list of int
        Positions of the labeling functions that are still to run.
    setup : Setup
        The labeling functions.
    encode : callable
        Gives ids and Arrow stream of a range of items.
    events : SimpleQueue
        Gets (task, message) for each message about it.
    is_dropped : callable
        Whether nobody waits for it any more.
    lost : mapping of int to str
        See `Piece`.
    one_by_one : bool
        See `Piece`.
    attempt : int
        How often a process ended at its first item before, with nobody else to blame.
    ends : sequence of int
        Where batches end, in the numbers of `start` and `stop`; see `Piece`.
    n_done : int
        On how many of its first items the votes are known.
    """

    start: int
    stop: int
    lfs: list[int]
    setup: Setup
    encode: Callable[[int, int], tuple[list[str], bytes]]
    events: SimpleQueue[tuple[Task, Any]]
    is_dropped: Callable[[], bool]
    lost: Mapping[int, str] = field(default_factory=dict)
    one_by_one: bool = False
    attempt: int = 0
    ends: Sequence[int] = ()
    n_done: int = 0

    def piece(self) -> Piece:
        """Return the message that asks for it."""
        item_ids, items = self.encode(self.start, self.stop)
        lfs, ends = tuple(self.lfs), tuple(end - self.start for end in self.ends)
        return Piece(self.setup.key, item_ids, items, lfs, self.lost, self.one_by_one, ends)


class WorkerProcess:
    """A process that does one task after the other, and is started anew when it ended.

    The process is no fork of this one, whose threads and locks it would get in
    any state, and does not import the main script again, as `multiprocessing`
    would: functions come with cloudpickle.

    Parameters
    ----------
    tasks : SimpleQueue of Task or None
        Shared by all workers; None ends one of them.
    clock_path : Path
        A file of its own.
    max_pieces : int
        After so many pieces the process is replaced.
    max_growth : int
        And after its memory grew by so many bytes since its first piece.
    """

    def __init__(
        self, tasks: SimpleQueue[Task | None], clock_path: Path, max_pieces: int, max_growth: int
    ) -> None:
        self.tasks = tasks
        self.clock = Clock(clock_path)
        self.max_pieces = max_pieces
        self.max_growth = max_growth
        self.n_started = 0
        self.task: Task | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._busy = False
        self._closed = False
        self._known: set[int] = set()
        self._n_pieces = 0
        self._memory = 0
        self._seen: tuple[ClockTime, float] | None = None
        self._hung: ClockTime | None = None
        self._killed = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def check(self, timeout_seconds: float) -> None:
        """End the process if it has been at one item for too long.

        The time counts from when this method first saw it there, so that no
        item gets less than it may take.
        """
        now, shown = monotonic(), self.clock.read()
        if not self._busy or shown.step == NOWHERE or self._seen is None or self._seen[0] != shown:
            self._seen = (shown, now)
        elif now - self._seen[1] >= timeout_seconds:
            self.kill(shown)

    def kill(self, hung: ClockTime | None = None) -> None:
        """End the process at once if it is at work, for example because it `hung` there."""
        with self._lock:
            if self._busy and self.process is not None:
                self._hung, self._killed = hung, True
                self.process.kill()

    def close(self) -> None:
        """End process and thread; the caller has put a None for it."""
        self._closed = True
        self.kill()
        self._thread.join()
        self.clock.close()

    def _work(self) -> None:
        while (task := self.tasks.get()) is not None:
            self.task = task
            try:
                self._do(task)
            except (OSError, EOFError):
                task.events.put((task, self._ended()))
            except Exception as error:  # nobody else would hear of it, and the run would wait
                self._stop()
                words = str(error) if isinstance(error, _SetupError) else describe_error(error)
                task.events.put((task, SetupWrong(words)))
        self._stop()

    def _do(self, task: Task) -> None:
        piece = task.piece()
        process = self._running(task)
        try:
            self._set_up(process, task.setup)
            write_message(process.stdin, piece)  # type: ignore[arg-type]  # it is a pipe
            while True:
                reply = read_message(process.stdout)  # type: ignore[arg-type]  # as above
                if isinstance(reply, PieceDone):
                    break
                task.events.put((task, reply))
        finally:
            with self._lock:
                self._busy = False
        self._replace_if_due(reply)
        task.events.put((task, reply))

    def _set_up(self, process: subprocess.Popen[bytes], setup: Setup) -> None:
        if setup.key in self._known:
            return
        write_message(process.stdin, setup)  # type: ignore[arg-type]  # it is a pipe
        try:
            reply = read_message(process.stdout)  # type: ignore[arg-type]  # as above
        except EOFError:
            how = _how(process.wait())
            raise _SetupError(f"the process ended ({how}) while it loaded them") from None
        if isinstance(reply, SetupWrong):
            raise _SetupError(reply.words)
        self._known.add(setup.key)
        self._memory = 0  # what was loaded is no leak

    def _running(self, task: Task) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed or task.is_dropped():
                raise EOFError
            if self._killed:  # just after it had answered
                self._stop()
            if self.process is None:
                self.process = _started(self.clock)
                self.n_started += 1
            self._busy = True
            return self.process

    def _replace_if_due(self, reply: PieceDone) -> None:
        self._n_pieces += 1
        self._memory = self._memory or reply.memory
        if self._n_pieces >= self.max_pieces or reply.memory - self._memory > self.max_growth:
            self._stop()

    def _ended(self) -> WorkerEnded:
        process, hung = self.process, self._hung
        self._stop()
        shown = self.clock.read()
        how = "" if process is None else _how(process.returncode)
        if hung is not None and shown != hung:  # it went on in the very moment of its end
            shown = shown._replace(step=NOWHERE)
        return WorkerEnded(shown.step, shown.position, hung is not None, how)

    def _stop(self) -> None:
        process, self.process = self.process, None
        self._known, self._n_pieces, self._memory = set(), 0, 0
        self._hung, self._killed = None, False
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # it is a pipe
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class _SetupError(Exception):
    pass


def _started(clock: Clock) -> subprocess.Popen[bytes]:
    clock.end()
    options = [*["-O"] * sys.flags.optimize, *(f"-W{option}" for option in sys.warnoptions)]
    return subprocess.Popen(  # noqa: S603 - our own code, no shell
        [sys.executable, *options, "-c", _CODE.format(path=sys.path), str(clock.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C is for the parent, which then ends its workers; on Windows by the second line.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
