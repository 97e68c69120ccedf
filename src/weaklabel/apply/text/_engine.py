"""search_engine_for: which library searches texts for many literals at once."""

from __future__ import annotations

import sys
from functools import lru_cache
from importlib.util import find_spec
from typing import Literal, TypeAlias

__all__ = ["ENGINE_NAMES", "Engine", "search_engine_for"]

Engine: TypeAlias = Literal["polars", "ahocorasick", "pyarrow"]

#: What people call them.
ENGINE_NAMES: dict[Engine, str] = {
    "polars": "Polars",
    "ahocorasick": "pyahocorasick",
    "pyarrow": "pyarrow, one literal after the other",
}
#: Below so many bytes the 0.2 s of importing Polars are more than what it saves.
_WORTH_AN_IMPORT = 4_000_000


def search_engine_for(n_bytes: int | None = None) -> Engine:
    """Return the fastest engine for so many bytes; all of them find the same.

    Parameters
    ----------
    n_bytes : int, optional
        Size of all texts; many by default.
    """
    small = n_bytes is not None and n_bytes < _WORTH_AN_IMPORT
    if _has("polars") and ("polars" in sys.modules or not (small and _has("ahocorasick"))):
        return "polars"
    return "ahocorasick" if _has("ahocorasick") else "pyarrow"


@lru_cache(maxsize=8)
def _has(module: str) -> bool:
    return find_spec(module) is not None
