"""What gold says of labels and of a review set; measured only, never fitted."""

from __future__ import annotations

from typing import Any

import numpy as np

from weaklabel.core import BoolArray, CodeArray, ReviewQueue, SoftLabels
from weaklabel.core._ids import match_item_ids

__all__ = ["label_accuracy", "queue_yield"]


def label_accuracy(
    soft: SoftLabels, gold: CodeArray, among: BoolArray | None = None
) -> float | None:
    """Return the share of right hard labels among items with gold; an undecided one is wrong.

    Parameters
    ----------
    soft : SoftLabels
        Labels of ``n_items`` items.
    gold : numpy.ndarray of int, shape (n_items,)
        Known codes, -1 unknown.
    among : numpy.ndarray of bool, shape (n_items,), optional
        Which items count; by default all.

    Returns
    -------
    float or None
        In [0, 1]; None if no item counts.
    """
    known = gold >= 0
    if among is not None:
        known = known & among
    return float((soft.labels[known] == gold[known]).mean()) if known.any() else None


def queue_yield(queue: ReviewQueue, soft: SoftLabels, gold: CodeArray) -> dict[str, Any]:
    """Return how many labels in the queue are wrong, against what chance would give.

    Parameters
    ----------
    queue : ReviewQueue
        The review set.
    soft : SoftLabels
        The labels that it proposes, of all items.
    gold : numpy.ndarray of int, shape (n_items,)
        Known codes of all items, -1 unknown.

    Returns
    -------
    dict
        ``reviewed`` (items in the queue that have gold), ``wrong`` (of them with a
        wrong label), ``chance`` (expected in as many random items), and the two
        first by stratum in ``by_stratum``.
    """
    known = gold >= 0
    wrong = known & (soft.labels != gold)
    rows = match_item_ids(queue.item_ids, soft.item_ids, "soft labels")
    strata = np.array(queue.strata)
    by_stratum = {
        str(s): [int(known[rows[strata == s]].sum()), int(wrong[rows[strata == s]].sum())]
        for s in dict.fromkeys(queue.strata)
    }
    reviewed = int(known[rows].sum())
    rate = float(wrong[known].mean()) if known.any() else 0.0
    return {
        "reviewed": reviewed,
        "wrong": int(wrong[rows].sum()),
        "chance": round(reviewed * rate, 2),
        "by_stratum": by_stratum,
    }
