"""OneCoin: one accuracy for each labeling function, estimated by EM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._check import check_number
from weaklabel.core._numerics import safe_log
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._column_groups import grouped_patterns
from weaklabel.models._confusion import accuracy_from_counts, precision_from_confusion, proportions
from weaklabel.models._em import (
    Expectation,
    expect,
    item_evidence,
    item_posterior,
    run_em,
    soft_vote,
    warn_unless_converged,
)
from weaklabel.models._flag import check_flag
from weaklabel.models._item_sum import item_sum
from weaklabel.models._parameters import (
    ColumnGroups,
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns

__all__ = ["OneCoin"]


class OneCoin(BaseLabelModel):
    """Estimate a single accuracy for each labeling function by expectation maximization.

    It is right with the same probability whatever the true class, and a wrong vote
    falls on each other class alike; an abstain says nothing. Use it in place of
    `DawidSkene` for crowds of people with few votes each, of whom a whole
    confusion matrix cannot be learned.

    Parameters
    ----------
    estimate_prior : bool, default False
        Whether the class prior is estimated where none is given. By default it is
        uniform (see Notes).
    max_iter : int, default 500
        Largest number of EM iterations, at least 1.
    tol : float, default 1e-4
        Stop once no posterior moves by more than this; at least 0.
    smoothing : float, default 0.01
        Pseudo-votes on the right and on each wrong class for each labeling function,
        and pseudo-items for each class; at least 0, which gives maximum likelihood.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1, kept fixed.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.

    Attributes
    ----------
    reliability_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right) that the model weighs votes by, pseudo-votes included, in [0, 1];
        1 / n_classes for one that never votes.
    confusion_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``): `reliability_` on the diagonal,
        the rest in equal parts; rows sum to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) of an item on which labeling function
        ``j`` alone votes, for ``v``; sums to 1 over ``y``.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        Expected share of right votes, without pseudo-votes; NaN for one that never votes.
    log_likelihoods_ : numpy.ndarray of float64, shape (n_iter_,)
        Log-likelihood of the votes after each iteration, in nats.
    objectives_ : numpy.ndarray of float64, shape (n_iter_,)
        Log-likelihood plus log prior, which never falls unless columns are grouped, in nats.
    n_iter_ : int
        Number of iterations.
    converged_ : bool
        Whether the last one moved no posterior by more than `tol`.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    The uniform prior over classes is that of [1]_. Estimated, as in the one-coin form of
    `DawidSkene` [2]_, it feeds on itself where accuracies are low: on eight published
    crowds the mean accuracy is 0.802 with an estimated prior and 0.823 with a
    uniform one (majority vote 0.815). **Not for columns that vote for one class only**,
    for the reason given at `DawidSkene`.

    *Column groups.* The weight of a vote in its group multiplies its part of the sum over
    votes in the E-step, and of the soft majority vote; accuracies are estimated
    from all votes of a column. An exact copy of a column, grouped with it, changes no
    posterior. With groups the objective may fall, as the M-step does not weigh votes.

    The start is the soft majority vote. Items without votes take no part in `fit`. Time
    O(n_votes * n_classes) for each iteration, on distinct vote patterns.

    References
    ----------
    .. [1] G. Demartini, D. E. Difallah and P. Cudré-Mauroux, "ZenCrowd: Leveraging
       Probabilistic Reasoning and Crowdsourcing Techniques for Large-Scale Entity
       Linking", WWW 2012. https://doi.org/10.1145/2187836.2187900
    .. [2] Y. Zhang, X. Chen, D. Zhou and M. I. Jordan, "Spectral Methods Meet EM: A
       Provably Optimal Algorithm for Crowdsourcing", NeurIPS 2014.
       https://arxiv.org/abs/1406.3824

    Examples
    --------
    Two labeling functions that agree, and one that contradicts both half of the time:

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[0, 0, 1], [1, 1, 1], [0, 0, 0], [1, 1, 0]] * 10
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> model = OneCoin().fit(votes)
    >>> model.reliability_.round(2)
    array([1. , 1. , 0.5])
    >>> model.predict(VoteMatrix.from_array([[0, -1, 1]], ["no", "yes"]))
    array([0], dtype=int8)
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    reliability_: FloatArray
    confusion_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    log_likelihoods_: FloatArray
    objectives_: FloatArray
    n_iter_: int
    converged_: bool
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        estimate_prior: bool = False,
        max_iter: int = 500,
        tol: float = 1e-4,
        smoothing: float = 0.01,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.estimate_prior = estimate_prior
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_flag(f"estimate_prior of {name}", self.estimate_prior)
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"smoothing of {name}", self.smoothing, 0.0, advice="Use the default 0.01.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name, k = type(self).__name__, counts.n_classes
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        prior = check_class_prior(name, self.class_prior, k)
        if prior is None and not self.estimate_prior:
            prior = np.full(k, 1.0 / k)
        fit = run_em(
            soft_vote(patterns),
            lambda posterior: _maximize(patterns, posterior, self.smoothing, prior),
            lambda parameters: _expect(patterns, parameters, self.smoothing, prior is None),
            max_iter=self.max_iter,
            tol=self.tol,
        )
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        self.class_prior_, self.reliability_ = fit.parameters
        self.confusion_ = _confusion(self.reliability_, k)
        self.precision_ = precision_from_confusion(self.class_prior_, self.confusion_)
        self.accuracy_ = accuracy_from_counts(patterns.expected_counts(fit.posterior))
        self.log_likelihoods_ = fit.log_likelihoods
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _posterior(self, votes: Votes) -> FloatArray:
        return item_posterior(
            votes, self.class_prior_, safe_log(self.confusion_), self.column_group_
        )

    def _evidence(self, item: Votes) -> FloatArray:
        return item_evidence(item, safe_log(self.confusion_), self.column_group_)


class _Parameters(NamedTuple):
    class_prior: FloatArray
    reliability: FloatArray


def _maximize(
    patterns: VotePatterns, posterior: FloatArray, smoothing: float, prior: FloatArray | None
) -> _Parameters:
    k = patterns.n_classes
    counts = patterns.expected_counts(posterior)
    right = np.einsum("jvv->j", counts) + smoothing
    total = counts.sum(axis=(1, 2)) + smoothing * k
    reliability = np.divide(right, total, out=np.full_like(total, 1.0 / k), where=total > 0)
    if prior is None:
        prior = proportions(item_sum(patterns.counts, posterior) + smoothing)
    # Sums in another order may end a rounding error above 1.
    return _Parameters(prior, np.minimum(reliability, 1.0))


def _expect(
    patterns: VotePatterns, parameters: _Parameters, smoothing: float, prior_is_estimated: bool
) -> Expectation:
    class_prior, reliability = parameters
    log_confusion = safe_log(_confusion(reliability, patterns.n_classes))
    # Every row of a matrix is the same but for its order; one of them is the coin.
    log_prior = smoothing * float(log_confusion[:, 0].sum())
    if prior_is_estimated:
        log_prior += smoothing * float(safe_log(class_prior).sum())
    return expect(patterns, class_prior, log_confusion, log_prior)


def _confusion(reliability: FloatArray, n_classes: int) -> FloatArray:
    """Return the matrices, which are symmetric: ``[j, y, v]`` and ``[j, v, y]`` are one."""
    wrong = (1.0 - reliability) / (n_classes - 1)
    diagonal = np.eye(n_classes)
    return np.where(diagonal == 1.0, reliability[:, None, None], wrong[:, None, None])
