"""What speaks for a second look at an item: one array function for each signal, high is suspect.

What cleanlab says is in ``_cleanlab``, where low is suspect; the words are in ``_reasons``.
"""

from __future__ import annotations

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray, VoteEntries
from weaklabel.core._numerics import entropy, log_normalize, margin, safe_log

__all__ = [
    "accurate_conflict",
    "combined_posterior",
    "confident_uncovered",
    "contradicted_gold",
    "disagreement",
    "label_doubt",
    "near_duplicate_conflict",
    "relative_entropy",
    "small_margin",
]


def small_margin(posterior: FloatArray) -> FloatArray:
    """Return how close the two most probable classes of each item are.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        Probabilities over at least two classes; rows sum to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        1 minus the margin, in [0, 1]; 1 on a tie.

    References
    ----------
    .. [1] T. Scheffer, C. Decomain and S. Wrobel, "Active Hidden Markov Models for
       Information Extraction", IDA 2001. https://doi.org/10.1007/3-540-44816-0_31
    """
    return np.asarray(1.0 - margin(posterior))


def relative_entropy(posterior: FloatArray) -> FloatArray:
    """Return how far the probability of each item is spread over all classes.

    Unlike the margin it tells two candidates from many.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        Probabilities over at least two classes; rows sum to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Entropy divided by that of equal probabilities, log n_classes; in [0, 1].

    References
    ----------
    .. [1] C. E. Shannon, "A Mathematical Theory of Communication", 1948.
       https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    """
    spread = entropy(posterior) / np.log(posterior.shape[1])
    return np.asarray(np.clip(spread, 0.0, 1.0) + 0.0)  # 0, never -0


def disagreement(posterior: FloatArray, pred_probs: FloatArray) -> FloatArray:
    """Return how far votes and held-out classifier contradict each other.

    Large only where both are sure, of different classes: where either hesitates, it
    half agrees with the other.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class | votes); rows sum to 1.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content); rows sum to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        ``1 - sum_y sqrt(posterior[y] * pred_probs[y])``, the squared Hellinger
        distance, in [0, 1]: 0 where both are equal, 1 where they share no class.

    References
    ----------
    .. [1] A. Bhattacharyya, "On a Measure of Divergence between Two Multinomial
       Populations", Sankhya 7(4), 1946. https://www.jstor.org/stable/25047882

    Examples
    --------
    >>> q, p = np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([[0.1, 0.9], [0.5, 0.5]])
    >>> disagreement(q, p).round(2)
    array([0.4 , 0.11])
    """
    overlap = np.sqrt(posterior * pred_probs).sum(axis=1)
    return np.asarray(np.clip(1.0 - overlap, 0.0, 1.0))


def combined_posterior(
    posterior: FloatArray, pred_probs: FloatArray, class_prior: FloatArray
) -> FloatArray:
    """Return P(true class | votes and content): the product rule, with the prior counted once.

    Parameters
    ----------
    posterior, pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        As of `disagreement`.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class) in both; sums to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Proportional to ``posterior * pred_probs / class_prior``; rows sum to 1.

    References
    ----------
    .. [1] G. E. Hinton, "Training products of experts by minimizing contrastive
       divergence", Neural Computation 14(8), 2002.
       https://doi.org/10.1162/089976602760128018
    """
    return log_normalize(safe_log(posterior) + safe_log(pred_probs) - safe_log(class_prior))


def label_doubt(labels: CodeArray, combined: FloatArray) -> FloatArray:
    """Return how improbable each label is.

    Parameters
    ----------
    labels : numpy.ndarray of int8 or int16, shape (n_items,)
        Code of each item, -1 where there is no label.
    combined : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class), such as `combined_posterior` gives; rows sum to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        1 minus the probability of the label, in [0, 1]; NaN where there is no label.
    """
    own = np.take_along_axis(combined, np.maximum(labels, 0)[:, None].astype(np.int64), axis=1)
    return np.where(labels >= 0, 1.0 - own[:, 0], np.nan)


def accurate_conflict(
    entries: VoteEntries, precision: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    """Return how far labeling functions that are usually right contradict each other.

    A vote weighs as much as its function is better than chance, so that a function
    that guesses conflicts with nobody.

    Parameters
    ----------
    entries : VoteEntries
        The votes that were cast, as `VoteMatrix.entries` gives them.
    precision : numpy.ndarray of float64, shape (n_lfs, n_classes)
        P(true class ``v`` | labeling function ``j`` votes ``v``); NaN for votes
        that are never cast.
    shape : (int, int)
        Numbers of items and of classes.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Entropy of the weighted votes over classes, as a fraction of log n_classes,
        times the weight of the best function of the runner-up class. In [0, 1]; 0
        where votes agree, or where all but one class have only functions at chance.

    Notes
    -----
    The weight is ``(precision - 1/k) / (1 - 1/k)``, not below 0. Time O(n_votes +
    n_items * n_classes). Votes of functions that copy each other weigh twice.

    Examples
    --------
    Two good functions disagree on the first item, a good and a bad one on the second:

    >>> entries = VoteEntries(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 2], np.int32),
    ...                       np.array([0, 1, 0, 1], np.int8))
    >>> precision = np.array([[0.9, 0.9], [0.9, 0.9], [0.5, 0.5]])
    >>> accurate_conflict(entries, precision, (2, 2)).round(2)
    array([0.8, 0. ])
    """
    n_items, n_classes = shape
    cells = entries.items.astype(np.int64) * n_classes + entries.codes
    chance = 1.0 / n_classes
    weight = (precision[entries.lfs, entries.codes] - chance) / (1.0 - chance)
    weight = np.clip(np.nan_to_num(weight, nan=0.0), 0.0, 1.0)
    support = np.bincount(cells, weight, minlength=n_items * n_classes).reshape(shape)
    best = np.zeros(n_items * n_classes)
    np.maximum.at(best, cells, weight)
    runner_up = np.partition(best.reshape(shape), -2, axis=1)[:, -2]
    total = support.sum(axis=1, keepdims=True)
    share = support / np.where(total > 0, total, 1.0)  # no weight at all: entropy 0
    return np.asarray(relative_entropy(share) * runner_up)


def confident_uncovered(covered: BoolArray, pred_probs: FloatArray) -> FloatArray:
    """Return how sure the held-out classifier is of items on which no labeling function votes.

    Such an item is either a cheap label, which one look confirms, or shows where the
    classifier carries a rule too far.

    Parameters
    ----------
    covered : numpy.ndarray of bool, shape (n_items,)
        Whether any labeling function votes.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content); rows sum to 1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        The largest probability, in [1 / n_classes, 1]; NaN where covered.
    """
    return np.where(covered, np.nan, pred_probs.max(axis=1, initial=0.0))


def near_duplicate_conflict(groups: IntArray, labels: CodeArray) -> FloatArray:
    """Return how many near-duplicates of each item have another label.

    Parameters
    ----------
    groups : numpy.ndarray of int64, shape (n_items,)
        Group of each item, as `near_duplicate_groups` numbers them.
    labels : numpy.ndarray of int8 or int16, shape (n_items,)
        Code of each item, -1 where there is no label.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Share of the labelled items of the group, itself among them, whose label is
        another, in [0, 1): the odd one out of four has 0.75, the others 0.25. 0
        where all agree; NaN where there is no label.

    Notes
    -----
    Time O(n_items log n_items).

    Examples
    --------
    >>> near_duplicate_conflict(np.array([0, 0, 0, 0, 1]), np.array([1, 1, 1, 0, 0], np.int8))
    array([0.25, 0.25, 0.25, 0.75, 0.  ])
    """
    conflict = np.full(len(labels), np.nan)
    rows = np.flatnonzero(labels >= 0)
    group = np.unique(groups[rows], return_inverse=True)[1].ravel()
    pairs = group * (int(labels.max(initial=0)) + 1) + labels[rows]
    same, counts = np.unique(pairs, return_inverse=True, return_counts=True)[1:]
    conflict[rows] = 1.0 - counts[same.ravel()] / np.bincount(group)[group]
    return conflict


def contradicted_gold(gold: CodeArray, posterior: FloatArray, pred_probs: FloatArray) -> FloatArray:
    """Return how sure votes and classifier both are of one class other than the gold label.

    People err as well: where everything else agrees on another class, an answer
    deserves a second look before it teaches the label model.

    Parameters
    ----------
    gold : numpy.ndarray of int8 or int16, shape (n_items,)
        The class a person gave, -1 where unknown.
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class | votes), learned without this item's gold label.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content).

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Largest over the other classes of the smaller of both probabilities, in
        [0, 1]; NaN where gold is unknown.

    Examples
    --------
    >>> q, p = np.array([[0.1, 0.9], [0.1, 0.9]]), np.array([[0.2, 0.8], [0.7, 0.3]])
    >>> contradicted_gold(np.array([0, 0], np.int8), q, p)
    array([0.8, 0.3])
    """
    both = np.minimum(posterior, pred_probs)
    known = np.flatnonzero(gold >= 0)
    both[known, gold[known]] = 0.0
    return np.where(gold >= 0, both.max(axis=1, initial=0.0), np.nan)
