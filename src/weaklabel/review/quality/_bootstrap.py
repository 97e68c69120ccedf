"""BCa intervals of coefficients that are made of sums over items, by resampling items."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray
from weaklabel.core._numerics import wilson_interval
from weaklabel.review.quality._coefficients import Disagreement

__all__ = ["Intervals", "Resampling", "intervals"]

#: Numbers that one block of resamples, or of items left out, may hold: 64 MB.
_BLOCK = 8_000_000
#: Drawing how many items of one kind there are takes as long as drawing so many items.
_PER_KIND = 8
_NORMAL = NormalDist()


class Resampling(NamedTuple):
    """How intervals are made: how often items are drawn, from which seed, with what confidence."""

    n_bootstrap: int
    seed: int
    confidence: float


class Intervals(NamedTuple):
    """Coefficients and their bounds, float64 of shape (n_coefficients,); NaN where undefined."""

    values: FloatArray
    low: FloatArray
    high: FloatArray


def intervals(
    terms: FloatArray,
    n_each: IntArray,
    disagreement: Callable[[FloatArray], Disagreement],
    how: Resampling,
) -> Intervals:
    """Return coefficients with bias-corrected and accelerated bootstrap intervals over items.

    Parameters
    ----------
    terms : numpy.ndarray of float64, shape (n_kinds, n_terms)
        What one item of each kind adds to the sums. Items of which all counts are equal are
        one kind.
    n_each : numpy.ndarray of int64, shape (n_kinds,)
        How many items there are of each kind, at least 1.
    disagreement : callable
        From sums, one set in each row, to a `Disagreement`, one in each row.
    how : Resampling
        Number of resamples, seed, confidence.

    Returns
    -------
    Intervals
        Where no two answers differ, resampling never draws a difference: then the lower bound
        takes the upper Wilson bound of the share of items with a difference. Likewise where
        all differ.

    Notes
    -----
    Items are drawn with replacement, with all their answers [2]_, hence from how many there
    are of each kind. Resamples in which a coefficient is undefined are left out. Time
    O(n_bootstrap * n_kinds * n_terms).

    References
    ----------
    .. [1] B. Efron, "Better bootstrap confidence intervals", J. Am. Stat. Assoc. 82, 1987.
       https://doi.org/10.1080/01621459.1987.10478410
    .. [2] A. Zapf, S. Castell, L. Morawietz and A. Karch, "Measuring inter-rater reliability for
       nominal data – which coefficients and confidence intervals are appropriate?", BMC Med.
       Res. Methodol. 16:93, 2016. https://doi.org/10.1186/s12874-016-0200-9
    """
    n_items = int(n_each.sum())
    total = (n_each @ terms)[None, :]
    found = disagreement(total)
    values = found.coefficients()[0]
    if n_items == 0:
        return Intervals(values, np.full_like(values, np.nan), np.full_like(values, np.nan))
    drawn = _resampled(terms, n_each, disagreement, how)
    left_out = _left_out(terms, total, disagreement)
    bounds = [
        _bca(values[c], drawn[:, c], left_out[:, c], n_each, how.confidence)
        for c in range(len(values))
    ]
    low, high = np.array(bounds).T
    return _without_spread(Intervals(values, low, high), found, n_items, how.confidence)


def _resampled(
    terms: FloatArray,
    n_each: IntArray,
    disagreement: Callable[[FloatArray], Disagreement],
    how: Resampling,
) -> FloatArray:
    """Return the coefficients of resampled items, shape (n_bootstrap, n_coefficients)."""
    rng = np.random.default_rng(how.seed)
    n_items = int(n_each.sum())
    by_kind = n_items > _PER_KIND * len(n_each)
    at_once = max(1, _BLOCK // (len(n_each) if by_kind else n_items))
    draw = _draw_by_kind if by_kind else _draw_by_item
    parts = []
    for start in range(0, how.n_bootstrap, at_once):
        weights = draw(rng, n_each, min(at_once, how.n_bootstrap - start))
        parts.append(disagreement(weights @ terms).coefficients())
    return np.concatenate(parts)


def _draw_by_kind(rng: np.random.Generator, n_each: IntArray, size: int) -> FloatArray:
    """Return how many items of each kind are drawn, shape (size, n_kinds)."""
    n_items = n_each.sum()
    return rng.multinomial(n_items, n_each / n_items, size=size).astype(np.float64)


def _draw_by_item(rng: np.random.Generator, n_each: IntArray, size: int) -> FloatArray:
    """Return the same, drawn item by item: faster where many kinds have few items each."""
    n_kinds, n_items = len(n_each), int(n_each.sum())
    kind_of = np.repeat(np.arange(n_kinds), n_each)
    kinds = kind_of[rng.integers(n_items, size=(size, n_items), dtype=np.uint32)]
    kinds += np.arange(size)[:, None] * n_kinds
    drawn = np.bincount(kinds.ravel(), minlength=size * n_kinds)
    return drawn.reshape(size, n_kinds).astype(np.float64)


def _left_out(
    terms: FloatArray, total: FloatArray, disagreement: Callable[[FloatArray], Disagreement]
) -> FloatArray:
    """Return the coefficients without one item of each kind, shape (n_kinds, n_coefficients)."""
    at_once = max(1, _BLOCK // terms.shape[1])
    parts = [
        disagreement(total - terms[start : start + at_once]).coefficients()
        for start in range(0, len(terms), at_once)
    ]
    return np.concatenate(parts)


def _bca(
    value: float, drawn: FloatArray, left_out: FloatArray, n_each: IntArray, confidence: float
) -> tuple[float, float]:
    """Return the bounds of one coefficient; the percentiles where BCa is not defined."""
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not len(drawn):
        return np.nan, np.nan
    ends = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    below = float(((drawn < value).mean() + (drawn <= value).mean()) / 2)
    if 0 < below < 1:
        bias = _NORMAL.inv_cdf(below)
        z = bias + np.array([_NORMAL.inv_cdf(end) for end in ends])
        scale = 1 - _acceleration(left_out, n_each) * z
        if (scale > 0).all():
            ends = np.array([_NORMAL.cdf(x) for x in bias + z / scale])
    low, high = np.quantile(drawn, ends)
    return float(low), float(high)


def _acceleration(left_out: FloatArray, n_each: IntArray) -> float:
    """Return a sixth of the skewness of the jackknife values; 0 where they do not spread."""
    known = np.isfinite(left_out)
    values, n = left_out[known], n_each[known]
    if not len(values):
        return 0.0
    off = (n * values).sum() / n.sum() - values
    spread = (n * off**2).sum()
    return float((n * off**3).sum() / (6 * spread**1.5)) if spread > 1e-24 else 0.0


def _without_spread(
    found: Intervals, at: Disagreement, n_items: int, confidence: float
) -> Intervals:
    """Return the bounds, widened where no answers differ, or all do."""
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    _, most = wilson_interval(0, n_items, z)
    observed, expected = at.observed[0], np.maximum(at.expected[0], np.finfo(np.float64).tiny)
    known = np.isfinite(found.values)
    none_differ, all_differ = known & (observed == 0), known & (observed == 1)
    low = np.where(none_differ, 1 - most / np.where(none_differ, expected, 1), found.low)
    high = np.where(all_differ, 1 - (1 - most) / np.where(all_differ, expected, 1), found.high)
    return Intervals(found.values, low, high)
