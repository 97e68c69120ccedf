"""track: an iterable with a progress bar where somebody is looking, and silent elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["track"]

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
    if enabled is None:
        enabled = _in_notebook() or sys.stderr.isatty()
    if not enabled:
        yield from iterable
        return
    from tqdm.auto import tqdm

    yield from tqdm(iterable, desc=description, total=total)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None
