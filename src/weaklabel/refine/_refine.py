"""refine: soft labels corrected and completed by a classifier on the items' content."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

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
from weaklabel.core._check import check_choice, check_int
from weaklabel.core._ids import match_item_ids
from weaklabel.errors import DataWarning, LabelsError

if TYPE_CHECKING:
    from weaklabel.refine._classifier import Classifier
    from weaklabel.refine._columns import ColumnRoles
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
    hold_out: Literal["functions", "items"] = "functions",
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
        numbers and one-hot categories. A memory-mapped array (``numpy.load(...,
        mmap_mode="r")``) of float32 or float64 is not copied into memory.
    classifier : scikit-learn classifier, optional
        Anything with ``predict_proba``; by default logistic regression with C = 4.
    hold_out : {"functions", "items"}
        What the classifier must not lean on. With "items", an item's own label and
        those of its near-duplicates. With "functions", also, for one of two classifiers
        that count the same, the terms by which the labeling functions in `votes` vote:
        a classifier that learns a function's keyword repeats its errors. Takes
        twice as long. Without `votes`, or with dense features, the same as "items".
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
        If `hold_out`, `n_folds`, `seed` or `classifier` is not what is allowed.

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
    The result does not depend on the order of the items; with memory-mapped
    features, only up to rounding and the choice of near-duplicates at the threshold.

    Refining helps where content says more than the votes already do, which no figure
    without gold tells for sure: with few functions that hardly follow from the words it
    can lower the labels (F1 from 0.87 to 0.75 on rna_titles, three functions). Compare
    both on some gold. Time and memory are linear in the items: a million short texts take
    some four minutes and 6 GB on two cores (benchmarks/refine.py).

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
    from weaklabel.refine._classifier import check_classifier
    from weaklabel.refine._crossfit import assign_folds, out_of_fold

    n_folds, seed = check_int("n_folds", n_folds, 2), check_int("seed", seed, 0)
    check_choice("hold_out", hold_out, ("functions", "items"))
    items = as_items(items, id_column)
    order = _working_order(items, features)
    known = _gold_codes(gold, soft, items.n_items)[order]
    if classifier is not None:
        check_classifier(classifier)
    content = _content(items, features, text_columns, ignore_columns, finite=classifier is None)
    matrix, groups = _ordered(*content, items, order, seed)
    ids = items.item_ids[order]
    posterior = soft.posterior[match_item_ids(ids, soft.item_ids, "soft labels")]
    covered = _covered(ids, votes)
    targets, trained = _targets(posterior, known), covered | (known >= 0)
    if not trained.any():
        raise LabelsError(
            "no item has a vote or a gold label, must be at least one. "
            "Write a labeling function that votes on some items."
        )
    labels = np.where(trained, targets.argmax(axis=1), -1)
    folds = assign_folds(groups, ids, labels, n_folds, seed)
    _warn_of_one_fold(int(folds.max()) + 1)
    views = _views(matrix, ids, votes if hold_out == "functions" else None, seed)
    proba = out_of_fold(
        matrix, targets, trained, folds, classifier, views=views, seed=seed, progress=progress
    )
    refined = _combined(posterior, proba, targets[trained].mean(axis=0), covered)
    back = np.argsort(order)
    return Refinement(
        SoftLabels(proba[back], items.item_ids, soft.schema, "refine:out-of-fold"),
        SoftLabels(refined[back], items.item_ids, soft.schema, f"refine:{soft.provenance}"),
    )


def _working_order(items: Items, features: object) -> IntArray:
    """Return the order of the ids, as sums of floats depend on their order."""
    if isinstance(features, np.memmap):  # another order would be a copy of it in memory
        return np.arange(items.n_items)
    return np.argsort(items.item_ids, kind="stable")


def _views(
    matrix: Features, item_ids: StringArray, votes: Votes | None, seed: int
) -> list[BoolArray | None]:
    """Return what each classifier of a fold must not see."""
    from weaklabel.refine._rule_terms import rule_terms, vote_pattern

    if votes is None or not hasattr(matrix, "indptr"):
        return [None]
    hidden = rule_terms(matrix, vote_pattern(votes, item_ids), seed)
    # Without any term left, the second classifier would know nothing but the prior.
    return [None, hidden] if hidden.any() and not hidden.all() else [None]


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
    features: Any,
    text_columns: Sequence[str] | None,
    ignore_columns: Sequence[str],
    *,
    finite: bool,
) -> tuple[ColumnRoles, Features | None]:
    """Return what the columns are used as, and the caller's own features, in the items' order."""
    from weaklabel.refine._columns import column_roles
    from weaklabel.refine._features import check_finite, given_features

    roles = column_roles(items, text_columns, ignore_columns)
    if features is None:
        return roles, None
    given = given_features(features, items, text_columns)
    if finite:
        check_finite(given)
    return roles, given


def _ordered(
    roles: ColumnRoles, given: Features | None, items: Items, order: IntArray, seed: int
) -> tuple[Features, IntArray]:
    """Return features and near-duplicate groups, in the working order."""
    from weaklabel.refine._features import content_groups, item_features

    ordered = items.take(order)
    if given is None:
        matrix = item_features(ordered, roles)
    else:  # a copy only where the order is another
        matrix = given if (order == np.arange(len(order))).all() else given[order]
    return matrix, content_groups(ordered, roles, matrix, seed)


def _warn_of_one_fold(n_folds: int) -> None:
    if n_folds < 2:
        warnings.warn(
            "all items that have labels are near-duplicates of each other, so none can be held "
            "out; the classifier says nothing. Give more diverse items.",
            DataWarning,
            stacklevel=3,
        )
