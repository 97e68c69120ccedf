"""refine: soft labels corrected and completed by a classifier on the items' content."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    Items,
    SoftLabels,
    StringArray,
    Votes,
    as_items,
)
from weaklabel.core._check import check_int
from weaklabel.core._ids import match_item_ids
from weaklabel.errors import DataWarning, LabelsError, wrong_value

if TYPE_CHECKING:
    from weaklabel.refine._classifier import Classifier
    from weaklabel.refine._features import Features, Transformer

__all__ = ["Refinement", "refine"]


@dataclass(frozen=True, slots=True, eq=False)
class Refinement:
    """What refining gives: honest probabilities, and better labels.

    Parameters
    ----------
    pred_probs : SoftLabels
        P(true class | content), every item by classifiers that were not trained
        on it; provenance "refine:out-of-fold". This is what error detection needs.
    soft : SoftLabels
        The refined labels, from votes and content.
    """

    pred_probs: SoftLabels
    soft: SoftLabels

    def __repr__(self) -> str:
        return f"Refinement(soft={self.soft!r}, pred_probs={self.pred_probs!r})"

    def _repr_html_(self) -> str:
        names = escape(", ".join(self.soft.schema.classes[:20]))
        return (
            f"<div><p>Refinement of {self.soft.n_items} items ({names})</p>"
            f"{self.soft._repr_html_()}{self.pred_probs._repr_html_()}</div>"
        )


def refine(
    soft: SoftLabels,
    items: object,
    *,
    id_column: str | None = None,
    votes: Votes | None = None,
    gold: Sequence[object] | npt.NDArray[Any] | None = None,
    text_columns: Sequence[str] | None = None,
    ignore_columns: Sequence[str] = (),
    features: npt.ArrayLike | Callable[[Items], Any] | Transformer | None = None,
    classifier: Classifier | None = None,
    n_folds: int = 5,
    seed: int = 0,
    progress: bool | None = None,
) -> Refinement:
    """Return soft labels refined by a classifier that learns them from the items' content.

    Items that look like spam but got no vote, or a wrong one, look like other
    items that got the right one. The classifier is cross-fitted: what it says of
    an item never comes from that item's own label, or a near-duplicate's.

    Parameters
    ----------
    soft : SoftLabels
        The label model's posterior, one row for each item.
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        The items, in any order; anything that `as_items` takes.
    id_column : str, optional
        The column with the ids, as when the votes were made; see `as_items`.
    votes : VoteMatrix or SoftVotes, optional
        The votes behind `soft`. Items without votes are not learned from, and
        their refined label is the classifier's alone. By default all items have votes.
    gold : sequence of str, int or None, shape (n_items,), optional
        Reviewers' decisions in the order of `items`, as names or codes; None or
        -1 where there is none. An item with one is learned from with that class
        instead of its soft label. Its own refined label stays what votes and
        content say; `build_dataset` lets decisions override it.
    text_columns : sequence of str, optional
        Columns that hold text; other strings count only with few distinct values.
    ignore_columns : sequence of str
        Columns that must not be used, such as one with gold labels.
    features : array, sparse matrix, callable or transformer, optional
        Own features of shape (n_items, n_features), a function from items to them,
        or a scikit-learn transformer (fitted on the texts if `text_columns` is
        given, else on the data frame). By default TF-IDF of texts, scaled
        numbers and one-hot categories.
    classifier : scikit-learn classifier, optional
        Anything with ``predict_proba``; by default logistic regression with C = 4.
    n_folds : int
        Number of folds, at least 2.
    seed : int
        Deals items out to folds, and seeds the classifier.
    progress : bool, optional
        Whether to show a progress bar.

    Returns
    -------
    Refinement
        In the order of `items`.

    Raises
    ------
    ItemsError
        If an item is missing from `soft` or `votes`, or no column is usable.
    LabelsError
        If `gold` or `features` do not fit the items, or nothing can be learned from.
    ParameterError
        If `n_folds`, `seed` or `classifier` is not what is allowed.

    Warns
    -----
    DataWarning
        If nothing can be held out because all items are near-duplicates.
    ConvergenceWarning
        If the classifier stopped before it converged.

    Notes
    -----
    With ``q`` the label model's posterior, ``p`` the out-of-fold probability and
    ``pi`` the mean of the targets, the refined label is proportional to
    ``q * p / pi``: votes and content are taken as independent given the class.
    The result does not depend on the order of the items.

    Examples
    --------
    Items 0 to 5 have votes; the last, which has none, reads like spam:

    >>> from weaklabel.core import LabelSchema, SoftLabels, VoteMatrix, as_items
    >>> texts = ["free money now", "free money here", "money free today",
    ...          "lovely old song", "old song, lovely", "song I love", "free money"]
    >>> items = as_items(texts)
    >>> q = np.array([[0.1, 0.9]] * 3 + [[0.9, 0.1]] * 3 + [[0.5, 0.5]])
    >>> votes = VoteMatrix.from_array([[1]] * 3 + [[0]] * 3 + [[-1]], ["ham", "spam"],
    ...                               item_ids=items.item_ids)
    >>> soft = SoftLabels(q, items.item_ids, votes.schema)
    >>> refine(soft, items, votes=votes).soft.labels
    array([1, 1, 1, 0, 0, 0, 1], dtype=int8)
    """
    n_folds, seed = check_int("n_folds", n_folds, 2), check_int("seed", seed, 0)
    items = as_items(items, id_column)
    order = np.argsort(items.item_ids, kind="stable")  # sums of floats depend on their order
    known = _gold_codes(gold, soft, items.n_items)[order]
    matrix, groups = _content(items, order, features, text_columns, ignore_columns, seed)
    model = _checked(classifier, matrix)
    ids = items.item_ids[order]
    posterior = soft.posterior[match_item_ids(ids, soft.item_ids, "soft labels")]
    covered = _covered(ids, votes)
    targets, trained = _targets(posterior, known), covered | (known >= 0)
    if not trained.any():
        raise LabelsError(
            "no item has a vote or a gold label, must be at least one. "
            "Write a labeling function that votes on some items."
        )
    from weaklabel.refine._crossfit import assign_folds, out_of_fold

    labels = np.where(trained, targets.argmax(axis=1), -1)
    folds = assign_folds(groups, ids, labels, n_folds, seed)
    _warn_of_one_fold(int(folds.max()) + 1)
    proba = out_of_fold(matrix, targets, trained, folds, model, seed=seed, progress=progress)
    refined = _combined(posterior, proba, targets[trained].mean(axis=0), covered)
    back = np.argsort(order)
    return Refinement(
        SoftLabels(proba[back], items.item_ids, soft.schema, "refine:out-of-fold"),
        SoftLabels(refined[back], items.item_ids, soft.schema, f"refine:{soft.provenance}"),
    )


def _combined(
    posterior: FloatArray, proba: FloatArray, prior: FloatArray, covered: BoolArray
) -> FloatArray:
    from weaklabel.refine._combine import product_rule

    both = product_rule(posterior, proba, prior)
    return np.where(covered[:, None], both, proba)


def _covered(item_ids: StringArray, votes: Votes | None) -> BoolArray:
    if votes is None:
        return np.ones(len(item_ids), dtype=np.bool_)
    return votes.covered[match_item_ids(item_ids, votes.item_ids, "votes")]


def _gold_codes(
    gold: Sequence[object] | npt.NDArray[Any] | None, soft: SoftLabels, n_items: int
) -> CodeArray:
    if gold is None:
        return np.full(n_items, -1, dtype=soft.schema.dtype)
    if len(gold) != n_items:
        raise LabelsError(
            f"gold has {len(gold)} labels, must have {n_items}, one for each item. "
            "Give None or -1 where there is no decision."
        )
    return soft.schema.encode(gold.tolist() if isinstance(gold, np.ndarray) else gold)


def _targets(posterior: FloatArray, known: CodeArray) -> FloatArray:
    targets = np.array(posterior)
    decided = np.flatnonzero(known >= 0)
    targets[decided] = 0.0
    targets[decided, known[decided]] = 1.0
    return targets


def _content(
    items: Items,
    order: IntArray,
    features: Any,
    text_columns: Sequence[str] | None,
    ignore_columns: Sequence[str],
    seed: int,
) -> tuple[Features, IntArray]:
    """Return features and near-duplicate groups, in the order of the item ids."""
    from weaklabel.refine._columns import column_roles
    from weaklabel.refine._features import content_groups, given_features, item_features

    ordered = items.take(order)
    roles = column_roles(ordered, text_columns, ignore_columns)
    if features is None:
        matrix = item_features(ordered, roles)
    else:
        matrix = given_features(features, items, text_columns)[order]
    return matrix, content_groups(ordered, roles, matrix, seed)


def _checked(classifier: Classifier | None, matrix: Features) -> Classifier:
    from weaklabel.refine._classifier import check_classifier, default_classifier

    if classifier is not None:
        check_classifier(classifier)
        return classifier
    values = matrix.data if hasattr(matrix, "indptr") else matrix
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = values[~np.isfinite(values)].ravel()[0]
        raise LabelsError(
            wrong_value(
                "features",
                float(bad),
                "finite everywhere",
                "Fill missing values, or pass a classifier that accepts them.",
            )
        )
    return default_classifier()


def _warn_of_one_fold(n_folds: int) -> None:
    if n_folds < 2:
        warnings.warn(
            "all items that have labels are near-duplicates of each other, so none can be held "
            "out; the classifier says nothing. Give more diverse items.",
            DataWarning,
            stacklevel=3,
        )
