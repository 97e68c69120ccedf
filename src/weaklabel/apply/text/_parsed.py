"""parsed_pattern: a regular expression as Python's own parser sees it."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from typing import Any

__all__ = ["parsed_pattern"]


@lru_cache(maxsize=1024)
def parsed_pattern(pattern: str, flags: int) -> Any:
    """Return the parsed pattern, a sequence of pairs of a name and its arguments.

    The parser is no public part of Python: on one that keeps it elsewhere the
    result is None, and patterns are run as they are.

    Parameters
    ----------
    pattern : str
        A regular expression that compiles.
    flags : int
        Its flags.

    Examples
    --------
    >>> [str(name) for name, _ in parsed_pattern(r"\\bwin", 0)]
    ['AT', 'LITERAL', 'LITERAL', 'LITERAL']
    """
    try:
        from re import _parser  # type: ignore[attr-defined]  # private, hence guarded

        with warnings.catch_warnings():  # what there is to warn of, compiling it has said
            warnings.simplefilter("ignore")
            return _parser.parse(pattern, flags)
    except (ImportError, AttributeError, re.error, ValueError, RecursionError):
        return None
