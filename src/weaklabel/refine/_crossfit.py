"""Cross-fitting: every item is predicted by classifiers that saw neither it nor a near-duplicate."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray, StringArray
from weaklabel.progress import track
from weaklabel.refine._classifier import Classifier, fit_predict, fit_predict_soft
from weaklabel.refine._features import Features

__all__ = ["assign_folds", "out_of_fold"]

#: Each holds a few arrays of the size of the targets.
_MOST_THREADS = 4


def assign_folds(
    groups: IntArray, item_ids: StringArray, labels: CodeArray, n_folds: int, seed: int
) -> IntArray:
    """Return the fold of each item; items of one group share a fold.

    Parameters
    ----------
    groups : numpy.ndarray of int64, shape (n_items,)
        Group of each item; the numbers themselves do not matter.
    item_ids : numpy.ndarray of StringDType, shape (n_items,)
        Distinct ids. A group is known by its least id, never by its position.
    labels : numpy.ndarray of int, shape (n_items,)
        Class of each item that is trained on, -1 for the others.
    n_folds : int
        Number of folds; fewer are made if fewer groups have a labelled item.
    seed : int
        Another seed deals the groups out differently.

    Returns
    -------
    numpy.ndarray of int64, shape (n_items,)
        Folds 0, 1, …; -1 for items of groups in which nothing is trained on.

    Notes
    -----
    Groups are dealt out from the largest to the smallest, those of equal size by
    the hash of their least id, each to the fold that has the fewest items of the
    group's most frequent class.
    """
    _, inverse = np.unique(groups, return_inverse=True)
    inverse = inverse.ravel()
    n_groups = int(inverse.max()) + 1 if len(inverse) else 0
    trained = labels >= 0
    n_classes = int(labels.max(initial=0)) + 1
    cells = inverse[trained] * n_classes + labels[trained].astype(np.int64)
    counts = np.bincount(cells, minlength=n_groups * n_classes).reshape(n_groups, n_classes)
    sizes, strata = counts.sum(axis=1), counts.argmax(axis=1)
    ranks = _hash_ranks(inverse, item_ids, n_groups, seed)
    dealt = [int(g) for g in np.lexsort((ranks, -sizes)) if sizes[g] > 0]
    n_folds = min(n_folds, len(dealt))
    load = np.zeros((max(n_folds, 1), n_classes), dtype=np.int64)
    total = np.zeros(max(n_folds, 1), dtype=np.int64)
    fold = np.full(n_groups, -1, dtype=np.int64)
    for g in dealt:
        fold[g] = chosen = np.lexsort((total, load[:, strata[g]]))[0]
        load[chosen] += counts[g]
        total[chosen] += sizes[g]
    return fold[inverse]


def out_of_fold(
    features: Features,
    targets: FloatArray,
    trained: BoolArray,
    folds: IntArray,
    classifier: Classifier | None = None,
    *,
    views: Sequence[BoolArray | None] = (None,),
    seed: int = 0,
    progress: bool | None = None,
) -> FloatArray:
    """Return the probabilities of every item by classifiers that were not trained on its group.

    Parameters
    ----------
    features : array or sparse matrix, shape (n_items, n_features)
        What the classifier sees.
    targets : numpy.ndarray of float64, shape (n_items, n_classes)
        Soft labels; read only where `trained`.
    trained : numpy.ndarray of bool, shape (n_items,)
        Items to learn from; at least one.
    folds : numpy.ndarray of int64, shape (n_items,)
        As of `assign_folds`.
    classifier : scikit-learn classifier, optional
        Cloned for each fold and view; by default the logistic regression of
        `fit_soft_logistic`, on up to four threads.
    views : sequence of numpy.ndarray of bool, shape (n_features,), or None
        For each classifier of a fold, the features that it must not see; None for
        one that sees all. The result is the mean over the views.
    seed : int
        For classifiers that draw random numbers.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Rows sum to 1. Items of fold -1 get the mean over the classifiers of all
        folds. With a single fold, nothing is held out to learn from, so every
        item gets the mean of the targets.
    """
    n_folds = int(folds.max()) + 1
    if n_folds < 2:
        return np.tile(targets[trained].mean(axis=0), (len(targets), 1))
    proba = np.zeros(targets.shape)
    apart = np.flatnonzero(folds < 0)

    jobs = [(hidden, fold) for hidden in views for fold in range(n_folds)]

    def fit(hidden: BoolArray | None, fold: int) -> FloatArray:
        learned, wanted = trained & (folds != fold), np.r_[np.flatnonzero(folds == fold), apart]
        if classifier is None:
            return fit_predict_soft(features, targets, learned, hidden)[wanted]
        rows, seen = np.flatnonzero(learned), _without(features, hidden)
        return fit_predict(classifier, seen[rows], targets[rows], seen[wanted], seed)

    in_threads = classifier is None and hasattr(features, "indptr")
    done = _in_threads(fit, jobs) if in_threads else (fit(*job) for job in jobs)
    shown = track(done, "refining", total=len(jobs), enabled=progress)
    for (_, fold), made in zip(jobs, shown, strict=True):
        n_held_out = len(made) - len(apart)
        proba[folds == fold] += made[:n_held_out]
        proba[apart] += made[n_held_out:] / n_folds
    return np.asarray(proba / proba.sum(axis=1, keepdims=True))


def _in_threads(
    fit: Callable[[BoolArray | None, int], FloatArray],
    jobs: Sequence[tuple[BoolArray | None, int]],
) -> Iterator[FloatArray]:
    """Yield the results in the order of the jobs; sparse products let other threads run."""
    from concurrent.futures import ThreadPoolExecutor

    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships none

    # Threads of the linear algebra library would wait for each other in these: tenfold time.
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool,
    ):
        yield from pool.map(fit, *zip(*jobs, strict=True))


def _without(features: Features, hidden: BoolArray | None) -> Features:
    return features if hidden is None else features[:, np.flatnonzero(~hidden)]


def _hash_ranks(inverse: IntArray, item_ids: StringArray, n_groups: int, seed: int) -> IntArray:
    least: list[str | None] = [None] * n_groups
    for g, key in zip(inverse.tolist(), item_ids.tolist(), strict=True):
        known = least[g]
        least[g] = key if known is None or key < known else known
    digests = [
        hashlib.blake2b(f"{seed}:{key}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
        for key in least
    ]
    return np.array([int.from_bytes(d, "big") for d in digests], dtype=np.int64)
