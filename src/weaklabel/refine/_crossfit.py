"""Cross-fitting: every item is predicted by classifiers that saw neither it nor a near-duplicate."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray, StringArray
from weaklabel.progress import track
from weaklabel.refine._classifier import Classifier, Predict, fit_classifier, fit_soft
from weaklabel.refine._features import Features

__all__ = ["assign_folds", "out_of_fold", "out_of_fold_in_blocks", "sample_of"]

T = TypeVar("T")

#: Each holds a few arrays of the size of the targets.
_MOST_THREADS = 4
#: Short texts whose features take some 30 MB.
_ITEMS_AT_ONCE = 20_000


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


def sample_of(labels: CodeArray, item_ids: StringArray, n_wanted: int, seed: int) -> IntArray:
    """Return some of the labelled items, of each class about as large a share.

    Parameters
    ----------
    labels : numpy.ndarray of int, shape (n_items,)
        Class of each item that may be taken, -1 for the others.
    item_ids : numpy.ndarray of StringDType, shape (n_items,)
        Their hashes decide, so that the order of the items does not matter.
    n_wanted : int
        How many to take; all where there are no more.
    seed : int
        Another seed takes others.

    Returns
    -------
    numpy.ndarray of int64
        Positions in rising order: `n_wanted`, give or take one for each class, and at
        least one of each class that occurs.
    """
    labelled = np.flatnonzero(labels >= 0)
    if len(labelled) <= n_wanted:
        return labelled
    ranks = _hashes(item_ids[labelled].tolist(), seed)
    taken = []
    for y in np.unique(labels[labelled]):
        members = np.flatnonzero(labels[labelled] == y)
        n_taken = max(1, round(n_wanted * len(members) / len(labelled)))
        first = np.argsort(ranks[members], kind="stable")[:n_taken]
        taken.append(labelled[members[first]])
    return np.sort(np.concatenate(taken))


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
        one that sees all.
    seed : int
        For classifiers that draw random numbers.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    numpy.ndarray of float64, shape (n_views, n_items, n_classes)
        Rows sum to 1. Items of fold -1 get the mean over the classifiers of all
        folds. With a single fold, nothing is held out to learn from, so every
        item gets the mean of the targets.
    """
    n_folds = int(folds.max()) + 1
    if n_folds < 2:
        return np.tile(targets[trained].mean(axis=0), (len(views), len(targets), 1))
    proba = np.zeros((len(views), *targets.shape))
    jobs = _jobs(views, n_folds)

    def fit(job: _Job) -> FloatArray:
        learned = trained & (folds != job.fold)
        wanted = _wanted(folds, job.fold)
        if classifier is None:  # of all rows, as a part of them would be a copy
            return fit_soft(features, targets, learned, job.hidden)(features)[wanted]
        rows = np.flatnonzero(learned)
        predict = _fit_seeing(classifier, features[rows], targets[rows], job.hidden, seed)
        return predict(features[wanted])

    done = _in_threads(fit, jobs, classifier is None and hasattr(features, "indptr"))
    shown = track(done, "refining", total=len(jobs), enabled=progress)
    for job, made in zip(jobs, shown, strict=True):
        _add(proba[job.view], made, folds, job.fold, n_folds)
    return proba


def out_of_fold_in_blocks(
    features: Features,
    learned: IntArray,
    encode: Callable[[slice], Features],
    targets: FloatArray,
    folds: IntArray,
    classifier: Classifier | None = None,
    *,
    views: Sequence[BoolArray | None] = (None,),
    seed: int = 0,
    progress: bool | None = None,
) -> FloatArray:
    """Return what `out_of_fold` does, without the features of all items at once.

    Parameters
    ----------
    features : array or sparse matrix, shape (n_learned, n_features)
        Features of the items to learn from.
    learned : numpy.ndarray of int64, shape (n_learned,)
        Which items these are.
    encode : callable
        From a range of items to their features.
    targets, folds, classifier, views, seed, progress
        As of `out_of_fold`.

    Returns
    -------
    numpy.ndarray of float64, shape (n_views, n_items, n_classes)
        As of `out_of_fold`. Items whose fold holds everything that is learned from get the
        mean of the targets.
    """
    n_folds = int(folds.max()) + 1
    if n_folds < 2:
        return np.tile(targets[learned].mean(axis=0), (len(views), len(targets), 1))
    jobs, known, fold_of = _jobs(views, n_folds), targets[learned], folds[learned]

    def fit(job: _Job) -> Predict:
        kept = fold_of != job.fold
        if not kept.any():
            mean = known.mean(axis=0)
            return lambda rows: np.tile(mean, (rows.shape[0], 1))
        if classifier is None:
            return fit_soft(features, known, kept, job.hidden)
        rows = np.flatnonzero(kept)
        return _fit_seeing(classifier, features[rows], known[rows], job.hidden, seed)

    done = _in_threads(fit, jobs, classifier is None and hasattr(features, "indptr"))
    predicts = list(track(done, "refining", total=len(jobs), enabled=progress))
    proba = np.zeros((len(views), *targets.shape))
    starts = range(0, len(targets), _ITEMS_AT_ONCE)
    for low in track(starts, "predicting", enabled=progress):
        block = slice(low, min(low + _ITEMS_AT_ONCE, len(targets)))
        rows = encode(block)
        for job, predict in zip(jobs, predicts, strict=True):
            made = predict(rows[_wanted(folds[block], job.fold)])
            _add(proba[job.view, block], made, folds[block], job.fold, n_folds)
    return proba


class _Job(NamedTuple):
    """One classifier: which view it has, what it must not see, and which fold it must not know."""

    view: int
    hidden: BoolArray | None
    fold: int


def _jobs(views: Sequence[BoolArray | None], n_folds: int) -> list[_Job]:
    return [_Job(v, hidden, fold) for v, hidden in enumerate(views) for fold in range(n_folds)]


def _wanted(folds: IntArray, fold: int) -> IntArray:
    """Return the items that a classifier predicts: those held out, then those of no fold."""
    return np.concatenate([np.flatnonzero(folds == fold), np.flatnonzero(folds < 0)])


def _add(proba: FloatArray, made: FloatArray, folds: IntArray, fold: int, n_folds: int) -> None:
    n_held_out = int((folds == fold).sum())
    proba[folds == fold] = made[:n_held_out]
    proba[folds < 0] += made[n_held_out:] / n_folds


def _fit_seeing(
    classifier: Classifier,
    rows: Features,
    targets: FloatArray,
    hidden: BoolArray | None,
    seed: int,
) -> Predict:
    """Return how a clone predicts that sees the features that are not hidden."""
    if hidden is None:
        return fit_classifier(classifier, rows, targets, seed)
    seen = np.flatnonzero(~hidden)
    predict = fit_classifier(classifier, rows[:, seen], targets, seed)
    return lambda wanted: predict(wanted[:, seen])


def _in_threads(
    fit: Callable[[_Job], T], jobs: Sequence[_Job], gains_from_threads: bool
) -> Iterator[T]:
    """Yield the results in the order of the jobs; sparse products let other threads run."""
    from concurrent.futures import ThreadPoolExecutor

    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships none

    if not gains_from_threads:
        yield from map(fit, jobs)
        return
    # Threads of the linear algebra library would wait for each other in these: tenfold time.
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool,
    ):
        yield from pool.map(fit, jobs)


def _hash_ranks(inverse: IntArray, item_ids: StringArray, n_groups: int, seed: int) -> IntArray:
    least: list[str | None] = [None] * n_groups
    for g, key in zip(inverse.tolist(), item_ids.tolist(), strict=True):
        known = least[g]
        least[g] = key if known is None or key < known else known
    return _hashes(least, seed)


def _hashes(keys: Iterable[str | None], seed: int) -> IntArray:
    digests = (
        hashlib.blake2b(f"{seed}:{key}".encode("utf-8", "surrogatepass"), digest_size=7).digest()
        for key in keys
    )
    return np.array([int.from_bytes(d, "big") for d in digests], dtype=np.int64)
