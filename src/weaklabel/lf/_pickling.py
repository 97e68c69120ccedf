"""Pickling by reference: an object that took the place of a function in its module."""

from __future__ import annotations

import importlib
import sys
from typing import Any

__all__ = ["reference"]


def reference(owner: object, function: object) -> tuple[Any, ...] | None:
    """Return how to find `owner` again, in the form of ``__reduce__``.

    A decorated function cannot be pickled itself: under its name, its module
    holds what the decorator made of it.

    Parameters
    ----------
    owner : object
        What the decorator made.
    function : callable
        What it was made of.

    Returns
    -------
    tuple or None
        None where no module holds `owner` under the name of `function`.
    """
    module = getattr(function, "__module__", None)
    path = getattr(function, "__qualname__", "")
    if isinstance(module, str) and path and _found(module, path) is owner:
        return _imported, (module, path)
    return None


def _imported(module: str, path: str) -> Any:
    importlib.import_module(module)
    return _found(module, path)


def _found(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found
