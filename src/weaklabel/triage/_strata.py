"""Strata: from which sides the items of a review set are chosen, and how many from each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from weaklabel.core import FloatArray, IntArray

__all__ = ["by_turns", "counts_of", "descending", "shares_of"]

#: What "error" is expected to find before any answer, what others are expected to find beside it,
#: and how many answers that counts.
_EXPECTED, _STRENGTH = 0.5, 2.0
_AS_MUCH_AS_ERROR: Mapping[str, float] = {"outlier": 0.2}
#: A stratum beside "error" that finds as much gets so much of what "error" gets.
_BESIDE = 1 / 3
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
    With the rate ``r = (wrong + 2 e) / (answers + 2)``, "error" weighs ``r**2`` and each other
    stratum ``r**2 / 3``: a quarter for one that finds as much, little for one that finds
    little. The others are for what "error" does not see. ``e``, what is expected before any
    answer, is one half for "error", for others the rate of "error", and a fifth of it for
    "outlier", which mostly finds items that no class fits.

    Examples
    --------
    >>> shares_of({"error": 0, "uncovered": 0}, {"error": 0, "uncovered": 0})
    {'error': 0.75, 'uncovered': 0.25}
    >>> shares_of({"error": 18, "uncovered": 18}, {"error": 15, "uncovered": 3})["uncovered"] < 0.05
    True
    """
    base = _rate("error", n_answers, n_wrong, _EXPECTED)
    weight = {"error": base**_POWER}
    for name in sorted(n_answers.keys() - weight.keys()):
        expected = base * _AS_MUCH_AS_ERROR.get(name, 1.0)
        weight[name] = _BESIDE * _rate(name, n_answers, n_wrong, expected) ** _POWER
    total = sum(weight.values())
    return {name: weight[name] / total for name in n_answers}


def _rate(
    name: str, n_answers: Mapping[str, int], n_wrong: Mapping[str, int], expected: float
) -> float:
    return (n_wrong[name] + _STRENGTH * expected) / (n_answers[name] + _STRENGTH)


def counts_of(shares: Mapping[str, float], n: int, rng: np.random.Generator) -> dict[str, int]:
    """Return how many of `n` items each stratum chooses, so that the shares hold on average.

    What is left of a share below one item is drawn: a stratum that is worth one item in fifty
    gets one in every fifth queue of ten, and can show what it finds.

    Examples
    --------
    >>> counts_of({"error": 0.75, "uncovered": 0.25}, 8, np.random.default_rng(0))
    {'error': 6, 'uncovered': 2}
    """
    names = list(shares)
    exact = np.array([shares[name] for name in names]) * n
    # Systematic sampling: each count is its share rounded down or up, and they sum to n.
    ends = np.floor(np.append(0.0, np.cumsum(exact)) + rng.random() + 1e-9)
    ends[-1] = ends[0] + n
    return {name: math.floor(k) for name, k in zip(names, np.diff(ends), strict=True)}


def by_turns(rankings: Sequence[Iterator[int]]) -> Iterator[int]:
    """Yield the first of each ranking, then the second of each, and so on; no item twice.

    Examples
    --------
    >>> list(by_turns([iter([1, 2]), iter([2, 3, 1])]))
    [1, 2, 3]
    """
    seen: set[int] = set()
    waiting = list(rankings)
    while waiting:
        for ranking in list(waiting):
            for i in ranking:
                if i not in seen:
                    seen.add(i)
                    yield i
                    break
            else:
                waiting.remove(ranking)


def descending(scores: FloatArray, members: IntArray) -> Iterator[int]:
    """Yield `members` from the highest score down; ties stay in their order."""
    return iter(members[np.argsort(-scores[members], kind="stable")].tolist())
