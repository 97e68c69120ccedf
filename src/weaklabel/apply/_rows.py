"""ItemRows: the columns and rows that labeling functions read, each made once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any, Protocol

from weaklabel.apply._failures import Failures, ItemLost, call_each
from weaklabel.apply._kept import kept_of
from weaklabel.core import Items, StringArray
from weaklabel.errors import ItemsError, WeaklabelError
from weaklabel.lf import Preprocessor
from weaklabel.lf._item import row_maker
from weaklabel.lf._memo import MemoColumn

__all__ = ["ItemRows", "Watch"]


class Watch(Protocol):
    """What a worker process tells of the items that users' functions are at."""

    @property
    def one_by_one(self) -> bool:
        """Whether functions of many items get them one by one, to find one that hangs."""

    def begin(self, owner: Preprocessor) -> None:
        """Be told that a preprocessor begins."""

    def over(self, rows: list[Any], owner: Preprocessor | None) -> list[Any]:
        """Return rows that tell which of them is at work; without owner a labeling function is."""

    def lost(self, owner: Preprocessor) -> Exception | None:
        """Return why a preprocessor is not to be called again on the one item that there is."""


class ItemRows:
    """Columns as lists and items as light rows, made when first asked for and then shared.

    Parameters
    ----------
    items : Items
        The items.
    is_fatal : bool
        Whether a preprocessor that raises ends the run; if not, the item has no
        value, and the labeling functions that name it abstain there.
    watch : Watch, optional
        Told which item is at work.
    """

    def __init__(self, items: Items, *, is_fatal: bool, watch: Watch | None = None) -> None:
        self.items = items
        self.kept = kept_of(items)
        self.item_ids = items.item_ids
        self.is_fatal = is_fatal
        self.seconds: dict[str, float] = {}
        self._watch = watch
        self._keys: dict[int, tuple[str, Preprocessor]] = {}
        self._rows: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Any]] = {}
        self._values: dict[str, tuple[list[Any], Failures]] = {}

    def column(self, name: str) -> list[Any]:
        """Return the values of a column, None where one is missing."""
        columns = self.kept.columns
        if name not in columns:
            columns[name] = self.items.column(name)
        return columns[name]

    def rows(self, preprocessors: Sequence[Preprocessor] = ()) -> list[Any]:
        """Return one row for each item: all columns, and the values of `preprocessors`.

        Raises
        ------
        ItemsError
            If a preprocessor has the name of a column.
        LabelingFunctionError
            If a preprocessor raises and that is fatal.
        """
        made = self._made(self.items.column_names, preprocessors)
        return made if self._watch is None else self._watch.over(made, None)

    def failed(self, preprocessors: Sequence[Preprocessor]) -> dict[int, str]:
        """Return the positions on which one of `preprocessors` failed, with its first cause.

        Those of the first one come first, in order, so that the first entry says what a run
        on more or fewer items at a time would say.
        """
        found: dict[int, str] = {}
        for one in preprocessors:
            failure = self._value(one)[1]
            for i in sorted(failure.positions):
                found.setdefault(i, failure.first)
        return found

    def _made(self, columns: tuple[str, ...], preprocessors: Sequence[Preprocessor]) -> list[Any]:
        if not preprocessors:
            return self._plain(columns)
        key = (columns, tuple(map(self._key, preprocessors)))
        if key not in self._rows:
            names = tuple(p.name for p in preprocessors)
            _check_names(names, self.items.column_names)
            values = [self._value(p)[0] for p in preprocessors]
            values = [*map(self.column, columns), *values]
            self._rows[key] = _rows_of((*columns, *names), values)
        return self._rows[key]

    def _plain(self, columns: tuple[str, ...]) -> list[Any]:
        """Return rows of nothing but columns."""
        rows = self.kept.rows
        if columns not in rows:
            rows[columns] = _rows_of(columns, [self.column(name) for name in columns])
        return rows[columns]

    def _key(self, preprocessor: Preprocessor) -> str:
        """Return the version before anything ran: running may change what it is made of."""
        if id(preprocessor) not in self._keys:
            self._keys[id(preprocessor)] = (preprocessor.version, preprocessor)
        return self._keys[id(preprocessor)][0]

    def _value(self, preprocessor: Preprocessor) -> tuple[list[Any], Failures]:
        key = self._key(preprocessor)
        if key not in self._values:
            columns = self.items.column_names
            seen = preprocessor.seen_columns(columns)
            rows = self._made(seen, preprocessor.preprocessors)
            start = perf_counter()
            self._values[key] = self._computed(preprocessor, rows)
            spent = perf_counter() - start
            self.seconds[preprocessor.name] = self.seconds.get(preprocessor.name, 0.0) + spent
        return self._values[key]

    def _computed(self, preprocessor: Preprocessor, rows: list[Any]) -> tuple[list[Any], Failures]:
        failures = _PreprocessorFailures(preprocessor.name, self.item_ids, self.is_fatal)
        skipped = self.failed(preprocessor.preprocessors)
        failures.positions.update(skipped)
        failures.first = next(iter(skipped.values()), "")
        kept = [i for i in range(len(rows)) if i not in skipped]
        values: list[Any] = [None] * len(rows)
        memo = None if preprocessor.cache is None else self._memo(preprocessor)
        if memo is not None:
            kept = memo.fill(values, kept)
        if self._watch is not None:
            self._watch.begin(preprocessor)
        found = self._found(preprocessor, rows, kept, failures)
        for i, value in zip(kept, found, strict=True):
            values[i] = value
        if memo is not None:
            memo.keep(values, [i for i in kept if i not in failures.positions])
        return values, failures

    def _found(
        self, preprocessor: Preprocessor, rows: list[Any], kept: list[int], failures: Failures
    ) -> list[Any]:
        """Return the values of the items `kept`, None where there is none."""
        watch = self._watch
        lost = None if watch is None else watch.lost(preprocessor)
        if lost is not None:
            for i in kept:
                failures.add(i, lost)
            return [None] * len(kept)
        if preprocessor.is_batch and not (watch is not None and watch.one_by_one):
            try:
                with _no_collection():
                    return preprocessor.values([rows[i] for i in kept])
            except WeaklabelError:  # not installed, or a wrong setting
                raise
            except Exception:  # noqa: S110 - one by one below, to find the item
                pass
        one = (lambda row: preprocessor.values([row])[0]) if preprocessor.is_batch else None
        watched = rows if watch is None else watch.over(rows, preprocessor)
        return call_each(
            one or preprocessor.function,
            watched if len(kept) == len(rows) else (watched[i] for i in kept),
            lambda position, error: failures.add(kept[position], error),
        )

    def _memo(self, preprocessor: Preprocessor) -> MemoColumn:
        names = preprocessor.key_columns(self.items.column_names)
        columns = {name: self.column(name) for name in names}
        return MemoColumn(preprocessor, self._key(preprocessor), columns)


class _PreprocessorFailures(Failures):
    """Those of a preprocessor, whose first cause says whose it is."""

    __slots__ = ()

    def __init__(self, name: str, item_ids: StringArray, is_fatal: bool) -> None:
        super().__init__(f"preprocessor {name!r}", item_ids, is_fatal)

    def add(self, position: int, error: Exception) -> None:
        """Count it as `Failures` does, with the preprocessor in the first cause."""
        is_first = not self.first
        super().add(position, error)
        if is_first:
            verb = "" if isinstance(error, ItemLost) else "raised "
            self.first = f"{self.what} {verb}{self.first}"


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector, which else looks through the new rows again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _rows_of(names: tuple[str, ...], values: list[list[Any]]) -> list[Any]:
    with _no_collection():
        return list(map(row_maker(names), zip(*values, strict=True)))


def _check_names(names: tuple[str, ...], columns: tuple[str, ...]) -> None:
    for name in names:
        if name in columns:
            raise ItemsError(
                f"preprocessor {name!r} has the name of a column, must have a name of its own. "
                "Rename it with name=."
            )
