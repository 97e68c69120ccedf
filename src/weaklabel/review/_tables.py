"""The tables of the decision log in SQLite, and how to connect to them."""

from __future__ import annotations

import os
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool

__all__ = ["SCHEMA_VERSION", "connect", "create_tables", "decisions", "meta", "set_durable"]

#: Version of the tables; a log of a newer one is refused.
SCHEMA_VERSION = 1

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


def create_tables(connection: sa.Connection) -> None:
    """Create tables and triggers where they are missing, inside the caller's transaction."""
    _metadata.create_all(connection)
    for trigger in _TRIGGERS:
        connection.exec_driver_sql(trigger)
    version = {"key": "schema_version", "value": str(SCHEMA_VERSION)}
    connection.execute(meta.insert().prefix_with("OR IGNORE").values(version))
