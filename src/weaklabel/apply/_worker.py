"""A worker process: the votes of labeling functions on the pieces of items that it is sent."""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from queue import SimpleQueue
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from weaklabel.apply._clock import Clock, ClockRows
from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._failures import ItemLost
from weaklabel.apply._rows import ItemRows
from weaklabel.core import Items, LabelSchema
from weaklabel.errors import AnswerError, WeaklabelError
from weaklabel.lf import LabelingFunction, Preprocessor
from weaklabel.lf._answer import describe_error
from weaklabel.lf._pickling import load_functions

__all__ = [
    "ColumnDone",
    "ColumnWrong",
    "Piece",
    "PieceDone",
    "Ready",
    "Setup",
    "SetupWrong",
    "main",
    "preprocessors_of",
    "read_message",
    "write_message",
]

#: Votes on batches that took longer are told, so that no end of the process can lose them.
_PART_SECONDS = 1.0


class Setup(NamedTuple):
    """Labeling functions to keep for the pieces that name `key`."""

    key: int
    functions: bytes
    classes: tuple[str, ...]
    is_fatal: bool


class Piece(NamedTuple):
    """Items, as an Arrow stream, and the positions of the labeling functions to run on them.

    `lost` says in words why a step is not to be tried on the one item that there is;
    `one_by_one` lets functions of whole columns see one item at a time. `ends` are the
    positions at which batches of items end, for functions that get one after the other.
    """

    key: int
    item_ids: list[str]
    items: bytes
    lfs: tuple[int, ...]
    lost: Mapping[int, str]
    one_by_one: bool
    ends: tuple[int, ...] = ()


class Ready(NamedTuple):
    """The setup went well."""


class SetupWrong(NamedTuple):
    """The setup failed, in words."""

    words: str


class ColumnDone(NamedTuple):
    """The votes of one labeling function; `rank` orders first failures as `columns_of` does.

    They are those on all items of the piece; or, where it asks for one labeling function that
    gets batches, those on the next items of it, so that what is known is not asked for again.
    """

    j: int
    votes: ColumnVotes
    rank: int


class ColumnWrong(NamedTuple):
    """What one labeling function made `columns_of` raise; nothing after it ran."""

    j: int
    rank: int
    kind: str
    words: str
    trace: str


class PieceDone(NamedTuple):
    """The piece is done; seconds of preprocessors by name, and bytes that the process takes."""

    seconds: dict[str, float]
    memory: int


def write_message(stream: BinaryIO, message: object) -> None:
    """Write one of the messages above, with its length before it."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(8, "little"))
    stream.write(data)
    stream.flush()


def read_message(stream: BinaryIO) -> Any:
    """Return the next message.

    Raises
    ------
    EOFError
        If the other process has ended.
    """
    header = stream.read(8)
    n_bytes = int.from_bytes(header, "little")
    data = stream.read(n_bytes) if len(header) == 8 else b""
    if len(header) < 8 or len(data) < n_bytes:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - from the process at the other end of our own pipe


def preprocessors_of(lf: LabelingFunction) -> list[Preprocessor]:
    """Return the preprocessors that `lf` needs in the order in which they run."""
    found: list[Preprocessor] = []

    def visit(preprocessors: Sequence[Preprocessor]) -> None:
        for one in preprocessors:
            visit(one.preprocessors)
            if all(one is not other for other in found):
                found.append(one)

    visit(lf.preprocessors)
    return found


def main() -> None:
    """Answer to the messages on standard input until it ends."""
    _end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    with os.fdopen(os.dup(1), "wb") as replies, os.fdopen(os.dup(0), "rb") as requests:
        os.dup2(2, 1)  # what users' functions print is no reply
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        inbox: SimpleQueue[Any] = SimpleQueue()
        threading.Thread(target=_receive, args=(requests, inbox), daemon=True).start()
        try:
            _answer(inbox, replies, Clock(sys.argv[1]))
        except BaseException as error:  # a user's function wants the process to end
            # At once: to close `requests`, under a thread that reads it, would wait for ever.
            os._exit(_exit_code(error))


def _exit_code(error: BaseException) -> int:
    code = error.code if isinstance(error, SystemExit) else 1
    return 0 if code is None else code if isinstance(code, int) else 1


def _answer(inbox: SimpleQueue[Any], replies: BinaryIO, clock: Clock) -> None:
    setups: dict[int, _Functions] = {}
    while (message := inbox.get()) is not None:
        if isinstance(message, Setup):
            write_message(replies, _set_up(message, setups, clock))
        else:
            for reply in setups[message.key].votes(message):
                write_message(replies, reply)


def _receive(requests: BinaryIO, inbox: SimpleQueue[Any]) -> None:
    """Pass on messages, and end the process soon after the parent has ended or hung up."""
    with suppress(EOFError, OSError):
        while True:
            inbox.put(read_message(requests))
    inbox.put(None)
    time.sleep(1.0)
    os._exit(1)  # a function is still at work


def _end_with_parent() -> None:
    """Ask Linux to end this process with its parent, even within a call into C."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, int(signal.SIGKILL))  # PR_SET_PDEATHSIG


def _set_up(setup: Setup, setups: dict[int, _Functions], clock: Clock) -> Ready | SetupWrong:
    try:
        lfs = load_functions(setup.functions)
    except Exception as error:  # whatever the user's modules raise
        return SetupWrong(describe_error(error))
    for one in _distinct(lfs):
        with suppress(Exception):  # it comes again when the preprocessor runs
            getattr(one.function, "prepare", int)()
    setups[setup.key] = _Functions(lfs, LabelSchema(setup.classes), setup.is_fatal, clock)
    return Ready()


@dataclass(frozen=True, slots=True, eq=False)
class _Functions:
    """Labeling functions, ready to vote on pieces."""

    lfs: tuple[LabelingFunction, ...]
    schema: LabelSchema
    is_fatal: bool
    clock: Clock

    def votes(self, piece: Piece) -> Iterator[ColumnDone | ColumnWrong | PieceDone]:
        """Yield the votes of each labeling function of a piece, and at last that it is done."""
        watch = _PieceWatch(self.clock, self.lfs, piece)
        items = Items(_read_table(piece.items), piece.item_ids)
        rows = ItemRows(items, is_fatal=self.is_fatal, watch=watch)
        for j in piece.lfs:
            watch.begin_lf(j)
            try:
                for column in self._columns(j, rows, watch, in_parts=len(piece.lfs) == 1):
                    yield ColumnDone(j, column, watch.rank(self.lfs[j], rows))
            except Exception as error:  # an error of ours, or of a user's object
                yield _wrong(j, self.lfs[j], error, watch)
                break
        self.clock.end()
        yield PieceDone(rows.seconds, _memory())

    def _columns(
        self, j: int, rows: ItemRows, watch: _PieceWatch, *, in_parts: bool
    ) -> Iterator[ColumnVotes]:
        """Yield the votes of labeling function `j`: at once, or in parts that follow each other."""
        lf = self.lfs[j]
        if j in watch.lost_steps:
            lf = LabelingFunction(lf.name, watch.raiser(j), preprocessors=lf.preprocessors)
        if lf.rule is None or not watch.ends:
            yield from columns_of([lf], rows, self.schema)
            return
        waiting: list[ColumnVotes] = []
        told_at = time.monotonic()
        for column in self._batch_columns(lf, j, rows, watch.ends):
            waiting.append(column)
            if in_parts and time.monotonic() - told_at >= _PART_SECONDS:
                yield _joined(waiting)
                waiting, told_at = [], time.monotonic()
        if waiting:
            yield _joined(waiting)

    def _batch_columns(
        self, lf: LabelingFunction, j: int, rows: ItemRows, ends: Sequence[int]
    ) -> Iterator[ColumnVotes]:
        """Yield the votes on one batch after the other, while the clock shows its first item."""
        wrong: AnswerError | None = None
        for start, stop in pairwise([0, *ends]):
            self.clock.begin(j)
            self.clock.cells[1] = start
            batch = Items(
                rows.items.table.slice(start, stop - start), rows.items.item_ids[start:stop]
            )
            try:
                (column,) = columns_of([lf], ItemRows(batch, is_fatal=self.is_fatal), self.schema)
            except AnswerError as error:  # answers are looked at when all items were asked
                wrong = wrong or error
            if wrong is None:
                yield column
        if wrong is not None:
            raise wrong


class _PieceWatch:
    """Moves the clock while functions run on one piece."""

    def __init__(self, clock: Clock, lfs: Sequence[LabelingFunction], piece: Piece) -> None:
        self.clock = clock
        self.one_by_one = piece.one_by_one
        n_items = len(piece.item_ids)
        self.ends = range(1, n_items + 1) if piece.one_by_one else piece.ends
        self.lost_steps = piece.lost
        self.step = 0
        self.steps = {id(one): len(lfs) + i for i, one in enumerate(_distinct(lfs))}
        self.failed: dict[int, bool] = {}

    def begin_lf(self, j: int) -> None:
        self.step = j
        self.clock.begin(j)

    def begin(self, owner: Preprocessor) -> None:
        self.clock.begin(self.steps[id(owner)])

    def over(self, rows: list[Any], owner: Preprocessor | None) -> list[Any]:
        return ClockRows(rows, self.clock, self.step if owner is None else self.steps[id(owner)])

    def lost(self, owner: Preprocessor) -> Exception | None:
        words = self.lost_steps.get(self.steps[id(owner)])
        return None if words is None else ItemLost(words)

    def raiser(self, j: int) -> Any:
        def lost(item: Any) -> None:  # noqa: ARG001 - a labeling function
            raise ItemLost(self.lost_steps[j])

        return lost

    def rank(self, lf: LabelingFunction, rows: ItemRows) -> int:
        """Return which of the functions that `lf` needs failed first, in their order."""
        needed = preprocessors_of(lf)
        ranks = (rank for rank, one in enumerate(needed) if rows.failed([one]))
        return next(ranks, len(needed))


def _joined(columns: Sequence[ColumnVotes]) -> ColumnVotes:
    return ColumnVotes(
        np.concatenate([column.codes for column in columns]),
        sum(column.seconds for column in columns),
        sum(column.n_failures for column in columns),
        next((column.first_failure for column in columns if column.n_failures), ""),
    )


def _wrong(j: int, lf: LabelingFunction, error: Exception, watch: _PieceWatch) -> ColumnWrong:
    step = watch.clock.read().step
    order = [watch.steps[id(one)] for one in preprocessors_of(lf)]
    rank = order.index(step) if step in order else len(order) + isinstance(error, AnswerError)
    kind = type(error).__name__ if isinstance(error, WeaklabelError) else ""
    words = str(error) if kind else f"labeling function {lf.name!r} failed: {describe_error(error)}"
    return ColumnWrong(j, rank, kind, words, "".join(traceback.format_exception(error)))


def _distinct(lfs: Sequence[LabelingFunction]) -> list[Preprocessor]:
    return list({id(one): one for lf in lfs for one in preprocessors_of(lf)}.values())


def _read_table(data: bytes) -> Any:
    import pyarrow as pa

    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        return reader.read_all()


def _memory() -> int:
    """Return the bytes of memory that this process takes, 0 where that is not known."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0
