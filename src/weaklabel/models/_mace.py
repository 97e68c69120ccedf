"""MACE: each vote is either the true class or spam, with a spamming strategy for each column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, VoteMatrix
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._confusion import accuracy_from_counts, precision_from_confusion, proportions
from weaklabel.models._dirichlet import dirichlet_divergence, expected_log
from weaklabel.models._em import (
    EMFit,
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
from weaklabel.models._parameters import check_class_prior, check_em_parameters
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, patterns_of
from weaklabel.models._random_start import random_shares
from weaklabel.models._restarts import best_run

__all__ = ["MACE"]

#: Beta(0.5, 0.5) prior of each competence, as in the authors' program.
_HALF = 0.5


class MACE(BaseLabelModel):
    """Estimate how often each labeling function knows the answer, and how it guesses otherwise.

    When it knows, it votes for the true class; when it does not, for a class that it
    draws whatever the truth (multi-annotator competence estimation). An abstain says
    nothing. Use it for crowds among whom some do not look at the items.

    Parameters
    ----------
    n_restarts : int, default 10
        Number of starts, at least 1; the one with the highest bound wins. The first is
        the soft majority vote, the others are random changes of it.
    estimate_prior : bool, default False
        Whether the class prior is estimated where none is given. By default it is
        uniform, as in the paper.
    max_iter : int, default 500
        Largest number of iterations of each start, at least 1.
    tol : float, default 1e-4
        Stop once no probability moves by more than this; at least 0.
    smoothing : float, default 10
        Pseudo-votes for each class in every guessing strategy, above 0.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1, kept fixed.
    seed : int, default 0
        Seed of the starts, at least 0.

    Attributes
    ----------
    competence_ : numpy.ndarray of float64, shape (n_lfs,)
        Posterior mean of P(it knows), in [0, 1]; 0.5 for one that never votes.
    strategy_ : numpy.ndarray of float64, shape (n_lfs, n_classes)
        ``[j, v]``: posterior mean of P(vote ``v`` | it guesses); rows sum to 1.
    confusion_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``) from both; rows sum to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y`` | vote ``v``) by Bayes' rule from
        `class_prior_` and `confusion_`; sums to 1 over ``y``.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    objectives_ : numpy.ndarray of float64, shape (n_iter_,)
        Evidence lower bound (ELBO) after each iteration of the best start, which never
        falls, in nats.
    n_iter_ : int
        Number of iterations of the best start.
    converged_ : bool
        Whether its last one moved no probability by more than `tol`.

    Notes
    -----
    Variational Bayes of [1]_ with the priors of its authors' program: Beta(0.5, 0.5) for
    the competence and 10 pseudo-votes for each class for the strategy. On eight
    published crowds the mean accuracy is 0.828 with the defaults and 0.848 with
    ``smoothing=1, estimate_prior=True`` (majority vote 0.815). On columns that vote for
    one class only an estimated prior collapses to one class; with the uniform one the
    mean metric on 16 matrices of labeling functions' votes is 0.705 (majority vote 0.689).

    Time O(n_votes * n_classes) for each iteration, on distinct vote patterns.

    References
    ----------
    .. [1] D. Hovy, T. Berg-Kirkpatrick, A. Vaswani and E. Hovy, "Learning Whom to Trust
       with MACE", NAACL-HLT 2013. https://aclanthology.org/N13-1132

    Examples
    --------
    Two labeling functions that look at the items, and one that always says "yes":

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[0, 0, 1], [1, 1, 1]] * 20
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> model = MACE().fit(votes)
    >>> model.competence_.round(1)
    array([1., 1., 0.])
    >>> model.predict(VoteMatrix.from_array([[0, -1, 1]], ["no", "yes"]))
    array([0], dtype=int8)
    """

    uses_gold = True
    uses_patterns = True

    competence_: FloatArray
    strategy_: FloatArray
    confusion_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    objectives_: FloatArray
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        *,
        n_restarts: int = 10,
        estimate_prior: bool = False,
        max_iter: int = 500,
        tol: float = 1e-4,
        smoothing: float = 10.0,
        class_prior: Sequence[float] | FloatArray | None = None,
        seed: int = 0,
    ) -> None:
        self.n_restarts = n_restarts
        self.estimate_prior = estimate_prior
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.seed = seed

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_int(f"n_restarts of {name}", self.n_restarts, 1, "Use the default 10.")
        check_flag(f"estimate_prior of {name}", self.estimate_prior)
        check_em_parameters(name, self.max_iter, self.tol)
        _check_smoothing(name, self.smoothing)
        check_class_prior(name, self.class_prior, n_classes)
        check_int(f"seed of {name}", self.seed, 0, "Use the default 0.")

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns = patterns_of(counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        if prior is None and not self.estimate_prior:
            prior = np.full(counts.n_classes, 1.0 / counts.n_classes)
        fit = best_run([partial(self._run, patterns, prior, s) for s in range(self.n_restarts)])
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        self._describe(fit.parameters)
        self.accuracy_ = accuracy_from_counts(
            patterns.expected_counts(fit.posterior[: len(patterns.counts)])
        )
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _run(self, patterns: VotePatterns, prior: FloatArray | None, start: int) -> EMFit[_Counts]:
        posterior = soft_vote(patterns)
        if start > 0:
            seed = self.seed * self.n_restarts + start
            posterior = proportions(posterior * random_shares(patterns, 2, seed)[:, :, 0])
        known = np.full((patterns.n_lfs, patterns.n_classes), 0.5)
        return run_em(
            np.concatenate([posterior, known]),
            lambda state: _maximize(patterns, state, self.smoothing, prior),
            lambda counts: _expect(patterns, counts, self.smoothing, prior is None),
            max_iter=self.max_iter,
            tol=self.tol,
        )

    def _describe(self, counts: _Counts) -> None:
        """Set the means of what was learned, and what the posterior is computed from."""
        self.class_prior_ = counts.class_prior
        self.competence_ = proportions(counts.knowing)[:, 0]
        self.strategy_ = proportions(counts.guessing)
        knows = self.competence_[:, None, None]
        guesses = (1.0 - knows) * self.strategy_[:, None, :]
        self.confusion_ = knows * np.eye(self.strategy_.shape[1]) + guesses
        self.precision_ = precision_from_confusion(self.class_prior_, self.confusion_)
        self.log_weights_ = _log_weights(counts)[0]

    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        return item_posterior(votes, self.class_prior_, self.log_weights_)

    def _evidence(self, item: VoteMatrix) -> FloatArray:
        return item_evidence(item, self.log_weights_)


class _Counts(NamedTuple):
    """Class prior, and Dirichlet parameters of knowing [j, yes/no] and of guessing [j, v]."""

    class_prior: FloatArray
    knowing: FloatArray
    guessing: FloatArray


def _check_smoothing(owner: str, smoothing: float) -> None:
    argument = f"smoothing of {owner}"
    if check_number(argument, smoothing, 0.0, advice="Use the default 10.") == 0.0:
        raise ParameterError(wrong_value(argument, smoothing, "above 0", "Use the default 10."))


def _maximize(
    patterns: VotePatterns, state: FloatArray, smoothing: float, prior: FloatArray | None
) -> _Counts:
    """Return pseudo-counts plus expected counts.

    `state` is the posterior of each pattern, and below it for each labeling function
    P(it knew | it voted ``v`` and was right).
    """
    n_patterns = len(patterns.counts)
    posterior, known = state[:n_patterns], state[n_patterns:]
    counts = patterns.expected_counts(posterior)
    knew = np.einsum("jvv->jv", counts) * known
    guessed = counts.sum(axis=2) - knew
    knowing = np.stack([knew.sum(axis=1), guessed.sum(axis=1)], axis=1) + _HALF
    if prior is None:
        prior = proportions(item_sum(patterns.counts, posterior) + 1.0)
    return _Counts(prior, knowing, guessed + smoothing)


def _expect(
    patterns: VotePatterns, counts: _Counts, smoothing: float, prior_is_estimated: bool
) -> Expectation:
    log_weights, known = _log_weights(counts)
    log_prior = -dirichlet_divergence(counts.knowing, np.full(2, _HALF))
    log_prior -= dirichlet_divergence(counts.guessing, np.full(patterns.n_classes, smoothing))
    if prior_is_estimated:  # the mode under one pseudo-item for each class
        log_prior += float(np.log(counts.class_prior).sum())
    step = expect(patterns, counts.class_prior, log_weights, log_prior)
    state = np.concatenate([step.posterior, known])
    return Expectation(state, step.log_likelihood, step.objective)


def _log_weights(counts: _Counts) -> tuple[FloatArray, FloatArray]:
    """Return what each vote says of each class, [j, v, y], and P(it knew | right), [j, v]."""
    log_knows, log_guesses = expected_log(counts.knowing).T[:, :, None]
    log_guess = log_guesses + expected_log(counts.guessing)
    log_right = np.logaddexp(log_knows, log_guess)
    right = np.eye(log_guess.shape[1]) == 1.0
    return np.where(right, log_right[:, :, None], log_guess[:, :, None]), np.exp(
        log_knows - log_right
    )
