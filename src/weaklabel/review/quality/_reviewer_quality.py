"""reviewer_quality: how right each reviewer is, by gold checks and by what the others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from weaklabel.core import (
    ABSTAIN,
    BoolArray,
    CodeArray,
    DecisionLog,
    FloatArray,
    IntArray,
    LabelSchema,
)
from weaklabel.core._answer_table import AnswerTable, answer_table
from weaklabel.core._check import check_fraction
from weaklabel.core._html import escape, table_html
from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import LabelsError, ParameterError, SchemaError, wrong_value
from weaklabel.review.quality._adjudicators import check_adjudicators
from weaklabel.review.quality._phrases import counted, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HasReviewers", "ReviewerQuality", "reviewer_quality"]


class HasReviewers(Protocol):
    """What `weaklabel.triage.crowdlab` returns: a table with the ``quality`` of each reviewer."""

    @property
    def reviewers(self) -> pd.DataFrame:
        """Indexed by the reviewer, with a column ``quality`` in [0, 1]."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class ReviewerQuality:
    """How right each reviewer is.

    Parameters
    ----------
    reviewers : pandas.DataFrame
        Indexed by the reviewer, sorted: ``answers``, ``skips``; ``gold_checks`` (answers to items
        whose class is known), ``gold_right``, ``accuracy`` and its Wilson interval
        ``accuracy_low``, ``accuracy_high``; ``compared`` (answers to items on which the others
        have one answer), ``with_others`` (how many of these equal it), ``agreement`` and its
        interval ``agreement_low``, ``agreement_high``; and ``crowdlab`` where it was given. A
        share is NaN, and its interval 0 to 1, without a case.
    confusion : pandas.DataFrame
        ``reviewer``, ``against`` ("gold" or "others"), ``true_class`` (what gold or the others
        say), ``answer``, ``items``; without rows for what did not occur.
    confidence : float
        Of the intervals.
    """

    reviewers: pd.DataFrame
    confusion: pd.DataFrame
    confidence: float

    def words(self) -> str:
        """Return one line for each reviewer."""
        return "\n".join(self._line(row) for row in self.reviewers.reset_index().to_dict("records"))

    def _line(self, row: Mapping[Any, Any]) -> str:
        said = [
            f"{row['reviewer']}: {counted(row['answers'], 'answer')}, {counted(row['skips'], 'skip')}"
        ]
        for share, right, cases, of in (
            ("accuracy", "gold_right", "gold_checks", "gold checks right"),
            ("agreement", "with_others", "compared", "as the others say"),
        ):
            if row[cases]:
                low, high = percent(row[f"{share}_low"]), percent(row[f"{share}_high"])
                said.append(f"{row[right]} of {row[cases]} {of} ({low} to {high})")
        if "crowdlab" in row and row["crowdlab"] == row["crowdlab"]:
            said.append(f"CROWDLAB quality {row['crowdlab']:.2f}")
        return "; ".join(said)

    def confused(self, reviewer: str, against: str = "gold") -> pd.DataFrame:
        """Return one reviewer's answers (columns) by true class (rows), as counts."""
        import pandas as pd

        rows = self.confusion[
            (self.confusion["reviewer"] == reviewer) & (self.confusion["against"] == against)
        ]
        table = pd.crosstab(rows["true_class"], rows["answer"], rows["items"], aggfunc="sum")
        return table.fillna(0).astype(int)

    def __repr__(self) -> str:
        n_checks = int(self.reviewers["gold_checks"].sum())
        n = counted(len(self.reviewers), "reviewer")
        return f"ReviewerQuality({n}, {counted(n_checks, 'answer')} to gold checks)"

    def _repr_html_(self) -> str:
        table = table_html(self.reviewers)
        return f"<div><pre>{escape(self.words())}</pre>{table}</div>"


def reviewer_quality(
    decisions: DecisionLog,
    schema: LabelSchema,
    gold: Mapping[str, object] | None = None,
    *,
    adjudicators: Sequence[str] = (),
    crowdlab: HasReviewers | None = None,
    confidence: float = 0.95,
) -> ReviewerQuality:
    """Return how right each reviewer is, by gold checks and by the answers of the others.

    Gold checks say how right a reviewer is. The others say how usual a reviewer is: the only
    expert among three differs most.

    Parameters
    ----------
    decisions : DecisionLog
        The answers; only standing ones count.
    schema : LabelSchema
        The classes.
    gold : mapping of str to str or int, optional
        The true class of some items, as name or code, by item id; None, NaN or -1 where unknown.
    adjudicators : sequence of str
        Reviewers who saw the others' answers: what they agree on takes the place of the others'
        answers, and they have no row themselves.
    crowdlab : Crowdlab, optional
        ``weaklabel.triage.crowdlab(decisions, pred_probs)``: its quality of each reviewer is put
        beside.
    confidence : float
        Of the intervals, in (0, 1).

    Returns
    -------
    ReviewerQuality
        The others' answer to an item is the class that most of them give; on a tie there is
        none, and the item is left out.

    Raises
    ------
    DecisionsError
        If an answer is no class of `schema`.
    LabelsError
        If an element of `gold` is no class.
    ParameterError
        If another argument is wrong.

    Examples
    --------
    >>> from weaklabel.core import Decision
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = {"ann": "hhss", "bob": "hhsh", "cy": "hsss"}
    >>> log = DecisionLog(
    ...     Decision(str(i), {"h": "ham", "s": "spam"}[c], who, at)
    ...     for who, answers in said.items()
    ...     for i, c in enumerate(answers)
    ... )
    >>> found = reviewer_quality(log, LabelSchema(["ham", "spam"]), {"0": "ham", "3": "ham"})
    >>> print(found.words())
    ann: 4 answers, 0 skips; 1 of 2 gold checks right (9 % to 91 %); 2 of 2 as the others say (34 % to 100 %)
    bob: 4 answers, 0 skips; 2 of 2 gold checks right (34 % to 100 %); 2 of 3 as the others say (21 % to 94 %)
    cy: 4 answers, 0 skips; 1 of 2 gold checks right (9 % to 91 %); 2 of 3 as the others say (21 % to 94 %)
    """
    names = check_adjudicators(adjudicators)
    confidence = check_fraction("confidence", confidence)
    if not 0 < confidence < 1:
        raise ParameterError(wrong_value("confidence", confidence, "in (0, 1)", "Use 0.95."))
    table = answer_table(decisions, schema)
    settles = np.isin(table.who, [j for j, who in enumerate(table.reviewers) if who in names])
    ruled = _only(table.where(settles).counts())
    table = table.where(~settles)
    references = {
        "gold": _gold_codes(gold, table)[table.items],
        "others": _others(table, ruled),
    }
    shown = [j for j, who in enumerate(table.reviewers) if who not in names]
    return ReviewerQuality(
        _reviewers(table, references, shown, crowdlab, confidence),
        _confusion(table, references),
        confidence,
    )


def _only(counts: IntArray) -> IntArray:
    """Return the class with the most answers in each row, -1 on a tie or without an answer."""
    most = counts.max(axis=1, initial=0)
    single = (most > 0) & ((counts == most[:, None]).sum(axis=1) == 1)
    return np.where(single, counts.argmax(axis=1), ABSTAIN).astype(np.int64)


def _others(table: AnswerTable, ruled: IntArray) -> IntArray:
    """Return for each answer what the others say of its item, -1 where nothing."""
    counts = table.counts()[table.items]
    said = np.flatnonzero(table.codes >= 0)
    counts[said, table.codes[said]] -= 1
    return np.where(ruled[table.items] >= 0, ruled[table.items], _only(counts))


def _gold_codes(gold: Mapping[str, object] | None, table: AnswerTable) -> CodeArray:
    known = {} if gold is None else gold
    if not isinstance(known, Mapping):
        raise ParameterError(
            wrong_value(
                "gold", gold, "a mapping from item id to class", "Write {'item id': 'class'}."
            )
        )
    try:
        return table.schema.encode(known.get(key) for key in table.item_ids)
    except SchemaError as error:
        raise LabelsError(f"gold holds a label that is no class: {error}") from error


def _reviewers(
    table: AnswerTable,
    references: Mapping[str, IntArray | CodeArray],
    shown: list[int],
    crowdlab: HasReviewers | None,
    confidence: float,
) -> pd.DataFrame:
    import pandas as pd

    said = table.codes >= 0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    columns: dict[str, IntArray | FloatArray] = {
        "answers": _each(table, said),
        "skips": _each(table, ~said),
    }
    for against, cases, right, share in (
        ("gold", "gold_checks", "gold_right", "accuracy"),
        ("others", "compared", "with_others", "agreement"),
    ):
        known = said & (references[against] >= 0)
        columns[cases] = trials = _each(table, known)
        columns[right] = hits = _each(table, known & (references[against] == table.codes))
        columns[share] = np.where(trials > 0, hits / np.maximum(trials, 1), np.nan)
        columns[f"{share}_low"], columns[f"{share}_high"] = wilson_interval(hits, trials, z)
    frame = pd.DataFrame(columns, index=pd.Index(table.reviewers, name="reviewer")).iloc[shown]
    if crowdlab is not None:
        frame = frame.assign(crowdlab=crowdlab.reviewers["quality"].reindex(frame.index))
    return frame


def _each(table: AnswerTable, counted: BoolArray) -> IntArray:
    return np.bincount(table.who[counted], minlength=len(table.reviewers)).astype(np.int64)


def _confusion(table: AnswerTable, references: Mapping[str, IntArray | CodeArray]) -> pd.DataFrame:
    import pandas as pd

    classes, rows = table.schema.classes, []
    for against, reference in references.items():
        known = (table.codes >= 0) & (reference >= 0)
        cells = np.stack([table.who[known], reference[known], table.codes[known]], axis=1)
        found, items = np.unique(cells, axis=0, return_counts=True)
        rows += [
            (table.reviewers[j], against, classes[y], classes[v], n)
            for (j, y, v), n in zip(found.tolist(), items.tolist(), strict=True)
        ]
    columns = ["reviewer", "against", "true_class", "answer", "items"]
    return pd.DataFrame(rows, columns=columns).astype({"items": "int64"})
