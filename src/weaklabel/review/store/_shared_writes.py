"""SharedWrites: what several threads append at once goes into one transaction."""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeAlias

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError

__all__ = ["SharedWrites"]

#: Appends in one transaction at most: those who wait for it wait for all of it.
_MOST = 64

_Batch: TypeAlias = tuple[Decision, ...]
_Write: TypeAlias = Callable[[Sequence[_Batch]], Sequence[int]]


class _Request:
    """What one thread appends, what came of it, and how the thread is woken."""

    def __init__(self, decisions: _Batch) -> None:
        self.decisions = decisions
        self.is_done = False
        self.n_stored = 0
        self.error: Exception | None = None
        #: Set when it is done, or when its thread is the next to write.
        self.woken = threading.Event()

    def finish(self, n_stored: int, error: Exception | None) -> None:
        """Note what came of it."""
        self.n_stored, self.error, self.is_done = n_stored, error, True


class SharedWrites:
    """Appends of several threads, stored by one of them for all that wait.

    A transaction costs a flush of the disk and, to a server, a dozen messages, whatever is in it.
    With fifty reviewers who answer at once, each would wait for the flushes of all before it.
    One thread writes at a time: what came meanwhile is written together, by the first that came,
    and the others are woken when theirs is done.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[_Request] = deque()
        self._is_busy = False

    def append(self, decisions: _Batch, write: _Write) -> int:
        """Return how many of the decisions were new, when they are stored.

        Parameters
        ----------
        decisions : tuple of Decision
            Stored all or none.
        write : callable
            Stores sequences of decisions in one transaction, all or nothing, and returns how many
            of each were new. All threads give the same.

        Raises
        ------
        Exception
            What `write` raises. A DecisionsError is that of these decisions: where one comes up,
            each append is stored by itself.
        """
        request = _Request(decisions)
        self._wait_for_turn(request)
        if not request.is_done:
            self._write_for_all(request, write)
        if request.error is not None:
            raise copy.copy(request.error) from request.error  # others raise it too
        return request.n_stored

    def _wait_for_turn(self, request: _Request) -> None:
        """Return when a request is done, or when its thread is to write."""
        with self._lock:
            self._waiting.append(request)
            if not self._is_busy:
                self._is_busy = True
                return
        try:
            request.woken.wait()
        except BaseException:  # Ctrl-C: nobody may wait for this thread
            with self._lock:
                if request in self._waiting:
                    self._waiting.remove(request)
            if request.woken.is_set() and not request.is_done:
                self._pass_on()
            raise

    def _write_for_all(self, own: _Request, write: _Write) -> None:
        with self._lock:
            if own in self._waiting:  # those who came before are as good as any
                self._waiting.remove(own)
            others = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST - 1))]
        try:
            _try([own, *others], write)
        finally:
            with self._lock:  # after Ctrl-C those who did not interrupt do theirs themselves
                self._waiting.extendleft(r for r in reversed(others) if not r.is_done)
            for request in others:
                if request.is_done:
                    request.woken.set()
            self._pass_on()

    def _pass_on(self) -> None:
        """Let the first that waits write, if any does."""
        with self._lock:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._is_busy = False


def _try(batch: Sequence[_Request], write: _Write) -> None:
    counts: Sequence[int] = [0] * len(batch)
    failure: Exception | None = None
    try:
        counts = write([request.decisions for request in batch])
    except DecisionsError as error:
        if len(batch) > 1:
            for request in batch:
                _try([request], write)
            return
        failure = error
    except Exception as error:
        failure = error
    for request, n_stored in zip(batch, counts, strict=True):
        request.finish(n_stored, failure)
