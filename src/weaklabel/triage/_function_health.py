"""function_health: whether held-out evidence bears out what the label model believes of each LF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    SoftLabels,
    StringArray,
    VoteMatrix,
)
from weaklabel.core._check import check_int
from weaklabel.core._numerics import wilson_interval
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import LabelsError, NotFittedError, VotesError
from weaklabel.triage._held_out import matching_rows, rescaled
from weaklabel.triage._reasons import function_reason, too_few_votes
from weaklabel.triage._signals import combined_posterior

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HasPrecision", "function_health"]

#: Fewer votes on different content tell nothing of a function.
_LEAST_VOTES = 5


class HasPrecision(Protocol):
    """A fitted label model that knows how far each vote can be trusted."""

    @property
    def precision_(self) -> FloatArray:
        """P(true class ``y`` | labeling function ``j`` votes ``v``), shape (n_lfs, k, k)."""
        ...


@dataclass(frozen=True, slots=True)
class _Cast:
    """The votes that were cast, as cells: one for each labeling function and class."""

    items: IntArray  # row of each vote
    codes: CodeArray  # class of each vote
    cells: IntArray  # of each vote: column * n_classes + class
    n_cells: int
    groups: IntArray  # of each vote: items of one group say the same

    def count(self, weights: FloatArray | None = None) -> FloatArray:
        """Return the sum of weights, one for each vote, over the votes of each cell."""
        return np.bincount(self.cells, weights, minlength=self.n_cells).astype(np.float64)

    def mean(self, proba: FloatArray) -> FloatArray:
        """Return the mean probability of the voted class in each cell, 0 without votes."""
        return self.count(proba[self.items, self.codes]) / np.maximum(self.count(), 1)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is known of the precision of each cell; intervals are (mean, low, high)."""

    cast: _Cast
    n_different: FloatArray  # votes on different content, at most the number of votes
    learned: FloatArray
    held_out: tuple[FloatArray, FloatArray, FloatArray]
    combined: tuple[FloatArray, FloatArray, FloatArray]
    proba: FloatArray  # held-out probabilities of all items, on the label model's scale

    @property
    def few(self) -> BoolArray:
        """Where there are too few votes to judge."""
        return self.n_different < _LEAST_VOTES

    @property
    def looks_wrong(self) -> BoolArray:
        """Where classifier and votes together contradict what the label model believes."""
        return ~self.few & (self.combined[2] < self.learned)


def function_health(
    votes: VoteMatrix,
    soft: SoftLabels,
    pred_probs: SoftLabels,
    *,
    gold: Sequence[object] | npt.NDArray[Any] | None = None,
    model: HasPrecision | None = None,
    groups: npt.ArrayLike | None = None,
    n_suspicious: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Return what held-out evidence says of each labeling function, class by class.

    All precisions but gold's are relative to the classifier: where it cannot tell
    two classes apart, or has learned a function's mistake from all its votes, it
    contradicts the right functions and agrees with the wrong one. So a function
    counts as wrong only where the classifier and the votes of all functions
    together contradict what the label model believes of it.

    Parameters
    ----------
    votes : VoteMatrix
        Votes of ``n_lfs`` labeling functions on ``n_items`` items.
    soft : SoftLabels
        The label model's posterior of these items, in any order.
    pred_probs : SoftLabels
        Out-of-fold probabilities of these items, in any order, such as
        ``refine(...).pred_probs``. Never a label model's posterior.
    gold : sequence of str, int or None, shape (n_items,), optional
        The true class of each item of `votes`, as name or code; None, NaN or -1
        where it is unknown. Only measured against, never learned from.
    model : fitted label model, optional
        Anything with ``precision_[j, v, y]`` = P(true class ``y`` | labeling function
        ``j`` votes ``v``). Without one, or where it learns none, what it believes is
        the mean of `soft` over the votes.
    groups : array_like of int, shape (n_items,), optional
        Groups of near-duplicates, as `near_duplicate_groups` numbers them. Votes on
        one group count less in the intervals, and one of its items is shown.
    n_suspicious : int
        How many suspicious items to name, at least 0.
    seed : int
        Seed of the sample on which the classifier's scale is learned.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``lf`` and ``class``, one row for each class that a labeling
        function votes for, in the order of columns and schema, with columns

        - ``votes``: number of its votes for the class;
        - ``learned_precision``: what the label model believes, in [0, 1];
        - ``held_out_precision``, ``held_out_low``, ``held_out_high``: mean held-out
          probability of the class over these votes, on the scale of the label
          model, with its 95 % interval;
        - ``combined_precision``, ``combined_low``, ``combined_high``: the same of
          votes and classifier together, by the product rule;
        - ``gap``: learned minus held-out precision;
        - ``looks_wrong``: whether ``combined_high`` is below ``learned_precision``
          and there are at least five votes on different content;
        - ``words``: the comparison in words;
        - ``suspicious``: ids of the items whose held-out probability of the class is
          lowest, the lowest first, ties by id;

        and with `gold`, over the items with gold, ``correct``, ``incorrect``,
        ``accuracy``, ``accuracy_low`` and ``accuracy_high`` as in `lf_summary`.

    Raises
    ------
    ItemsError
        If `soft` or `pred_probs` lack an item of `votes`.
    LabelsError
        If they have other classes, `pred_probs` comes from a label model, or `gold`
        or `groups` has another length than `votes`.
    SchemaError
        If an element of `gold` is no class.
    NotFittedError
        If `model` is not fitted.
    VotesError
        If `model` is for other votes, or `votes` are soft.
    ParameterError
        If `n_suspicious` or `seed` is negative.

    Notes
    -----
    Intervals are Wilson's, for as many votes as there are groups of equal size
    (Kish's effective number). They leave out the classifier's own error. Neither
    rows nor their order in the inputs matter. Time O(n_votes log n_votes + n_items *
    n_classes).

    On the training splits of youtube, sms, semeval and trec (WRENCH), with the default
    label model, 6 of 165 rows look wrong, and in all 6 the gold precision is
    significantly below the learned one; it is in 17 of the 165. With majority vote 16
    look wrong, 14 rightly, of 52. Comparing the held-out precision alone flags 35 and
    110 rows, of which 11 and 37 rightly: with majority vote that is hardly better
    than chance.

    References
    ----------
    .. [1] A. Sedova and B. Roth, "ULF: Unsupervised Labeling Function Correction using
       Cross-Validation for Weak Supervision", EMNLP 2023. https://arxiv.org/abs/2204.06863
    .. [2] L. Kish, "Survey Sampling", Wiley, 1965 (effective sample size).

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[1]] * 40, ["ham", "spam"], ["has_link"])
    >>> soft = SoftLabels([[0.1, 0.9]] * 40, None, votes.schema)
    >>> held_out = SoftLabels([[0.05, 0.95]] * 30 + [[0.99, 0.01]] * 10, None, votes.schema)
    >>> table = function_health(votes, soft, held_out)
    >>> table.loc[("has_link", "spam"), "suspicious"]
    ('30', '31', '32', '33', '34')
    """
    votes = require_hard(votes, "function_health")
    n_suspicious, seed = check_int("n_suspicious", n_suspicious, 0), check_int("seed", seed, 0)
    truth = None if gold is None else _gold_codes(gold, votes)
    group = _group_codes(groups, votes.n_items)
    by_id = np.argsort(votes.item_ids, kind="stable")
    votes = votes.take(by_id)
    evidence = _evidence(votes, _cast(votes, group[by_id]), soft, pred_probs, model, seed)
    columns = _columns(evidence)
    if truth is not None:
        columns |= _against_gold(evidence.cast, truth[by_id])
    suspicious = _suspicious(evidence, votes.item_ids, n_suspicious)
    return _table(columns, evidence, suspicious, votes)


def _gold_codes(gold: Sequence[object] | npt.NDArray[Any], votes: VoteMatrix) -> CodeArray:
    if isinstance(gold, str) or len(gold) != votes.n_items:
        raise LabelsError(
            f"gold has {len(gold)} labels, must have {votes.n_items}, one for each item. "
            "Give None or -1 where the true class is unknown."
        )
    return votes.schema.encode(gold.tolist() if isinstance(gold, np.ndarray) else gold)


def _group_codes(groups: npt.ArrayLike | None, n_items: int) -> IntArray:
    if groups is None:
        return np.arange(n_items)
    given = np.asarray(groups)
    if given.shape != (n_items,):
        raise LabelsError(
            f"groups has shape {given.shape}, must be ({n_items},), one number for each item. "
            "Make them of the same items with near_duplicate_groups."
        )
    return np.unique(given, return_inverse=True)[1].ravel().astype(np.int64)


def _cast(votes: VoteMatrix, groups: IntArray) -> _Cast:
    items, lfs, codes = votes.entries
    cells = lfs.astype(np.int64) * votes.n_classes + codes
    return _Cast(items, codes, cells, votes.n_lfs * votes.n_classes, groups[items])


def _evidence(
    votes: VoteMatrix,
    cast: _Cast,
    soft: SoftLabels,
    pred_probs: SoftLabels,
    model: HasPrecision | None,
    seed: int,
) -> _Evidence:
    posterior, held_out = matching_rows(votes, soft, pred_probs)
    covered = votes.covered
    proba = held_out.copy()
    proba[covered] = rescaled(held_out[covered], posterior[covered], seed=seed)
    prior = posterior[covered].mean(axis=0) if covered.any() else np.ones(votes.n_classes)
    combined = cast.mean(combined_posterior(posterior, proba, prior))
    n_different = _effective_votes(cast)
    return _Evidence(
        cast,
        n_different,
        _learned(model, votes, cast.mean(posterior)),
        _with_interval(cast.mean(proba), n_different),
        _with_interval(combined, n_different),
        proba,
    )


def _effective_votes(cast: _Cast) -> FloatArray:
    """Return Kish's effective number of groups in each cell: n^2 / sum of squared sizes."""
    n_groups = int(cast.groups.max(initial=0)) + 1
    pairs, sizes = np.unique(cast.cells * n_groups + cast.groups, return_counts=True)
    squares = np.bincount(pairs // n_groups, sizes.astype(np.float64) ** 2, cast.n_cells)
    return np.asarray(cast.count() ** 2 / np.maximum(squares, 1))


def _with_interval(mean: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return mean, *wilson_interval(mean * n, n)


def _learned(model: HasPrecision | None, votes: VoteMatrix, by_soft: FloatArray) -> FloatArray:
    """Return what the label model believes of each cell; `by_soft` where it believes nothing."""
    if model is None:
        return by_soft
    precision = getattr(model, "precision_", None)
    if precision is None:
        if getattr(model, "class_prior_", None) is not None:
            return by_soft
        raise NotFittedError(f"{type(model).__name__} is not fitted. Call fit(votes) first.")
    learned, k = np.asarray(precision, dtype=np.float64), votes.n_classes
    if learned.shape != (votes.n_lfs, k, k):
        raise VotesError(
            f"precision_ of the model has shape {learned.shape}, must be "
            f"({votes.n_lfs}, {k}, {k}). Give the model that was fitted on these votes."
        )
    diagonal = learned[:, np.arange(k), np.arange(k)].ravel()
    return np.where(np.isnan(diagonal), by_soft, diagonal)


def _columns(evidence: _Evidence) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "votes": evidence.cast.count().astype(np.int64),
        "learned_precision": evidence.learned,
    }
    for name, spans in (("held_out", evidence.held_out), ("combined", evidence.combined)):
        columns |= zip((f"{name}_precision", f"{name}_low", f"{name}_high"), spans, strict=True)
    columns["gap"] = evidence.learned - evidence.held_out[0]
    columns["looks_wrong"] = evidence.looks_wrong
    return columns


def _against_gold(cast: _Cast, gold: CodeArray) -> dict[str, Any]:
    known = gold[cast.items] >= 0
    judged = cast.count(known.astype(np.float64))
    correct = cast.count((gold[cast.items] == cast.codes).astype(np.float64))
    low, high = wilson_interval(correct, judged)
    return {
        "correct": correct.astype(np.int64),
        "incorrect": (judged - correct).astype(np.int64),
        "accuracy": np.where(judged > 0, correct / np.maximum(judged, 1), np.nan),
        "accuracy_low": low,
        "accuracy_high": high,
    }


def _suspicious(evidence: _Evidence, item_ids: StringArray, n: int) -> list[tuple[str, ...]]:
    """Return for each cell the ids of its least probable items, one for each group."""
    cast = evidence.cast
    proba = evidence.proba[cast.items, cast.codes]
    order = np.lexsort((cast.items, proba, cast.cells))
    ends = np.cumsum(cast.count().astype(np.int64))
    shown: list[tuple[str, ...]] = []
    for votes in np.split(order, ends[:-1]):
        first = np.sort(np.unique(cast.groups[votes], return_index=True)[1])[:n]
        shown.append(tuple(item_ids[cast.items[votes[first]]].tolist()))
    return shown


def _table(
    columns: dict[str, Any],
    evidence: _Evidence,
    suspicious: list[tuple[str, ...]],
    votes: VoteMatrix,
) -> pd.DataFrame:
    import pandas as pd

    cells = np.flatnonzero(evidence.cast.count() > 0)
    k = votes.n_classes
    names = [(votes.lf_names[c // k], votes.schema.classes[c % k]) for c in cells.tolist()]
    table = pd.DataFrame(
        {name: values[cells] for name, values in columns.items()},
        index=pd.MultiIndex.from_tuples(names, names=["lf", "class"]),
    )
    table["words"] = [_words(evidence, c) for c in cells.tolist()]
    table["suspicious"] = [suspicious[c] for c in cells.tolist()]
    return table


def _words(evidence: _Evidence, cell: int) -> str:
    if evidence.few[cell]:
        return too_few_votes(int(evidence.cast.count()[cell]))
    mean, low, high = (float(values[cell]) for values in evidence.held_out)
    both, both_low, both_high = (float(values[cell]) for values in evidence.combined)
    return function_reason(
        (mean, low, high), (both, both_low, both_high), float(evidence.learned[cell])
    )
