"""The tables of the decision log in SQLite, and how to connect to them."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool

__all__ = [
    "SCHEMA_VERSION",
    "connect",
    "create_tables",
    "decisions",
    "meta",
    "schema_version",
    "set_durable",
]

#: What brings the tables of the version before to the version of each key. To change them, add
#: an entry, and change `decisions` to what it makes; a new column goes last, with a default that
#: is the value of all decisions before it.
_MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    2: ("ALTER TABLE weaklabel_decisions ADD COLUMN cause TEXT NOT NULL DEFAULT ''",),
}

#: Version of the tables; a log of a newer one is refused, one of an older one is read as it is,
#: and migrated when something is appended.
SCHEMA_VERSION = max(_MIGRATIONS)

_metadata = sa.MetaData()

meta = sa.Table(
    "weaklabel_meta",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

decisions = sa.Table(
    "weaklabel_decisions",
    _metadata,
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.Text, nullable=False),
    sa.Column("label", sa.Text),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("decided_at", sa.Text, nullable=False),
    sa.Column("proposed", sa.Text),
    sa.Column("stratum", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    # Unique, so that the chain cannot fork whatever writes to the table.
    sa.Column("previous_hash", sa.Text, nullable=False, unique=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("cause", sa.Text, nullable=False, server_default=""),
    sa.Index("weaklabel_decisions_of", "item_id", "reviewer", "sequence"),
)

# The third keeps INSERT OR REPLACE from deleting a row without the second noticing.
_TRIGGERS = (
    """CREATE TRIGGER IF NOT EXISTS weaklabel_no_update BEFORE UPDATE ON weaklabel_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS weaklabel_no_delete BEFORE DELETE ON weaklabel_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS weaklabel_only_append BEFORE INSERT ON weaklabel_decisions
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM weaklabel_decisions)
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END""",
)


def connect(path: str | os.PathLike[str], timeout_seconds: float) -> sa.Engine:
    """Return an engine whose transactions take the write lock at once and wait for it."""
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=os.fspath(path)),
        poolclass=NullPool,
        connect_args={"timeout": timeout_seconds},
    )

    @event.listens_for(engine, "connect")
    def _manual_transactions(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else the sqlite3 module begins late, by itself
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def set_durable(engine: sa.Engine, timeout_seconds: float) -> None:
    """Switch to write-ahead logging, waiting while another process does the same."""
    end = time.monotonic() + timeout_seconds
    while True:
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            return
        except sa.exc.OperationalError as error:
            # SQLite does not wait by itself for this one switch.
            if "locked" not in str(error.orig) or time.monotonic() > end:
                raise
            time.sleep(0.01)


def schema_version(connection: sa.Connection) -> int:
    """Return the version of the tables in a log, 0 where it is none that we wrote."""
    query = meta.select().where(meta.c.key == "schema_version")
    found = connection.execute(query).first()
    return int(found.value) if found and found.value.isdecimal() else 0


def create_tables(connection: sa.Connection) -> None:
    """Create tables and triggers where they are missing, and bring older tables up to date.

    All inside the caller's transaction, which must hold the write lock: of two processes
    that find old tables at once, the second then finds new ones.
    """
    _metadata.create_all(connection)
    for trigger in _TRIGGERS:
        connection.exec_driver_sql(trigger)
    version = {"key": "schema_version", "value": str(SCHEMA_VERSION)}
    connection.execute(meta.insert().prefix_with("OR IGNORE").values(version))
    _migrate(connection)


def _migrate(connection: sa.Connection) -> None:
    before = schema_version(connection)
    for version, statements in sorted(_MIGRATIONS.items()):
        if version > before:
            for statement in statements:
                connection.exec_driver_sql(statement)
    if before < SCHEMA_VERSION:
        is_version = meta.c.key == "schema_version"
        connection.execute(meta.update().where(is_version).values(value=str(SCHEMA_VERSION)))
