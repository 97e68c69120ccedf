"""fit_correction: what answers say of the labels of items that nobody looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray
from weaklabel.core._numerics import log_normalize, safe_log
from weaklabel.triage._vote_patterns import VotePatterns

if TYPE_CHECKING:
    import scipy.sparse as sp

__all__ = ["Correction", "Shifts", "base_posterior", "fit_correction"]

#: Standard deviations, before any answer, of the weight of votes around 1, and of labels without
#: votes around 1, and of the weight of content beside votes around 0; and in nats, around 0, of the shift of one class in the items with the same
#: votes and in those with the same vote of one labeling function.
_VOTES_SD, _CONTENT_SD, _PATTERN_SD, _CELL_SD = 0.3, 0.5, 0.8, 0.7
#: Probabilities below are taken for these: a source that is this sure is not surer.
_LEAST_POSTERIOR, _LEAST_PRED_PROB = 1e-3, 1e-2
_MOST_STEPS = 60
#: Answers to labels without votes, mostly wrong ones as they were chosen, make these less sure, and
#: turn none.
_LEAST_ALONE = 0.05
#: Posteriors that differ by less are the same but for rounding.
_SAME = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """What is added to the scores of the classes, for some groups of items.

    Parameters
    ----------
    groups : numpy.ndarray of int64, shape (n_known,)
        The groups with an answer, ascending.
    values : numpy.ndarray of float64, shape (n_known, n_classes)
        In nats.
    """

    groups: IntArray
    values: FloatArray

    def of(self, groups: IntArray) -> FloatArray:
        """Return the shift of each of `groups`, 0 where it is not known."""
        found = np.zeros((len(groups), self.values.shape[1]))
        if len(self.groups):
            place = np.minimum(np.searchsorted(self.groups, groups), len(self.groups) - 1)
            known = self.groups[place] == groups
            found[known] = self.values[place[known]]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How answers move the labels of all items.

    Parameters
    ----------
    votes_weight : float
        What the logarithm of the label model's posterior counts; 1 without answers.
    content_weight : float
        What the logarithm of the classifier's probabilities counts beside votes; 0 without
        answers.
    alone_weight : float
        What the logarithm of the posterior counts where there are no votes, and it comes from
        content already; 1 without answers.
    by_pattern : Shifts
        What is added for the items with the same votes.
    by_cell : Shifts
        What is added for each vote of a labeling function that an item has.
    """

    votes_weight: float
    content_weight: float
    alone_weight: float
    by_pattern: Shifts
    by_cell: Shifts

    def posterior(
        self, posterior: FloatArray, pred_probs: FloatArray | None, patterns: VotePatterns
    ) -> FloatArray:
        """Return the corrected posterior of the items, shape (n_items, n_classes).

        Parameters
        ----------
        posterior, pred_probs, patterns
            As in `fit_correction`.
        """
        weights = np.array([self.votes_weight, self.content_weight, self.alone_weight])
        scores = self._shifts(patterns)[patterns.of]
        for weight, term in zip(weights, _terms(posterior, pred_probs, patterns), strict=True):
            scores += weight * term
        return log_normalize(scores)

    def without_shifts(self) -> Correction:
        """Return what answers say of votes and content in general alone."""
        none = Shifts(np.empty(0, dtype=np.int64), self.by_cell.values[:0])
        return replace(self, by_pattern=none, by_cell=none)

    def _shifts(self, patterns: VotePatterns) -> FloatArray:
        """Return what is added for the items of each pattern."""
        found = self.by_pattern.of(np.arange(patterns.n_patterns))
        of_votes = self.by_cell.of(patterns.cells)
        for y, column in enumerate(of_votes.T):
            found[:, y] += np.bincount(patterns.owner, column, minlength=len(found))
        return found


def base_posterior(
    posterior: FloatArray, pred_probs: FloatArray | None, covered: BoolArray
) -> FloatArray:
    """Return the labels that answers correct: where there are no votes, by content.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        A label model's, or refined.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes), optional
        Out-of-fold probabilities.
    covered : numpy.ndarray of bool, shape (n_items,)
        Which items have a vote.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        `posterior`, but `pred_probs` for items without votes if `posterior` says the same of
        all of them, as a label model does.

    Examples
    --------
    >>> q, p = np.array([[0.9, 0.1], [0.5, 0.5], [0.5, 0.5]]), np.array([[0.2, 0.8]] * 3)
    >>> base_posterior(q, p, np.array([True, False, False]))[:, 1]
    array([0.1, 0.8, 0.8])
    """
    without = posterior[~covered]
    if pred_probs is None or not len(without) or np.ptp(without, axis=0).max() > _SAME:
        return posterior
    return np.where(covered[:, None], posterior, pred_probs)


def fit_correction(
    posterior: FloatArray,
    pred_probs: FloatArray | None,
    patterns: VotePatterns,
    answered: IntArray,
    answers: CodeArray | IntArray,
) -> Correction:
    r"""Return how answers move the labels of all items.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        The labels that were made without the answers; rows sum to 1. Where there are no
        votes they must come from content: see `base_posterior`.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes), optional
        Out-of-fold probabilities of a classifier on the content; rows sum to 1.
    patterns : VotePatterns
        The votes of the items.
    answered : numpy.ndarray of int64, shape (n_answers,)
        Positions of the items that a person answered.
    answers : numpy.ndarray of int, shape (n_answers,)
        Their classes.

    Returns
    -------
    Correction

    Notes
    -----
    With ``q`` the posterior, ``p`` the out-of-fold probabilities and ``pi`` their mean, the
    class of an item with votes ``v``, of which each ``c`` is one labeling function's vote for
    one class, has the probability

    .. math:: P(y) \propto q(y)^a \, (p(y) / \pi(y))^b \, e^{d_{v,y} + \sum_{c \in v} f_{c,y}}

    ``a``, ``b`` and the shifts ``d`` and ``f`` maximize the likelihood of the answers times
    normal priors around 1, 0, 0 and 0: a logistic regression with crossed random effects [1]_.
    Items without votes have ``q(y)**c`` instead, with a weight ``c`` of their own around 1:
    there ``q`` is content, which must not count twice, and having no votes in common makes
    no items alike.
    The items with exactly the same votes share their mistakes; so do, less, the items on which
    a labeling function votes the same. The prior of a shift has its variance divided by
    ``1 + log10(n)`` for a group of ``n`` items: one answer does not turn hundreds of labels,
    several that agree do.

    The answers may be to items that were chosen because votes or content look wrong: given
    votes and content, which this model conditions on, the choice says nothing more of the
    class. Adding up answers by pattern, without content, would take the items that the
    classifier contradicts for typical ones. The maximum is unique, and found by L-BFGS in
    O(votes of the answered items x n_classes) a step. The constants were chosen on five data
    sets.

    References
    ----------
    .. [1] A. Gelman and J. Hill, "Data Analysis Using Regression and Multilevel/Hierarchical
       Models", Cambridge University Press, 2007, chapter 14.
    """
    n_classes = posterior.shape[1]
    design, known, cells = _design(patterns, answered)
    if len(answered) == 0:
        none = Shifts(known, np.zeros((0, n_classes)))
        return Correction(1.0, 0.0, 1.0, none, none)
    terms = [term[answered] for term in _terms(posterior, pred_probs, patterns)]
    precision = np.concatenate(
        [
            (1.0 + np.log10(patterns.sizes[known])) / _PATTERN_SD**2,
            (1.0 + np.log10(patterns.cell_sizes[cells])) / _CELL_SD**2,
        ]
    )
    fitted = _maximum(terms, design, answers.astype(np.int64), precision)
    shifts = fitted[3:].reshape(-1, n_classes)
    return Correction(
        float(fitted[0]),
        float(fitted[1]),
        float(fitted[2]),
        Shifts(known, shifts[: len(known)]),
        Shifts(cells, shifts[len(known) :]),
    )


def _design(patterns: VotePatterns, answered: IntArray) -> tuple[sp.csr_array, IntArray, IntArray]:
    """Return which shifts each answer has, and the patterns and the cells that they are of."""
    import scipy.sparse as sp

    voted = np.flatnonzero(patterns.covered[answered])
    known, place = np.unique(patterns.of[answered[voted]], return_inverse=True)
    mine = np.isin(patterns.owner, known)
    cells, column = np.unique(patterns.cells[mine], return_inverse=True)
    row = np.searchsorted(known, patterns.owner[mine])
    of_pattern = sp.csr_array(
        (np.ones(len(row)), (row, column.ravel())), shape=(len(known), len(cells))
    )
    own = sp.csr_array(
        (np.ones(len(voted)), (voted, place.ravel())), shape=(len(answered), len(known))
    )
    return sp.csr_array(sp.hstack([own, own @ of_pattern])), known, cells


def _terms(
    posterior: FloatArray, pred_probs: FloatArray | None, patterns: VotePatterns
) -> list[FloatArray]:
    """Return what is weighted: labels by votes, content beside them, labels without votes."""
    covered = patterns.covered[:, None]
    labels = _centred(posterior, _LEAST_POSTERIOR)
    content = np.zeros_like(labels) if pred_probs is None else _content(pred_probs)
    return [labels * covered, content * covered, labels * ~covered]


def _maximum(
    terms: list[FloatArray],
    design: sp.csr_array,
    answers: IntArray,
    precision: FloatArray,
) -> FloatArray:
    from scipy.optimize import minimize

    stacked = np.stack(terms)
    n_answers, n_classes = stacked.shape[1:]
    n_shifts, rows, back = len(precision), np.arange(n_answers), design.T.tocsr()
    centre = np.array([1.0, 0.0, 1.0])
    tightness = np.array([_VOTES_SD, _CONTENT_SD, _VOTES_SD]) ** -2.0

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        weights, shifts = theta[:3], theta[3:].reshape(n_shifts, n_classes)
        proba = log_normalize(np.tensordot(weights, stacked, axes=1) + design @ shifts)
        value = -safe_log(proba[rows, answers]).sum()
        value += 0.5 * (tightness * (weights - centre) ** 2).sum()
        value += 0.5 * (precision[:, None] * shifts**2).sum()
        proba[rows, answers] -= 1.0
        slope = precision[:, None] * shifts + back @ proba
        of_weights = (stacked * proba).sum(axis=(1, 2)) + tightness * (weights - centre)
        return float(value), np.concatenate([of_weights, slope.ravel()])

    shifts_size = n_shifts * n_classes
    start = np.concatenate([centre, np.zeros(n_shifts * n_classes)])
    options = {"maxiter": _MOST_STEPS}
    bounds = [(None, None)] * 2 + [(_LEAST_ALONE, None)] + [(None, None)] * shifts_size
    found: Any = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)  # type: ignore[call-overload]  # its stub has no gradient beside the value
    return np.asarray(found.x, dtype=np.float64)


def _centred(proba: FloatArray, least: float) -> FloatArray:
    logs = np.log(np.clip(proba, least, 1.0))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def _content(pred_probs: FloatArray) -> FloatArray:
    """Return what the classifier says beyond how frequent the classes are."""
    prior = np.log(np.clip(pred_probs.mean(axis=0), _LEAST_PRED_PROB, 1.0))
    scores = np.log(np.clip(pred_probs, _LEAST_PRED_PROB, 1.0)) - prior
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))
