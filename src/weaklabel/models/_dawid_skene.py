"""DawidSkene: a confusion matrix for each labeling function, estimated by EM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, VoteMatrix
from weaklabel.core._check import check_number
from weaklabel.core._numerics import safe_log
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._em import (
    Expectation,
    expect,
    item_posterior,
    run_em,
    soft_vote,
    warn_unless_converged,
)
from weaklabel.models._parameters import check_class_prior, check_em_parameters
from weaklabel.models._patterns import VotePatterns, vote_patterns

__all__ = ["DawidSkene"]


class DawidSkene(BaseLabelModel):
    """Estimate every labeling function's confusion matrix by expectation maximization.

    Votes are taken as independent given the true class, and an abstain as saying
    nothing. Use it where each column votes for every class and votes often: people
    who label, classifiers, prompts.

    Parameters
    ----------
    max_iter : int, default 500
        Largest number of EM iterations, at least 1.
    tol : float, default 1e-4
        Stop once no posterior moves by more than this; at least 0.
    smoothing : float, default 0.01
        Pseudo-votes added to every cell of every confusion matrix, and pseudo-items
        to every class: the mode under Dirichlet priors with parameter
        ``1 + smoothing``. 0 gives maximum likelihood; at least 0.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1, kept fixed. By default it is
        estimated.

    Attributes
    ----------
    confusion_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``) of labeling function ``j``
        when it votes; every row sums to 1, and is uniform where nothing is known.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class) among items with votes; sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) of an item on which labeling function
        ``j`` alone votes, for ``v``; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    log_likelihoods_ : numpy.ndarray of float64, shape (n_iter_,)
        Log-likelihood of the votes after each iteration, in nats.
    objectives_ : numpy.ndarray of float64, shape (n_iter_,)
        Log-likelihood plus log prior, which never falls, in nats.
    n_iter_ : int
        Number of iterations.
    converged_ : bool
        Whether the last one moved no posterior by more than `tol`.

    Notes
    -----
    **Not for columns that vote for one class only.** Given that such a column
    votes, its vote is certain whatever the true class, so that it carries no
    information: with many of them the posterior collapses to one class. Most
    keyword and pattern functions are like this; `PrecisionNaiveBayes` and
    `LabelModel` are made for them.

    The start is the soft majority vote, which also fixes the names of the classes:
    where most labeling functions are worse than chance, the answer is the
    mirror image. Items without votes take no part in `fit`. Time O(n_votes *
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

    confusion_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    log_likelihoods_: FloatArray
    objectives_: FloatArray
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        *,
        max_iter: int = 500,
        tol: float = 1e-4,
        smoothing: float = 0.01,
        class_prior: Sequence[float] | FloatArray | None = None,
    ) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"smoothing of {name}", self.smoothing, 0.0, advice="Use the default 0.01.")
        check_class_prior(name, self.class_prior, n_classes)

    def _fit(self, votes: VoteMatrix) -> None:
        name = type(self).__name__
        patterns = vote_patterns(votes)
        prior = check_class_prior(name, self.class_prior, votes.n_classes)
        fit = run_em(
            soft_vote(patterns),
            lambda posterior: _maximize(patterns, posterior, self.smoothing, prior),
            lambda parameters: _expect(patterns, parameters, self.smoothing, prior is None),
            max_iter=self.max_iter,
            tol=self.tol,
        )
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        self.class_prior_, self.confusion_ = fit.parameters
        self.precision_ = _precision(self.class_prior_, self.confusion_)
        self.accuracy_ = _accuracy(patterns.expected_counts(fit.posterior))
        self.log_likelihoods_ = fit.log_likelihoods
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        return item_posterior(votes, self.class_prior_, _log_weights(self.confusion_))


class _Parameters(NamedTuple):
    class_prior: FloatArray
    confusion: FloatArray


def _maximize(
    patterns: VotePatterns, posterior: FloatArray, smoothing: float, prior: FloatArray | None
) -> _Parameters:
    """Return the M-step, equations (2.3) and (2.4) of [1]_ with pseudo-counts."""
    counts = patterns.expected_counts(posterior).transpose(0, 2, 1)  # [j, y, v]
    if prior is None:
        prior = _proportions(patterns.counts @ posterior + smoothing)
    return _Parameters(prior, _proportions(counts + smoothing))


def _expect(
    patterns: VotePatterns, parameters: _Parameters, smoothing: float, prior_is_estimated: bool
) -> Expectation:
    log_confusion = safe_log(parameters.confusion)
    log_prior = smoothing * float(log_confusion.sum())
    if prior_is_estimated:
        log_prior += smoothing * float(safe_log(parameters.class_prior).sum())
    return expect(patterns, parameters.class_prior, log_confusion.transpose(0, 2, 1), log_prior)


def _log_weights(confusion: FloatArray) -> FloatArray:
    return safe_log(confusion).transpose(0, 2, 1)


def _proportions(counts: FloatArray) -> FloatArray:
    """Return `counts` divided by their sum over the last axis; uniform where that is zero."""
    total = counts.sum(axis=-1, keepdims=True)
    uniform = np.full_like(counts, 1.0 / counts.shape[-1])
    return np.asarray(np.divide(counts, total, out=uniform, where=total > 0))


def _precision(class_prior: FloatArray, confusion: FloatArray) -> FloatArray:
    """Return P(true class | vote) by Bayes' rule, ``[j, v, y]``."""
    joint = confusion.transpose(0, 2, 1) * class_prior
    return _proportions(joint)


def _accuracy(expected_counts: FloatArray) -> FloatArray:
    """Return the expected share of right votes of each labeling function."""
    total = expected_counts.sum(axis=(1, 2))
    right = np.einsum("jvv->j", expected_counts)
    return np.asarray(np.divide(right, total, out=np.full(len(total), np.nan), where=total > 0))
