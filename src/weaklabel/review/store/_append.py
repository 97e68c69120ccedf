"""append: new decisions at the end of the chain, those that are known left out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError
from weaklabel.review.store._chain import is_intact
from weaklabel.review.store._migrations import SCHEMA_VERSION
from weaklabel.review.store._tables import (
    StoredRow,
    decision_of,
    decisions,
    kept_text,
    payloads,
    row_of,
    select_rows,
)

__all__ = ["append", "append_each", "erase"]

_CHUNK = 500


def append(connection: sa.Connection, given: Sequence[Decision]) -> int:
    """Store decisions after the last one, inside the caller's transaction, and count them.

    Arguments, result and errors as of `append_each`, for one sequence.
    """
    return append_each(connection, [given])[0]


def append_each(connection: sa.Connection, given: Sequence[Sequence[Decision]]) -> list[int]:
    """Store several sequences of decisions one after the other, and count those of each.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        That alone may write; the transaction is the caller's.
    given : sequence of sequence of Decision
        In order. What is known is left out: a decision whose key is stored, or, without a key,
        one that repeats the standing answer or remark of its reviewer, or takes away where
        nothing stands.

    Returns
    -------
    list of int
        How many of each were stored.

    Raises
    ------
    DecisionsError
        If a key is that of another decision, the last decision stored was changed, or an erased
        one comes without the erasure that tells of it.
    """
    escapes = connection.dialect.name == "postgresql"
    sequence, head = _end(connection, escapes)
    known = _Known(connection, [d for part in given for d in part], escapes)
    kept = [[_salted(d) for d in part if known.add(d)] for part in given]
    new = [decision for part in kept for decision in part]
    gone_before = _erasures(new)
    rows, beside = [], []
    for place, decision in enumerate(new):
        row, payload = row_of(decision, escapes)
        following = decision.chained(head)
        sequence += 1
        rows.append({**row, "sequence": sequence, "previous_hash": head, "hash": following})
        head = following
        if payload and gone_before.get(decision.item_id, -1) < place:
            beside.append({**payload, "sequence": sequence})
    if rows:
        connection.execute(decisions.insert(), rows)
    if beside:
        connection.execute(payloads.insert(), beside)
    for item_id in gone_before:
        _delete_payloads(connection, kept_text(item_id) if escapes else item_id)
    return [len(part) for part in kept]


def erase(connection: sa.Connection, erasure: Decision) -> int:
    """Append an erasure, which removes the payloads of its item, and count these; 0: no change.

    Raises DecisionsError if the item has a comment that older tables made part of the chain.
    """
    escapes = connection.dialect.name == "postgresql"
    item_id = kept_text(erasure.item_id) if escapes else erasure.item_id
    of_item = decisions.c.item_id == item_id
    kept = of_item & (decisions.c.comment != "") & (decisions.c.kind != "erasure")
    found = connection.execute(sa.select(decisions.c.sequence).where(kept).limit(1)).first()
    if found is not None:
        raise DecisionsError(
            f"the comment of decision {found.sequence}, on item {erasure.item_id!r}, was stored by "
            "an older version of weaklabel, as part of what the chain hashes: it cannot be erased. "
            "Store the decisions that may stay in a new log, and delete this one."
        )
    joined = payloads.join(decisions, decisions.c.sequence == payloads.c.sequence)
    query = sa.select(sa.func.count()).select_from(joined).where(of_item)
    n_payloads = int(connection.execute(query).scalar_one())
    if n_payloads:
        append(connection, [erasure])
    return n_payloads


class _Known:
    """What stands of each item and reviewer that are given, and what has one of the keys."""

    def __init__(self, connection: sa.Connection, given: Sequence[Decision], escapes: bool) -> None:
        form: Callable[[str], str] = kept_text if escapes else str
        items = dict.fromkeys(form(d.item_id) for d in given if not d.key and d.kind != "erasure")
        keys = dict.fromkeys(form(d.key) for d in given if d.key)
        self._standing: dict[tuple[str, str, str], Decision] = {}
        self._by_key: dict[str, Decision] = {}
        for decision in _stored(connection, "item_id", items, escapes):
            self._take(decision)
        for decision in _stored(connection, "key", keys, escapes):
            self._by_key[decision.key] = decision

    def add(self, decision: Decision) -> bool:
        """Return whether a decision is new, and know it from then on."""
        if not self._is_new(decision):
            return False
        self._take(decision)
        if decision.key:
            self._by_key[decision.key] = decision
        return True

    def _take(self, decision: Decision) -> None:
        if decision.kind != "erasure":
            self._standing[_place(decision)] = decision

    def _is_new(self, decision: Decision) -> bool:
        if decision.key:
            before = self._by_key.get(decision.key)
            if before is not None and not _is_retry(before, decision):
                raise DecisionsError(
                    f"key {decision.key!r} of the decision on {decision.item_id!r} is that of "
                    f"another decision, on {before.item_id!r}. Give each answer a key of its own; "
                    "only a retry of the same answer has the same."
                )
            return before is None
        standing = self._standing.get(_place(decision))
        if decision.kind == "undo":
            return standing is not None and standing.can_stand
        if standing is None:
            return not _says_nothing(decision)
        return decision.kind == "erasure" or not _is_repeat(standing, decision)


def _place(decision: Decision) -> tuple[str, str, str]:
    """Return what a later decision has in common with the one that it takes away."""
    return decision.item_id, decision.reviewer, decision.remark


def _says_nothing(decision: Decision) -> bool:
    """Return whether it only takes away, as an undo, where nothing is."""
    is_empty_note = decision.kind == "note" and not decision.comment and not decision.cause
    return decision.kind in ("unflag", "lf_ok") or is_empty_note


def _is_retry(before: Decision, decision: Decision) -> bool:
    """Return whether both are one answer; a server may have set another time at each try."""
    if before.payload_hash and not decision.payload_hash:
        decision = replace(decision, comment="", text_hash="", shown=None, salt="")
        before = replace(before, payload_hash="")
    return replace(decision, decided_at=before.decided_at) == before


def _is_repeat(standing: Decision, decision: Decision) -> bool:
    same_comment = standing.comment == decision.comment or standing.payload_hash
    before = standing.kind, standing.label, standing.cause, standing.about
    now = decision.kind, decision.label, decision.cause, decision.about
    return bool(same_comment and before == now)


def _stored(
    connection: sa.Connection, column: str, values: Iterable[str], escaped: bool
) -> Iterator[Decision]:
    """Yield the stored decisions with one of `values` in a column, in order."""
    wanted = list(values)
    # That it is not empty must be said, for the index on keys to be used.
    where = f'WHERE d."{column}" IN :wanted AND d."{column}" <> \'\' ORDER BY d.sequence'
    query = sa.text(select_rows(SCHEMA_VERSION, where))
    query = query.bindparams(sa.bindparam("wanted", expanding=True))
    for start in range(0, len(wanted), _CHUNK):
        for row in connection.execute(query, {"wanted": wanted[start : start + _CHUNK]}):
            yield decision_of(StoredRow.of(row), escaped)


def _end(connection: sa.Connection, escaped: bool) -> tuple[int, str]:
    """Return the number and the hash of the last decision, checked."""
    query = select_rows(SCHEMA_VERSION, "ORDER BY d.sequence DESC LIMIT 1")
    found = connection.exec_driver_sql(query).first()
    if found is None:
        return 0, FIRST_HASH
    last = StoredRow.of(found)
    if not is_intact(last, escaped):
        raise DecisionsError(
            f"decision {last.sequence}, the last one stored, was changed: its hash does not fit. "
            "Restore the log from a copy; nothing was stored."
        )
    return last.sequence, last.hash


def _salted(decision: Decision) -> Decision:
    """Return a decision whose payload can be erased; an erasure keeps its reason for good."""
    if decision.has_payload and not decision.salt and decision.kind != "erasure":
        return replace(decision, salt=secrets.token_hex(16))
    return decision


def _erasures(new: Sequence[Decision]) -> dict[str, int]:
    """Return the place of the last erasure of each item, where there is one."""
    last = {d.item_id: place for place, d in enumerate(new) if d.kind == "erasure"}
    for place, decision in enumerate(new):
        if decision.payload_hash and last.get(decision.item_id, -1) < place:
            raise DecisionsError(
                f"the decision on {decision.item_id!r} has the hash of an erased payload, and no "
                "erasure of the item follows. Append all of its log at once."
            )
    return last


def _delete_payloads(connection: sa.Connection, item_id: str) -> None:
    # With the last erasure of the item stored, the trigger lets all go that are before it.
    last = sa.select(sa.func.max(decisions.c.sequence)).where(
        (decisions.c.item_id == item_id) & (decisions.c.kind == "erasure")
    )
    those = sa.select(decisions.c.sequence).where(
        (decisions.c.item_id == item_id) & (decisions.c.sequence < last.scalar_subquery())
    )
    connection.execute(payloads.delete().where(payloads.c.sequence.in_(those)))
