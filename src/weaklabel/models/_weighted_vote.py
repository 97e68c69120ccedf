"""WeightedVote: shares of votes that are weighed by how often they meet agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._check import check_number
from weaklabel.core._numerics import TIE_TOLERANCE
from weaklabel.models._agreement import pooled_agreement
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._column_groups import grouped_patterns
from weaklabel.models._confusion import accuracy_from_counts
from weaklabel.models._em import Expectation, run_em, soft_vote, warn_unless_converged
from weaklabel.models._gold import overwrite
from weaklabel.models._item_sum import item_sum
from weaklabel.models._parameters import (
    ColumnGroups,
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, vote_patterns

__all__ = ["WeightedVote"]

#: Of a labeling function at or below chance; where all are, they still count alike.
_LOWEST_WEIGHT = 1e-3
#: Decimals of a sum of votes' weights that are more than rounding.
_WEIGHT_DECIMALS = 9


class WeightedVote(BaseLabelModel):
    """Weigh each labeling function by how often it agrees with the weighted vote.

    A single weight for each, and a sum in place of a product: it gains less than
    `DawidSkene` where votes are many, and breaks less where they are few or copied.
    Its probabilities are modest, so that the mean with those of a model that is too
    sure of itself, such as `EBCC`, is better than both.

    Parameters
    ----------
    prior_strength : float, default 10
        Pseudo-votes that pull each agreement to the agreement of all votes, which
        matters for labeling functions with few votes; at least 0.
    max_iter : int, default 100
        Largest number of iterations, at least 1. One step from majority vote gives
        WAWA.
    tol : float, default 1e-4
        Stop once no share moves by more than this; at least 0.
    smoothing : float, default 0.5
        Pseudo-votes of weight 1 that are shared out among the classes of each item by
        class prior; at least 0. 0 gives plain shares, by which a lone vote is certain.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1. By default uniform, so that the
        class with the most weight wins.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.

    Attributes
    ----------
    weights_ : numpy.ndarray of float64, shape (n_lfs,)
        Weight of each labeling function's vote, in [0.001, 1]: 1 for one that always
        agrees, 0.001 for one that agrees no more often than chance.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        Agreement with the weighted vote where other labeling functions vote too, or with
        the known class, before it is shrunk; NaN for one that never votes in company.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        The class prior that was given, or uniform; what an item without votes gets.
    objectives_ : numpy.ndarray of float64, shape (n_iter_,)
        What the iteration climbs; it never falls, unless columns are grouped.
    n_iter_ : int
        Number of iterations.
    converged_ : bool
        Whether the last one moved no share by more than `tol`.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    With ``n_j`` votes of which ``a_j`` are for the class that has the most weight (a tie
    between t classes counts 1 / t), ``s`` = `prior_strength` and the agreement ``p`` of
    all votes with the others on their item, over items with two votes or more::

        agreement[j] = (a_j + s p) / (n_j + s)
        weights[j]   = (k agreement[j] - 1) / (k - 1)        at least 0.001
        share(y)     = (smoothing class_prior(y) + sum of weights of votes for y)
                       / (smoothing + sum of weights of all votes)

    The iteration is that of Zero-Based Skill [1]_, but for two things: the weight is the
    agreement above chance, the first-order form of the best weight [2]_, and a lone
    vote, which always agrees with itself, is no evidence. On eight published crowds the
    mean accuracy is 0.825 (majority vote 0.815), the log-loss 0.45 (majority vote 0.81).
    Both the weights and the classes that win are exact maxima of::

        sum over j of weights[j] (a_j + s p - (n_j + s) / k) k / (k - 1) - weights[j]^2 (n_j + s) / 2

    *Gold.* On an item of known class a vote agrees if it is for that class, whatever has the
    most weight, and a lone vote counts there like any other. Gold moves the weights only:
    the posterior of an item is still the shares of its votes.

    *Column groups.* The weight of a vote in its group multiplies the labeling function's in
    ``share``, in the soft majority vote and in ``p``; agreements are counted over all votes of
    a column, and votes of one group alone on an item are no company. An exact copy of a
    column, grouped with it, changes no posterior.

    Time O(n_votes * n_classes) for each iteration, on distinct vote patterns.

    References
    ----------
    .. [1] D. Ustalov, N. Pavlichenko and B. Tseitlin, "Learning from Crowds with
       Crowd-Kit", Journal of Open Source Software 9(96), 2024.
       https://doi.org/10.21105/joss.06227
    .. [2] H. Li and B. Yu, "Error Rate Bounds and Iterative Weighted Majority Voting for
       Crowdsourcing", 2014. https://arxiv.org/abs/1411.4086

    Examples
    --------
    Two labeling functions that agree, and one that contradicts both half of the time:

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 1, 0]] * 10
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> model = WeightedVote().fit(votes)
    >>> model.weights_.round(2)
    array([0.86, 0.86, 0.06])
    >>> model.predict_proba(VoteMatrix.from_array([[0, -1, 1]], ["no", "yes"])).round(2)
    array([[0.78, 0.22]])
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    weights_: FloatArray
    accuracy_: FloatArray
    objectives_: FloatArray
    n_iter_: int
    converged_: bool
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        prior_strength: float = 10.0,
        max_iter: int = 100,
        tol: float = 1e-4,
        smoothing: float = 0.5,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.prior_strength = prior_strength
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        advice = "Use the default 10."
        check_number(f"prior_strength of {name}", self.prior_strength, 0.0, advice=advice)
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"smoothing of {name}", self.smoothing, 0.0, advice="Use the default 0.5.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name, k = type(self).__name__, counts.n_classes
        given, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        patterns = _in_company(given)
        pooled = self._pooled(patterns)
        fit = run_em(
            soft_vote(patterns),
            lambda shares: _maximize(patterns, shares, pooled, self.prior_strength),
            lambda agreement: _expect(patterns, agreement, self.prior_strength * pooled),
            max_iter=self.max_iter,
            tol=self.tol,
        )
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        prior = check_class_prior(name, self.class_prior, k)
        self.class_prior_ = np.full(k, 1.0 / k) if prior is None else prior
        self.weights_ = _weights(fit.parameters, k)
        self.accuracy_ = accuracy_from_counts(patterns.expected_counts(_winners(fit.posterior)))
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _pooled(self, patterns: VotePatterns) -> float:
        class_counts = patterns.leading_counts()
        if patterns.shares is not None:  # n votes of 1 / n are one, and no hair more
            class_counts = class_counts.round(_WEIGHT_DECIMALS)
        return pooled_agreement(class_counts, patterns.counts, self.prior_strength)

    def _posterior(self, votes: Votes) -> FloatArray:
        patterns = vote_patterns(votes)
        if self.column_group_ is not None:
            patterns = patterns.share_votes(self.column_group_)
        sums = _weight_sums(patterns, self.weights_)
        sums += self.smoothing * self.class_prior_
        return patterns.to_items(sums / sums.sum(axis=1, keepdims=True), self.class_prior_)


class _Agreement(NamedTuple):
    """Agreements and votes of each labeling function, pseudo-votes included; shape (n_lfs,)."""

    agreed: FloatArray
    n_votes: FloatArray


def _in_company(patterns: VotePatterns) -> VotePatterns:
    """Return the patterns with more than one vote's weight, or gold; others count no items."""
    n_votes = patterns.class_counts().sum(axis=1)
    counted = n_votes.round(_WEIGHT_DECIMALS) > 1
    if patterns.gold is not None:
        counted |= patterns.gold >= 0
    return replace(patterns, counts=np.where(counted, patterns.counts, 0.0))


def _maximize(
    patterns: VotePatterns, shares: FloatArray, pooled: float, strength: float
) -> _Agreement:
    counts = patterns.expected_counts(_winners(shares))
    agreed = np.einsum("jvv->j", counts) + strength * pooled
    return _Agreement(agreed, counts.sum(axis=(1, 2)) + strength)


def _winners(shares: FloatArray) -> FloatArray:
    """Return 1 at the largest share of each row; 1 / t where t are tied."""
    tied = shares >= shares.max(axis=1, keepdims=True, initial=0.0) - TIE_TOLERANCE
    return np.asarray(tied / tied.sum(axis=1, keepdims=True))


def _weights(agreement: _Agreement, n_classes: int) -> FloatArray:
    agreed, n_votes = agreement
    share = np.divide(agreed, n_votes, out=np.zeros_like(agreed), where=n_votes > 0)
    return np.maximum((n_classes * share - 1) / (n_classes - 1), _LOWEST_WEIGHT)


def _expect(patterns: VotePatterns, agreement: _Agreement, pseudo_agreed: float) -> Expectation:
    k = patterns.n_classes
    n_votes = agreement.n_votes
    weights = _weights(agreement, k)
    sums = _weight_sums(patterns, weights)
    # The winners are those that these weights choose, not those that chose the weights.
    won = sums.max(axis=1, initial=0.0)
    shares = sums / sums.sum(axis=1, keepdims=True)
    if patterns.gold is not None:
        known = np.flatnonzero(patterns.gold >= 0)
        won[known] = sums[known, patterns.gold[known]]
        shares = overwrite(shares, patterns.gold)
    agreed = float(item_sum(patterns.counts, won))
    gain = agreed + float((weights * (pseudo_agreed - n_votes / k)).sum())
    objective = gain * k / (k - 1) - 0.5 * float((weights**2 * n_votes).sum())
    return Expectation(shares, agreed, objective)


def _weight_sums(patterns: VotePatterns, weights: FloatArray) -> FloatArray:
    """Return the weight of the votes for each class, shape (n_patterns, n_classes)."""
    from scipy.sparse import csr_array

    votes = patterns.one_hot if patterns.shares is None else patterns.shares
    data = votes.data * weights[votes.indices // patterns.n_classes]
    weighted = csr_array((data, votes.indices, votes.indptr), shape=votes.shape)
    return replace(patterns, shares=weighted).class_counts()
