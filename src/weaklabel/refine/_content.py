"""What items say, and what classifiers that were not trained on them make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray, Items, StringArray, Votes
from weaklabel.refine._classifier import Classifier
from weaklabel.refine._columns import ColumnRoles, column_roles
from weaklabel.refine._crossfit import out_of_fold, out_of_fold_in_blocks, sample_of
from weaklabel.refine._features import (
    Features,
    check_finite,
    fit_features,
    given_features,
    item_features,
)
from weaklabel.refine._long_texts import shortened
from weaklabel.refine._rule_terms import rule_terms, vote_pattern

__all__ = ["Content", "How", "content_of", "numbered_by_id", "proba_by_view"]


class Content(NamedTuple):
    """The items, what their columns are used as, and the caller's own features of them."""

    items: Items
    roles: ColumnRoles
    given: Features | None


class How(NamedTuple):
    """How the classifiers are made."""

    classifier: Classifier | None
    held_out: Votes | None
    max_trained: int | None
    seed: int
    progress: bool | None


def content_of(
    items: Items,
    order: IntArray,
    features: Any,
    text_columns: Sequence[str] | None,
    ignore_columns: Sequence[str],
    *,
    finite: bool,
) -> Content:
    """Return the content of the items, in `order`; features must be finite where `finite`."""
    roles = column_roles(items, text_columns, ignore_columns)
    whole, items = items, shortened(items, roles.texts)
    if features is None:
        return Content(items.take(order), roles, None)
    given = given_features(features, whole, text_columns)
    if finite:
        check_finite(given)
    if (order == np.arange(len(order))).all():  # a copy only where the order is another
        return Content(items, roles, given)
    return Content(items.take(order), roles, given[order])


def proba_by_view(
    content: Content, targets: FloatArray, trained: BoolArray, folds: IntArray, how: How
) -> FloatArray:
    """Return the out-of-fold probabilities of all items by each classifier.

    Parameters
    ----------
    content : Content
        With more items than ``how.max_trained``, a sample is learned from, and features
        of all of them are never in memory at once.
    targets, trained, folds
        As of `out_of_fold`.
    how : How
        ``how.held_out`` are the votes whose terms a second classifier must not see.

    Returns
    -------
    numpy.ndarray of float64, shape (n_views, n_items, n_classes)
        One or two views: with all features, and without the terms that give votes away.
    """
    if how.max_trained is None or content.items.n_items <= how.max_trained:
        return _by_all(content, targets, trained, folds, how)
    return _by_sample(content, targets, trained, folds, how.max_trained, how)


def numbered_by_id(groups: IntArray, item_ids: StringArray) -> IntArray:
    """Return the groups numbered by their least item id, whatever the order of the items."""
    by_id = np.argsort(item_ids, kind="stable")
    _, first, inverse = np.unique(groups[by_id], return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    numbered = np.empty(len(groups), dtype=np.int64)
    numbered[by_id] = number[inverse.ravel()]
    return numbered


def _by_all(
    content: Content, targets: FloatArray, trained: BoolArray, folds: IntArray, how: How
) -> FloatArray:
    """Return out-of-fold probabilities by view, with the features of all items in memory."""
    matrix = content.given
    if matrix is None:
        matrix = item_features(content.items, content.roles, how.progress)
    return out_of_fold(
        matrix,
        targets,
        trained,
        folds,
        how.classifier,
        views=_views(matrix, content.items.item_ids, how),
        seed=how.seed,
        progress=how.progress,
    )


def _by_sample(
    content: Content,
    targets: FloatArray,
    trained: BoolArray,
    folds: IntArray,
    max_trained: int,
    how: How,
) -> FloatArray:
    """Return out-of-fold probabilities by view, with the features of a sample in memory."""
    items = content.items
    labels = np.where(trained, targets.argmax(axis=1), -1)
    learned = sample_of(labels, items.item_ids, max_trained, how.seed)
    matrix, encode = _sampled(content, learned, how.progress)
    return out_of_fold_in_blocks(
        matrix,
        learned,
        encode,
        targets,
        folds,
        how.classifier,
        views=_views(matrix, items.item_ids[learned], how),
        seed=how.seed,
        progress=how.progress,
    )


def _sampled(
    content: Content, learned: IntArray, progress: bool | None
) -> tuple[Features, Callable[[slice], Features]]:
    """Return the features of some items, and how to get those of a range of items."""
    given = content.given
    if given is not None:
        return given[learned], lambda block: given[block]
    items = content.items
    fitted = fit_features(items.take(learned), content.roles, progress)
    return fitted.matrix, lambda block: fitted.encode(items.take(np.r_[block]))


def _views(matrix: Features, item_ids: StringArray, how: How) -> list[BoolArray | None]:
    """Return what each classifier of a fold must not see."""
    if how.held_out is None or not hasattr(matrix, "indptr"):
        return [None]
    hidden = rule_terms(matrix, vote_pattern(how.held_out, item_ids), how.seed)
    # Without any term left, the second classifier would know nothing but the prior.
    return [None, hidden] if hidden.any() and not hidden.all() else [None]
