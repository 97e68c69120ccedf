"""AuditSample: what a decision log says of how good labels are, as arrays over answered items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weaklabel.core import (
    ABSTAIN,
    BoolArray,
    CodeArray,
    DecisionLog,
    FloatArray,
    IntArray,
    LabelSchema,
    SoftLabels,
)
from weaklabel.errors import DecisionsError, LabelsError, wrong_value
from weaklabel.triage._intervals import Rounds

__all__ = ["NOT_KNOWN", "RANDOM_STRATUM", "AuditSample", "read_audit", "share_against"]

RANDOM_STRATUM = "random"
#: Code of a label that nobody kept; -1 is a label that was there and names no class.
NOT_KNOWN = -2


@dataclass(frozen=True, slots=True, eq=False)
class AuditSample:
    """Items of the data set that have a standing answer; arrays of shape (n_answered,).

    Parameters
    ----------
    rows : numpy.ndarray of int64
        Their rows in the labels.
    answer : numpy.ndarray of int
        Code on which all reviewers agree, -1 where they do not.
    compared : numpy.ndarray of int
        Code of the label that the answer is held against, -1 for none, -2 unknown.
    wrong : numpy.ndarray of float64
        Share of the standing answers that contradict it, in [0, 1]; NaN if unknown.
    answered_at : numpy.ndarray of int64
        Place in the log of the first answer.
    drawn_at : numpy.ndarray of int64
        Place in the log at which it was shown as a random item, -1 if never.
    n_skipped : int
        Random items that nobody answered, or passed to an expert.
    n_elsewhere : int
        Items of the log that are not in the data set.
    n_escalated : int
        Random items that nobody answered, and somebody passed to an expert.
    """

    rows: IntArray
    answer: CodeArray
    compared: CodeArray
    wrong: FloatArray
    answered_at: IntArray
    drawn_at: IntArray
    n_skipped: int
    n_elsewhere: int
    n_escalated: int

    @property
    def counts(self) -> BoolArray:
        """Which items are random, and their label known: the only ones that estimate."""
        return (self.drawn_at >= 0) & ~np.isnan(self.wrong)

    def rounds(self, starts: IntArray, n_unanswered: int, among: BoolArray | None = None) -> Rounds:
        """Return the random draws from what was unanswered at each of `starts`.

        `among` restricts them to some of the answered items, of which there are
        `n_unanswered` more. A label that is unknown counts as right among those
        that were found, which leaves more wrong ones to be expected: the safe side.
        """
        kept = np.ones(len(self.rows), dtype=np.bool_) if among is None else among
        order = np.argsort(self.answered_at[kept], kind="stable")
        at = self.answered_at[kept][order]
        found = np.append(np.nan_to_num(self.wrong[kept][order])[::-1].cumsum()[::-1], 0.0)
        later = np.searchsorted(at, starts)
        drawn = kept & self.counts
        place = np.searchsorted(starts, self.drawn_at[drawn], side="right") - 1
        return Rounds(
            n_unanswered + len(at) - later,
            np.bincount(place, minlength=len(starts)),
            np.bincount(place, weights=self.wrong[drawn], minlength=len(starts)),
            found[later],
        )


def read_audit(
    decisions: DecisionLog, labels: SoftLabels, held_out: SoftLabels | None
) -> AuditSample:
    """Return what `decisions` say of the items in `labels`.

    Raises
    ------
    DecisionsError
        If an answer is no class of `labels`.
    LabelsError
        If `held_out` has other classes, or lacks an item that was drawn and answered.
    """
    asked = {d.item_id for d in decisions if not d.remark}
    rows = _rows(labels, asked)
    answers = _standing_answers(decisions, rows, labels.schema)
    answered_at, drawn = _places(decisions, rows)
    items = list(answers)
    open_draws = drawn.keys() - answers.keys()
    escalated = open_draws & {d.item_id for d in decisions.escalated()}
    if held_out is None:
        compared = _shown(decisions, items, drawn, labels.schema)
    else:
        compared = _held_out_codes(held_out, labels.schema, items, drawn)
    return AuditSample(
        np.array([rows[key] for key in items], dtype=np.int64),
        _codes([given[0] if len(set(given)) == 1 else ABSTAIN for given in answers.values()]),
        _codes(compared),
        np.array(
            [
                np.nan if code == NOT_KNOWN else share_against(code, given)
                for code, given in zip(compared, answers.values(), strict=True)
            ]
        ),
        np.array([answered_at[key] for key in items], dtype=np.int64),
        np.array([drawn.get(key, -1) for key in items], dtype=np.int64),
        len(open_draws - escalated),
        len(asked - rows.keys()),
        len(escalated),
    )


def share_against(label: object, answers: Sequence[object]) -> float:
    """Return the share of `answers`, of which there is one at least, that contradict `label`.

    Examples
    --------
    >>> share_against("spam", ["spam", "ham"]), share_against("spam", ["spam", "spam"])
    (0.5, 0.0)
    """
    return sum(answer != label for answer in answers) / len(answers)


def _codes(codes: list[int]) -> CodeArray:
    return np.array(codes, dtype=np.int16)


def _rows(labels: SoftLabels, wanted: set[str]) -> dict[str, int]:
    ids = enumerate(labels.item_ids.tolist())
    return {key: row for row, key in ids if key in wanted}


def _standing_answers(
    decisions: DecisionLog, rows: dict[str, int], schema: LabelSchema
) -> dict[str, list[int]]:
    """Return the codes of the standing answers to each item of the data set, skips left out."""
    answers: dict[str, list[int]] = {}
    for d in decisions.on_items:
        if d.label is None or d.item_id not in rows:
            continue
        if d.label not in schema.classes:
            where, allowed = f"label of decision on {d.item_id!r}", f"one of {list(schema.classes)}"
            raise DecisionsError(wrong_value(where, d.label, allowed))
        answers.setdefault(d.item_id, []).append(schema.code(d.label))
    return answers


def _places(decisions: DecisionLog, rows: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return where in the log each item was first answered, and where it was drawn.

    An item that is shown as a random one after it has been answered, to a second
    reviewer say, was not drawn from the unanswered ones.
    """
    answered: dict[str, int] = {}
    drawn: dict[str, int] = {}
    for place, d in enumerate(decisions):
        if d.item_id not in rows or d.gold:
            continue
        if d.stratum == RANDOM_STRATUM and d.item_id not in answered:
            drawn.setdefault(d.item_id, place)
        if d.label is not None:
            answered.setdefault(d.item_id, place)
    return answered, drawn


def _shown(
    decisions: DecisionLog, items: list[str], drawn: dict[str, int], schema: LabelSchema
) -> list[int]:
    """Return the code of the label shown with each item, when it was drawn or else first."""
    shown: dict[str, str] = {}
    for place, d in enumerate(decisions):
        if d.proposed and not d.gold and place >= drawn.get(d.item_id, 0):
            shown.setdefault(d.item_id, d.proposed)
    # A class that is gone since was shown none the less, and no answer can agree with it.
    codes = {name: code for code, name in enumerate(schema.classes)}
    return [codes.get(shown[key], ABSTAIN) if key in shown else NOT_KNOWN for key in items]


def _held_out_codes(
    held_out: SoftLabels, schema: LabelSchema, items: list[str], drawn: dict[str, int]
) -> list[int]:
    if held_out.schema != schema:
        raise LabelsError(
            f"held_out has classes {list(held_out.schema.classes)}, must have those of labels, "
            f"{list(schema.classes)}. Use the same schema throughout."
        )
    rows = _rows(held_out, set(items))
    for key in items:
        if key in drawn and key not in rows:
            raise LabelsError(
                f"held_out lacks item {key!r}, must have every random item that was answered. "
                "Make its label without its own answer, or leave held_out away."
            )
    labels = held_out.labels
    return [int(labels[rows[key]]) if key in rows else NOT_KNOWN for key in items]
