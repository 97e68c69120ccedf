"""Random starts of an iteration which the order of items, columns and classes does not choose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray
from weaklabel.core._row_hash import SALTS, weight_hashes
from weaklabel.models._patterns import VotePatterns

__all__ = ["random_candidate_shares", "random_shares"]

_Hashes = npt.NDArray[np.uint64]

#: Rounds of refinement: after three, votes three steps away tell two patterns apart.
_ROUNDS = 3


def random_shares(patterns: VotePatterns, n_parts: int, seed: int) -> FloatArray:
    """Return random shares of each pattern and class, flat Dirichlet draws.

    A generator that is called in the order of the rows or classes would give
    another result for each order. Here a draw is a hash of the seed and of how
    the votes hang together, which no order and no name enters.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
    n_parts : int
        Number of shares, at least 1.
    seed : int
        Another seed gives other draws.

    Returns
    -------
    numpy.ndarray of float64, shape (n_patterns, n_classes, n_parts)
        Above 0; sums to 1 over the last axis. Patterns and classes that the votes do
        not tell apart have the same shares.

    Notes
    -----
    Colour refinement [1]_ on the graph of patterns, labeling functions and classes, in
    which a vote joins one of each, and a soft vote as many classes as it holds possible. Time O(n_votes + n_patterns * n_classes * n_parts).

    References
    ----------
    .. [1] B. Weisfeiler and A. Leman, "The reduction of a graph to canonical form and
       the algebra which appears therein", Nauchno-Technicheskaya Informatsia 2(9), 1968.
    """
    pattern_colours, class_colours = _colours(patterns)
    return _draws(pattern_colours[:, None] ^ _scramble(class_colours), n_parts, seed)


def random_candidate_shares(
    patterns: VotePatterns, rows: IntArray, classes: IntArray, n_parts: int, seed: int
) -> FloatArray:
    """Return those of `random_shares` that are of some patterns and classes.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
    rows, classes : numpy.ndarray of int64, shape (n_chosen,)
        Patterns and classes.
    n_parts : int
        Number of shares, at least 1.
    seed : int
        Another seed gives other draws.

    Returns
    -------
    numpy.ndarray of float64, shape (n_chosen, n_parts)
    """
    pattern_colours, class_colours = _colours(patterns)
    return _draws(pattern_colours[rows] ^ _scramble(class_colours)[classes], n_parts, seed)


def _draws(colours: _Hashes, n_parts: int, seed: int) -> FloatArray:
    """Return flat Dirichlet draws over a new last axis, one for each colour."""
    parts = _scramble(np.arange(n_parts, dtype=np.uint64) + np.uint64(seed % 2**32 << 20))
    hashes = _scramble(_scramble(colours)[..., None] ^ parts)
    # 53 random bits make a number in (0, 1); minus its logarithm is exponential.
    uniform = ((hashes >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    weights = -np.log(uniform)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _colours(patterns: VotePatterns) -> tuple[_Hashes, _Hashes]:
    """Return a number for each pattern and each class that says how its votes lie."""
    k = patterns.n_classes
    rows = np.repeat(np.arange(len(patterns.counts)), np.diff(patterns.one_hot.indptr))
    lfs, codes = np.divmod(patterns.one_hot.indices.astype(np.int64), k)
    items = patterns.counts.astype(np.uint64)
    row_colours = _scramble(items)
    lf_colours = np.zeros(patterns.n_lfs, dtype=np.uint64)
    class_colours = np.zeros(k, dtype=np.uint64)
    weights = weight_hashes(patterns.one_hot.data, SALTS[0]) if patterns.soft else np.uint64(0)
    for _ in range(_ROUNDS):
        votes = _scramble(
            _scramble(row_colours[rows])
            ^ _scramble(lf_colours[lfs] + _scramble(class_colours)[codes])
            ^ weights
        )
        row_colours = _totals(votes, rows, len(items))
        lf_colours = _totals(votes * items[rows], lfs, patterns.n_lfs)
        class_colours = _totals(votes * items[rows], codes, k)
    return row_colours, class_colours


def _totals(values: _Hashes, groups: npt.NDArray[np.int64], n_groups: int) -> _Hashes:
    """Return a hash of the values of each group, in whatever order they come."""
    totals = np.zeros(n_groups, dtype=np.uint64)
    np.add.at(totals, groups, values)  # wraps at 2**64
    return _scramble(totals)


def _scramble(values: _Hashes) -> _Hashes:
    """Return a pseudo-random number for each value: the finalizer of SplitMix64.

    G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014. https://doi.org/10.1145/2660193.2660195
    """
    z = values + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
