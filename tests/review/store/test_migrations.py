"""The tables refuse every change of what is stored, by whatever program, and grow by number."""
# ruff: noqa: S608 - the tests write the statements

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.errors import FileFormatError
from weaklabel.review import DecisionStore
from weaklabel.review.store._database import Database
from weaklabel.review.store._migrations import (
    SCHEMA_VERSION,
    existing_tables,
    migrate,
    schema_version,
)

AT = "2026-05-04T10:15:00+00:00"
Sql = Callable[..., list[tuple[object, ...]]]

COLUMNS = (
    "item_id, label, reviewer, decided_at, proposed, stratum, comment, previous_hash, hash, cause, "
    'seconds, blind, gold, dataset_version, "key", kind, payload_hash'
)


@pytest.fixture
def stored(location: str) -> str:
    store = DecisionStore(location)
    store.append([Decision("a", "ham", "ann", AT, comment="c"), Decision("b", "ham", "ann", AT)])
    store.append([Decision("c", "ham", "ann", AT, comment="gone")])
    store.erase("c", "asked", by="eve")
    store.close()
    return location


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE weaklabel_decisions SET label = 'spam'",
        "UPDATE weaklabel_decisions SET comment = '' WHERE item_id = 'c'",
        "DELETE FROM weaklabel_decisions WHERE sequence = 4",
        f"INSERT INTO weaklabel_decisions (sequence, {COLUMNS}) "
        f"SELECT 9, {COLUMNS} FROM weaklabel_decisions WHERE sequence = 1",
        "UPDATE weaklabel_payloads SET comment = ''",
        "DELETE FROM weaklabel_payloads",
        "DELETE FROM weaklabel_payloads WHERE sequence = 1",
        # What was erased stays so, and nothing gets a payload that had none.
        "INSERT INTO weaklabel_payloads (sequence, comment, text_hash, salt) VALUES (3, 'x', '', 's')",
        "INSERT INTO weaklabel_payloads (sequence, comment, text_hash, salt) VALUES (2, 'x', '', 's')",
        "INSERT INTO weaklabel_payloads (sequence, comment, text_hash, salt) VALUES (9, 'x', '', 's')",
        "INSERT INTO weaklabel_payloads (sequence, comment, text_hash, salt) VALUES (1, 'x', '', 's')",
    ],
)
def test_sql_that_would_change_the_past_is_refused(stored: str, sql: Sql, statement: str) -> None:
    store = DecisionStore(stored)
    before = store.log(), store.verify()
    with pytest.raises(sa.exc.DBAPIError, match="decisions are append-only"):
        sql(stored, statement)
    assert (store.log(), store.verify()) == before
    store.close()


@pytest.mark.parametrize("table", ["weaklabel_decisions", "weaklabel_payloads"])
def test_only_an_erasure_removes_payloads_of_its_item_before_it(
    stored: str, sql: Sql, table: str
) -> None:
    """After the erasure an item may be answered again; that payload is safe from the old one."""
    store = DecisionStore(stored)
    store.append([Decision("c", "spam", "bob", AT, comment="new")])
    with pytest.raises(sa.exc.DBAPIError, match="decisions are append-only"):
        sql(stored, f"DELETE FROM {table} WHERE sequence = 5")
    assert store.log().decisions[-1].comment == "new"
    store.close()


@pytest.mark.parametrize("table", ["decisions", "payloads"])
def test_sqlite_replaces_no_row(tmp_path: Path, table: str) -> None:
    """INSERT OR REPLACE deletes the row that is in its way without a trigger of deletions."""
    path = tmp_path / "log.sqlite"
    DecisionStore(path).append([Decision("a", "ham", "ann", AT, comment="c")])
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="decisions are append-only"),
    ):
        connection.execute(
            f"INSERT OR REPLACE INTO weaklabel_{table} SELECT * FROM weaklabel_{table}"
        )


def test_tables_of_the_same_name_do_not_deceive_a_trigger(cluster: object, sql: Sql) -> None:
    url = cluster.new_schema()  # type: ignore[attr-defined]
    DecisionStore(url).append([Decision("a", "ham", "ann", AT, comment="c")])
    with pytest.raises(sa.exc.DBAPIError, match="decisions are append-only"):
        sql(
            url,
            "CREATE TEMP TABLE weaklabel_decisions AS SELECT 1 AS sequence, 'a' AS item_id, '' AS kind",
            "INSERT INTO pg_temp.weaklabel_decisions VALUES (2, 'a', 'erasure')",
            "DELETE FROM weaklabel_payloads",
        )
    assert DecisionStore(url).log().decisions[0].comment == "c"


def test_a_search_path_without_a_schema_is_told(cluster: object) -> None:
    url = cluster.url(options="-csearch_path=nowhere")  # type: ignore[attr-defined]
    with pytest.raises(FileFormatError, match="search path names no schema that exists"):
        DecisionStore(url).append([Decision("a", "ham", "ann", AT)])


@pytest.mark.parametrize("table", ["weaklabel_decisions CASCADE", "weaklabel_payloads"])
def test_postgresql_truncates_no_table(cluster: object, sql: Sql, table: str) -> None:
    url = cluster.new_schema()  # type: ignore[attr-defined]
    DecisionStore(url).append([Decision("a", "ham", "ann", AT, comment="c")])
    with pytest.raises(sa.exc.DBAPIError, match="decisions are append-only"):
        sql(url, f"TRUNCATE {table}")
    assert len(DecisionStore(url).log()) == 1


def test_a_second_decision_after_the_same_one_is_refused(stored: str, sql: Sql) -> None:
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"):
        sql(
            stored,
            f"INSERT INTO weaklabel_decisions (sequence, {COLUMNS}) "
            f"SELECT 5, {COLUMNS.replace(' hash', chr(39) + 'h' + chr(39))} "
            "FROM weaklabel_decisions WHERE sequence = 4",
        )


def test_two_decisions_with_one_key_are_refused(location: str, sql: Sql) -> None:
    store = DecisionStore(location)
    store.append([Decision("a", "ham", "ann", AT, key="k"), Decision("b", "ham", "ann", AT)])
    other = COLUMNS.replace("previous_hash, hash", "hash, 'h'")
    with pytest.raises(sa.exc.IntegrityError, match=r"(?i)unique"):
        sql(
            location,
            f"INSERT INTO weaklabel_decisions (sequence, {COLUMNS}) "
            f"SELECT 3, {other} FROM weaklabel_decisions WHERE sequence = 1",
        )
    store.close()


def structure(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA table_info(weaklabel_decisions)").fetchall()
        names = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE name LIKE 'weaklabel%' ORDER BY 1, 2"
        ).fetchall()
    columns = [(name, kind, not_null, default) for _, name, kind, not_null, default, _ in found]
    return columns + names


def test_tables_that_were_migrated_are_those_that_are_made_now(tmp_path: Path) -> None:
    """As the first version wrote them: without the columns that came later."""
    new, old = tmp_path / "new.sqlite", tmp_path / "old.sqlite"
    DecisionStore(new).append([Decision("a", "ham", "ann", AT)])
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.executescript(
            "CREATE TABLE weaklabel_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);"
            "CREATE TABLE weaklabel_decisions (sequence INTEGER NOT NULL PRIMARY KEY, item_id TEXT NOT NULL, "
            "label TEXT, reviewer TEXT NOT NULL, decided_at TEXT NOT NULL, proposed TEXT, "
            "stratum TEXT NOT NULL, comment TEXT NOT NULL, previous_hash TEXT NOT NULL UNIQUE, "
            "hash TEXT NOT NULL UNIQUE);"
            "CREATE INDEX weaklabel_decisions_of ON weaklabel_decisions (item_id, reviewer, sequence);"
            "CREATE TRIGGER weaklabel_no_update BEFORE UPDATE ON weaklabel_decisions "
            "BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;"
            "CREATE TRIGGER weaklabel_no_delete BEFORE DELETE ON weaklabel_decisions "
            "BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;"
            "CREATE TRIGGER weaklabel_only_append BEFORE INSERT ON weaklabel_decisions "
            "WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM weaklabel_decisions) "
            "BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;"
            "INSERT INTO weaklabel_meta VALUES ('schema_version', '1');"
        )
    assert structure(old) != structure(new)
    database = Database(old, 1.0)
    for _ in range(2):  # the second time there is nothing left to do
        with database.writing(lambda connection: None) as connection:
            migrate(connection)
            assert schema_version(connection) == SCHEMA_VERSION
    database.close()
    assert structure(old) == structure(new)


def _migrate_and_fail(database: Database) -> None:
    with database.writing(lambda _: None) as connection:
        migrate(connection)
        raise ZeroDivisionError


def test_new_tables_are_seen_after_the_transaction_that_makes_them(location: str) -> None:
    database = Database(location, 5.0)
    with database.reading() as connection:
        assert existing_tables(connection) == set()
    with pytest.raises(ZeroDivisionError):
        _migrate_and_fail(database)
    with database.reading() as connection:
        assert existing_tables(connection) == set()
    with database.writing(lambda _: None) as connection:
        migrate(connection)
    with database.reading() as connection:
        names = "meta", "decisions", "payloads", "reviewers", "leases", "guidelines"
        assert existing_tables(connection) == {f"weaklabel_{name}" for name in names}
    database.close()


@pytest.mark.parametrize("version", ["", "two", "1.5", "²"])
def test_a_version_that_is_no_number_is_none(stored: str, sql: Sql, version: str) -> None:
    sql(stored, f"UPDATE weaklabel_meta SET value = '{version}'")
    database = Database(stored, 1.0)
    with database.reading() as connection:
        assert schema_version(connection) == 0
    database.close()
    with pytest.raises(FileFormatError, match="has schema version 0, must be 1 to"):
        DecisionStore(stored).log()


def test_a_server_that_cannot_hold_every_text_is_refused(cluster: object, sql: Sql) -> None:
    url = sa.make_url(cluster.url())  # type: ignore[attr-defined]
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS latin")
        connection.exec_driver_sql(
            "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
        )
    store = DecisionStore(url.set(database="latin").render_as_string(hide_password=False))
    with pytest.raises(FileFormatError, match="has the encoding LATIN1, must have UTF8"):
        store.append([Decision("a", "ham", "ann", AT)])
    store.close()
