"""How counts, shares and lists are said in the reports of a review."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "listed", "percent"]


def percent(share: float) -> str:
    """Return a share as whole percents, "?" where it is unknown.

    Examples
    --------
    >>> percent(0.876), percent(float("nan"))
    ('88 %', '?')
    """
    return f"{100 * share:.0f} %" if share == share else "?"


def counted(n: int, what: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "item"), counted(2, "item")
    ('1 item', '2 items')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def listed(texts: Sequence[str], most: int) -> str:
    """Return the first `most` of `texts`, and how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
