"""Clock: where a worker process is, in memory that it shares with the process that watches it."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["NOWHERE", "WHOLE", "Clock", "ClockRows", "ClockTime"]

#: The step of a worker that runs no user's function.
NOWHERE = -1

#: The position of a function that sees all items at once.
WHOLE = -1

_BYTES = struct.calcsize("qqq")


class ClockTime(NamedTuple):
    """What a clock shows: it stands still as long as one item takes.

    Attributes
    ----------
    step : int
        Number of the function at work, -1 for none.
    position : int
        The item that it is at, -1 for all at once.
    turn : int
        How many functions have begun, so that no two moments look alike.
    """

    step: int
    position: int
    turn: int


class Clock:
    """Three numbers in a small file that two processes map into memory.

    A file and not `multiprocessing.shared_memory`, which starts a process of
    its own to track it. Writing costs some tens of nanoseconds.

    Parameters
    ----------
    path : path
        Made if it does not exist.

    Examples
    --------
    >>> import tempfile
    >>> clock = Clock(Path(tempfile.mkdtemp()) / "clock")
    >>> clock.begin(3)
    >>> clock.read()
    ClockTime(step=3, position=-1, turn=1)
    >>> clock.close()
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.exists():
            self.path.write_bytes(struct.pack("qqq", NOWHERE, WHOLE, 0))
        with open(self.path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _BYTES)
        self.cells = memoryview(self._memory).cast("q")

    def begin(self, step: int) -> None:
        """Show that a function begins, with all items at once as far as is known."""
        self.cells[2] += 1
        self.cells[1] = WHOLE
        self.cells[0] = step

    def end(self) -> None:
        """Show that no user's function runs."""
        self.begin(NOWHERE)

    def read(self) -> ClockTime:
        """Return what it shows."""
        return ClockTime(*self.cells.tolist())

    def close(self) -> None:
        """Unmap the file, which stays."""
        self.cells.release()
        self._memory.close()


class ClockRows(list[Any]):
    """Rows that move a clock when one of them is looked at.

    Parameters
    ----------
    rows : sequence
        The rows.
    clock : Clock
        Shows the function `step` and the row that was looked at last.
    step : int
        The function that gets the rows.
    """

    __slots__ = ("clock", "step")

    def __init__(self, rows: Sequence[Any], clock: Clock, step: int) -> None:
        super().__init__(rows)
        self.clock = clock
        self.step = step

    def __iter__(self) -> Iterator[Any]:
        self.clock.begin(self.step)
        cells = self.clock.cells
        for i, row in enumerate(super().__iter__()):
            cells[1] = i
            yield row

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, int):
            if self.clock.cells[0] != self.step:
                self.clock.begin(self.step)
            self.clock.cells[1] = i
        return super().__getitem__(i)
