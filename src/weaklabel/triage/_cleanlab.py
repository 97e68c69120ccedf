"""What cleanlab says of labels and items; nothing else in the package imports cleanlab."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray
from weaklabel.errors import LabelsError, MissingDependencyError

__all__ = [
    "estimated_joint",
    "feature_typicality",
    "label_issues",
    "label_quality",
    "prediction_typicality",
]

#: Items that cleanlab sees at once; its arrays then need some 10 MB for each ten classes.
_AT_ONCE = 100_000
#: Neighbors are found by comparing all pairs, within random blocks of so many items; a million
#: items of 300 dimensions take about four minutes.
_BLOCK = 2_500
#: cleanlab's own number of neighbors.
_NEIGHBORS = 10
#: Dimensions to which sparse features are reduced before neighbors are sought.
_DIMENSIONS = 50
_SCORING = {"method": "normalized_margin", "adjust_pred_probs": True}


@dataclass(frozen=True, slots=True)
class _Labelled:
    """The labelled items as cleanlab wants them: labels 0, 1, … without gaps."""

    pred_probs: FloatArray  # of all items and classes
    rows: IntArray  # items that have a label
    codes: IntArray  # the label of each, as a position in `present`
    present: IntArray  # classes that some label has, ascending

    def proba(self, part: slice) -> FloatArray:
        """Return the probabilities of some of the labelled items over the present classes."""
        return _among(self.pred_probs[self.rows[part]], self.present)


def label_quality(
    labels: CodeArray, pred_probs: FloatArray, *, at_once: int = _AT_ONCE
) -> FloatArray:
    """Return how far each label agrees with held-out probabilities.

    cleanlab's normalized margin, with the probabilities adjusted by the mean
    confidence in each class, so that rare classes are not all suspect.

    Parameters
    ----------
    labels : numpy.ndarray of int8 or int16, shape (n_items,)
        Code of each item, -1 where there is no label.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content); rows sum to 1. Never the label model's
        own posterior: its label is always right by it.
    at_once : int
        Items given to cleanlab at once, which bounds the memory; the result does
        not depend on it but for rounding.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Quality in [0, 1], low is bad; NaN where there is no label. Where all
        labels are of one class, the probability of that class.

    Raises
    ------
    LabelsError
        If the arrays do not fit each other, or a probability is not finite.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    cleanlab needs labels 0..k-1 without gaps. Classes that no label has are left
    out, and the probabilities of the others rescaled.

    References
    ----------
    .. [1] C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
       Uncertainty in Dataset Labels", JAIR 70, 2021. https://doi.org/10.1613/jair.1.12125
    """
    quality = np.full(len(labels), np.nan)
    some = _labelled(labels, pred_probs)
    if len(some.present) < 2:
        quality[some.rows] = pred_probs[some.rows, labels[some.rows]]
        return quality
    with _quiet():
        inspector = _inspector(some, at_once)
        scores = _inspect(inspector, some, at_once, count_issues=False)
    quality[some.rows] = np.clip(scores, 0.0, 1.0)
    return quality


def label_issues(
    labels: CodeArray, pred_probs: FloatArray, *, at_once: int = _AT_ONCE
) -> BoolArray:
    """Return which labels cleanlab flags as likely errors.

    Parameters
    ----------
    labels, pred_probs, at_once
        As of `label_quality`.

    Returns
    -------
    numpy.ndarray of bool, shape (n_items,)
        False where there is no label, or where all labels are of one class.

    Raises
    ------
    LabelsError
        If the arrays do not fit each other, or a probability is not finite.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    Up to `at_once` labelled items cleanlab's default filter, "prune by noise rate",
    in one process; above, its search in batches: it counts the issues, flags as many
    of the lowest quality, and takes back those on which the classifier agrees.
    Either flags a small part of the wrong labels: rank by `label_quality`, do not
    stop at the flags.
    """
    flagged = np.zeros(len(labels), dtype=np.bool_)
    some = _labelled(labels, pred_probs)
    if len(some.present) < 2:
        return flagged
    with _quiet():
        if len(some.rows) <= at_once:
            proba = some.proba(slice(None))
            flagged[some.rows] = _cleanlab().filter.find_label_issues(some.codes, proba, n_jobs=1)
            return flagged
        inspector = _inspector(some, at_once)
        scores = _inspect(inspector, some, at_once, count_issues=True)
        worst = np.argsort(scores, kind="stable")[: int(inspector.get_num_issues(silent=True))]
    flagged[some.rows[worst]] = True
    for part in _parts(len(some.rows), at_once):
        agreed = some.proba(part).argmax(axis=1) == some.codes[part]
        flagged[some.rows[part][agreed]] = False
    return flagged


def prediction_typicality(
    labels: CodeArray, pred_probs: FloatArray, *, at_once: int = _AT_ONCE
) -> FloatArray:
    """Return how well each item fits any one class, by held-out probabilities.

    cleanlab's out-of-distribution score: 1 minus the normalized entropy of the
    probabilities, adjusted by the mean confidence in each class. An item of which
    the classifier makes nothing is out of scope, garbled, or of a class that the
    schema lacks.

    Parameters
    ----------
    labels, pred_probs, at_once
        As of `label_quality`; labels serve for the adjustment alone.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        In [0, 1] for every item, labelled or not; low is odd. Where fewer than two
        classes have labels, nothing is adjusted.

    Raises
    ------
    LabelsError
        If the arrays do not fit each other, or a probability is not finite.
    MissingDependencyError
        If cleanlab is not installed.

    References
    ----------
    .. [1] U. Ghorbani et al., cleanlab ``OutOfDistribution``.
       https://docs.cleanlab.ai/stable/cleanlab/outlier.html
    """
    some = _labelled(labels, pred_probs)
    typical = np.ones(len(labels))
    if pred_probs.shape[1] < 2:
        return typical
    adjusted = len(some.present) >= 2
    classes = some.present if adjusted else np.arange(pred_probs.shape[1])
    with _quiet():
        estimator = _cleanlab().outlier.OutOfDistribution({"adjust_pred_probs": adjusted})
        if adjusted:
            inspector = _inspector(some, at_once)
            estimator.params["confident_thresholds"] = inspector.get_confident_thresholds()
        for part in _parts(len(labels), at_once):
            typical[part] = estimator.score(pred_probs=_among(pred_probs[part], classes))
    return np.clip(typical, 0.0, 1.0)


def feature_typicality(features: Any, *, seed: int = 0) -> FloatArray:
    """Return how near each item is to its neighbors in the space of features.

    cleanlab's score of the mean distance to the ten nearest neighbors: cosine
    distance, or Euclidean in up to three dimensions.

    Parameters
    ----------
    features : numpy.ndarray or scipy.sparse matrix of float, shape (n_items, n_features)
        Embeddings, numbers, TF-IDF. Sparse features are reduced to 50 dimensions
        by a truncated SVD first.
    seed : int
        Seed of the blocks and of the SVD.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        In [0, 1], low is odd; NaN where a feature is not finite; 1 for everyone
        where there are fewer than three items, or no features.

    Raises
    ------
    LabelsError
        If `features` is not two-dimensional, or not of numbers.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    Above 2,500 items neighbors are sought within random blocks of that size, so
    that time is O(n_items * 2,500 * n_features). Rows in the order of item ids
    make the blocks independent of the order in which the items came.

    References
    ----------
    .. [1] J. Kuan and J. Mueller, "Back to the Basics: Revisiting Out-of-Distribution
       Detection Baselines", 2022. https://arxiv.org/abs/2207.03061
    """
    matrix = features if hasattr(features, "tocsr") else np.asarray(features)
    if matrix.ndim != 2 or matrix.dtype.kind not in "fiub":
        raise LabelsError(
            f"features is {matrix.dtype} of shape {matrix.shape}, must be numbers of shape "
            "(n_items, n_features). Give one row for each item, and encode texts first."
        )
    dense, finite = _dense(matrix, seed)
    typical = np.where(finite, 1.0, np.nan)
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(finite))
    if len(rows) < 3 or not dense.shape[1]:
        return typical
    with _quiet():
        for block in np.array_split(rows, -(-len(rows) // _BLOCK)):
            estimator = _cleanlab().outlier.OutOfDistribution(
                {"k": min(_NEIGHBORS, len(block) - 1)}
            )
            near = dense[block].astype(np.float64)
            typical[block] = estimator.fit_score(features=near, verbose=False)
    return typical


def estimated_joint(
    labels: CodeArray, pred_probs: FloatArray, *, at_once: int = _AT_ONCE
) -> FloatArray:
    """Return cleanlab's estimate of how labels and true classes occur together.

    Parameters
    ----------
    labels, pred_probs, at_once
        As of `label_quality`.

    Returns
    -------
    numpy.ndarray of float64, shape (n_classes, n_classes)
        ``joint[a, b]`` is P(labelled ``a``, truly ``b``); sums to 1, or is all 0
        without labels. Rows and columns of classes that no label has are 0.

    Raises
    ------
    LabelsError
        If the arrays do not fit each other, or a probability is not finite.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    The confident joint of [1]_, calibrated to the counts of the labels: as good as
    the classifier, whose confident mistakes are taken for those of the labels.

    References
    ----------
    .. [1] C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
       Uncertainty in Dataset Labels", JAIR 70, 2021. https://doi.org/10.1613/jair.1.12125
    """
    some = _labelled(labels, pred_probs)
    joint = np.zeros((pred_probs.shape[1], pred_probs.shape[1]))
    if len(some.present) < 2:
        joint[some.present, some.present] = 1.0
        return joint
    count = _cleanlab().count
    with _quiet():
        thresholds = _inspector(some, at_once).get_confident_thresholds()
        confident = sum(
            count.compute_confident_joint(
                some.codes[part], some.proba(part), thresholds=thresholds, calibrate=False
            )
            for part in _parts(len(some.rows), at_once)
        )
        estimate = count.estimate_joint(some.codes, None, confident_joint=confident)
    joint[np.ix_(some.present, some.present)] = estimate
    return joint


def _labelled(labels: CodeArray, pred_probs: FloatArray) -> _Labelled:
    """Return the labelled items; raise LabelsError where cleanlab would fail."""
    if pred_probs.ndim != 2 or labels.shape != (len(pred_probs),):
        raise LabelsError(
            f"labels has shape {labels.shape} and pred_probs {pred_probs.shape}, must be (n_items,) "
            "and (n_items, n_classes). Give both for the same items."
        )
    if not (finite := np.isfinite(pred_probs).all(axis=1)).all():
        i = int(np.flatnonzero(~finite)[0])
        raise LabelsError(
            f"pred_probs[{i}] is not finite, must be probabilities. Normalize every row."
        )
    rows = np.flatnonzero(labels >= 0)
    present, codes = np.unique(labels[rows], return_inverse=True)
    if len(present) and present[-1] >= pred_probs.shape[1]:
        raise LabelsError(
            f"labels holds the class code {present[-1]}, must be in [-1, {pred_probs.shape[1]}) "
            "where -1 means no label. Give one column of pred_probs for each class."
        )
    return _Labelled(pred_probs, rows, codes.ravel().astype(np.int64), present.astype(np.int64))


def _among(proba: FloatArray, classes: IntArray) -> FloatArray:
    """Return the probabilities of `classes` alone, rescaled; even where they are all 0."""
    if len(classes) == proba.shape[1]:
        return proba
    kept = proba[:, classes]
    total = kept.sum(axis=1, keepdims=True)
    even = np.full_like(kept, 1 / max(len(classes), 1))
    return np.where(total > 0, kept / np.where(total > 0, total, 1), even)


def _parts(n: int, at_once: int) -> list[slice]:
    return [slice(start, start + at_once) for start in range(0, n, at_once)]


def _inspector(some: _Labelled, at_once: int) -> Any:
    """Return cleanlab's inspector of batches, which knows the mean confidence in each class."""
    inspector = _cleanlab().experimental.label_issues_batched.LabelInspector(
        num_class=len(some.present),
        store_results=False,
        verbose=False,
        quality_score_kwargs=_SCORING,
    )
    for part in _parts(len(some.rows), at_once):
        inspector.update_confident_thresholds(some.codes[part], some.proba(part))
    return inspector


def _inspect(inspector: Any, some: _Labelled, at_once: int, *, count_issues: bool) -> FloatArray:
    """Return the quality of every labelled item; let the inspector count the issues if asked."""
    scores = np.empty(len(some.rows))
    for part in _parts(len(some.rows), at_once):
        scores[part] = inspector.score_label_quality(
            some.codes[part], some.proba(part), update_num_issues=count_issues
        )
    return scores


def _dense(matrix: Any, seed: int) -> tuple[Any, BoolArray]:
    """Return the features as an array, and which rows of it are finite."""
    if not hasattr(matrix, "tocsr"):
        parts = [np.isfinite(matrix[p]).all(axis=1) for p in _parts(len(matrix), _BLOCK)]
        return matrix, np.concatenate([np.empty(0, np.bool_), *parts])
    from sklearn.decomposition import TruncatedSVD

    rows = matrix.tocsr().astype(np.float64)
    finite = np.ones(rows.shape[0], dtype=np.bool_)
    bad = np.flatnonzero(~np.isfinite(rows.data))
    finite[np.searchsorted(rows.indptr, bad, side="right") - 1] = False
    kept = rows[np.flatnonzero(finite)]
    if min(kept.shape) > _DIMENSIONS:
        reduced = TruncatedSVD(_DIMENSIONS, random_state=seed).fit_transform(kept)
    else:
        reduced = kept.toarray()
    dense = np.full((rows.shape[0], reduced.shape[1]), np.nan)
    dense[finite] = reduced
    return dense, finite


def _cleanlab() -> Any:
    try:
        import cleanlab.count
        import cleanlab.experimental.label_issues_batched
        import cleanlab.filter
        import cleanlab.outlier
    except ImportError as error:  # pragma: no cover - cleanlab is a dependency of the package
        raise MissingDependencyError.of("cleanlab", "rank_for_review", "all") from error
    return cleanlab


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what cleanlab prints and warns of from the user, to whom it says nothing."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
