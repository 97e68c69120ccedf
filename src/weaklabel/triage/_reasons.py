"""Why an item should be reviewed, in words, from rows of probabilities and votes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weaklabel.core import CodeArray, FloatArray, IntArray

__all__ = [
    "FLAGGED",
    "RANDOM",
    "conflict_reason",
    "disagreement_reason",
    "shown_classes",
    "uncovered_reason",
    "undecided_reason",
    "vote_counts",
]

FLAGGED = "flagged by cleanlab as a likely label error"
RANDOM = "random check"


def shown_classes(proba: FloatArray, classes: Sequence[str], n_shown: int = 2) -> str:
    """Return the most probable classes of one row, as in ``"spam 0.52, ham 0.48"``.

    Equally probable classes stay in the order of the schema.
    """
    best = np.argsort(-proba, kind="stable")[:n_shown]
    return ", ".join(f"{classes[y]} {proba[y]:.2f}" for y in best)


def undecided_reason(
    posterior: FloatArray, classes: Sequence[str], who: str = "label model"
) -> str:
    """Return that the label model, or `who` it is, hesitates between its first two classes.

    Examples
    --------
    >>> undecided_reason(np.array([0.48, 0.52]), ["ham", "spam"])
    'label model undecided: spam 0.52, ham 0.48'
    """
    return f"{who} undecided: {shown_classes(posterior, classes)}"


def disagreement_reason(
    posterior: FloatArray, pred_probs: FloatArray, label: int, classes: Sequence[str]
) -> str:
    """Return how the held-out classifier sees an item that the label model gives `label`.

    Where both prefer the same class, the classifier is merely unsure of it.

    Examples
    --------
    >>> q, p = np.array([0.12, 0.88]), np.array([0.97, 0.03])
    >>> disagreement_reason(q, p, 1, ["ham", "spam"])
    'held-out classifier says ham 0.97, label model spam 0.88'
    >>> disagreement_reason(q, q, 1, ["ham", "spam"])
    'held-out classifier gives the label spam only 0.88'
    """
    name = classes[label]
    if int(pred_probs.argmax()) == label:
        return f"held-out classifier gives the label {name} only {pred_probs[label]:.2f}"
    said = shown_classes(pred_probs, classes, 1)
    return f"held-out classifier says {said}, label model {name} {posterior[label]:.2f}"


def uncovered_reason(pred_probs: FloatArray, classes: Sequence[str]) -> str:
    """Return that only the classifier says something.

    Examples
    --------
    >>> uncovered_reason(np.array([0.09, 0.91]), ["ham", "spam"])
    'no labeling function votes; classifier says spam 0.91'
    """
    return f"no labeling function votes; classifier says {shown_classes(pred_probs, classes, 1)}"


def conflict_reason(counts: IntArray, classes: Sequence[str]) -> str | None:
    """Return how the votes of one item are split, None where they agree.

    Examples
    --------
    >>> conflict_reason(np.array([1, 2]), ["ham", "spam"])
    'labeling functions conflict: 2 spam, 1 ham'
    """
    voted = [int(y) for y in np.argsort(-counts, kind="stable") if counts[y] > 0]
    if len(voted) < 2:
        return None
    shown = ", ".join(f"{counts[y]} {classes[y]}" for y in voted[:4])
    more = f", {len(voted) - 4} more classes" if len(voted) > 4 else ""
    return f"labeling functions conflict: {shown}{more}"


def vote_counts(codes: CodeArray, n_classes: int) -> IntArray:
    """Return how many votes each item has for each class, shape (n_items, n_classes)."""
    items, lfs = np.nonzero(codes >= 0)
    cells = items * n_classes + codes[items, lfs]
    return np.bincount(cells, minlength=len(codes) * n_classes).reshape(len(codes), n_classes)
