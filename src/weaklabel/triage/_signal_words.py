"""signal_words: what one signal says of one item, as a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from weaklabel.core import CodeArray, FloatArray, IntArray, VoteMatrix
from weaklabel.triage import _reasons
from weaklabel.triage._signals import combined_posterior

__all__ = ["SIGNALS", "SignalEvidence", "signal_words"]


@dataclass(frozen=True, slots=True, eq=False)
class SignalEvidence:
    """What signals and their words are made of, in the order of the item ids.

    Attributes
    ----------
    votes : VoteMatrix
        The votes.
    posterior, pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        The label model's posterior, and out-of-fold probabilities.
    scaled : numpy.ndarray of float64, shape (n_items, n_classes)
        `pred_probs`, those of items with votes on the scale of `posterior`.
    prior : numpy.ndarray of float64, shape (n_classes,)
        Mean posterior of the items with votes.
    labels : numpy.ndarray of int, shape (n_items,)
        Class of each item, -1 without votes or on a tie.
    precision : numpy.ndarray of float64, shape (n_lfs, n_classes)
        Of each labeling function's votes for each class.
    gold : numpy.ndarray of int, shape (n_items,)
        Class that reviewers gave, -1 where there is none.
    groups : numpy.ndarray of int64, shape (n_items,), or None
        Near-duplicate groups.
    """

    votes: VoteMatrix
    posterior: FloatArray
    pred_probs: FloatArray
    scaled: FloatArray
    prior: FloatArray
    labels: CodeArray
    precision: FloatArray
    gold: CodeArray
    groups: IntArray | None

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self.votes.schema.classes

    def combined(self, rows: slice) -> FloatArray:
        """Return P(true class) of some items by votes and classifier together."""
        return combined_posterior(self.posterior[rows], self.scaled[rows], self.prior)


def signal_words(evidence: SignalEvidence, signal: str, i: int, value: float) -> str:
    """Return what `signal` says of the item at position `i`, "" where it is not suspect.

    Parameters
    ----------
    evidence : SignalEvidence
        What is known of the items.
    signal : str
        One of `SIGNALS`.
    i : int
        Position of the item in the order of the ids.
    value : float
        The signal's value.
    """
    return _WORDS[signal](evidence, i, value) or ""


def _near_duplicates(e: SignalEvidence, i: int) -> str | None:
    if e.groups is None:
        return None
    labels = e.labels[(e.groups == e.groups[i]) & (e.labels >= 0)]
    counts = np.bincount(labels, minlength=len(e.classes))
    return _reasons.near_duplicate_reason(int(e.labels[i]), counts, e.classes)


def _conflict(e: SignalEvidence, i: int) -> str | None:
    codes = e.votes.take([i]).codes[0]
    return _reasons.accurate_conflict_reason(e.votes.lf_names, codes, e.precision, e.classes)


_WORDS: Mapping[str, Callable[[SignalEvidence, int, float], str | None]] = {
    "small_margin": lambda e, i, _: _reasons.undecided_reason(e.posterior[i], e.classes),
    "entropy": lambda e, i, _: _reasons.entropy_reason(e.posterior[i], e.classes),
    "disagreement": lambda e, i, _: _reasons.disagreement_reason(
        e.posterior[i], e.scaled[i], int(e.labels[i]), e.classes
    ),
    "label_doubt": lambda e, i, _: _reasons.doubt_reason(
        e.combined(slice(i, i + 1))[0], int(e.labels[i]), e.classes
    ),
    "low_quality": lambda e, i, value: _reasons.quality_reason(
        1.0 - value, int(e.labels[i]), e.classes
    ),
    "label_issue": lambda *_: _reasons.FLAGGED,
    "odd_prediction": lambda e, i, _: _reasons.outlier_reason(e.pred_probs[i], e.classes),
    "odd_features": lambda *_: _reasons.FEATURE_OUTLIER,
    "near_duplicate_conflict": lambda e, i, _: _near_duplicates(e, i),
    "accurate_conflict": lambda e, i, _: _conflict(e, i),
    "confident_uncovered": lambda e, i, _: _reasons.confident_uncovered_reason(
        e.pred_probs[i], e.classes
    ),
    "contradicted_answer": lambda e, i, _: _reasons.gold_reason(
        int(e.gold[i]), e.posterior[i], e.scaled[i], e.classes
    ),
}
#: In the order of the columns of `item_signals`.
SIGNALS = tuple(_WORDS)
