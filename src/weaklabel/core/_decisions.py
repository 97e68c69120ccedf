"""DecisionLog: what reviewers answered, in order, nothing ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core._arrays import CodeArray
from weaklabel.core._decision import ADJUDICATION, CAUSES, FIRST_HASH, Decision
from weaklabel.core._html import escape
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.errors import DecisionsError, wrong_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ADJUDICATION", "CAUSES", "FIRST_HASH", "Decision", "DecisionLog"]


@dataclass(frozen=True, slots=True)
class DecisionLog:
    """Decisions in the order in which they were made.

    A later answer of the same reviewer to the same item supersedes the earlier
    one, which stays in the log. An undo withdraws what stands of its reviewer on
    its item, until the next answer. An escalation stands in place of an answer,
    and is none. Remarks (notes, flags, what is said of labeling functions) change
    nothing of this.

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
    >>> len(DecisionLog([*log, log.decisions[-1].undone()]).standing)
    0
    """

    decisions: tuple[Decision, ...]

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        object.__setattr__(self, "decisions", tuple(decisions))

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The answers that nothing later of the same reviewer supersedes or undoes, in order."""
        return tuple(d for d in self._last() if d.is_answer)

    @property
    def on_items(self) -> tuple[Decision, ...]:
        """The standing answers and skips that say something of their item, in order.

        Gold checks are left out, which measure a reviewer. Of an item with a class of the stratum
        "adjudication", only such decisions are there, which settle it.
        """
        found = [d for d in self.standing if not d.gold]
        settled = {d.item_id for d in found if d.stratum == ADJUDICATION and d.label is not None}
        return tuple(d for d in found if d.stratum == ADJUDICATION or d.item_id not in settled)

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

    def latest(self, reviewer: str) -> Decision | None:
        """Return the reviewer's latest standing answer or escalation, what the next undo withdraws.

        None where there is none. Undone again and again, it goes back to the reviewer's first
        answer.
        """
        found = (d for d in reversed(self._last()) if d.can_stand and d.reviewer == reviewer)
        return next(found, None)

    def escalated(self) -> tuple[Decision, ...]:
        """Return the escalations that nothing later of the same reviewer takes away, in order.

        That somebody else answered the item since does not take one away.
        """
        return tuple(d for d in self._last() if d.kind == "escalation")

    def flagged(self) -> tuple[str, ...]:
        """Return the ids of items with a standing flag of anyone, sorted."""
        return tuple(sorted({d.item_id for d in self._remarks() if d.kind == "flag"}))

    def wrong_functions(self) -> dict[str, tuple[str, ...]]:
        """Return for each labeling function the ids of items on which anyone says it is wrong.

        Functions and ids are sorted.
        """
        found: dict[str, set[str]] = {}
        for decision in self._remarks():
            if decision.kind == "lf_wrong":
                found.setdefault(decision.about, set()).add(decision.item_id)
        return {name: tuple(sorted(found[name])) for name in sorted(found)}

    def agreed(self) -> dict[str, Decision]:
        """Return for each item the latest standing decision, where all reviewers agree.

        Skips do not count, nor do gold checks, which measure a reviewer. A decision of the
        stratum "adjudication" counts alone. An item on which reviewers disagree is left out: it
        stays open, and `disputed` lists it.
        """
        return {
            key: answers[-1]
            for key, answers in self._answers().items()
            if len({d.label for d in answers}) == 1
        }

    def disputed(self) -> tuple[str, ...]:
        """Return the ids of items on which the decisions that `agreed` looks at differ, sorted."""
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
        rows = [{name: getattr(d, name) for name in names} for d in self.decisions]
        return pd.DataFrame(rows, columns=names)

    def _last(self) -> list[Decision]:
        """Return the last answer, escalation or undo of each item and reviewer, in order."""
        last = {
            (d.item_id, d.reviewer): i
            for i, d in enumerate(self.decisions)
            if d.can_stand or d.kind == "undo"
        }
        return [self.decisions[i] for i in sorted(last.values())]

    def _remarks(self) -> Iterable[Decision]:
        """Return the last remark of each item, reviewer and thing remarked."""
        last = {(d.item_id, d.reviewer, d.remark): d for d in self.decisions if d.remark}
        return last.values()

    def _answers(self) -> dict[str, list[Decision]]:
        """Return the answers of `on_items` by item."""
        answers: dict[str, list[Decision]] = {}
        for decision in self.on_items:
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
            f"<tr><th>{escape(d.item_id)}</th><td>{escape(d.label or d.kind or 'skipped')}</td>"
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
