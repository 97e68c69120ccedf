"""DawidSkene: a confusion matrix for each labeling function, estimated by EM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._check import check_number
from weaklabel.core._numerics import log_normalize, safe_log
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._column_groups import column_weights, grouped_patterns
from weaklabel.models._confusion import accuracy_from_counts, precision_from_confusion, proportions
from weaklabel.models._em import (
    EMFit,
    Expectation,
    clamp,
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
from weaklabel.models._patterns import VotePatterns, vote_patterns

__all__ = ["DawidSkene", "confusion_weights"]


class DawidSkene(BaseLabelModel):
    """Estimate every labeling function's confusion matrix by expectation maximization.

    Votes are taken as independent given the true class, and an abstain as saying
    nothing, or as an answer of its own. Use it where each column votes for every class
    and votes often: people who label, classifiers, prompts.

    Parameters
    ----------
    abstain_informative : bool, default False
        Whether an abstain is one more outcome, as probable as the true class makes it.
        Then items without votes say something too, and are fitted and predicted
        like others, and a column that always abstains takes part (see Notes).
    max_iter : int, default 500
        Largest number of EM iterations, at least 1.
    tol : float, default 1e-4
        Stop once no posterior moves by more than this; at least 0.
    smoothing : float, default 0.01
        Pseudo-votes added to every cell of every confusion matrix (an abstain that is
        informative is a cell too), and pseudo-items to every class: the mode under Dirichlet priors with parameter
        ``1 + smoothing``. 0 gives maximum likelihood; at least 0.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1, kept fixed. By default it is
        estimated.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.
        Where abstains are informative, each of the ``n`` columns of a group has an outcome
        on every item, and each outcome weighs ``1 / n``.

    Attributes
    ----------
    confusion_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``) of labeling function ``j``
        when it votes; every row sums to 1, and is uniform where nothing is known.
    propensity_ : numpy.ndarray of float64, shape (n_lfs, n_classes)
        ``[j, y]`` is P(labeling function ``j`` votes | true class ``y``), in [0, 1]. Only
        where abstains are informative.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1. Among items with votes, unless abstains are informative.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) given vote ``v`` of labeling function ``j``
        and nothing else; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
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
    **Not for columns that vote for one class only.** Given that such a column
    votes, its vote is certain whatever the true class, so that it carries no
    information: with many of them the posterior collapses to one class. Most
    keyword and pattern functions are like this; `PrecisionNaiveBayes` and
    `LabelModel` are made for them.

    With ``abstain_informative=True`` such columns can be told apart, by how often they
    vote on items of each class, but every silence counts as evidence too: where
    columns are silent together that is counted many times over. On 16 published
    matrices of labeling functions' votes the mean metric is 0.635 (0.430 without,
    majority vote 0.689), on eight published crowds 0.823 (0.851 without).

    *Column groups.* The weight of a vote in its group multiplies its part of the sum over
    votes in the E-step, and of the soft majority vote; confusion matrices are estimated
    from all votes of a column. An exact copy of a column, grouped with it, changes no
    posterior. With groups the objective may fall, as the M-step does not weigh votes.

    The start is the soft majority vote, which also fixes the names of the classes:
    where most labeling functions are worse than chance, the answer is the
    mirror image. Items without votes take no part in `fit`, unless abstains are
    informative; those start from a uniform posterior. Time O(n_votes *
    n_classes) for each iteration, on distinct vote patterns.

    References
    ----------
    .. [1] A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer
       Error-Rates Using the EM Algorithm", J. R. Stat. Soc. C 28(1), 1979.
       https://doi.org/10.2307/2346806

    Examples
    --------
    Three labeling functions, of which the third turns every answer round:

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[0, 0, 1]] * 4 + [[1, 1, 0]] * 4
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> model = DawidSkene().fit(votes)
    >>> model.confusion_[2].round(2)
    array([[0., 1.],
           [1., 0.]])
    >>> model.predict(VoteMatrix.from_array([[-1, -1, 0]], ["no", "yes"]))
    array([1], dtype=int8)
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    confusion_: FloatArray
    propensity_: FloatArray
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
        abstain_informative: bool = False,
        max_iter: int = 500,
        tol: float = 1e-4,
        smoothing: float = 0.01,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.abstain_informative = abstain_informative
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_flag(f"abstain_informative of {name}", self.abstain_informative)
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"smoothing of {name}", self.smoothing, 0.0, advice="Use the default 0.01.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        fit_kind = self._fit_with_abstains if self.abstain_informative else self._fit_votes
        fit = fit_kind(patterns, prior)
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        covered = fit.posterior[: len(patterns.counts)]
        self.accuracy_ = accuracy_from_counts(patterns.expected_counts(covered))
        self.log_likelihoods_ = fit.log_likelihoods
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _fit_votes(self, patterns: VotePatterns, prior: FloatArray | None) -> EMFit[_Parameters]:
        fit = run_em(
            soft_vote(patterns),
            lambda posterior: _maximize(patterns, posterior, self.smoothing, prior),
            lambda parameters: _expect(patterns, parameters, self.smoothing, prior is None),
            max_iter=self.max_iter,
            tol=self.tol,
        )
        self.class_prior_, self.confusion_ = fit.parameters
        self.precision_ = precision_from_confusion(self.class_prior_, self.confusion_)
        return fit

    def _fit_with_abstains(
        self, patterns: VotePatterns, prior: FloatArray | None
    ) -> EMFit[_Parameters]:
        k = patterns.n_classes
        weights = self._outcome_weights(patterns.n_lfs)
        plain = replace(patterns, shares=None)  # outcomes are weighed, silence among them
        fit = run_em(
            np.concatenate([soft_vote(patterns), np.full((1, k), 1.0 / k)]),
            lambda posterior: _maximize_outcomes(plain, posterior, self.smoothing, prior),
            lambda parameters: _expect_outcomes(
                plain, parameters, weights, self.smoothing, prior is None
            ),
            max_iter=self.max_iter,
            tol=self.tol,
        )
        self.class_prior_, outcomes = fit.parameters
        self.propensity_ = 1.0 - outcomes[:, :, k]
        self.confusion_ = proportions(outcomes[:, :, :k])
        self.precision_ = precision_from_confusion(self.class_prior_, outcomes[:, :, :k])
        self.log_outcomes_ = weights * safe_log(outcomes)
        return fit

    def _outcome_weights(self, n_lfs: int) -> FloatArray:
        """Return what an outcome of each labeling function weighs, shape (n_lfs, 1, 1)."""
        if self.column_group_ is None:
            return np.ones((n_lfs, 1, 1))
        every = np.ones(n_lfs, dtype=np.bool_)
        return column_weights(self.column_group_, every)[:, None, None]

    def _posterior(self, votes: Votes) -> FloatArray:
        if not self.abstain_informative:
            weights = confusion_weights(self.confusion_)
            return item_posterior(votes, self.class_prior_, weights, self.column_group_)
        patterns = vote_patterns(votes)
        posterior = log_normalize(_log_joint(patterns, self.class_prior_, self.log_outcomes_))
        return patterns.to_items(posterior[:-1], posterior[-1])

    def _evidence(self, item: Votes) -> FloatArray | None:
        if self.abstain_informative:  # silences are part of the sum
            return None
        return item_evidence(item, confusion_weights(self.confusion_), self.column_group_)


class _Parameters(NamedTuple):
    class_prior: FloatArray
    confusion: FloatArray


def _maximize(
    patterns: VotePatterns, posterior: FloatArray, smoothing: float, prior: FloatArray | None
) -> _Parameters:
    """Return the M-step, equations (2.3) and (2.4) of [1]_ with pseudo-counts."""
    counts = patterns.expected_counts(posterior).transpose(0, 2, 1)  # [j, y, v]
    if prior is None:
        prior = proportions(item_sum(patterns.counts, posterior) + smoothing)
    return _Parameters(prior, proportions(counts + smoothing))


def _expect(
    patterns: VotePatterns, parameters: _Parameters, smoothing: float, prior_is_estimated: bool
) -> Expectation:
    log_confusion = safe_log(parameters.confusion)
    log_prior = smoothing * float(log_confusion.sum())
    if prior_is_estimated:
        log_prior += smoothing * float(safe_log(parameters.class_prior).sum())
    return expect(patterns, parameters.class_prior, log_confusion.transpose(0, 2, 1), log_prior)


def confusion_weights(confusion: FloatArray) -> FloatArray:
    """Return ``[j, v, y]``: what a vote adds to the log-probability of a class, in nats."""
    return safe_log(confusion).transpose(0, 2, 1)


def _maximize_outcomes(
    patterns: VotePatterns, posterior: FloatArray, smoothing: float, prior: FloatArray | None
) -> _Parameters:
    """Return the M-step with ``n_classes + 1`` outcomes, of which the last is an abstain.

    The last row of `posterior` is that of the items without votes.
    """
    n_items = np.append(patterns.counts, patterns.n_uncovered)
    items = item_sum(n_items, posterior)
    votes = patterns.expected_counts(posterior[:-1]).transpose(0, 2, 1)  # [j, y, v]
    abstains = np.maximum(items - votes.sum(axis=2), 0.0)  # differences of sums, rounded
    if prior is None:
        prior = proportions(items + smoothing)
    counts = np.concatenate([votes, abstains[:, :, None]], axis=2)
    return _Parameters(prior, proportions(counts + smoothing))


def _expect_outcomes(
    patterns: VotePatterns,
    parameters: _Parameters,
    weights: FloatArray,
    smoothing: float,
    prior_is_estimated: bool,
) -> Expectation:
    class_prior, outcomes = parameters
    log_outcomes = safe_log(outcomes)
    scores = _log_joint(patterns, class_prior, weights * log_outcomes)
    scores[:-1] = clamp(patterns, scores[:-1])
    highest = scores.max(axis=1, keepdims=True)
    log_evidence = (np.log(np.exp(scores - highest).sum(axis=1, keepdims=True)) + highest)[:, 0]
    n_items = np.append(patterns.counts, patterns.n_uncovered)
    log_likelihood = float(item_sum(n_items, log_evidence))
    log_prior = smoothing * float(log_outcomes.sum())
    if prior_is_estimated:
        log_prior += smoothing * float(safe_log(class_prior).sum())
    return Expectation(log_normalize(scores), log_likelihood, log_likelihood + log_prior)


def _log_joint(
    patterns: VotePatterns, class_prior: FloatArray, log_outcomes: FloatArray
) -> FloatArray:
    """Return log P(class, outcomes) of every pattern, and below them of nothing but abstains."""
    k = patterns.n_classes
    log_votes, log_abstain = log_outcomes[:, :, :k], log_outcomes[:, :, k]
    silent = safe_log(class_prior) + log_abstain.sum(axis=0)
    # Every labeling function abstains, and then those that vote take it back.
    turned = (log_votes - log_abstain[:, :, None]).transpose(0, 2, 1)
    return np.concatenate([patterns.log_evidence(turned) + silent, silent[None, :]])
