"""refine: soft labels corrected and completed by a classifier on the items' content."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from weaklabel.core._check import check_choice, check_int, read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import match_item_ids
from weaklabel.errors import DataWarning, LabelsError

if TYPE_CHECKING:
    from weaklabel.refine._classifier import Classifier
    from weaklabel.refine._features import Transformer

__all__ = ["Refinement", "refine"]

#: Of fewer, a sample lacks rare classes or whole folds.
_FEWEST_TRAINED = 1000
#: Added to the prior that two views share: neither can rule a class out that hardly occurs.
_UNSEEN = 1e-6


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
    groups : numpy.ndarray of int64, shape (n_items,)
        Equal for items that are near-duplicates of each other, or of equal content; an
        item like no other has a number of its own. Numbers 0, 1, … by the least item id.
    content_weight : numpy.ndarray of float64, shape (n_items,)
        How far content counted beside the votes of each item, in [0, 1]; 1 where there
        are none. 0 means that the label is the label model's.
    """

    pred_probs: SoftLabels
    soft: SoftLabels
    groups: IntArray
    content_weight: FloatArray

    def __post_init__(self) -> None:
        for name in ("groups", "content_weight"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def __repr__(self) -> str:
        return f"Refinement(soft={self.soft!r}, pred_probs={self.pred_probs!r}, {self._summary()})"

    def _repr_html_(self) -> str:
        names = escape(", ".join(self.soft.schema.classes[:20]))
        return (
            f"<div><p>Refinement of {self.soft.n_items} items ({names}), {self._summary()}</p>"
            f"{self.soft._repr_html_()}{self.pred_probs._repr_html_()}</div>"
        )

    def _summary(self) -> str:
        n_groups = len(np.unique(self.groups))
        mean = float(self.content_weight.mean()) if len(self.content_weight) else 0.0
        return f"{n_groups} near-duplicate groups, content weight {mean:.2f} on average"


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
    max_trained: int | None = 1_000_000,
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
        The votes behind `soft`. Items without votes are not learned from, and their refined
        label comes from content alone. Votes also tell how far content counts beside them.
        By default all items have votes, and content counts fully.
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
    max_trained : int, optional
        With more items than this, the classifier learns from a sample of at most so many,
        about as many of each class as it has, drawn by `seed` and item id; all items are
        still predicted out of fold, in blocks, so that memory grows little. None learns
        from all, however many. At least 1000.
    seed : int
        Deals items out to folds, draws the sample, and seeds the classifier.
    progress : bool, optional
        Whether to show progress bars: for reading the texts, for near-duplicates, for
        fitting, and with a sample for predicting.

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
        If `hold_out`, `n_folds`, `max_trained`, `seed` or `classifier` is not what is allowed.

    Warns
    -----
    DataWarning
        If there are more than 500 million characters of text, of which the ends of the longest
        are then not read, or if nothing can be held out because all items are near-duplicates.
    ConvergenceWarning
        If the classifier stopped before it converged.

    Notes
    -----
    With ``q`` the label model's posterior, ``p`` the out-of-fold probability, ``pi`` the mean
    of the targets and ``w`` the item's content weight, the refined label is proportional to
    ``q * (p / pi) ** w``: votes and content are taken as independent given the class, as far
    as content was not learned from the item's own functions. ``w`` is 1 minus the largest, over
    the item's votes, of the share of items that the function votes on times its share of all
    votes for that class. So content does not contradict a function that votes on everything
    and alone for a class. Of items without votes, the probabilities of the two classifiers of
    ``hold_out="functions"`` are multiplied and divided by ``pi`` once, as each of them, having
    learned from doubtful labels, keeps too close to the prior.
    The result does not depend on the order of the items; with memory-mapped features, only up
    to rounding and the choice of near-duplicates at the threshold.

    Over ten data sets, labels of `LabelModel` and of `MajorityVote` (benchmarks/refine.py), items
    with votes gain 0.012 on average and lose at most 0.007 (spouse, F1). Full weight for content
    would lower F1 from 0.87 to 0.75 on rna_titles, where one of three functions votes on
    everything. All ten sets (youtube, sms, semeval, trec, hausa_news, rna_titles, agnews_cosine,
    chemprot, yelp, spouse) and our three examples were in view when the rule was chosen; it has
    no constant. What remains: no figure without gold tells for sure that content says
    more than the votes do, so compare both on some gold. A single function is never
    contradicted, even where content would; several that copy each other are. Labels of items
    without votes are better than the prior, not good (0.47 on trec, 0.33 on chemprot), and
    on 67 comments that our YouTube functions leave out the classifier that sees all terms
    is right alone more often, 61 times against 56.

    Time and memory are linear in the items: on two cores a million short texts take four to six
    minutes and 6 GB, with ``max_trained=200_000`` about as long and 2 GB, and two million
    so nine minutes and 2.4 GB (benchmarks/refine.py).

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
    from weaklabel.refine._content import How, content_of, numbered_by_id, proba_by_view
    from weaklabel.refine._crossfit import assign_folds
    from weaklabel.refine._features import content_groups

    n_folds, seed = check_int("n_folds", n_folds, 2), check_int("seed", seed, 0)
    if max_trained is not None:
        max_trained = check_int(
            "max_trained", max_trained, _FEWEST_TRAINED, "None learns from all."
        )
    check_choice("hold_out", hold_out, ("functions", "items"))
    items = as_items(items, id_column)
    order = _working_order(items, features)
    known = _gold_codes(gold, soft, items.n_items)[order]
    if classifier is not None:
        check_classifier(classifier)
    content = content_of(
        items, order, features, text_columns, ignore_columns, finite=classifier is None
    )
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
    groups = content_groups(content.items, content.roles, content.given, seed, progress)
    folds = assign_folds(groups, ids, labels, n_folds, seed)
    held_out = votes if hold_out == "functions" else None
    how = How(classifier, held_out, max_trained, seed, progress)
    by_view = proba_by_view(content, targets, trained, folds, how)
    _warn_of_one_fold(int(folds.max()) + 1)
    weight = _weight(ids, votes, known)
    refined = _combined(posterior, by_view, targets[trained].mean(axis=0), weight, covered)
    back = np.argsort(order)
    return Refinement(
        SoftLabels(_mean(by_view)[back], items.item_ids, soft.schema, "refine:out-of-fold"),
        SoftLabels(refined[back], items.item_ids, soft.schema, f"refine:{soft.provenance}"),
        numbered_by_id(groups[back], items.item_ids),
        weight[back],
    )


def _working_order(items: Items, features: object) -> IntArray:
    """Return the order of the ids, as sums of floats depend on their order."""
    if isinstance(features, np.memmap):  # another order would be a copy of it in memory
        return np.arange(items.n_items)
    return np.argsort(items.item_ids, kind="stable")


def _mean(by_view: FloatArray) -> FloatArray:
    total = by_view.sum(axis=0)
    return np.asarray(total / total.sum(axis=1, keepdims=True))


def _combined(
    posterior: FloatArray,
    by_view: FloatArray,
    prior: FloatArray,
    weight: FloatArray,
    covered: BoolArray,
) -> FloatArray:
    """Return the refined labels: beside votes the mean of the views, without their product."""
    from weaklabel.refine._combine import product_rule

    refined = product_rule(posterior, _mean(by_view), prior, weight)
    alone, smoothed = by_view[0][~covered], prior + _UNSEEN
    for proba in by_view[1:]:
        alone = product_rule(alone, proba[~covered], smoothed / smoothed.sum())
    refined[~covered] = alone
    return refined


def _weight(item_ids: StringArray, votes: Votes | None, known: CodeArray) -> FloatArray:
    from weaklabel.refine._content_weight import content_weight

    if votes is None:
        return np.ones(len(item_ids))
    return content_weight(votes, item_ids, known)


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


def _warn_of_one_fold(n_folds: int) -> None:
    if n_folds < 2:
        warnings.warn(
            "all items that have labels are near-duplicates of each other, so none can be held "
            "out; the classifier says nothing. Give more diverse items.",
            DataWarning,
            stacklevel=3,
        )
