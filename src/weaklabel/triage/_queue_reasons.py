"""reasons_of: why each item of a review set is there, and what an answer would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from weaklabel.core import DecisionLog, FloatArray, IntArray, VoteMatrix
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import margin
from weaklabel.triage import _reasons
from weaklabel.triage._review_state import ReviewState

__all__ = ["Evidence", "reasons_of"]

#: An answer that is expected to correct fewer other labels is not said to.
_WORTH_SAYING = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What reasons are made of.

    Attributes
    ----------
    state : ReviewState
        What is known of the items.
    wrong, gain, conflict : numpy.ndarray of float64, shape (n_items,)
        Probability that the label is wrong, how many labels of the same votes an answer is
        expected to correct, and `near_duplicate_conflict`.
    learned : bool
        Whether `wrong` is learned from answers.
    decisions : DecisionLog
        The answers so far.
    """

    state: ReviewState
    wrong: FloatArray
    gain: FloatArray
    conflict: FloatArray
    learned: bool
    decisions: DecisionLog


def reasons_of(chosen: Mapping[int, str], evidence: Evidence, votes: VoteMatrix) -> list[list[str]]:
    """Return the reasons of each chosen item, that of its stratum first.

    Parameters
    ----------
    chosen : mapping of int to str
        Positions of items with their stratum.
    evidence : Evidence
        What is known of all items.
    votes : VoteMatrix
        Their votes, in any order.
    """
    from weaklabel.triage._cleanlab import label_issues

    state = evidence.state
    labels = np.where(state.covered, state.labels, -1).astype(state.schema.dtype)
    flagged = label_issues(labels, state.pred_probs)
    rows = votes.take(match_item_ids(state.item_ids[list(chosen)], votes.item_ids, "votes"))
    counts = _reasons.vote_counts(rows.codes, votes.n_classes)
    answers = _answers(evidence.decisions)
    return [
        [
            _of_stratum(i, stratum, evidence, answers),
            *_of_item(i, stratum, bool(flagged[i]), counts[place], evidence),
        ]
        for place, (i, stratum) in enumerate(chosen.items())
    ]


def _of_stratum(
    i: int, stratum: str, evidence: Evidence, answers: Mapping[str, Mapping[str, str]]
) -> str:
    state = evidence.state
    classes, p = state.schema.classes, state.pred_probs[i]
    if stratum == "random":
        return _reasons.RANDOM
    if stratum == "disputed":
        return _reasons.disputed_reason(answers[str(state.item_ids[i])])
    if stratum == "uncovered":
        return _reasons.uncovered_reason(p, classes)
    if stratum == "contradiction":
        return _reasons.contradiction_reason(
            classes[int(state.proposed[i].argmax())], evidence.conflict[i]
        )
    if stratum == "outlier":
        return _reasons.outlier_reason(p, classes)
    n_answers = len(state.answered) if evidence.learned else 0
    return _reasons.likely_wrong_reason(evidence.wrong[i], n_answers)


def _of_item(
    i: int, stratum: str, flagged: bool, counts: IntArray, evidence: Evidence
) -> list[str]:
    state = evidence.state
    classes, label = state.schema.classes, int(state.labels[i])
    q, p, covered = state.posterior[i], state.pred_probs[i], bool(state.covered[i])
    words = [
        _same_votes(i, evidence) if covered else None,
        _undecided(i, state) if covered else None,
        _reasons.disagreement_reason(q, p, label, classes)
        if covered and int(p.argmax()) != label
        else None,
        _reasons.FLAGGED if flagged else None,
        _reasons.uncovered_reason(p, classes) if not covered and stratum != "uncovered" else None,
        _reasons.conflict_reason(counts, classes),
    ]
    return [reason for reason in words if reason is not None]


def _same_votes(i: int, evidence: Evidence) -> str | None:
    """Return what an answer is expected to change beside its own label."""
    if evidence.gain[i] < _WORTH_SAYING:
        return None
    patterns = evidence.state.patterns.of
    n_open = int((evidence.state.open_ & (patterns == patterns[i])).sum())
    return _reasons.same_votes_reason(n_open, evidence.gain[i])


def _undecided(i: int, state: ReviewState) -> str | None:
    """Return that a label is not decided, of whichever of the two labels is less so."""
    q, shown, classes = state.posterior[i], state.proposed[i], state.schema.classes
    margins = margin(np.stack([q, shown]))
    if margins.min() >= 0.5:
        return None
    if margins[1] < margins[0]:
        return _reasons.undecided_reason(shown, classes, "proposed label")
    return _reasons.undecided_reason(q, classes)


def _answers(decisions: DecisionLog) -> dict[str, dict[str, str]]:
    """Return the standing answer of each reviewer to each item, skips left out."""
    found: dict[str, dict[str, str]] = {}
    for decision in decisions.on_items:
        if decision.label is not None:
            found.setdefault(decision.item_id, {})[decision.reviewer] = decision.label
    return found
