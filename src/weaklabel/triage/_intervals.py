"""Intervals for how many wrong labels are left, from random draws in rounds without replacement."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray
from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import ParameterError

__all__ = ["Rounds", "answers_to_halve", "unanswered_wrong", "wilson"]


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Random draws of some rounds; every array is float64 of shape (n_rounds,).

    Parameters
    ----------
    n_frame : array_like of float
        Items that each round was drawn from, uniformly and without replacement.
    n_drawn : array_like of float
        Items drawn, at most `n_frame`.
    n_wrong : array_like of float
        How many of the drawn labels are wrong, in [0, n_drawn]; a disputed item
        may count for a part.
    n_known_wrong : array_like of float
        Wrong labels among all items of the frame that were answered by now,
        drawn or not. The wrong ones of the frame are these and the unanswered ones.

    Raises
    ------
    ParameterError
        If the lengths differ, or more is drawn than there is, or more is wrong
        than is drawn.
    """

    n_frame: FloatArray
    n_drawn: FloatArray
    n_wrong: FloatArray
    n_known_wrong: FloatArray

    def __init__(
        self,
        n_frame: npt.ArrayLike,
        n_drawn: npt.ArrayLike,
        n_wrong: npt.ArrayLike,
        n_known_wrong: npt.ArrayLike,
    ) -> None:
        given = (n_frame, n_drawn, n_wrong, n_known_wrong)
        frame, drawn, wrong, known = (np.asarray(a, dtype=np.float64).ravel() for a in given)
        if not len(frame) == len(drawn) == len(wrong) == len(known):
            raise ParameterError("Rounds has arrays of different lengths, must have one per round.")
        for small, large, words in (
            (drawn, frame, "items are drawn from a frame of"),
            (wrong, drawn, "labels are wrong among drawn"),
        ):
            bad = np.flatnonzero(~((small >= 0) & (small <= large)))
            if bad.size:
                r = int(bad[0])
                raise ParameterError(
                    f"round {r} is impossible: {small[r]:g} {words} {large[r]:g}. "
                    "Draw without replacement, and count every item once."
                )
        used = drawn > 0
        for name, array in zip(
            self.__dataclass_fields__, (frame, drawn, wrong, known), strict=True
        ):
            object.__setattr__(self, name, array[used])


def unanswered_wrong(
    rounds: Rounds, n_unanswered: int, confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return how many of the unanswered items have a wrong label: estimate, low and high.

    Unanswered items are what is left of every
    round's frame after the answers, also those to items that were chosen because
    they look wrong; so what the chosen answers found is subtracted, and the
    unanswered ones are not taken to be as bad as the frame was.

    Parameters
    ----------
    rounds : Rounds
        The random draws.
    n_unanswered : int
        Items without an answer, at least 0.
    confidence : float
        Of the two-sided interval, in (0, 1).

    Returns
    -------
    tuple of float
        In [0, n_unanswered]; without any draw NaN, 0 and `n_unanswered`.

    Notes
    -----
    With ``T`` unanswered wrong labels, round ``r`` draws ``m_r`` items from ``N_r`` of
    which ``K_r = T + w_r`` are wrong, ``w_r`` being those that have been answered.
    Each round gives an estimate of its own, ``N_r x_r / m_r - w_r``; they are
    combined with weights in inverse proportion to their variances. The errors
    of successive rounds are martingale differences, hence uncorrelated,
    although what is drawn later depends on what was answered before. The interval is
    the score interval [1]_: all ``T`` for which the estimate is no further than
    ``z`` standard deviations away, these computed *under that T* from the
    hypergeometric variance [2]_. For one round and a large frame it is Wilson's.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", J. Am. Stat. Assoc. 22, 1927. https://doi.org/10.2307/2276774
    .. [2] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley, 1977, chapters 2 and 3.

    Examples
    --------
    100 items, of which 20 random ones were answered and 4 were wrong:

    >>> found = unanswered_wrong(Rounds([100], [20], [4], [4]), 80)
    >>> [round(x, 1) for x in found]
    [16.0, 4.8, 35.2]

    Ten more were chosen and 8 of them were wrong, so fewer are left:

    >>> found = unanswered_wrong(Rounds([100], [20], [4], [12]), 70)
    >>> [round(x, 1) for x in found]
    [8.0, 0.0, 27.2]
    """
    if n_unanswered == 0:
        return 0.0, 0.0, 0.0
    if not len(rounds.n_drawn):
        return np.nan, 0.0, float(n_unanswered)
    frame, drawn, known = rounds.n_frame, rounds.n_drawn, rounds.n_known_wrong
    # Whoever was drawn has been answered: with an unanswered item left, the frame is the larger.
    left = np.maximum(frame - drawn, 1.0)
    weight = drawn / (frame * left)
    weight = weight / weight.sum()
    estimate = float((weight * (frame * rounds.n_wrong / drawn - known)).sum())
    spread = weight**2 * left / (drawn * np.maximum(frame - 1.0, 1.0))
    low, high = _solve_score(estimate, spread, known, frame, _quantile(confidence))
    bounded = np.clip([estimate, low, high], 0.0, n_unanswered)
    return float(bounded[0]), float(bounded[1]), float(bounded[2])


def answers_to_halve(rounds: Rounds, n_unanswered: int, confidence: float = 0.95) -> int:
    """Return how many more random answers make the interval half as wide, at least 1.

    The answers are taken to turn out as the estimate says. Where less than all
    unanswered items would not do, that is all of them.

    Parameters
    ----------
    rounds, n_unanswered, confidence
        As of `unanswered_wrong`.

    Returns
    -------
    int
        In [1, n_unanswered], found by bisection; 0 if nothing is unanswered.

    Examples
    --------
    >>> answers_to_halve(Rounds([10_000], [100], [10], [10]), 9900)
    282
    """
    if n_unanswered == 0:
        return 0
    estimate, low, high = unanswered_wrong(rounds, n_unanswered, confidence)
    share = 0.5 if np.isnan(estimate) else estimate / n_unanswered
    few, enough = 0, n_unanswered
    while enough - few > 1:
        middle = (few + enough) // 2
        if _width_after(rounds, n_unanswered, confidence, middle, share) <= (high - low) / 2:
            enough = middle
        else:
            few = middle
    return enough


def wilson(n_wrong: float, n_drawn: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share as two floats; (0, 1) without draws.

    Examples
    --------
    >>> [round(x, 3) for x in wilson(1, 10)]
    [0.018, 0.404]
    """
    low, high = wilson_interval(n_wrong, n_drawn, _quantile(confidence))
    return float(low), float(high)


def _width_after(
    rounds: Rounds, n_unanswered: int, confidence: float, n_more: int, share: float
) -> float:
    found = n_more * share
    more = Rounds(
        np.append(rounds.n_frame, n_unanswered),
        np.append(rounds.n_drawn, n_more),
        np.append(rounds.n_wrong, found),
        np.append(rounds.n_known_wrong + found, found),
    )
    _, low, high = unanswered_wrong(more, n_unanswered - n_more, confidence)
    return high - low


def _solve_score(
    estimate: float, spread: FloatArray, known: FloatArray, frame: FloatArray, z: float
) -> tuple[float, float]:
    """Return the two T with (estimate - T)² = z² Σ spread (T + known)(frame - known - T)."""
    square = 1.0 + z * z * spread.sum()
    linear = 2.0 * estimate + z * z * (spread * (frame - 2.0 * known)).sum()
    constant = estimate**2 - z * z * (spread * known * (frame - known)).sum()
    # Rounds that contradict each other may put the estimate where no T explains it: one point.
    root = np.sqrt(max(linear**2 - 4.0 * square * constant, 0.0))
    return (linear - root) / (2.0 * square), (linear + root) / (2.0 * square)


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2.0)
