"""fit_correction: what answers say of the labels of items that nobody looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from weaklabel.core import CodeArray, FloatArray, IntArray
from weaklabel.core._numerics import log_normalize, safe_log

__all__ = ["Correction", "fit_correction"]

#: Standard deviations, before any answer, of the weight of votes around 1, of the weight of
#: content around 0, and of the shift of one class in one item's vote pattern around 0 (in nats).
_VOTES_SD, _CONTENT_SD, _PATTERN_SD = 0.3, 0.5, 1.0
#: Probabilities below are taken for these: a source that is this sure is not surer.
_LEAST_POSTERIOR, _LEAST_PRED_PROB = 1e-3, 1e-2
_MOST_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """How answers move the labels of all items.

    Parameters
    ----------
    votes_weight : float
        What the logarithm of the label model's posterior counts; 1 without answers.
    content_weight : float
        What the logarithm of the classifier's probabilities counts; 0 without answers.
    patterns : numpy.ndarray of int64, shape (n_known,)
        Vote patterns with an answer, ascending.
    shifts : numpy.ndarray of float64, shape (n_known, n_classes)
        What is added for the items of each, in nats.
    """

    votes_weight: float
    content_weight: float
    patterns: IntArray
    shifts: FloatArray

    def posterior(
        self, posterior: FloatArray, pred_probs: FloatArray | None, patterns: IntArray
    ) -> FloatArray:
        """Return the corrected posterior of items, shape (n_items, n_classes).

        Parameters
        ----------
        posterior, pred_probs, patterns
            Of any items, as in `fit_correction`.
        """
        scores = self.votes_weight * _centred(posterior, _LEAST_POSTERIOR)
        if pred_probs is not None:
            scores += self.content_weight * _content(pred_probs)
        if len(self.patterns):
            place = np.minimum(np.searchsorted(self.patterns, patterns), len(self.patterns) - 1)
            known = self.patterns[place] == patterns
            scores[known] += self.shifts[place[known]]
        return log_normalize(scores)


def fit_correction(
    posterior: FloatArray,
    pred_probs: FloatArray | None,
    patterns: IntArray,
    answered: IntArray,
    answers: CodeArray | IntArray,
) -> Correction:
    r"""Return how answers move the labels of all items.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        The label model's, made without the answers; rows sum to 1.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes), optional
        Out-of-fold probabilities of a classifier on the content; rows sum to 1.
    patterns : numpy.ndarray of int64, shape (n_items,)
        Vote pattern of each item.
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
    class of an item with vote pattern ``v`` has the probability

    .. math:: P(y) \propto q(y)^a \, (p(y) / \pi(y))^b \, e^{d_{v,y}}

    ``a``, ``b`` and the shifts ``d`` maximize the likelihood of the answers times normal priors
    around 1, 0 and 0. The prior of a shift has the variance ``1 / (1 + log10(n))`` for a pattern
    of ``n`` items: one answer does not turn hundreds of labels, several that agree do. The answers may be to items that were chosen because votes or content look wrong:
    given votes and content, which this model conditions on, the choice says nothing more of
    the class. Adding up answers by pattern, without content, would take the items that the
    classifier contradicts for typical ones. The maximum is unique, and found by L-BFGS in
    O(n_answers n_classes) a step. The constants were chosen on five data sets.
    """
    known, place = np.unique(patterns[answered], return_inverse=True)
    n_classes = posterior.shape[1]
    if len(answered) == 0:
        return Correction(1.0, 0.0, known, np.zeros((0, n_classes)))
    votes = _centred(posterior[answered], _LEAST_POSTERIOR)
    content = np.zeros_like(votes)
    if pred_probs is not None:
        content = _content(pred_probs)[answered]
    sizes = np.bincount(patterns)[known]
    precision = (1.0 + np.log10(sizes)) / _PATTERN_SD**2
    fitted = _maximum(votes, content, place.ravel(), answers.astype(np.int64), precision)
    return Correction(float(fitted[0]), float(fitted[1]), known, fitted[2:].reshape(-1, n_classes))


def _maximum(
    votes: FloatArray,
    content: FloatArray,
    place: IntArray,
    answers: IntArray,
    precision: FloatArray,
) -> FloatArray:
    from scipy.optimize import minimize

    (n_answers, n_classes), n_patterns = votes.shape, len(precision)
    rows = np.arange(n_answers)

    def loss(theta: FloatArray) -> tuple[float, FloatArray]:
        a, b, shifts = theta[0], theta[1], theta[2:].reshape(n_patterns, n_classes)
        proba = log_normalize(a * votes + b * content + shifts[place])
        value = -safe_log(proba[rows, answers]).sum()
        value += 0.5 * ((a - 1) / _VOTES_SD) ** 2 + 0.5 * (b / _CONTENT_SD) ** 2
        value += 0.5 * (precision[:, None] * shifts**2).sum()
        proba[rows, answers] -= 1.0
        slope = precision[:, None] * shifts
        np.add.at(slope, place, proba)
        of_a = (proba * votes).sum() + (a - 1) / _VOTES_SD**2
        of_b = (proba * content).sum() + b / _CONTENT_SD**2
        return float(value), np.concatenate([[of_a, of_b], slope.ravel()])

    start = np.concatenate([[1.0, 0.0], np.zeros(n_patterns * n_classes)])
    options = {"maxiter": _MOST_STEPS}
    found: Any = minimize(loss, start, jac=True, method="L-BFGS-B", options=options)  # type: ignore[call-overload]  # its stub has no gradient beside the value
    return np.asarray(found.x, dtype=np.float64)


def _centred(proba: FloatArray, least: float) -> FloatArray:
    logs = np.log(np.clip(proba, least, 1.0))
    return np.asarray(logs - logs.mean(axis=1, keepdims=True))


def _content(pred_probs: FloatArray) -> FloatArray:
    """Return what the classifier says beyond how frequent the classes are."""
    prior = np.log(np.clip(pred_probs.mean(axis=0), _LEAST_PRED_PROB, 1.0))
    scores = np.log(np.clip(pred_probs, _LEAST_PRED_PROB, 1.0)) - prior
    return np.asarray(scores - scores.mean(axis=1, keepdims=True))
