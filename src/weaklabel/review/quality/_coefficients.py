"""Coefficients of agreement, from sums over items: disagreement as a share of that by chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray

__all__ = [
    "Disagreement",
    "class_disagreement",
    "class_terms",
    "item_disagreement",
    "item_terms",
    "pair_disagreement",
    "pair_terms",
]

#: An expected disagreement below this is a sum of rounding errors.
_TINY = 1e-12


class Disagreement(NamedTuple):
    """Observed and expected disagreement; a coefficient is 1 - observed / expected.

    Both are float64 of shape (n, n_coefficients), observed in [0, 1]. Where the expected one
    is 0, one class alone was ever answered, and the coefficient is undefined.
    """

    observed: FloatArray
    expected: FloatArray

    def coefficients(self) -> FloatArray:
        """Return 1 - observed / expected, NaN where that is undefined."""
        known = self.expected > _TINY
        ratio = self.observed / np.where(known, self.expected, 1.0)
        return np.where(known, 1.0 - ratio, np.nan)


def item_terms(counts: IntArray) -> FloatArray:
    """Return what each item adds to the sums of `item_disagreement`.

    Parameters
    ----------
    counts : numpy.ndarray of int64, shape (n, n_classes)
        Answers for each class; every row sums to 2 or more.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 3 + 2 * n_classes)
        1; the share of its pairs of answers that agree; the same times the number of answers;
        the share of each class; the number of answers for each class.
    """
    answers = counts.sum(axis=1, keepdims=True)
    alike = (counts * (counts - 1)).sum(axis=1, keepdims=True) / (answers - 1)
    return np.hstack([np.ones_like(alike), alike / answers, alike, counts / answers, counts])


def item_disagreement(sums: FloatArray) -> Disagreement:
    """Return the disagreement behind percent agreement, Fleiss' kappa and Krippendorff's alpha.

    Parameters
    ----------
    sums : numpy.ndarray of float64, shape (n, 3 + 2 * n_classes)
        `item_terms`, summed over some items in each row.

    Returns
    -------
    Disagreement
        Three columns. Percent agreement has an expected disagreement of 1.

    Notes
    -----
    Fleiss' kappa [1]_ for unequal numbers of answers is Gwet's [2]_: every item counts once, in
    the agreement and in the shares of the classes. Items with one answer are left out of both,
    as alpha does: whoever asks twice where labels look wrong would otherwise take the
    chance agreement from other items than the agreement. Alpha [3]_ counts every answer
    once, and corrects the chance agreement for the size of the sample.

    References
    ----------
    .. [1] J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychol. Bull.
       76(5), 1971. https://doi.org/10.1037/h0031619
    .. [2] K. L. Gwet, "Handbook of Inter-Rater Reliability", 4th ed., Advanced Analytics, 2014,
       on missing ratings.
    .. [3] K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
       https://repository.upenn.edu/asc_papers/43
    """
    k = (sums.shape[1] - 3) // 2
    n_items = np.maximum(sums[:, 0], 1.0)
    differ = 1.0 - sums[:, 1] / n_items
    shares = sums[:, 3 : 3 + k] / n_items[:, None]
    totals = sums[:, 3 + k :]
    n_answers = np.maximum(totals.sum(axis=1), 2.0)
    differ_by_answer = 1.0 - sums[:, 2] / n_answers
    by_chance = 1.0 - (totals * (totals - 1.0)).sum(axis=1) / (n_answers * (n_answers - 1.0))
    observed = np.stack([differ, differ, differ_by_answer], axis=1)
    expected = np.stack([np.ones_like(differ), 1.0 - (shares**2).sum(axis=1), by_chance], axis=1)
    return _of_items(sums[:, 0], observed, expected)


def class_terms(counts: IntArray) -> FloatArray:
    """Return `item_terms` of one class against the rest, and the answers that are not repeated.

    Parameters
    ----------
    counts : numpy.ndarray of int64, shape (n, 2)
        Answers for the class, and for any other.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 8)
        The last column is how many answers for the class a second answer to the item, drawn at
        random, contradicts.
    """
    missed = counts[:, 0] * counts[:, 1] / (counts.sum(axis=1) - 1)
    return np.hstack([item_terms(counts), missed[:, None]])


def class_disagreement(sums: FloatArray) -> Disagreement:
    """Return `item_disagreement` of one class against the rest, and that of its own answers.

    Parameters
    ----------
    sums : numpy.ndarray of float64, shape (n, 8)
        `class_terms`, summed over some items in each row.

    Returns
    -------
    Disagreement
        Four columns: percent agreement, Fleiss' kappa, Krippendorff's alpha, and the
        proportion of specific agreement [1]_, P(another answer is this class | one is).

    References
    ----------
    .. [1] D. V. Cicchetti and A. R. Feinstein, "High agreement but low kappa: II. Resolving the
       paradoxes", J. Clin. Epidemiol. 43(6), 1990. https://doi.org/10.1016/0895-4356(90)90159-M
    """
    observed, expected = item_disagreement(sums[:, :7])
    answers = sums[:, 5:6]
    missed = sums[:, 7:8] / np.maximum(answers, 1.0)
    return Disagreement(
        np.hstack([observed, missed]), np.hstack([expected, (answers > 0).astype(np.float64)])
    )


def pair_terms(first: IntArray, second: IntArray, n_classes: int) -> FloatArray:
    """Return what each item of two reviewers adds to the sums of `pair_disagreement`.

    Parameters
    ----------
    first, second : numpy.ndarray of int64, shape (n,)
        The class that either gave.
    n_classes : int
        How many classes there are.

    Returns
    -------
    numpy.ndarray of float64, shape (n, 2 + 2 * n_classes)
        1; whether they agree; the class of the first, and of the second, one-hot.
    """
    classes = np.eye(n_classes)
    agree = np.stack([np.ones(len(first)), first == second], axis=1)
    return np.hstack([agree, classes[first], classes[second]])


def pair_disagreement(sums: FloatArray) -> Disagreement:
    """Return the disagreement behind percent agreement and Cohen's kappa.

    Parameters
    ----------
    sums : numpy.ndarray of float64, shape (n, 2 + 2 * n_classes)
        `pair_terms`, summed over some items in each row.

    Returns
    -------
    Disagreement
        Two columns. Percent agreement has an expected disagreement of 1.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educ. Psychol. Meas.
       20(1), 1960. https://doi.org/10.1177/001316446002000104
    """
    k = (sums.shape[1] - 2) // 2
    n_items = np.maximum(sums[:, 0], 1.0)
    differ = 1.0 - sums[:, 1] / n_items
    chance = (sums[:, 2 : 2 + k] * sums[:, 2 + k :]).sum(axis=1) / n_items**2
    observed = np.stack([differ, differ], axis=1)
    expected = np.stack([np.ones_like(differ), 1.0 - chance], axis=1)
    return _of_items(sums[:, 0], observed, expected)


def _of_items(n_items: FloatArray, observed: FloatArray, expected: FloatArray) -> Disagreement:
    """Return the disagreement; nothing is expected, hence nothing defined, without an item."""
    some = n_items[:, None] > 0
    return Disagreement(observed, np.where(some, expected, 0.0))
