"""How many labels an answer is expected to correct: its own, and those of the same votes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray

__all__ = ["OTHERS", "PatternBelief", "gain_order", "pattern_belief", "pattern_gain"]

#: What is believed of a pattern before any answer counts as so many answers, times 1 + log10 of
#: its size.
_STRENGTH = 1.5
#: What another label counts that an answer is expected to correct: that its own is right is sure.
OTHERS = 0.5
#: Answers to one pattern that are looked ahead.
_MOST_AHEAD = 8


@dataclass(frozen=True, slots=True, eq=False)
class PatternBelief:
    """What is believed of the items of each vote pattern, each array of shape (n_patterns,).

    Attributes
    ----------
    first, second : numpy.ndarray of float64
        Shares of the two most probable classes.
    strength : numpy.ndarray of float64
        How many answers this belief is worth.
    n_open : numpy.ndarray of int64
        Items that nobody answered.
    """

    first: FloatArray
    second: FloatArray
    strength: FloatArray
    n_open: IntArray


def pattern_belief(
    posterior: FloatArray, patterns: IntArray, open_: BoolArray, n_reviewed: IntArray
) -> PatternBelief:
    """Return what is believed of the items of each vote pattern.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class), by what is known now.
    patterns : numpy.ndarray of int64, shape (n_items,)
        Vote pattern of each item, from 0.
    open_ : numpy.ndarray of bool, shape (n_items,)
        Which items nobody answered.
    n_reviewed : numpy.ndarray of int64, shape (n_patterns,)
        Answers to items of each pattern.
    """
    n_patterns = len(n_reviewed)
    sizes = np.maximum(np.bincount(patterns, minlength=n_patterns), 1)
    shares = [np.bincount(patterns, p, minlength=n_patterns) / sizes for p in posterior.T]
    ranked = np.sort(np.stack(shares, axis=1), axis=1)
    return PatternBelief(
        ranked[:, -1],
        ranked[:, -2],
        _STRENGTH * (1.0 + np.log10(sizes)) + n_reviewed,
        np.bincount(patterns[open_], minlength=n_patterns),
    )


def pattern_gain(belief: PatternBelief) -> FloatArray:
    """Return how many open labels of each pattern an answer to one of its items corrects.

    Parameters
    ----------
    belief : PatternBelief
        What is believed now.

    Returns
    -------
    numpy.ndarray of float64, shape (n_patterns,)
        Expected number, at least 0.

    Notes
    -----
    The knowledge gradient [1]_, the expected gain of the best choice by observing something
    before choosing, here for the label of a whole pattern: with shares ``p1 >= p2`` that are
    believed as firmly as after ``A`` answers, ``m`` more move their difference by a number
    that is about normal around ``-(p1 - p2)`` with the variance ``(p1 + p2 - (p1 - p2)**2) m /
    ((A + m)(A + 1))``, and the mean of its positive part is the share of labels that are
    right afterwards and wrong now. One answer rarely turns a pattern, several may: of up to
    eight answers the number is taken that gains most for each [2]_.

    References
    ----------
    .. [1] P. I. Frazier, W. B. Powell and S. Dayanik, "A Knowledge-Gradient Policy for
       Sequential Information Collection", SIAM J. Control Optim. 47(5), 2008.
       https://doi.org/10.1137/070693424
    .. [2] P. I. Frazier and W. B. Powell, "Paradoxes in Learning and the Marginal Value of
       Information", Decision Analysis 7(4), 2010. https://doi.org/10.1287/deca.1100.0190

    Examples
    --------
    Of a hundred items an answer says more than of ten, and more where it is open which class:

    >>> belief = PatternBelief(np.array([0.6, 0.6, 0.9]), np.array([0.4, 0.4, 0.1]),
    ...                        np.array([4.5, 3.0, 4.5]), np.array([100, 10, 100]))
    >>> pattern_gain(belief).round(2)
    array([1.24, 0.29, 0.  ])
    """
    from scipy.special import ndtr

    behind = belief.second - belief.first
    spread = belief.first + belief.second - behind**2
    best = np.zeros(len(behind))
    for m in range(1, _MOST_AHEAD + 1):
        a = belief.strength
        sd = np.sqrt(np.maximum(spread * m / ((a + m) * (a + 1.0)), 1e-12))
        z = behind / sd
        density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        best = np.maximum(best, (sd * density + behind * ndtr(z)) / m)
    return np.asarray(np.maximum(best, 0.0) * belief.n_open)


def gain_order(
    own: FloatArray,
    patterns: IntArray,
    belief: PatternBelief,
    open_: BoolArray,
    teaches: BoolArray,
    rng: np.random.Generator,
) -> Iterator[int]:
    """Yield the open items, each time the one whose answer is expected to correct most labels.

    Parameters
    ----------
    own : numpy.ndarray of float64, shape (n_items,)
        Probability that the label of the item itself is wrong.
    patterns : numpy.ndarray of int64, shape (n_items,)
        Vote pattern of each item, from 0.
    belief : PatternBelief
        What is believed of the patterns.
    open_ : numpy.ndarray of bool, shape (n_items,)
        Which items may be chosen.
    teaches : numpy.ndarray of bool, shape (n_patterns,)
        Patterns whose items say something of each other; without votes they do not.
    rng : numpy.random.Generator
        Draws among items of one pattern that are equally likely to be wrong.

    Notes
    -----
    An item is worth `own` and half the `pattern_gain` of its pattern, which sinks with each
    item that was yielded before, as if it were answered. Time O(n_items log n_items).
    """
    members = np.flatnonzero(open_)
    members = members[rng.permutation(len(members))]
    members = members[np.lexsort((-own[members], patterns[members]))]
    starts = np.searchsorted(patterns[members], np.arange(len(belief.n_open) + 1))
    gain = np.where(teaches, OTHERS * pattern_gain(belief), 0.0)
    waiting = [
        (-own[members[starts[v]]] - gain[v], int(v), 0)
        for v in np.flatnonzero(np.diff(starts)).tolist()
    ]
    heapq.heapify(waiting)
    while waiting:
        _, v, taken = heapq.heappop(waiting)
        yield int(members[starts[v] + taken])
        if starts[v] + taken + 1 < starts[v + 1]:
            rest = OTHERS * _gain_after(belief, v, taken + 1) if teaches[v] else 0.0
            heapq.heappush(waiting, (-own[members[starts[v] + taken + 1]] - rest, v, taken + 1))


def _gain_after(belief: PatternBelief, v: int, n_more: int) -> float:
    one = slice(v, v + 1)
    after = PatternBelief(
        belief.first[one],
        belief.second[one],
        belief.strength[one] + n_more,
        np.maximum(belief.n_open[one] - n_more, 0),
    )
    return float(pattern_gain(after)[0])
