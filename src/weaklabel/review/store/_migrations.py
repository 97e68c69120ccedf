"""Numbered migrations of the tables of the decision log, in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from weaklabel.errors import FileFormatError
from weaklabel.review.store._tables import all_tables, meta

__all__ = ["SCHEMA_VERSION", "existing_tables", "migrate", "schema_version"]

_REFUSED = "decisions are append-only"

#: Stands for the schema that PostgreSQL makes the tables in.
_SCHEMA = "@schema@"


@dataclass(frozen=True, slots=True)
class _Migration:
    """What brings the tables of the version before up to a version: for both, then for one."""

    both: tuple[str, ...]
    sqlite: tuple[str, ...] = ()
    postgresql: tuple[str, ...] = ()


def _sqlite_trigger(name: str, event: str, table: str, when: str = "") -> str:
    condition = f"WHEN {when}" if when else ""
    return (
        f"CREATE TRIGGER weaklabel_{name} BEFORE {event} ON weaklabel_{table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    )


def _postgresql_triggers(table: str, conditions: Mapping[str, str]) -> tuple[str, ...]:
    """Return a function and a trigger for each event, which refuses where its condition holds."""
    made = []
    for event, condition in conditions.items():
        name = f"weaklabel_{table}_{event.lower()}"
        level, found = ("STATEMENT", "NULL") if event == "TRUNCATE" else ("ROW", "NEW")
        found = "OLD" if event == "DELETE" else found
        made += [
            # With the search path pinned, nobody puts other tables in the way.
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {_SCHEMA}, pg_temp AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{_REFUSED}'; END IF; RETURN {found}; END $$",
            f"CREATE TRIGGER {name} BEFORE {event} ON weaklabel_{table} "
            f"FOR EACH {level} EXECUTE FUNCTION {name}()",
        ]
    return tuple(made)


_NEXT = "(SELECT coalesce(max(sequence), 0) + 1 FROM weaklabel_decisions)"

#: Whether an erasure later in the chain tells of the item that a payload belongs to.
_ERASED = """EXISTS (SELECT 1 FROM weaklabel_decisions d
    JOIN weaklabel_decisions e ON e.item_id = d.item_id AND e.sequence > d.sequence
    WHERE d.sequence = {row}.sequence AND e.kind = 'erasure')"""

_WANTED = """EXISTS (SELECT 1 FROM weaklabel_decisions d
    WHERE d.sequence = NEW.sequence AND d.payload_hash <> '')"""

_THERE = "EXISTS (SELECT 1 FROM weaklabel_payloads p WHERE p.sequence = NEW.sequence)"

#: A payload comes with its decision, never changes, and goes only with an erasure. That one is
#: there already is checked because INSERT OR REPLACE deletes a row without the trigger noticing.
_NO_PAYLOAD = f"NOT {_WANTED} OR {_ERASED.format(row='NEW')} OR {_THERE}"

_DECISIONS = """CREATE TABLE weaklabel_decisions (
    sequence INTEGER NOT NULL PRIMARY KEY, item_id TEXT NOT NULL, label TEXT,
    reviewer TEXT NOT NULL, decided_at TEXT NOT NULL, proposed TEXT, stratum TEXT NOT NULL,
    comment TEXT NOT NULL, previous_hash TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE)"""

#: To change the tables, add an entry, and change `_tables` to what it makes. A new column goes
#: last, with a default that is the value of all decisions before it. New tables are made by all
#: entries in turn. `previous_hash` is unique, so that the chain cannot fork whatever writes.
_MIGRATIONS: Mapping[int, _Migration] = {
    1: _Migration(
        both=(
            'CREATE TABLE weaklabel_meta ("key" TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)',
            _DECISIONS,
            "CREATE INDEX weaklabel_decisions_of "
            "ON weaklabel_decisions (item_id, reviewer, sequence)",
        ),
        sqlite=(
            _sqlite_trigger("no_update", "UPDATE", "decisions"),
            _sqlite_trigger("no_delete", "DELETE", "decisions"),
            # Keeps INSERT OR REPLACE from deleting a row without the one above noticing.
            _sqlite_trigger("only_append", "INSERT", "decisions", f"NEW.sequence IS NOT {_NEXT}"),
        ),
        postgresql=_postgresql_triggers(
            "decisions",
            {
                "UPDATE": "true",
                "DELETE": "true",
                "TRUNCATE": "true",
                "INSERT": f"NEW.sequence IS DISTINCT FROM {_NEXT}",
            },
        ),
    ),
    2: _Migration(
        both=("ALTER TABLE weaklabel_decisions ADD COLUMN cause TEXT NOT NULL DEFAULT ''",)
    ),
    3: _Migration(
        both=(
            "ALTER TABLE weaklabel_decisions ADD COLUMN seconds DOUBLE PRECISION",
            "ALTER TABLE weaklabel_decisions ADD COLUMN blind INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE weaklabel_decisions ADD COLUMN gold INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE weaklabel_decisions ADD COLUMN dataset_version TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE weaklabel_decisions ADD COLUMN \"key\" TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE weaklabel_decisions ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE weaklabel_decisions ADD COLUMN payload_hash TEXT NOT NULL DEFAULT ''",
            'CREATE UNIQUE INDEX weaklabel_decisions_key ON weaklabel_decisions ("key") '
            "WHERE \"key\" <> ''",
            "CREATE TABLE weaklabel_payloads (sequence INTEGER NOT NULL PRIMARY KEY "
            "REFERENCES weaklabel_decisions (sequence), comment TEXT NOT NULL, "
            "text_hash TEXT NOT NULL, shown TEXT, salt TEXT NOT NULL)",
        ),
        sqlite=(
            _sqlite_trigger("payload_no_update", "UPDATE", "payloads"),
            _sqlite_trigger(
                "payload_no_delete", "DELETE", "payloads", f"NOT {_ERASED.format(row='OLD')}"
            ),
            _sqlite_trigger("payload_insert", "INSERT", "payloads", _NO_PAYLOAD),
        ),
        postgresql=_postgresql_triggers(
            "payloads",
            {
                "UPDATE": "true",
                "DELETE": f"NOT {_ERASED.format(row='OLD')}",
                "TRUNCATE": "true",
                "INSERT": _NO_PAYLOAD,
            },
        ),
    ),
    # The three tables are no evidence: who may log in, who has which item for now, and the texts
    # of guidelines. They have no triggers, and change at will.
    4: _Migration(
        both=(
            "ALTER TABLE weaklabel_decisions ADD COLUMN about TEXT NOT NULL DEFAULT ''",
            "CREATE TABLE weaklabel_reviewers (name TEXT NOT NULL PRIMARY KEY, "
            "role TEXT NOT NULL, token_hash TEXT NOT NULL, created_at TEXT NOT NULL, "
            "revoked_at TEXT NOT NULL DEFAULT '')",
            "CREATE TABLE weaklabel_leases (item_id TEXT NOT NULL, reviewer TEXT NOT NULL, "
            "kind TEXT NOT NULL, expires_at DOUBLE PRECISION NOT NULL, "
            "PRIMARY KEY (item_id, reviewer))",
            "CREATE INDEX weaklabel_leases_until ON weaklabel_leases (expires_at)",
            "CREATE TABLE weaklabel_guidelines (version TEXT NOT NULL PRIMARY KEY, "
            "text TEXT NOT NULL, since TEXT NOT NULL)",
        )
    ),
}

#: Version of the tables; a log of a newer one is refused, one of an older one is read as it is,
#: and migrated when something is appended.
SCHEMA_VERSION = max(_MIGRATIONS)


def existing_tables(connection: sa.Connection) -> set[str]:
    """Return the names of the tables in an SQLite file; of ours only in PostgreSQL."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return {row[0] for row in connection.exec_driver_sql(query)}
    # As the search path finds them, which is how every other statement names them.
    names = ", ".join(f"'{table.name}'" for table in all_tables)
    # Only names of ours are put together here.
    query = f"SELECT name FROM unnest(ARRAY[{names}]) AS name WHERE to_regclass(name) IS NOT NULL"  # noqa: S608
    return {row[0] for row in connection.exec_driver_sql(query)}


def schema_version(connection: sa.Connection) -> int:
    """Return the version of the tables in a log, 0 where it is none that we wrote."""
    query = meta.select().where(meta.c.key == "schema_version")
    found = connection.execute(query).first()
    return int(found.value) if found and found.value.isdecimal() else 0


def migrate(connection: sa.Connection) -> None:
    """Make the tables where there are none, and bring older ones up to date.

    All inside the caller's transaction, which must hold the write lock: of two processes
    that find old tables at once, the second then finds new ones.

    Raises FileFormatError if a PostgreSQL database cannot hold every text.
    """
    before = schema_version(connection) if existing_tables(connection) else 0
    if before == SCHEMA_VERSION:
        return
    if not before:
        _check_encoding(connection)
    schema = _schema(connection)
    for version, migration in sorted(_MIGRATIONS.items()):
        if version > before:
            for statement in (*migration.both, *getattr(migration, connection.dialect.name)):
                connection.exec_driver_sql(statement.replace(_SCHEMA, schema))
    is_version = meta.c.key == "schema_version"
    connection.execute(meta.delete().where(is_version))
    connection.execute(meta.insert().values(key="schema_version", value=str(SCHEMA_VERSION)))


def _schema(connection: sa.Connection) -> str:
    if connection.dialect.name != "postgresql":
        return ""
    found = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar()
    if found is None:
        raise FileFormatError(
            "the PostgreSQL search path names no schema that exists. Make one: CREATE SCHEMA NAME"
        )
    return str(found)


def _check_encoding(connection: sa.Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise FileFormatError(
            f"the PostgreSQL database has the encoding {encoding}, must have UTF8 to hold every "
            "text. Make another one: createdb --encoding=UTF8 --template=template0 NAME"
        )
