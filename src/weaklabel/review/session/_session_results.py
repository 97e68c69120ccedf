"""What the calls of a review session give back beside items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from weaklabel.core import Decision
from weaklabel.review.session._session_item import Json

__all__ = ["Answered", "GroupMember", "GroupPreview"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What one key stored; a retry with the same idempotency key gives the same.

    Parameters
    ----------
    kind : {"answer", "skip", "escalation", "undo"}
        What happened to the items.
    item_ids : tuple of str
        The item; of a group, all that got the answer or lost it.
    label : str or None
        The class, of an answer.
    """

    kind: str
    item_ids: tuple[str, ...]
    label: str | None

    @classmethod
    def of(cls, decisions: Sequence[Decision]) -> Answered:
        """Return what was stored with `decisions`, one or more of one call."""
        first = decisions[0]
        kind = first.kind or ("skip" if first.label is None else "answer")
        return cls(kind, tuple(d.item_id for d in decisions), first.label)

    def to_dict(self) -> dict[str, Json]:
        """Return it as strict JSON can hold it."""
        return {"kind": self.kind, "item_ids": list(self.item_ids), "label": self.label}


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A near-duplicate that would get the same answer: its id, class now, and how it begins."""

    item_id: str
    proposed: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class GroupPreview:
    """What an answer to a group would reach.

    Parameters
    ----------
    item_id : str
        The item on the screen, which gets the answer too.
    members : tuple of GroupMember
        The others, all of which have to be shown.
    n_more : int
        Open near-duplicates beyond these, which would stay open.
    """

    item_id: str
    members: tuple[GroupMember, ...]
    n_more: int

    def to_dict(self) -> dict[str, Json]:
        """Return it as strict JSON can hold it."""
        return {
            "item_id": self.item_id,
            "members": [asdict(member) for member in self.members],
            "n_more": self.n_more,
        }
