"""Work: the decisions of a log, sorted once by what the figures of a dashboard count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from weaklabel.core import Decision, DecisionLog, FloatArray, LabelSchema
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.session._session_item import Json

__all__ = ["Work", "bounds", "number", "table"]


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Standing answers, sorted by what they are.

    Parameters
    ----------
    log : DecisionLog
        All decisions.
    standing : tuple of Decision
        Answers and skips that stand.
    ordinary : tuple of Decision
        Those that tell what a reviewer thinks of an item: no gold check, no adjudication, and no
        class that the schema has no longer.
    checks : tuple of Decision
        Answers to gold checks.
    adjudications : tuple of Decision
        Answers of those who saw the answers of others.
    unknown : tuple of Decision
        Answers whose class the schema has no longer.
    escalated : tuple of Decision
        What was passed on to an expert, and stands.
    """

    log: DecisionLog
    standing: tuple[Decision, ...]
    ordinary: tuple[Decision, ...]
    checks: tuple[Decision, ...]
    adjudications: tuple[Decision, ...]
    unknown: tuple[Decision, ...]
    escalated: tuple[Decision, ...]

    @classmethod
    def of_log(cls, log: DecisionLog, schema: LabelSchema) -> Work:
        """Return the work in a log."""
        classes = {*schema.classes, None}
        sorts: dict[str, list[Decision]] = {"": [], "check": [], "settles": [], "unknown": []}
        standing = log.standing
        for decision in standing:
            sorts[_sort_of(decision, classes)].append(decision)
        return cls(
            log,
            standing,
            tuple(sorts[""]),
            tuple(sorts["check"]),
            tuple(sorts["settles"]),
            tuple(sorts["unknown"]),
            log.escalated(),
        )

    @property
    def settled(self) -> dict[str, str]:
        """The class of each item that adjudicators settled, without those on which they differ."""
        said: dict[str, set[str]] = {}
        for decision in self.adjudications:
            if decision.label is not None:
                said.setdefault(decision.item_id, set()).add(decision.label)
        return {item: next(iter(labels)) for item, labels in said.items() if len(labels) == 1}


def _sort_of(decision: Decision, classes: set[str | None]) -> str:
    if decision.label not in classes:
        return "unknown"
    if decision.gold:
        return "check"
    return "settles" if decision.stratum == ADJUDICATION else ""


def number(value: object) -> float | None:
    """Return a figure rounded to what a drawing can show, None where it is undefined.

    Examples
    --------
    >>> number(0.123456789), number(float("nan")), number(None)
    (0.12346, None, None)
    """
    found = float("nan") if value is None else float(value)  # type: ignore[arg-type] # numbers
    return round(found, 5) if abs(found) < float("inf") else None


def bounds(low: FloatArray, high: FloatArray) -> dict[str, Json]:
    """Return the bounds of one interval."""
    return {"low": number(low), "high": number(high)}


def table(rows: Iterable[Mapping[str, Json]], most: int) -> dict[str, Json]:
    """Return the first `most` rows, and how many there are.

    Examples
    --------
    >>> table([{"n": 1}, {"n": 2}], 1)
    {'rows': [{'n': 1}], 'total': 2}
    """
    every: Sequence[Mapping[str, Json]] = list(rows)
    return {"rows": [dict(row) for row in every[:most]], "total": len(every)}
