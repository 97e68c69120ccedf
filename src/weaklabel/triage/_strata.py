"""Strata: from which sides the items of a review set are chosen, and how many from each."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray

__all__ = ["by_turns", "pattern_order", "shares_of"]

#: The largest share of a stratum beside "error" when it finds wrong labels at any higher rate.
_MOST = 0.5
_POWER = 2


def shares_of(n_answers: Mapping[str, int], n_wrong: Mapping[str, int]) -> dict[str, float]:
    """Return which share of the chosen items each stratum is to choose.

    Parameters
    ----------
    n_answers, n_wrong : mapping of str to int
        Of each stratum, "error" among them, the answers so far, and how many of them found a
        wrong label.

    Returns
    -------
    dict of str to float
        In the order of `n_answers`; they sum to 1.

    Notes
    -----
    With ``r = (wrong + 1) / (answers + 2)`` a stratum beside "error" gets
    ``0.5 r**2 / (r**2 + r_error**2)``: a quarter where it finds as much, little where it finds
    little. They are for what "error" does not see: what an answer says of other items, and
    items without votes. "error" gets the rest.

    Examples
    --------
    >>> shares_of({"error": 0, "pattern": 0}, {"error": 0, "pattern": 0})
    {'error': 0.75, 'pattern': 0.25}
    >>> shares_of({"error": 18, "pattern": 18}, {"error": 15, "pattern": 3})["pattern"] < 0.05
    True
    """
    rate = {name: (n_wrong[name] + 1) / (n + 2) for name, n in n_answers.items()}
    base = rate["error"] ** _POWER
    share = {name: _MOST * r**_POWER / (r**_POWER + base) for name, r in rate.items()}
    share["error"] = 1.0 - sum(s for name, s in share.items() if name != "error")
    return share


def pattern_order(
    doubt: FloatArray, patterns: IntArray, open_: BoolArray, n_reviewed: IntArray, seed: int
) -> Iterator[int]:
    """Yield open items, each time one of the vote pattern in which an answer moves most labels.

    Parameters
    ----------
    doubt : numpy.ndarray of float64, shape (n_items,)
        Probability that the label of each item is wrong, by what is known now.
    patterns : numpy.ndarray of int64, shape (n_items,)
        Vote pattern of each item, from 0.
    open_ : numpy.ndarray of bool, shape (n_items,)
        Which items may be chosen.
    n_reviewed : numpy.ndarray of int64, shape (n_patterns,)
        Answers to items of each pattern so far.
    seed : int
        Draws the item within its pattern: a sample of the pattern, not its oddest item.

    Notes
    -----
    A pattern is worth the sum of the doubts of its items, divided by 1 + its answers so far,
    those of the items yielded before among them.
    """
    rng = np.random.default_rng(seed)
    members = np.flatnonzero(open_)
    order = members[rng.permutation(len(members))]
    order = order[np.argsort(patterns[order], kind="stable")]
    n_patterns = len(n_reviewed)
    starts = np.searchsorted(patterns[order], np.arange(n_patterns + 1))
    mass = np.bincount(patterns, doubt, minlength=n_patterns)
    waiting = [
        (-mass[p] / (1 + n_reviewed[p]), int(p), 0)
        for p in np.flatnonzero(np.diff(starts)).tolist()
    ]
    heapq.heapify(waiting)
    while waiting:
        _, p, taken = heapq.heappop(waiting)
        yield int(order[starts[p] + taken])
        if starts[p] + taken + 1 < starts[p + 1]:
            worth = mass[p] / (1 + n_reviewed[p] + taken + 1)
            heapq.heappush(waiting, (-worth, p, taken + 1))


def by_turns(rankings: Sequence[IntArray]) -> Iterator[int]:
    """Yield the first of each ranking, then the second of each, and so on; no item twice.

    Examples
    --------
    >>> list(by_turns([np.array([1, 2]), np.array([2, 3, 1])]))
    [1, 2, 3]
    """
    seen: set[int] = set()
    waiting = [iter(ranking.tolist()) for ranking in rankings]
    while waiting:
        for ranking in list(waiting):
            for i in ranking:
                if i not in seen:
                    seen.add(i)
                    yield i
                    break
            else:
                waiting.remove(ranking)
