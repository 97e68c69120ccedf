"""lf_summary: what each labeling function votes, how often, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from weaklabel.core import ABSTAIN, CodeArray, FloatArray, IntArray, LabelSchema, VoteMatrix
from weaklabel.core._numerics import wilson_interval
from weaklabel.core._soft_votes import require_hard
from weaklabel.core._sparse import SparseCodes
from weaklabel.errors import LabelsError, NotFittedError, VotesError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HasPrecision", "lf_summary"]


class HasPrecision(Protocol):
    """A fitted label model that knows how far each vote can be trusted."""

    @property
    def precision_(self) -> FloatArray:
        """P(true class ``y`` | labeling function ``j`` votes ``v``), shape (n_lfs, k, k)."""
        ...


class _Counts(NamedTuple):
    by_class: IntArray  # (n_lfs, n_classes), votes for each class
    overlaps: IntArray  # (n_lfs,), votes on items where another one votes too
    conflicts: IntArray  # (n_lfs,), votes on items where another one votes otherwise
    correct: IntArray  # (n_lfs,), votes that equal gold
    judged: IntArray  # (n_lfs,), votes on items with gold


def lf_summary(
    votes: VoteMatrix,
    gold: Sequence[object] | npt.NDArray[Any] | None = None,
    *,
    model: HasPrecision | None = None,
) -> pd.DataFrame:
    """Return one row for each labeling function: what it votes, how often, and how well.

    Coverage, overlaps and conflicts need the votes alone. Read them first: a
    labeling function without votes is broken, one with many conflicts is wrong
    or finds what the others miss.

    Parameters
    ----------
    votes : VoteMatrix
        Votes of ``n_lfs`` labeling functions on ``n_items`` items.
    gold : sequence of str, int or None, shape (n_items,), optional
        The true class of each item, as name or code; None, NaN or -1 where it
        is unknown. Only measured against, never learned from.
    model : fitted label model, optional
        Anything with ``precision_[j, v, y]`` = P(true class ``y`` | labeling
        function ``j`` votes ``v``), float64 of shape (n_lfs, n_classes, n_classes).

    Returns
    -------
    pandas.DataFrame
        Indexed by the name of the labeling function, with columns

        - ``polarity``: names of the classes it ever votes for, in the order of the schema;
        - ``votes``: number of its votes;
        - ``coverage``: fraction of all items on which it votes, in [0, 1];
        - ``overlaps``: fraction of all items on which it and another one vote;
        - ``conflicts``: fraction of all items on which it votes and another one votes otherwise;

        and with `gold`, over the items with gold on which it votes,

        - ``correct``, ``incorrect``: numbers of votes;
        - ``accuracy``: correct / (correct + incorrect), NaN without any;
        - ``accuracy_low``, ``accuracy_high``: its 95 % Wilson interval, 0 to 1 without any;

        and with `model`

        - ``learned_precision``: mean of ``precision_[j, v, v]`` over its votes; NaN where
          it has none, or where the model learns none.

    Raises
    ------
    LabelsError
        If `gold` has another length than `votes`.
    SchemaError
        If an element of `gold` is no class.
    NotFittedError
        If `model` is not fitted.
    VotesError
        If `model` was fitted on another number of labeling functions or classes, or
        `votes` are soft.

    Notes
    -----
    Time O(n_votes); dense votes are read column by column with three bytes of
    memory for each item, sparse votes are never made dense.

    Examples
    --------
    >>> votes = VoteMatrix.from_array(
    ...     [[1, 1], [1, 0], [-1, 0], [-1, -1]], ["ham", "spam"], ["has_link", "short"]
    ... )
    >>> lf_summary(votes)
               polarity  votes  coverage  overlaps  conflicts
    lf
    has_link       spam      2      0.50       0.5       0.25
    short     ham, spam      3      0.75       0.5       0.25
    >>> table = lf_summary(votes, gold=["spam", "spam", None, "ham"])
    >>> table[["correct", "incorrect", "accuracy"]]
              correct  incorrect  accuracy
    lf
    has_link        2          0       1.0
    short           1          1       0.5
    """
    import pandas as pd

    votes = require_hard(votes, "lf_summary")
    truth = None if gold is None else _gold_codes(gold, votes)
    store = votes.store
    counts = (
        _count_sparse(store, votes.n_classes, truth)
        if isinstance(store, SparseCodes)
        else _count_dense(store, votes.n_classes, truth)
    )
    n_votes, n_items = counts.by_class.sum(axis=1), max(votes.n_items, 1)
    columns: dict[str, Any] = {
        "polarity": [_polarity(row, votes.schema) for row in counts.by_class],
        "votes": n_votes,
        "coverage": n_votes / n_items,
        "overlaps": counts.overlaps / n_items,
        "conflicts": counts.conflicts / n_items,
    }
    if truth is not None:
        columns |= _against_gold(counts)
    if model is not None:
        columns["learned_precision"] = _learned_precision(model, counts.by_class)
    return pd.DataFrame(columns, index=pd.Index(votes.lf_names, name="lf"))


def _gold_codes(gold: Sequence[object] | npt.NDArray[Any], votes: VoteMatrix) -> CodeArray:
    if isinstance(gold, str) or len(gold) != votes.n_items:
        raise LabelsError(
            f"gold has {len(gold)} labels, must have {votes.n_items}, one for each item. "
            "Give None or -1 where the true class is unknown."
        )
    known = np.asarray(gold)
    if known.dtype.kind in "iu" and known.ndim == 1:
        wrong = (known < ABSTAIN) | (known >= votes.n_classes)
        if not wrong.any():
            return known.astype(votes.schema.dtype)
    return votes.schema.encode(gold.tolist() if isinstance(gold, np.ndarray) else gold)


def _count_dense(codes: CodeArray, n_classes: int, gold: CodeArray | None) -> _Counts:
    n_items, n_lfs = codes.shape
    first = np.full(n_items, ABSTAIN, dtype=codes.dtype)
    several = np.zeros(n_items, dtype=np.bool_)
    mixed = np.zeros(n_items, dtype=np.bool_)
    for j in range(n_lfs):
        column = codes[:, j]
        both = (column >= 0) & (first >= 0)
        several |= both
        mixed |= both & (column != first)
        np.copyto(first, column, where=first < 0)
    counts = _empty_counts(n_lfs, n_classes)
    for j in range(n_lfs):
        column = codes[:, j]
        voted = column >= 0
        counts.by_class[j] = _by_class(column, n_classes)
        counts.overlaps[j] = np.count_nonzero(voted & several)
        counts.conflicts[j] = np.count_nonzero(voted & mixed)
        if gold is not None:
            counts.correct[j] = np.count_nonzero(voted & (column == gold))
            counts.judged[j] = np.count_nonzero(voted & (gold >= 0))
    return counts


def _count_sparse(store: SparseCodes, n_classes: int, gold: CodeArray | None) -> _Counts:
    per_item = np.diff(store.indptr)
    mixed = np.zeros(store.n_items, dtype=np.bool_)
    covered = per_item > 0
    starts = store.indptr[:-1][covered]
    if len(starts):
        high = np.maximum.reduceat(store.codes, starts)
        mixed[covered] = high != np.minimum.reduceat(store.codes, starts)
    counts = _empty_counts(store.n_lfs, n_classes)
    cells = store.lfs.astype(np.int64) * n_classes + store.codes
    counts.by_class[:] = np.bincount(cells, minlength=counts.by_class.size).reshape(-1, n_classes)
    items = store.items()

    def count(chosen: npt.NDArray[np.bool_]) -> IntArray:
        return np.bincount(store.lfs[chosen], minlength=store.n_lfs)

    counts.overlaps[:] = count(per_item[items] > 1)
    counts.conflicts[:] = count(mixed[items])
    if gold is not None:
        counts.correct[:] = count(store.codes == gold[items])
        counts.judged[:] = count(gold[items] >= 0)
    return counts


def _empty_counts(n_lfs: int, n_classes: int) -> _Counts:
    by_class = np.zeros((n_lfs, n_classes), dtype=np.int64)
    overlaps, conflicts, correct, judged = np.zeros((4, n_lfs), dtype=np.int64)
    return _Counts(by_class, overlaps, conflicts, correct, judged)


def _by_class(column: CodeArray, n_classes: int) -> IntArray:
    if n_classes <= 8:  # comparing a few times reads bytes; counting makes 64-bit copies
        return np.array([np.count_nonzero(column == v) for v in range(n_classes)], dtype=np.int64)
    return np.bincount(column[column >= 0], minlength=n_classes)


def _polarity(votes_by_class: IntArray, schema: LabelSchema) -> str:
    return ", ".join(schema.classes[v] for v in np.flatnonzero(votes_by_class))


def _against_gold(counts: _Counts) -> dict[str, Any]:
    some = counts.judged > 0
    accuracy = np.where(some, counts.correct / np.maximum(counts.judged, 1), np.nan)
    low, high = wilson_interval(counts.correct, counts.judged)
    return {
        "correct": counts.correct,
        "incorrect": counts.judged - counts.correct,
        "accuracy": accuracy,
        "accuracy_low": low,
        "accuracy_high": high,
    }


def _learned_precision(model: HasPrecision, by_class: IntArray) -> FloatArray:
    n_lfs, n_classes = by_class.shape
    precision = getattr(model, "precision_", None)
    if precision is None:
        if getattr(model, "class_prior_", None) is not None:
            return np.full(n_lfs, np.nan)
        raise NotFittedError(f"{type(model).__name__} is not fitted. Call fit(votes) first.")
    learned = np.asarray(precision, dtype=np.float64)
    if learned.shape != (n_lfs, n_classes, n_classes):
        raise VotesError(
            f"precision_ of the model has shape {learned.shape}, must be "
            f"({n_lfs}, {n_classes}, {n_classes}). Give the model that was fitted on these votes."
        )
    diagonal = learned[:, np.arange(n_classes), np.arange(n_classes)]
    held = np.where(by_class > 0, diagonal, 0.0)  # precision of votes never cast may be NaN
    n_votes = by_class.sum(axis=1)
    mean = (held * by_class).sum(axis=1) / np.maximum(n_votes, 1)
    return np.where(n_votes > 0, mean, np.nan)
