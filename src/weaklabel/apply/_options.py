"""ApplyOptions: how labeling functions are to be run, whatever the engine."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from weaklabel.apply._cache import VoteCache
from weaklabel.core._check import check_choice, check_int, check_number
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["ApplyOptions", "OnError", "usable_cores"]

OnError = Literal["raise", "abstain"]


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How to run labeling functions; see `apply` for the meaning of each.

    Parameters
    ----------
    on_error : {"raise", "abstain"}
        What happens where a labeling function raises.
    cache : VoteCache or path, optional
        Where columns are kept.
    progress : bool, optional
        Whether to show a bar; by default on a terminal and in a notebook.
    n_jobs : int
        Number of worker processes, at least 1; or -1 for one on each usable core where a
        sample says that they pay.
    timeout_seconds : float, optional
        Longest time that one item may take a labeling function, above 0.
    chunk_rows : int
        Number of items that are worked on and written at a time, at least 1.

    Raises
    ------
    ParameterError
        If one of them is outside what is allowed.

    Examples
    --------
    >>> ApplyOptions(n_jobs=2).n_jobs
    2
    >>> ApplyOptions(n_jobs=0)
    Traceback (most recent call last):
    ...
    weaklabel.errors.ParameterError: n_jobs is 0, must be an integer of at least 1, or -1 for one \
process on each core where that pays. Use the default 1 to stay in this process.
    """

    on_error: OnError = "raise"
    cache: VoteCache | str | os.PathLike[str] | None = None
    progress: bool | None = None
    n_jobs: int = 1
    timeout_seconds: float | None = None
    chunk_rows: int = 65_536

    def __post_init__(self) -> None:
        check_choice("on_error", self.on_error, ("raise", "abstain"))
        _check_cache(self.cache)
        if self.progress is not None and not isinstance(self.progress, bool):
            allowed = "True, False or None"
            raise ParameterError(wrong_value("progress", self.progress, allowed))
        object.__setattr__(self, "n_jobs", _checked_jobs(self.n_jobs))
        object.__setattr__(self, "timeout_seconds", _checked_timeout(self.timeout_seconds))
        advice = "Use the default 65536, or fewer where items are large."
        object.__setattr__(self, "chunk_rows", check_int("chunk_rows", self.chunk_rows, 1, advice))


def usable_cores() -> int:
    """Return the number of cores that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):  # what a container or taskset leaves of them
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _checked_jobs(n_jobs: object) -> int:
    if n_jobs == -1 and not isinstance(n_jobs, (bool, float)):
        return -1
    try:
        return check_int("n_jobs", n_jobs, 1)
    except ParameterError:
        raise ParameterError(
            wrong_value(
                "n_jobs",
                n_jobs,
                "an integer of at least 1, or -1 for one process on each core where that pays",
                "Use the default 1 to stay in this process.",
            )
        ) from None


def _checked_timeout(timeout_seconds: object) -> float | None:
    if timeout_seconds is None:
        return None
    advice = "Leave it out for no limit."
    seconds = check_number("timeout_seconds", timeout_seconds, 0.0, advice=advice)
    if seconds == 0.0:
        allowed = "a number above 0"
        raise ParameterError(wrong_value("timeout_seconds", timeout_seconds, allowed, advice))
    return seconds


def _check_cache(cache: object) -> None:
    if cache is not None and not isinstance(cache, (VoteCache, str, os.PathLike)):
        raise ParameterError(
            wrong_value("cache", cache, "a VoteCache or the path of a folder", "Leave it out.")
        )
