"""Leases: who has which item for now, in a table that every server on the store goes by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from weaklabel.review.store._tables import leases as table

__all__ = ["Lease", "clear_leases", "read_leases", "write_leases"]


class Lease(NamedTuple):
    """An item that is kept for one reviewer.

    Parameters
    ----------
    item_id, reviewer : str
        Which, and for whom.
    kind : {"first", "second", "adjudication", "group"}
        What for: an answer that sees the proposal, one that does not because somebody else
        answers the item too, the settling of a dispute, or an answer given with that to a
        near-duplicate.
    expires_at : float
        Until when, in seconds since 1970.
    """

    item_id: str
    reviewer: str
    kind: str
    expires_at: float


def read_leases(connection: sa.Connection, now: float, reviewer: str = "") -> list[Lease]:
    """Return the leases that have not ended, and of one reviewer also those that have."""
    lasts = table.c.expires_at > now
    wanted = lasts | (table.c.reviewer == reviewer) if reviewer else lasts
    columns = (table.c.item_id, table.c.reviewer, table.c.kind, table.c.expires_at)
    return [Lease(*row) for row in connection.execute(sa.select(*columns).where(wanted))]


def write_leases(connection: sa.Connection, made: Collection[Lease]) -> None:
    """Store leases, each in place of the one of its reviewer on its item."""
    if not made:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(table)
    in_place = {"kind": new.excluded.kind, "expires_at": new.excluded.expires_at}
    statement = new.on_conflict_do_update(index_elements=["item_id", "reviewer"], set_=in_place)
    connection.execute(statement, [lease._asdict() for lease in made])


def clear_leases(
    connection: sa.Connection, gone: Iterable[Lease] = (), *, ended_before: float | None = None
) -> None:
    """Remove leases, and all that ended before a time."""
    pairs = [{"item": lease.item_id, "who": lease.reviewer} for lease in gone]
    if pairs:
        is_one = (table.c.item_id == sa.bindparam("item")) & (
            table.c.reviewer == sa.bindparam("who")
        )
        connection.execute(table.delete().where(is_one), pairs)
    if ended_before is not None:
        connection.execute(table.delete().where(table.c.expires_at < ended_before))
