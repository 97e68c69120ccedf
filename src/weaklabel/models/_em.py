"""The expectation-maximization loop, once, for every label model that iterates."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from weaklabel.core import FloatArray, IntArray, SoftVotes, Votes
from weaklabel.core._numerics import safe_log
from weaklabel.errors import ConvergenceWarning
from weaklabel.models._gold import overwrite
from weaklabel.models._item_sum import item_sum
from weaklabel.models._patterns import VotePatterns, item_blocks
from weaklabel.models._row_reductions import row_max, row_sum

__all__ = [
    "EMFit",
    "Expectation",
    "clamp",
    "expect",
    "item_evidence",
    "item_posterior",
    "run_em",
    "soft_vote",
    "warn_unless_converged",
]

P = TypeVar("P")

_PACKAGE = "weaklabel."


class Expectation(NamedTuple):
    """Result of one E-step.

    Attributes
    ----------
    posterior : numpy.ndarray of float64, shape (n_patterns, n_classes)
        P(true class) of each pattern; every row sums to 1.
    log_likelihood : float
        Log of the normalizing constants, summed over items, in nats.
    objective : float
        `log_likelihood` plus the log density of the parameters under their prior.
    """

    posterior: FloatArray
    log_likelihood: float
    objective: float


@dataclass(frozen=True, slots=True)
class EMFit(Generic[P]):
    """What an EM run found, and how it went.

    Parameters
    ----------
    parameters : P
        Result of the last M-step.
    posterior : numpy.ndarray of float64, shape (n_patterns, n_classes)
        Posterior under `parameters`.
    log_likelihoods, objectives : numpy.ndarray of float64, shape (n_iter,)
        Values after each iteration, in nats.
    n_iter : int
        Number of iterations done.
    converged : bool
        Whether the last iteration moved no posterior by more than `tol`.
    change : float
        Largest change of a posterior in the last iteration.
    """

    parameters: P
    posterior: FloatArray
    log_likelihoods: FloatArray
    objectives: FloatArray
    n_iter: int
    converged: bool
    change: float


def run_em(
    posterior: FloatArray,
    maximize: Callable[[FloatArray], P],
    expect_step: Callable[[P], Expectation],
    *,
    max_iter: int,
    tol: float,
) -> EMFit[P]:
    """Return the parameters that alternating M- and E-steps reach from `posterior`.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_patterns, n_classes)
        Where to start; every row sums to 1.
    maximize : callable
        The M-step: posterior to parameters.
    expect_step : callable
        The E-step: parameters to `Expectation`.
    max_iter : int
        Largest number of iterations, at least 1.
    tol : float
        Stop once no posterior moves by more than this.

    Returns
    -------
    EMFit
    """
    log_likelihoods: list[float] = []
    objectives: list[float] = []
    for _ in range(max_iter):
        parameters = maximize(posterior)
        step = expect_step(parameters)
        moved = step.posterior - posterior
        change = float(np.abs(moved, out=moved).max(initial=0.0))
        posterior = step.posterior
        log_likelihoods.append(step.log_likelihood)
        objectives.append(step.objective)
        if change <= tol:
            break
    return EMFit(
        parameters,
        posterior,
        np.array(log_likelihoods),
        np.array(objectives),
        len(objectives),
        change <= tol,
        change,
    )


def soft_vote(patterns: VotePatterns) -> FloatArray:
    """Return each pattern's share of votes for each class: where every EM run starts.

    Where gold is known, the known class has all of it.
    """
    counts = patterns.class_counts()
    shares = np.asarray(counts / row_sum(counts))
    return shares if patterns.gold is None else overwrite(shares, patterns.gold)


def clamp(patterns: VotePatterns, log_scores: FloatArray) -> FloatArray:
    """Return `log_scores` with -inf for every class that gold rules out.

    What an E-step makes of them is then certain of the known class, and the
    log-likelihood becomes that of the votes and the known classes.

    Parameters
    ----------
    patterns : VotePatterns
        The patterns; without gold nothing changes.
    log_scores : numpy.ndarray of float64, shape (n_patterns, n_classes * n_parts)
        Log of the joint probability of votes and class, up to a constant of the row; of
        votes, class and part for models in which classes have parts, class by class.

    Returns
    -------
    numpy.ndarray of float64, shape (n_patterns, n_classes * n_parts)
    """
    if patterns.gold is None:
        return log_scores
    classes = np.repeat(np.arange(patterns.n_classes), log_scores.shape[1] // patterns.n_classes)
    possible = (patterns.gold[:, None] < 0) | (patterns.gold[:, None] == classes)
    return np.where(possible, log_scores, -np.inf)


def expect(
    patterns: VotePatterns,
    class_prior: FloatArray,
    log_weights: FloatArray,
    log_prior: float = 0.0,
) -> Expectation:
    """Return the E-step of a model in which votes are independent given the true class.

    Patterns with gold get their known class.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    log_weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]``: what vote ``v`` of labeling function ``j`` adds to the
        log-probability of class ``y``. An abstain adds nothing; of a soft vote the
        exponentials are averaged by its probabilities.
    log_prior : float
        Log density of the parameters under their prior, for the objective.

    Returns
    -------
    Expectation
    """
    scores = patterns.log_evidence(log_weights)
    scores += safe_log(class_prior)
    scores = clamp(patterns, scores)
    highest = row_max(scores)
    np.exp(np.subtract(scores, highest, out=scores), out=scores)
    total = row_sum(scores)
    scores /= total
    log_evidence = (np.log(total) + highest)[:, 0]
    log_likelihood = float(item_sum(patterns.counts, log_evidence))
    return Expectation(scores, log_likelihood, log_likelihood + log_prior)


def item_posterior(
    votes: Votes,
    class_prior: FloatArray,
    log_weights: FloatArray,
    group_of: IntArray | None = None,
) -> FloatArray:
    """Return the posterior of every item, shape (n_items, n_classes); without votes the prior.

    `group_of` is that of `VotePatterns.share_votes`; None where every vote weighs 1.
    """
    posterior = np.empty((votes.n_items, votes.n_classes))
    for rows, block in item_blocks(votes):
        patterns = block if group_of is None else block.share_votes(group_of)
        posterior[rows] = expect(patterns, class_prior, log_weights).posterior
    posterior[~votes.covered] = class_prior
    return posterior


def item_evidence(
    votes: Votes, log_weights: FloatArray, group_of: IntArray | None = None
) -> FloatArray:
    """Return what each vote on one item adds to the log-probability of each class.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        Votes on a single item.
    log_weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        Those of `item_posterior`.
    group_of : numpy.ndarray of int64, shape (n_lfs,), optional
        That of `item_posterior`.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs, n_classes)
        In nats; 0 for a labeling function that abstains.
    """
    evidence = np.zeros((votes.n_lfs, votes.n_classes))
    if isinstance(votes, SoftVotes):
        lfs = votes.lfs
        ((_, patterns),) = item_blocks(votes)
        table = log_weights.reshape(-1, log_weights.shape[2])
        evidence[lfs] = patterns.latent_votes().log_evidence(table)
    else:
        _, lfs, codes = votes.entries
        evidence[lfs] = log_weights[lfs, codes]
    if group_of is not None:
        groups = group_of[lfs]
        together = (groups[:, None] == groups) & (groups >= 0)
        evidence[lfs] /= np.maximum(together.sum(axis=1), 1)[:, None]
    return evidence


def warn_unless_converged(owner: str, fit: EMFit[P], max_iter: int, tol: float) -> None:
    """Warn that the iteration of model `owner` stopped early, and say what to change."""
    if not fit.converged:
        warnings.warn(
            f"{owner} stopped after max_iter={max_iter} iterations while posteriors still moved "
            f"by {fit.change:.2g}, more than tol={tol:g}. Raise max_iter, or tol.",
            ConvergenceWarning,
            stacklevel=_levels_inside(),
        )


def _levels_inside() -> int:
    """Return the level of the first caller that is not of this package."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_PACKAGE):
        frame, level = frame.f_back, level + 1
    return level
