"""ReviewState: what is known of every item and of the answers so far, ready for triage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from weaklabel.core import (
    BoolArray,
    CodeArray,
    DecisionLog,
    FloatArray,
    IntArray,
    LabelSchema,
    SoftLabels,
    StringArray,
    VoteMatrix,
)
from weaklabel.core._check import check_type
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import log_normalize, margin, safe_log
from weaklabel.errors import LabelsError
from weaklabel.triage._correction import base_posterior
from weaklabel.triage._error_odds import suspicion
from weaklabel.triage._vote_patterns import VotePatterns, patterns_of

__all__ = ["ReviewState", "review_state"]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewState:
    """What is known of every item and of the answers so far, in the order of the item ids.

    Attributes
    ----------
    item_ids : numpy.ndarray of StringDType, shape (n_items,)
        Ascending.
    posterior, pred_probs, proposed : numpy.ndarray of float64, shape (n_items, n_classes)
        The labels before answers (`base_posterior`), out-of-fold probabilities, what the
        reviewer is shown.
    labels : numpy.ndarray of int, shape (n_items,)
        The label whose rightness is in question: the posterior's first. Never what is shown,
        which may have learned the item's own answer.
    covered, open_ : numpy.ndarray of bool, shape (n_items,)
        Which items have a vote, and which nobody answered or skipped.
    disputed : numpy.ndarray of int64, shape (n_disputed,)
        Positions of the items on whose class reviewers disagree.
    patterns : VotePatterns
        The votes of the items.
    n_reviewed : numpy.ndarray of int64, shape (n_patterns,)
        Answers to items of each pattern.
    features : numpy.ndarray of float64, shape (n_items, 4)
        `suspicion` of the label by four signals.
    answered : numpy.ndarray of int64, shape (n_answers,)
        Positions of the items on whose class reviewers agree.
    answers : numpy.ndarray of int, shape (n_answers,)
        That class.
    wrong : numpy.ndarray of bool, shape (n_answers,)
        Whether it is another than the label.
    n_answers, n_wrong : mapping of str to int
        Answers of each stratum, and those that found the label wrong.
    schema : LabelSchema
        The classes.
    """

    item_ids: StringArray
    posterior: FloatArray
    pred_probs: FloatArray
    proposed: FloatArray
    labels: CodeArray
    covered: BoolArray
    open_: BoolArray
    disputed: IntArray
    patterns: VotePatterns
    n_reviewed: IntArray
    features: FloatArray
    answered: IntArray
    answers: CodeArray
    wrong: BoolArray
    n_answers: Mapping[str, int]
    n_wrong: Mapping[str, int]
    schema: LabelSchema


def review_state(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    proposed: SoftLabels,
    decisions: DecisionLog,
) -> ReviewState:
    """Return what is known, checked.

    Parameters
    ----------
    soft, votes, pred_probs, proposed, decisions
        As in `rank_for_review`.

    Raises
    ------
    ItemsError, LabelsError, DecisionsError, ParameterError
        As `rank_for_review` says.
    """
    _check(soft, votes, pred_probs, proposed, decisions)
    order = np.argsort(soft.item_ids, kind="stable")
    ids = soft.item_ids[order]
    rows = match_item_ids(ids, votes.item_ids, "votes")
    covered, patterns = votes.covered[rows], patterns_of(votes, rows)
    posterior = soft.posterior[order]
    held_out = pred_probs.posterior[match_item_ids(ids, pred_probs.item_ids, "pred_probs")]
    shown = proposed.posterior[match_item_ids(ids, proposed.item_ids, "proposed labels")]
    posterior = base_posterior(posterior, held_out, covered)
    labels = posterior.argmax(axis=1).astype(soft.schema.dtype)
    gold = decisions.gold(ids.tolist(), soft.schema)
    answered = np.flatnonzero(gold >= 0)
    wrong = gold[answered] != labels[answered]
    closed = {decision.item_id for decision in decisions.on_items}
    disputed = set(decisions.disputed())
    n_answers, n_wrong = _by_stratum(decisions, ids[answered].tolist(), wrong)
    return ReviewState(
        ids,
        posterior,
        held_out,
        shown,
        labels,
        covered,
        np.array([key not in closed for key in ids.tolist()], dtype=np.bool_),
        np.flatnonzero([key in disputed for key in ids.tolist()]),
        patterns,
        np.bincount(patterns.of[answered], minlength=patterns.n_patterns),
        suspicion(_signals(posterior, held_out, labels, covered)),
        answered,
        gold[answered],
        wrong,
        n_answers,
        n_wrong,
        soft.schema,
    )


def _signals(
    posterior: FloatArray, pred_probs: FloatArray, labels: CodeArray, covered: BoolArray
) -> FloatArray:
    """Return four signals that a label is right; NaN where there is no vote to go by."""
    from weaklabel.triage._cleanlab import label_quality

    rows = np.arange(len(labels))
    prior = pred_probs.mean(axis=0)
    both = log_normalize(safe_log(posterior) + safe_log(pred_probs) - safe_log(prior))
    both = np.where(covered[:, None], both, pred_probs)
    silent = np.where(covered, 0.0, np.nan)
    return np.column_stack(
        [
            margin(posterior) + silent,
            label_quality(_labelled(labels, covered), pred_probs),
            both[rows, labels],
            posterior[rows, labels] + silent,
        ]
    )


def _labelled(labels: CodeArray, covered: BoolArray) -> CodeArray:
    """Return the labels of covered items, -1 for the others."""
    found = labels.copy()
    found[~covered] = -1
    return found


def _by_stratum(
    decisions: DecisionLog, answered: list[str], wrong: BoolArray
) -> tuple[dict[str, int], dict[str, int]]:
    """Count answers, and those that found a wrong label, by the stratum that chose the item."""
    chosen_by: dict[str, str] = {}
    for decision in decisions:
        if decision.can_stand and not decision.gold:  # the first one, not who settled it
            chosen_by.setdefault(decision.item_id, decision.stratum)
    n_answers: dict[str, int] = {}
    n_wrong: dict[str, int] = {}
    for key, is_wrong in zip(answered, wrong.tolist(), strict=True):
        stratum = chosen_by[key]
        n_answers[stratum] = n_answers.get(stratum, 0) + 1
        n_wrong[stratum] = n_wrong.get(stratum, 0) + is_wrong
    return n_answers, n_wrong


def _check(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    proposed: SoftLabels,
    decisions: DecisionLog,
) -> None:
    check_type("soft", soft, SoftLabels)
    check_type("pred_probs", pred_probs, SoftLabels)
    check_type("proposed", proposed, SoftLabels)
    check_type("decisions", decisions, DecisionLog)
    for name, noun in (("votes", votes), ("pred_probs", pred_probs), ("proposed", proposed)):
        if noun.schema != soft.schema:
            raise LabelsError(
                f"{name} has classes {list(noun.schema.classes)}, must have those of soft, "
                f"{list(soft.schema.classes)}. Use the same schema throughout."
            )
    if pred_probs is soft or pred_probs.provenance.startswith("model:"):
        raise LabelsError(
            f"pred_probs comes from {pred_probs.provenance!r}, must be out-of-fold probabilities of a "
            "classifier. Use refine(...).pred_probs."
        )
