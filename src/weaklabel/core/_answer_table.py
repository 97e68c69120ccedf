"""AnswerTable: the standing answers of a decision log as arrays, for the verbs that count them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from weaklabel.core._arrays import BoolArray, CodeArray, IntArray
from weaklabel.core._check import check_type
from weaklabel.core._decisions import Decision, DecisionLog
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.errors import DecisionsError, wrong_value

__all__ = ["AnswerPairs", "AnswerTable", "answer_table"]


class AnswerPairs(NamedTuple):
    """Every two answers of different reviewers to one item; all arrays are (n_pairs,)."""

    items: IntArray
    first: IntArray  # the reviewer who comes first by name
    second: IntArray
    first_codes: CodeArray
    second_codes: CodeArray


@dataclass(frozen=True, slots=True, eq=False)
class AnswerTable:
    """Standing answers, sorted by item and then by reviewer: the order of the log does not show.

    Parameters
    ----------
    item_ids : tuple of str
        Items with a standing decision, sorted.
    reviewers : tuple of str
        Who made them, sorted.
    items, who : numpy.ndarray of int64, shape (n_decisions,)
        Positions in `item_ids` and `reviewers`; no pair occurs twice.
    codes : numpy.ndarray of int8 or int16, shape (n_decisions,)
        The class, -1 for a skip.
    schema : LabelSchema
        The classes.
    """

    item_ids: tuple[str, ...]
    reviewers: tuple[str, ...]
    items: IntArray
    who: IntArray
    codes: CodeArray
    schema: LabelSchema

    def where(self, kept: BoolArray) -> AnswerTable:
        """Return some of the rows; items and reviewers keep their positions."""
        return AnswerTable(
            self.item_ids,
            self.reviewers,
            self.items[kept],
            self.who[kept],
            self.codes[kept],
            self.schema,
        )

    def answers(self) -> AnswerTable:
        """Return the rows that are no skips."""
        return self.where(self.codes >= 0)

    def counts(self) -> IntArray:
        """Return how many answers each item has for each class, shape (n_items, n_classes)."""
        k = self.schema.n_classes
        said = self.codes >= 0
        cells = self.items[said] * k + self.codes[said]
        counted = np.bincount(cells, minlength=len(self.item_ids) * k)
        return counted.reshape(len(self.item_ids), k).astype(np.int64)

    def wide(self) -> CodeArray:
        """Return the class that each reviewer gave each item, -1 for none, (n_items, n_reviewers)."""
        shape = (len(self.item_ids), len(self.reviewers))
        codes = np.full(shape, ABSTAIN, dtype=self.schema.dtype)
        codes[self.items, self.who] = self.codes
        return codes

    def pairs(self) -> AnswerPairs:
        """Return every two answers to one item, skips left out."""
        said = self.answers()
        items, who, codes = said.items, said.who, said.codes
        found = []
        apart = 1
        # The answers to one item are neighbors; two are `apart` places apart, or there are none such.
        while (same := np.flatnonzero(items[apart:] == items[:-apart])).size:
            other = same + apart
            found.append((items[same], who[same], who[other], codes[same], codes[other]))
            apart += 1
        if not found:
            return AnswerPairs(items[:0], who[:0], who[:0], codes[:0], codes[:0])
        return AnswerPairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def answer_table(decisions: DecisionLog, schema: LabelSchema) -> AnswerTable:
    """Return the standing decisions of `decisions` as arrays.

    Parameters
    ----------
    decisions : DecisionLog
        Superseded decisions are left out.
    schema : LabelSchema
        The classes of the answers.

    Returns
    -------
    AnswerTable
        One row for each standing decision, skips too.

    Raises
    ------
    DecisionsError
        If an answer is no class of `schema`.
    ParameterError
        If an argument is of another type.
    """
    check_type("decisions", decisions, DecisionLog)
    check_type("schema", schema, LabelSchema)
    standing = sorted(decisions.standing, key=lambda d: (d.item_id, d.reviewer))
    item_ids = tuple(sorted({d.item_id for d in standing}))
    reviewers = tuple(sorted({d.reviewer for d in standing}))
    item_at = {key: i for i, key in enumerate(item_ids)}
    reviewer_at = {name: j for j, name in enumerate(reviewers)}
    code_of = {name: code for code, name in enumerate(schema.classes)}
    return AnswerTable(
        item_ids,
        reviewers,
        np.array([item_at[d.item_id] for d in standing], dtype=np.int64),
        np.array([reviewer_at[d.reviewer] for d in standing], dtype=np.int64),
        np.array([_code(d, code_of) for d in standing], dtype=schema.dtype),
        schema,
    )


def _code(decision: Decision, code_of: dict[str, int]) -> int:
    if decision.label is None:
        return ABSTAIN
    if decision.label not in code_of:
        raise DecisionsError(
            wrong_value(
                f"label of decision on {decision.item_id!r} by {decision.reviewer!r}",
                decision.label,
                f"one of {list(code_of)}",
                "Answer the item again with one of these, or keep the class.",
            )
        )
    return code_of[decision.label]
