"""MACE: each vote is either the true class or spam, with a spamming strategy for each column."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._candidates import few_candidates
from weaklabel.models._column_groups import column_weights, grouped_patterns, one_column_each
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
from weaklabel.models._mace_candidates import (
    CandidateVotes,
    candidate_expectation,
    candidate_start,
    candidate_statistics,
    candidate_votes,
)
from weaklabel.models._parameters import (
    ColumnGroups,
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns
from weaklabel.models._pooled_precision import vote_counts
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
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.
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
        falls unless columns are grouped, in nats.
    n_iter_ : int
        Number of iterations of the best start.
    converged_ : bool
        Whether its last one moved no probability by more than `tol`.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    Variational Bayes of [1]_ with the priors of its authors' program: Beta(0.5, 0.5) for
    the competence and 10 pseudo-votes for each class for the strategy. On eight
    published crowds the mean accuracy is 0.828 with the defaults and 0.848 with
    ``smoothing=1, estimate_prior=True`` (majority vote 0.815). On columns that vote for
    one class only an estimated prior collapses to one class; with the uniform one the
    mean metric on 16 matrices of labeling functions' votes is 0.705 (majority vote 0.689).

    *Column groups.* The weight of a vote in its group multiplies its part of the sum over
    votes in the E-step, and of the soft majority vote; competences and strategies are
    estimated from all votes of a column. What a group's columns are away from their priors
    counts as that of one column in the bound, and groups draw their starts as one column,
    so that an exact copy of a column, grouped with it, changes no posterior.

    Time O(n_votes * n_classes) for each iteration, on distinct vote patterns. With more than
    a hundred classes it is O(n_votes), as the classes without votes on an item differ by
    their prior alone and need not be looked at one by one.

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
    uses_soft_votes = True

    competence_: FloatArray
    strategy_: FloatArray
    confusion_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    objectives_: FloatArray
    n_iter_: int
    converged_: bool
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        n_restarts: int = 10,
        estimate_prior: bool = False,
        max_iter: int = 500,
        tol: float = 1e-4,
        smoothing: float = 10.0,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
        seed: int = 0,
    ) -> None:
        self.n_restarts = n_restarts
        self.estimate_prior = estimate_prior
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.column_groups = column_groups
        self.seed = seed

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_int(f"n_restarts of {name}", self.n_restarts, 1, "Use the default 10.")
        check_flag(f"estimate_prior of {name}", self.estimate_prior)
        check_em_parameters(name, self.max_iter, self.tol)
        _check_smoothing(name, self.smoothing)
        check_class_prior(name, self.class_prior, n_classes)
        check_int(f"seed of {name}", self.seed, 0, "Use the default 0.")

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        if prior is None and not self.estimate_prior:
            prior = np.full(counts.n_classes, 1.0 / counts.n_classes)
        problem = _Problem(patterns, prior, float(self.smoothing), self.column_group_)
        fit = best_run([partial(self._run, problem, start) for start in range(self.n_restarts)])
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        self._describe(fit.parameters)
        self.accuracy_ = problem.accuracy(fit.posterior)
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _run(self, problem: _Problem, start: int) -> EMFit[_Counts]:
        seed = self.seed * self.n_restarts + start if start > 0 else None
        return run_em(
            problem.start(seed),
            problem.maximize,
            problem.expect,
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
        log_right, log_guess, _ = _log_vote(counts)
        self.log_weights_ = _log_weights(log_right, log_guess)

    def _posterior(self, votes: Votes) -> FloatArray:
        return item_posterior(votes, self.class_prior_, self.log_weights_, self.column_group_)

    def _evidence(self, item: Votes) -> FloatArray:
        return item_evidence(item, self.log_weights_, self.column_group_)


class _Counts(NamedTuple):
    """Class prior, and Dirichlet parameters of knowing [j, yes/no] and of guessing [j, v]."""

    class_prior: FloatArray
    knowing: FloatArray
    guessing: FloatArray


def _check_smoothing(owner: str, smoothing: float) -> None:
    argument = f"smoothing of {owner}"
    if check_number(argument, smoothing, 0.0, advice="Use the default 10.") == 0.0:
        raise ParameterError(wrong_value(argument, smoothing, "above 0", "Use the default 10."))


class _Problem:
    """The votes, and the steps of the iteration on them.

    The state of the iteration is P(class) of each pattern, and below it for each labeling
    function P(it knew | it voted ``v`` and was right). With many classes P(class) is
    that of the classes which have votes; see the module of the candidates.
    """

    def __init__(
        self,
        patterns: VotePatterns,
        class_prior: FloatArray | None,
        smoothing: float,
        group_of: IntArray | None,
    ) -> None:
        self.patterns = self.drawn_from = patterns
        self.class_prior = class_prior
        self.smoothing = smoothing
        self.column_weights = None
        if group_of is not None:
            self.drawn_from = one_column_each(patterns, group_of)
            self.column_weights = column_weights(group_of, vote_counts(patterns).sum(axis=1) > 0)
        self.candidates: CandidateVotes | None = None
        if few_candidates(patterns):
            self.candidates = candidate_votes(patterns)

    def start(self, seed: int | None) -> FloatArray:
        """Return the soft majority vote, changed at random where there is a seed."""
        if self.candidates is not None:
            return candidate_start(self.candidates, self.drawn_from, seed)
        posterior = soft_vote(self.patterns)
        if seed is not None:
            posterior = proportions(posterior * random_shares(self.drawn_from, 2, seed)[:, :, 0])
        known = np.full((self.patterns.n_lfs, self.patterns.n_classes), 0.5)
        return np.concatenate([posterior, known])

    def maximize(self, state: FloatArray) -> _Counts:
        """Return pseudo-counts plus expected counts."""
        right, n_votes, known, items = self._statistics(state)
        knew = right * known
        guessed = n_votes - knew
        knowing = np.stack([knew.sum(axis=1), guessed.sum(axis=1)], axis=1) + _HALF
        prior = proportions(items + 1.0) if self.class_prior is None else self.class_prior
        return _Counts(prior, knowing, guessed + self.smoothing)

    def expect(self, counts: _Counts) -> Expectation:
        """Return the state, and the bound."""
        log_prior = self._log_prior(counts)
        log_right, log_guess, known = _log_vote(counts)
        if self.candidates is not None:
            state, log_likelihood = candidate_expectation(
                self.candidates, counts.class_prior, log_right, log_guess, known
            )
            return Expectation(state, log_likelihood, log_likelihood + log_prior)
        weights = _log_weights(log_right, log_guess)
        step = expect(self.patterns, counts.class_prior, weights, log_prior)
        state = np.concatenate([step.posterior, known])
        return Expectation(state, step.log_likelihood, step.objective)

    def accuracy(self, state: FloatArray) -> FloatArray:
        """Return P(vote is right) of each labeling function, NaN for one that never votes."""
        if self.candidates is None:
            posterior = state[: len(self.patterns.counts)]
            return accuracy_from_counts(self.patterns.expected_counts(posterior))
        right, n_votes, _, _ = self._statistics(state)
        total = n_votes.sum(axis=1)
        missing = np.full(len(total), np.nan)
        return np.asarray(np.divide(right.sum(axis=1), total, out=missing, where=total > 0))

    def _statistics(
        self, state: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return right votes and all votes of each kind, P(it knew), and items of each class."""
        if self.candidates is not None:
            return candidate_statistics(self.candidates, state)
        n_patterns = len(self.patterns.counts)
        posterior, known = state[:n_patterns], state[n_patterns:]
        counts = self.patterns.expected_counts(posterior)
        items = item_sum(self.patterns.counts, posterior)
        return np.einsum("jvv->jv", counts), counts.sum(axis=2), known, items

    def _log_prior(self, counts: _Counts) -> float:
        weights = self.column_weights
        guessing = np.full(self.patterns.n_classes, self.smoothing)
        log_prior = -dirichlet_divergence(counts.knowing, np.full(2, _HALF), weights=weights)
        log_prior -= dirichlet_divergence(counts.guessing, guessing, weights=weights)
        if self.class_prior is None:  # the mode under one pseudo-item for each class
            log_prior += float(np.log(counts.class_prior).sum())
        return log_prior


def _log_vote(counts: _Counts) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what a vote says of its own class, of any other, and P(it knew | right); [j, v]."""
    log_knows, log_guesses = expected_log(counts.knowing).T[:, :, None]
    log_guess = log_guesses + expected_log(counts.guessing)
    log_right = np.logaddexp(log_knows, log_guess)
    return log_right, log_guess, np.exp(log_knows - log_right)


def _log_weights(log_right: FloatArray, log_guess: FloatArray) -> FloatArray:
    """Return what each vote says of each class, [j, v, y]."""
    right = np.eye(log_guess.shape[1]) == 1.0
    return np.where(right, log_right[:, :, None], log_guess[:, :, None])
