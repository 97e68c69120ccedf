"""TripletModel: accuracies in closed form, from how often three columns agree pairwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray, Votes
from weaklabel.core._check import check_int, check_number
from weaklabel.core._numerics import log_normalize
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._co_votes import co_votes
from weaklabel.models._column_groups import column_weights, grouped_patterns
from weaklabel.models._parameters import ColumnGroups, check_class_prior, check_column_groups
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, vote_patterns
from weaklabel.models._pooled_precision import pooled_precision, vote_counts
from weaklabel.models._soft_vote_prior import soft_vote_prior

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["TripletModel"]

#: Two columns say something of each other from this many shared items on, and a moment may
#: divide others from this size on.
_FEWEST_SHARED, _SMALLEST_MOMENT = 5, 0.05
#: E[vote * class] of any column, with votes and classes -1 and 1: accuracies up to 0.99.
_HIGHEST = 0.98
#: The pooled value stays where it neither inverts votes nor trusts them blindly: accuracies
#: of 0.55 to 0.95. The lower bound is also what holds where no two columns overlap.
_LOWEST_POOLED, _HIGHEST_POOLED = 0.1, 0.9
#: Decimals of a sum of weights that are more than rounding.
_WEIGHT_DECIMALS = 9
#: Smallest probability of a vote and a class together, so that no single vote decides alone.
_SMALLEST_CELL = 0.01


class TripletModel(BaseLabelModel):
    """Find accuracies from pairwise agreement, in closed form and without iterating.

    Three labeling functions that err independently of one another betray their
    accuracies by how often each two of them agree; no other model here is as fast to
    estimate. It wants three or more that overlap often and vote for both sides: where
    each votes for a single class, whether two agree is known beforehand, and
    `PrecisionNaiveBayes` is better.

    Parameters
    ----------
    prior_strength : float, default 10
        Pseudo-items that pull each accuracy to the pooled one; at least 0.
    max_partners : int, default 100
        Triplets are made with at most this many other columns, those that share the
        most items with others; at least 2. A group counts as one.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1. By default the mean share of votes
        for each class.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.
        Two columns of one group are not independent, and so in no triplet together.

    Attributes
    ----------
    agreement_ : numpy.ndarray of float64, shape (n_lfs, n_classes)
        ``[j, c]`` is 2 P(labeling function ``j`` is right on whether it is class ``c``,
        given that it votes) - 1, in [0, 0.98].
    log_odds_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, c]``: what vote ``v`` of labeling function ``j`` adds to the log-odds of
        class ``c`` against all others; at least 0 for ``c == v``, so that no vote
        speaks against itself.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) of an item on which labeling function
        ``j`` alone votes, for ``v``; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    For each class ``c``, a vote for it counts as 1, one for another class as -1, and an
    abstain as no vote. With ``M[i, j]`` the mean product of two columns over the items
    on which both vote, independence given the class makes ``M[i, j] = a_i a_j``, so that
    ``a_i = sqrt(M[i, j] M[i, k] / M[j, k])`` [1]_, of which the median over pairs ``(j, k)``
    is taken. Pairs that share fewer than 5 items, or with ``|M[j, k]| < 0.05``, are left
    out; a negative ratio counts as 0. Signs are taken to be positive: no labeling function
    is believed to be worse than chance, so labels are never inverted. Each ``a_i`` is
    shrunk to the root of the mean product of all pairs. A column in no
    triplet, for example of a pair or alone, gets that pooled value; where no two columns
    overlap it is 0.1, an accuracy of 0.55.

    As in [1]_, ``a_i``, the shares of votes and the class prior give P(vote, class), with
    silence independent of the class. With more than two classes one model for each class
    against the rest gives its probability, and these are scaled to sum to 1.

    *Gold.* On items of known class the mean product of vote and class is ``a_i`` itself. With
    ``n_g`` such items among the votes of a column, on which it is ``g_i``, and ``e`` the most items
    that it shares with another column where it is in a triplet, else 0::

        agreement = (e a_i + n_g g_i + prior_strength pooled) / (e + n_g + prior_strength)

    so that each counts as often as it has items. It is still no less than 0. An estimated
    class prior counts known items as of their class.

    *Column groups.* A column of a group of which ``n`` ever vote weighs ``1 / n`` in the median, a
    pair the product of its columns' weights, and so do pairs in the pooled value. An exact copy
    of a column, grouped with it, changes no posterior.

    Time O(n_votes * max_partners + n_lfs * n_classes * max_partners**2).

    References
    ----------
    .. [1] D. Y. Fu, M. F. Chen, F. Sala, S. M. Hooper, K. Fatahalian and C. Ré, "Fast and
       Three-rious: Speeding Up Weak Supervision with Triplet Methods", ICML 2020.
       https://arxiv.org/abs/2002.11955

    Examples
    --------
    Of three who always vote, the first two agree nine times in ten, and each of them with
    the third seven times in ten, so ``M`` is 0.8, 0.4 and 0.4:

    >>> from weaklabel.core import VoteMatrix
    >>> half = [[1, 1, 1]] * 13 + [[1, 1, 0]] * 5 + [[1, 0, 1]] + [[0, 1, 1]]
    >>> codes = half + [[1 - v for v in row] for row in half]
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> TripletModel(prior_strength=0).fit(votes).agreement_[:, 1].round(2)
    array([0.89, 0.89, 0.45])

    An item without votes gets the class prior:

    >>> TripletModel(class_prior=[0.7, 0.3]).fit(votes).predict_proba(
    ...     VoteMatrix.from_array([[-1, -1, -1]], ["no", "yes"]))
    array([[0.7, 0.3]])
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    agreement_: FloatArray
    log_odds_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        prior_strength: float = 10.0,
        max_partners: int = 100,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.prior_strength = prior_strength
        self.max_partners = max_partners
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        advice = "Use the default 10."
        check_number(f"prior_strength of {name}", self.prior_strength, 0.0, advice=advice)
        check_int(f"max_partners of {name}", self.max_partners, 2, "Use the default 100.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        self.class_prior_ = soft_vote_prior(patterns) if prior is None else prior
        n_votes = vote_counts(patterns)
        sums = _moment_sums(patterns, counts.lf_names, self.max_partners, self.column_group_)
        self.agreement_ = _agreement(sums, _gold_sums(patterns), self.prior_strength)
        self.log_odds_ = _log_odds(self.agreement_, n_votes, self.class_prior_)
        self.precision_ = _one_against_rest(self.log_odds_, self.class_prior_)
        self.accuracy_ = pooled_precision(self.precision_, n_votes)

    def _posterior(self, votes: Votes) -> FloatArray:
        patterns = vote_patterns(votes)
        if self.column_group_ is not None:
            patterns = patterns.share_votes(self.column_group_)
        scores = patterns.sum_votes(self.log_odds_)
        return patterns.to_items(_one_against_rest(scores, self.class_prior_), self.class_prior_)


class _MomentSums(NamedTuple):
    """What columns say together with their partners, summed over the items both vote on.

    Parameters
    ----------
    partners : numpy.ndarray of int64, shape (n_partners,)
        The columns that triplets are made with.
    shared : numpy.ndarray of float64, shape (n_lfs, n_partners)
        Number of such items; 0 for a column with itself or with one of its group.
    products : numpy.ndarray of float64, shape (n_classes, n_lfs, n_partners)
        Sum of the products of votes counted as 1 for the class and -1 for others.
    weights : numpy.ndarray of float64, shape (n_lfs,), or None
        What each column weighs; None where all weigh 1.
    """

    partners: IntArray
    shared: FloatArray
    products: FloatArray
    weights: FloatArray | None


class _GoldSums(NamedTuple):
    """What columns say on items of known class.

    Parameters
    ----------
    n_votes : numpy.ndarray of float64, shape (n_lfs,)
        Number of votes on such items.
    products : numpy.ndarray of float64, shape (n_classes, n_lfs)
        Sum of the products of vote and class, each counted as in `_MomentSums`.
    """

    n_votes: FloatArray
    products: FloatArray


def _gold_sums(patterns: VotePatterns) -> _GoldSums:
    m, k = patterns.n_lfs, patterns.n_classes
    if patterns.gold is None:
        return _GoldSums(np.zeros(m), np.zeros((k, m)))
    known = np.where(patterns.gold >= 0, patterns.counts, 0.0)
    classes = (patterns.gold[:, None] == np.arange(k)) * known[:, None]
    votes = np.asarray(patterns.one_hot.T @ classes, dtype=np.float64).reshape(m, k, k)
    n_votes = votes.sum(axis=(1, 2))
    # The product is 1 less 2 where only one of vote and class is it; both undo their two.
    alone = votes.sum(axis=1) + votes.sum(axis=2)
    right = np.einsum("jvv->jv", votes)
    return _GoldSums(n_votes, (n_votes[:, None] - 2.0 * alone + 4.0 * right).T)


def _moment_sums(
    patterns: VotePatterns,
    lf_names: Sequence[str],
    max_partners: int,
    group_of: IntArray | None = None,
) -> _MomentSums:
    voted = patterns.voted()
    others = np.diff(voted.indptr) - 1.0
    if patterns.shares is not None:  # a group is one other column
        others = patterns.class_counts().sum(axis=1).round(_WEIGHT_DECIMALS) - 1.0
    weights = None
    if group_of is not None:
        weights = column_weights(group_of, np.diff(voted.tocsc().indptr) > 0)
    columns = _Columns(lf_names, group_of, weights)
    partners = _partners(voted, patterns.counts * others, columns, max_partners)
    m, k, n = patterns.n_lfs, patterns.n_classes, len(partners)
    together = co_votes(patterns, partners).tocoo()
    first, left = np.divmod(together.row.astype(np.int64), k)
    second, right = np.divmod(together.col.astype(np.int64), k)
    pair = first * n + second
    pair_sums = np.bincount(pair, together.data, m * n).reshape(1, m, n).astype(np.float64)
    # The product is 1 less 2 where only one votes for the class; both together undo their two.
    products = np.repeat(pair_sums, k, axis=0)
    np.add.at(products.reshape(k, -1), (left, pair), -2.0 * together.data)
    np.add.at(products.reshape(k, -1), (right, pair), -2.0 * together.data)
    same = left == right
    np.add.at(products.reshape(k, -1), (left[same], pair[same]), 4.0 * together.data[same])
    # The items of soft votes, whose products of probabilities sum to 1 but for rounding.
    shared = np.rint(pair_sums[0]) if patterns.soft else pair_sums[0]
    shared[partners, np.arange(n)] = 0.0
    products[:, partners, np.arange(n)] = 0.0
    if group_of is not None:
        together = (group_of[:, None] == group_of[partners]) & (group_of >= 0)[:, None]
        shared[together] = 0.0
        products[:, together] = 0.0
    return _MomentSums(partners, shared, products, weights)


class _Columns(NamedTuple):
    """Names of the columns, their groups and what they weigh; None without groups."""

    names: Sequence[str]
    group_of: IntArray | None
    weights: FloatArray | None


def _partners(
    voted: csr_array[np.float64, tuple[int, int]],
    others: FloatArray,
    columns: _Columns,
    max_partners: int,
) -> IntArray:
    """Return the columns that share the most items with others; of equals, by name.

    `others` is how many other columns vote on the items of each pattern, in all. What
    columns of a group weigh together is one column.
    """
    meetings = np.asarray(voted.T @ others, dtype=np.float64)
    names, group_of, weights = columns
    keys = np.asarray(names, dtype=str)
    if group_of is None or weights is None:
        order = np.lexsort((keys, -meetings))
        return np.sort(order[:max_partners]).astype(np.int64)
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys))
    grouped = group_of >= 0
    lowest = np.full(group_of.max(initial=0) + 1, len(keys))
    np.minimum.at(lowest, group_of[grouped], ranks[grouped])
    ranks[grouped] = lowest[group_of[grouped]]  # copies lie together, whatever their names
    order = np.lexsort((ranks, -meetings))
    before = np.cumsum(weights[order]) - weights[order]
    return np.sort(order[before.round(_WEIGHT_DECIMALS) < max_partners]).astype(np.int64)


def _agreement(sums: _MomentSums, gold: _GoldSums, prior_strength: float) -> FloatArray:
    """Return the accuracies as agreement with the class, shape (n_lfs, n_classes)."""
    columns = [
        _of_class(sums, products, _GoldSums(gold.n_votes, seen), prior_strength)
        for products, seen in zip(sums.products, gold.products, strict=True)
    ]
    return np.stack(columns, 1)


def _of_class(
    sums: _MomentSums, products: FloatArray, gold: _GoldSums, prior_strength: float
) -> FloatArray:
    shared = sums.shared
    moments = np.divide(products, shared, out=np.zeros_like(products), where=shared > 0)
    pooled = _pooled(_pair_sum(sums, products), _pair_sum(sums, shared))
    reliable = shared >= _FEWEST_SHARED
    squares = _median_squares(moments, reliable, sums.partners, sums.weights)
    evidence = np.where(np.isnan(squares), 0.0, shared.max(axis=1, initial=0.0))
    own = np.sqrt(np.nan_to_num(squares))
    total = evidence + gold.n_votes + prior_strength
    shrunk = np.full(len(own), pooled)
    believed = evidence * own + gold.products + prior_strength * pooled
    np.divide(believed, total, out=shrunk, where=total > 0)
    return np.asarray(np.clip(shrunk, 0.0, _HIGHEST))


def _pair_sum(sums: _MomentSums, values: FloatArray) -> float:
    """Return the sum over all pairs, each times the weights of its columns."""
    if sums.weights is None:
        return float(values.sum())
    return float((values * np.outer(sums.weights, sums.weights[sums.partners])).sum())


def _pooled(product: float, shared: float) -> float:
    square = max(product / shared, 0.0) if shared > 0 else 0.0
    return float(np.clip(np.sqrt(square), _LOWEST_POOLED, _HIGHEST_POOLED))


def _median_squares(
    moments: FloatArray, reliable: BoolArray, partners: IntArray, weights: FloatArray | None = None
) -> FloatArray:
    """Return the median over pairs of partners of ``M_ij M_ik / M_jk`` within [0, 1].

    NaN for a column that is in no triplet of reliable moments.
    """
    first, second = np.triu_indices(len(partners), 1)
    between = moments[partners[first], second]
    usable = reliable[partners[first], second] & (np.abs(between) >= _SMALLEST_MOMENT)
    first, second, between = first[usable], second[usable], between[usable]
    squares = np.full(len(moments), np.nan)
    for j in range(len(moments)):
        kept = reliable[j, first] & reliable[j, second]
        if kept.any():
            ratios = moments[j, first[kept]] * moments[j, second[kept]] / between[kept]
            inside = np.clip(ratios, 0.0, 1.0)
            if weights is None:
                squares[j] = np.median(inside)
            else:
                chosen = weights[partners[first[kept]]] * weights[partners[second[kept]]]
                squares[j] = _weighted_median(inside, chosen)
    return squares


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """Return the median of `values`, each as often as its weight says."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]).round(_WEIGHT_DECIMALS)
    half = below[-1] / 2
    middle = [np.searchsorted(below, half, side=side) for side in ("left", "right")]
    return float(values[order[middle]].mean())


def _log_odds(agreement: FloatArray, n_votes: FloatArray, class_prior: FloatArray) -> FloatArray:
    """Return what each vote adds to the log-odds of each class against the rest, [j, v, c]."""
    total = n_votes.sum(axis=1, keepdims=True)
    share = np.divide(n_votes, total, out=np.zeros_like(n_votes), where=total > 0)
    right = (1.0 + agreement) / 2.0
    both = (class_prior - (1.0 - share) + right) / 2.0
    # P(vote for the class or not, class or not), which silence does not change.
    cells = np.stack([both, share - both, class_prior - both, right - both])
    log_cells = np.log(np.maximum(cells, _SMALLEST_CELL))
    prior = _logit(class_prior)
    voted_for = np.maximum(log_cells[0] - log_cells[1] - prior, 0.0)
    voted_else = log_cells[2] - log_cells[3] - prior
    if len(class_prior) == 2:  # the same vote, seen from the other class
        voted_else = np.minimum(voted_else, 0.0)
    own = np.eye(n_votes.shape[1], dtype=np.bool_)
    log_odds = np.where(own, voted_for[:, None, :], voted_else[:, None, :])
    return np.where(total[:, :, None] > 0, log_odds, 0.0)


def _one_against_rest(log_odds: FloatArray, class_prior: FloatArray) -> FloatArray:
    """Return class probabilities from the log-odds that votes add, over the last axis."""
    scores = log_odds + _logit(class_prior)
    log_proba = -np.logaddexp(0.0, -scores)
    k = len(class_prior)
    return log_normalize(log_proba.reshape(-1, k)).reshape(log_odds.shape)


def _logit(probability: FloatArray) -> FloatArray:
    return np.asarray(np.log(probability) - np.log1p(-probability))
