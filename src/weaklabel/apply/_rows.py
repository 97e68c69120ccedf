"""ItemRows: the columns and rows that labeling functions read, each made once."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from weaklabel.apply._failures import Failures, call_each
from weaklabel.core import Items
from weaklabel.errors import ItemsError, WeaklabelError
from weaklabel.lf import Preprocessor
from weaklabel.lf._item import row_maker

__all__ = ["ItemRows"]


class ItemRows:
    """Columns as lists and items as light rows, made when first asked for and then shared.

    Parameters
    ----------
    items : Items
        The items.
    is_fatal : bool
        Whether a preprocessor that raises ends the run; if not, the item has no
        value, and the labeling functions that name it abstain there.
    """

    def __init__(self, items: Items, *, is_fatal: bool) -> None:
        self.items = items
        self.item_ids: list[str] = items.item_ids.tolist()
        self.is_fatal = is_fatal
        self.seconds: dict[str, float] = {}
        self._keys: dict[int, tuple[str, Preprocessor]] = {}
        self._columns: dict[str, list[Any]] = {}
        self._rows: dict[tuple[str, ...], list[Any]] = {}
        self._values: dict[str, tuple[list[Any], Failures]] = {}

    def column(self, name: str) -> list[Any]:
        """Return the values of a column, None where one is missing."""
        if name not in self._columns:
            self._columns[name] = self.items.column(name)
        return self._columns[name]

    def rows(self, preprocessors: Sequence[Preprocessor] = ()) -> list[Any]:
        """Return one row for each item: all columns, and the values of `preprocessors`.

        Raises
        ------
        ItemsError
            If a preprocessor has the name of a column.
        LabelingFunctionError
            If a preprocessor raises and that is fatal.
        """
        key = tuple(map(self._key, preprocessors))
        if key not in self._rows:
            names = (*self.items.column_names, *(p.name for p in preprocessors))
            _check_names(names, self.items.column_names)
            columns = [self.column(name) for name in self.items.column_names]
            columns += [self._value(p)[0] for p in preprocessors]
            with _no_collection():
                self._rows[key] = list(map(row_maker(names), zip(*columns, strict=True)))
        return self._rows[key]

    def failed(self, preprocessors: Sequence[Preprocessor]) -> dict[int, str]:
        """Return the positions on which one of `preprocessors` failed, with the first cause."""
        failures = [self._value(p)[1] for p in preprocessors]
        return {
            i: f"preprocessor {p.name!r} raised {failure.first}"
            for p, failure in zip(preprocessors, failures, strict=True)
            for i in failure.positions
        }

    def _key(self, preprocessor: Preprocessor) -> str:
        """Return the version before anything ran: running may change what it is made of."""
        if id(preprocessor) not in self._keys:
            self._keys[id(preprocessor)] = (preprocessor.version, preprocessor)
        return self._keys[id(preprocessor)][0]

    def _value(self, preprocessor: Preprocessor) -> tuple[list[Any], Failures]:
        key = self._key(preprocessor)
        if key not in self._values:
            rows = self.rows(preprocessor.preprocessors)
            start = perf_counter()
            self._values[key] = self._computed(preprocessor, rows)
            spent = perf_counter() - start
            self.seconds[preprocessor.name] = self.seconds.get(preprocessor.name, 0.0) + spent
        return self._values[key]

    def _computed(self, preprocessor: Preprocessor, rows: list[Any]) -> tuple[list[Any], Failures]:
        failures = Failures(f"preprocessor {preprocessor.name!r}", self.item_ids, self.is_fatal)
        skipped = self.failed(preprocessor.preprocessors)
        failures.positions.update(skipped)
        failures.first = next(iter(skipped.values()), "")
        if preprocessor.is_batch and not skipped:
            try:
                return preprocessor.values(rows), failures
            except WeaklabelError:  # not installed, or a wrong setting
                raise
            except Exception:  # noqa: S110 - one by one below, to find the item
                pass
        kept = [i for i in range(len(rows)) if i not in skipped]
        one = (lambda row: preprocessor.values([row])[0]) if preprocessor.is_batch else None
        found = call_each(
            one or preprocessor.function,
            (rows[i] for i in kept),
            lambda position, error: failures.add(kept[position], error),
        )
        values: list[Any] = [None] * len(rows)
        for i, value in zip(kept, found, strict=True):
            values[i] = value
        return values, failures


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


def _check_names(names: tuple[str, ...], columns: tuple[str, ...]) -> None:
    for name in names[len(columns) :]:
        if name in columns:
            raise ItemsError(
                f"preprocessor {name!r} has the name of a column, must have a name of its own. "
                "Rename it with name=."
            )
