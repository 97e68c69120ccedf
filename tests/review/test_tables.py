"""The tables refuse every change of what is stored, by whatever program."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review._tables import (
    SCHEMA_VERSION,
    connect,
    create_tables,
    schema_version,
    set_durable,
)

AT = "2026-05-04T10:15:00+00:00"


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    DecisionStore(path).append([Decision("a", "ham", "ann", AT), Decision("b", "ham", "ann", AT)])
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE weaklabel_decisions SET label = 'spam'",
        "DELETE FROM weaklabel_decisions WHERE sequence = 2",
        "INSERT OR REPLACE INTO weaklabel_decisions VALUES (1,'a','x','z','t','','','','p','h','')",
        "INSERT INTO weaklabel_decisions VALUES (9,'a','x','z','t','','','','p','h','')",
    ],
)
def test_sql_that_would_change_the_past_is_refused(stored: Path, statement: str) -> None:
    with (
        closing(sqlite3.connect(stored)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="decisions are append-only"),
    ):
        connection.execute(statement)
    assert len(DecisionStore(stored).log()) == 2


def test_a_second_decision_after_the_same_one_is_refused(stored: Path) -> None:
    with (
        closing(sqlite3.connect(stored)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="UNIQUE"),
    ):
        connection.execute(
            "INSERT INTO weaklabel_decisions SELECT 3, item_id, label, reviewer, decided_at, "
            "proposed, stratum, comment, previous_hash, 'h', '' FROM weaklabel_decisions LIMIT 1"
        )


def test_the_log_is_written_ahead_and_flushed(stored: Path) -> None:
    engine = connect(stored, 1.0)
    set_durable(engine, 1.0)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def columns(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA table_info(weaklabel_decisions)").fetchall()
    return [(name, kind, not_null, default) for _, name, kind, not_null, default, _ in found]


def test_tables_that_were_migrated_are_those_that_are_made_now(
    stored: Path, tmp_path: Path
) -> None:
    """As an older version wrote them: without the columns that came later."""
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.executescript(
            "CREATE TABLE weaklabel_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);"
            "CREATE TABLE weaklabel_decisions (sequence INTEGER NOT NULL PRIMARY KEY, item_id TEXT NOT NULL, "
            "label TEXT, reviewer TEXT NOT NULL, decided_at TEXT NOT NULL, proposed TEXT, "
            "stratum TEXT NOT NULL, comment TEXT NOT NULL, previous_hash TEXT NOT NULL UNIQUE, "
            "hash TEXT NOT NULL UNIQUE);"
            "INSERT INTO weaklabel_meta VALUES ('schema_version', '1');"
        )
    assert columns(old) != columns(stored)
    for _ in range(2):  # the second time there is nothing left to do
        with connect(old, 1.0).begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            create_tables(connection)
            assert schema_version(connection) == SCHEMA_VERSION
    assert columns(old) == columns(stored)


@pytest.mark.parametrize("version", ["", "two", "1.5", "²"])
def test_a_version_that_is_no_number_is_none(stored: Path, version: str) -> None:
    with closing(sqlite3.connect(stored)) as connection, connection:
        connection.execute("UPDATE weaklabel_meta SET value = ?", (version,))
    with connect(stored, 1.0).connect() as connection:
        assert schema_version(connection) == 0
