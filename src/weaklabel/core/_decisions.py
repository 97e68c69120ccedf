"""Decision and DecisionLog: what reviewers answered, in order, nothing ever overwritten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core._arrays import CodeArray
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.errors import DecisionsError, wrong_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CAUSES", "FIRST_HASH", "Decision", "DecisionLog"]

#: What the first decision of a log is chained to.
FIRST_HASH = "0" * 64

#: Why a label was wrong, or an item could not be answered, in a reviewer's judgement.
CAUSES = (
    "labeling function bug",
    "ambiguous item",
    "guideline gap",
    "out of scope",
    "data error",
)

#: Fields that decisions did not have from the start: hashed only where they are set.
_LATER_FIELDS = ("cause",)


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer of one reviewer to one item.

    Parameters
    ----------
    item_id : str
        The item that was shown.
    label : str or None
        The class that the reviewer chose; None means "skipped, I cannot say".
    reviewer : str
        Who answered.
    decided_at : str
        When, as an ISO 8601 time with its offset ("2026-05-04T10:15:00+00:00").
    proposed : str or None
        The label that was shown, if any.
    stratum : str
        Why the item was shown ("random" answers alone estimate accuracy honestly).
    comment : str
        The reviewer's remark.
    cause : str
        Why the label was wrong, or the item could not be answered: one of `CAUSES`, "" if
        the reviewer did not say.

    Raises
    ------
    DecisionsError
        If the item or the reviewer is empty, the time is no ISO time with an offset, or the
        cause is none of `CAUSES`.
    """

    item_id: str
    label: str | None
    reviewer: str
    decided_at: str
    proposed: str | None = None
    stratum: str = ""
    comment: str = ""
    cause: str = ""

    def __post_init__(self) -> None:
        for name in ("item_id", "reviewer"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise DecisionsError(wrong_value(name, value, "a non-empty text"))
        try:
            aware = datetime.fromisoformat(self.decided_at).tzinfo is not None
        except (TypeError, ValueError):
            aware = False
        if not aware:
            raise DecisionsError(
                wrong_value(
                    "decided_at",
                    self.decided_at,
                    "an ISO 8601 time with its offset",
                    "For example '2026-05-04T10:15:00+00:00'.",
                )
            )
        if not isinstance(self.cause, str) or self.cause not in ("", *CAUSES):
            raise DecisionsError(
                wrong_value(
                    "cause",
                    self.cause,
                    f"one of {list(CAUSES)}",
                    "Leave it empty where no cause is known.",
                )
            )

    def chained(self, previous_hash: str) -> str:
        """Return the SHA-256 of this decision chained to the hash before it.

        A field that decisions did not have from the start is part of what is hashed only
        where it is set, so that every log that was written before it keeps its hashes, and
        the head that a data set version recorded stays in the chain. To set, change or empty
        such a field gives another hash all the same.
        """
        values = {
            name: value
            for name, value in asdict(self).items()
            if value or name not in _LATER_FIELDS
        }
        record = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256((previous_hash + record).encode("ascii")).hexdigest()

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{escape(str(value or ''))}</td></tr>"
            for name, value in asdict(self).items()
        )
        return f"<div><b>Decision</b><table><tbody>{rows}</tbody></table></div>"

    @staticmethod
    def now() -> str:
        """Return the present time in the form of `decided_at`, in UTC, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Decisions in the order in which they were made.

    A later answer of the same reviewer to the same item supersedes the earlier
    one, which stays in the log.

    Parameters
    ----------
    decisions : iterable of Decision
        In order of arrival.

    Examples
    --------
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> log = DecisionLog([Decision("a", "ham", "ann", at), Decision("a", "spam", "ann", at)])
    >>> len(log), [d.label for d in log.standing]
    (2, ['spam'])
    """

    decisions: tuple[Decision, ...]

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        object.__setattr__(self, "decisions", tuple(decisions))

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The decisions that no later answer of the same reviewer supersedes, in order."""
        last = {(d.item_id, d.reviewer): i for i, d in enumerate(self.decisions)}
        return tuple(self.decisions[i] for i in sorted(last.values()))

    @property
    def head_hash(self) -> str:
        """Hash of the last decision, chained over all before it; 64 zeros for an empty log."""
        head = FIRST_HASH
        for decision in self.decisions:
            head = decision.chained(head)
        return head

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Names of the reviewers, sorted."""
        return tuple(sorted({d.reviewer for d in self.decisions}))

    def agreed(self) -> dict[str, Decision]:
        """Return for each item the latest standing decision, where all reviewers agree.

        Skips do not count. An item on which reviewers disagree is left out: it
        stays open, and `disputed` lists it.
        """
        return {
            key: answers[-1]
            for key, answers in self._answers().items()
            if len({d.label for d in answers}) == 1
        }

    def disputed(self) -> tuple[str, ...]:
        """Return the ids of items on which standing decisions differ, sorted."""
        return tuple(
            sorted(
                key
                for key, answers in self._answers().items()
                if len({d.label for d in answers}) > 1
            )
        )

    def gold(self, item_ids: Sequence[str], schema: LabelSchema) -> CodeArray:
        """Return the agreed code of each item, -1 where there is none.

        Decisions on other items are ignored.

        Raises
        ------
        DecisionsError
            If an agreed label is no class of `schema`.
        """
        agreed = self.agreed()
        codes = np.full(len(item_ids), ABSTAIN, dtype=schema.dtype)
        for i, key in enumerate(item_ids):
            decision = agreed.get(key)
            if decision is not None and decision.label is not None:
                if decision.label not in schema.classes:
                    raise DecisionsError(
                        wrong_value(
                            f"label of decision on {key!r}",
                            decision.label,
                            f"one of {list(schema.classes)}",
                        )
                    )
                codes[i] = schema.code(decision.label)
        return codes

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each decision, in order."""
        import pandas as pd

        names = list(Decision.__dataclass_fields__)
        return pd.DataFrame([asdict(d) for d in self.decisions], columns=names)

    def _answers(self) -> dict[str, list[Decision]]:
        answers: dict[str, list[Decision]] = {}
        for decision in self.standing:
            if decision.label is not None:
                answers.setdefault(decision.item_id, []).append(decision)
        return answers

    def __len__(self) -> int:
        return len(self.decisions)

    def __iter__(self) -> Iterator[Decision]:
        return iter(self.decisions)

    def __repr__(self) -> str:
        items = len({d.item_id for d in self.decisions})
        return (
            f"DecisionLog({len(self)} decisions on {items} items by {len(self.reviewers)} reviewers, "
            f"{len(self.disputed())} disputed)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(d.item_id)}</th><td>{escape(d.label or 'skipped')}</td>"
            f"<td>{escape(d.proposed or '')}</td><td>{escape(d.reviewer)}</td>"
            f"<td>{escape(d.decided_at)}</td><td>{escape(d.cause)}</td>"
            f"<td>{escape(d.comment)}</td></tr>"
            for d in self.decisions[-10:]
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th><th>label</th>"
            f"<th>proposed</th><th>reviewer</th><th>decided at</th><th>cause</th><th>comment</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )
