"""Progress bars where somebody is looking, and silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

__all__ = ["RowProgress", "row_progress", "track"]

T = TypeVar("T")


def track(
    iterable: Iterable[T], description: str, total: int | None = None, enabled: bool | None = None
) -> Iterator[T]:
    """Yield from `iterable` and show how far it is.

    Parameters
    ----------
    iterable : iterable
        What to go through.
    description : str
        The words before the bar.
    total : int, optional
        Number of steps; by default the length of `iterable`.
    enabled : bool, optional
        Whether to show the bar; by default only in a notebook or on a terminal,
        so that logs stay clean.

    Yields
    ------
    object
        The elements, unchanged.
    """
    if not _is_shown(enabled):
        yield from iterable
        return
    from tqdm.auto import tqdm

    yield from tqdm(iterable, desc=description, total=total)


class RowProgress:
    """How far work on a table is that goes chunk by chunk, and in each column by column.

    Parameters
    ----------
    n_columns : int
        Number of columns that are made of each row.
    bar : tqdm, optional
        The bar, which counts rows; by default nothing is shown.
    called : str
        What the columns are, in the plural.
    """

    def __init__(self, n_columns: int, bar: Any = None, called: str = "functions") -> None:
        self._n_columns = n_columns
        self._bar = bar
        self._called = called
        self._n_done = 0
        self._n_of_chunk = 0

    def advance(self, n_rows: int, n_columns: int) -> None:
        """Count that `n_columns` columns of a chunk of `n_rows` rows are done."""
        if self._bar is None:
            return
        self._n_of_chunk = (self._n_of_chunk + n_columns) % self._n_columns
        shown = self._n_of_chunk or self._n_columns
        self._bar.set_postfix_str(f"{shown} of {self._n_columns} {self._called}", refresh=False)
        before = self._n_done // self._n_columns
        self._n_done += n_rows * n_columns
        # A row is done when all its columns are; in between, the bar moves in proportion.
        self._bar.update(self._n_done // self._n_columns - before)


@contextmanager
def row_progress(
    description: str,
    n_rows: int | None,
    n_columns: int,
    enabled: bool | None = None,
    called: str = "functions",
) -> Iterator[RowProgress]:
    """Show one bar with rows, their rate and the time left, while the block runs.

    Parameters
    ----------
    description : str
        The words before the bar.
    n_rows : int, optional
        Number of rows, where it is known; without, no time left is shown.
    n_columns : int
        Number of columns that are made of each row, at least 1.
    enabled : bool, optional
        As for `track`.
    called : str
        What the columns are, in the plural.

    Yields
    ------
    RowProgress
        To be told what is done.
    """
    if not _is_shown(enabled):
        yield RowProgress(n_columns)
        return
    from tqdm.auto import tqdm

    with tqdm(
        desc=description, total=n_rows, unit=" rows", unit_scale=n_rows is None or n_rows >= 10_000
    ) as bar:
        yield RowProgress(n_columns, bar, called)


def _is_shown(enabled: bool | None) -> bool:
    if enabled is not None:
        return enabled
    # stderr is None where a program has no console.
    return _in_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None
