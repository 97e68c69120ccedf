"""check_chain: whether every decision of a log is the one that was stored."""

from __future__ import annotations

from collections.abc import Iterable

from weaklabel.core import Decision
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError
from weaklabel.review.store._tables import StoredRow, decision_of

__all__ = ["check_chain", "is_intact"]


def check_chain(rows: Iterable[StoredRow], *, escaped: bool, anchor: str | None, name: str) -> str:
    """Return the hash of the last decision after checking every link.

    Parameters
    ----------
    rows : iterable of StoredRow
        All of them, in order.
    escaped : bool
        Whether texts are as `kept_text` makes them.
    anchor : str or None
        A hash that must be in the chain.
    name : str
        What messages call the log.

    Returns
    -------
    str
        64 hexadecimal digits; all zero for an empty log.

    Raises
    ------
    DecisionsError
        At the first decision that was changed, moved or removed, whose payload is gone without
        an erasure or there in spite of one, or if `anchor` is missing.
    """
    head = FIRST_HASH
    seen = anchor in (None, head)
    payloads = _Payloads(name)
    for expected, row in enumerate(rows, start=1):
        if row.sequence != expected or row.previous_hash != head:
            raise DecisionsError(_broken(expected, name, "was removed or moved"))
        decision = _intact(row, escaped)
        if decision is None:
            raise DecisionsError(_broken(expected, name, "was changed after it was stored"))
        payloads.take(decision, expected)
        head = row.hash
        seen = seen or head == anchor
    payloads.check_none_is_missing()
    if not seen:
        raise DecisionsError(
            f"{name} does not hold the decision with hash {str(anchor)[:12]}, which it "
            "once ended with: its end was cut off, or it was rewritten. Restore it from a copy."
        )
    return head


def is_intact(row: StoredRow, escaped: bool) -> bool:
    """Return whether the hash in a row is that of its decision."""
    return _intact(row, escaped) is not None


def _intact(row: StoredRow, escaped: bool) -> Decision | None:
    try:
        decision = decision_of(row, escaped)
        found = decision.payload_digest(), decision.chained(row.previous_hash)
        return decision if found == (row.payload_hash, row.hash) else None
    except (DecisionsError, TypeError, ValueError):
        return None


class _Payloads:
    """Where payloads are, and where they are missing, by item, until an erasure explains it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._missing: dict[str, int] = {}
        self._there: dict[str, int] = {}

    def take(self, decision: Decision, sequence: int) -> None:
        item = decision.item_id
        if decision.kind == "erasure":
            self._missing.pop(item, None)
            if item in self._there:
                raise DecisionsError(
                    f"decision {self._there[item]} in {self._name} was erased by decision "
                    f"{sequence}, but its payload is there. Erase the item again."
                )
        elif decision.salt:
            self._there.setdefault(item, sequence)
        elif decision.payload_hash:
            self._missing.setdefault(item, sequence)

    def check_none_is_missing(self) -> None:
        if self._missing:
            first = min(self._missing.values())
            raise DecisionsError(
                f"decision {first} in {self._name} has lost its payload, and no erasure tells of "
                "it. Restore the log from a copy."
            )


def _broken(sequence: int, name: str, what: str) -> str:
    return (
        f"decision {sequence} in {name} {what}: its hash does not fit. "
        "Restore the log from a copy; decisions before it are sound."
    )
