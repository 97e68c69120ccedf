"""content_weight: how far a classifier tells more of an item than the item's own votes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray, StringArray, Votes
from weaklabel.core._ids import match_item_ids
from weaklabel.core._votes import VoteMatrix

__all__ = ["content_weight"]


class _Cast(NamedTuple):
    """Votes on the items, in their order: codes, or where votes are soft a probability each."""

    items: IntArray
    lfs: npt.NDArray[np.int32]
    codes: CodeArray  # empty where votes are soft
    proba: FloatArray | None


def content_weight(votes: Votes, item_ids: StringArray, known: CodeArray) -> FloatArray:
    """Return the weight that a classifier's evidence deserves beside the votes of each item.

    A classifier that learned a class from one function alone repeats that function: beside
    the function's own vote it would count it twice. So a vote leaves the less to the
    classifier, the more of what the classifier learned came from the function that cast it.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        The votes that the classifier's targets were made of.
    item_ids : numpy.ndarray of StringDType, shape (n_items,)
        The items, all of them in `votes`.
    known : numpy.ndarray of int, shape (n_items,)
        Class of the items that were learned from with a gold label, else -1.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        In [0, 1]: 1 minus the largest, over the item's votes, of *coverage* times *share*.
        Coverage is the fraction of the items learned from on which the function's vote was;
        share is its fraction of the votes, and of the gold labels, for the class voted for.
        1 for items without votes.

    Notes
    -----
    No constant is in it. Both factors are needed: with share alone, a set with one function
    for each class learns nothing from content; with coverage alone, one in which all functions
    vote on everything. Copies of a function pass for several, so leave copies out.
    """
    cast = _cast(votes, item_ids)
    covered = np.bincount(cast.items, minlength=len(item_ids)) > 0
    n_learned = int((covered | (known >= 0)).sum())
    taught = known[cast.items] < 0
    coverage = np.bincount(cast.lfs[taught], minlength=votes.n_lfs) / max(n_learned, 1)
    by_class = _by_class(cast, taught, votes.n_lfs, votes.n_classes)
    total = by_class.sum(axis=0) + np.bincount(known[known >= 0], minlength=votes.n_classes)
    repeated = coverage[:, None] * by_class / np.maximum(total, 1e-12)
    worst = np.zeros(len(item_ids))
    np.maximum.at(worst, cast.items, _looked_up(repeated, cast))
    return np.asarray(np.clip(1.0 - worst, 0.0, 1.0))


def _cast(votes: Votes, item_ids: StringArray) -> _Cast:
    place = np.full(votes.n_items, -1)
    place[match_item_ids(item_ids, votes.item_ids, "votes")] = np.arange(len(item_ids))
    if isinstance(votes, VoteMatrix):
        entries = votes.entries
        kept = np.flatnonzero(place[entries.items] >= 0)
        codes = entries.codes[kept]
        return _Cast(place[entries.items[kept]], entries.lfs[kept], codes, None)
    items = place[votes.items]
    order = np.argsort(items, kind="stable")  # sums of floats depend on their order
    kept = order[items[order] >= 0]
    return _Cast(items[kept], votes.lfs[kept], np.empty(0, np.int16), votes.proba[kept])


def _by_class(cast: _Cast, taught: BoolArray, n_lfs: int, n_classes: int) -> FloatArray:
    """Return how many votes of each function were for each class, shape (n_lfs, n_classes)."""
    lfs = cast.lfs[taught].astype(np.int64)
    if cast.proba is None:
        cells = lfs * n_classes + cast.codes[taught].astype(np.int64)
        counts = np.bincount(cells, minlength=n_lfs * n_classes)
        return counts.reshape(n_lfs, n_classes).astype(np.float64)
    columns = [
        np.bincount(lfs, weights=cast.proba[taught, y], minlength=n_lfs) for y in range(n_classes)
    ]
    return np.stack(columns, axis=1)


def _looked_up(repeated: FloatArray, cast: _Cast) -> FloatArray:
    """Return the value of each vote; of a soft one, the mean over its classes."""
    if cast.proba is None:
        return np.asarray(repeated[cast.lfs, cast.codes])
    return np.asarray((cast.proba * repeated[cast.lfs]).sum(axis=1))
