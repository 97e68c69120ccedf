"""The tables of the decision log, and decisions as their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING
from typing import Any, NamedTuple

import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.core._json_mapping import JsonMapping

__all__ = [
    "StoredRow",
    "all_tables",
    "decision_of",
    "decisions",
    "guideline_versions",
    "kept_text",
    "leases",
    "meta",
    "payloads",
    "reviewers",
    "row_of",
    "select_rows",
]

_metadata = sa.MetaData()


class _AnyText(sa.TypeDecorator[str]):
    """Text of any characters, in PostgreSQL as `kept_text` makes it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return kept_text(value) if dialect.name == "postgresql" else value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return _given_text(value) if dialect.name == "postgresql" else value


meta = sa.Table(
    "weaklabel_meta",
    _metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

#: The chain. What it looks like in a database, with keys and defaults, `_migrations` says.
decisions = sa.Table(
    "weaklabel_decisions",
    _metadata,
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("item_id", sa.Text),
    sa.Column("label", sa.Text),
    sa.Column("reviewer", sa.Text),
    sa.Column("decided_at", sa.Text),
    sa.Column("proposed", sa.Text),
    sa.Column("stratum", sa.Text),
    sa.Column("comment", sa.Text),  # of decisions without a salt; otherwise it is in `payloads`
    sa.Column("previous_hash", sa.Text),
    sa.Column("hash", sa.Text),
    sa.Column("cause", sa.Text),
    sa.Column("seconds", sa.Double),
    sa.Column("blind", sa.Integer),
    sa.Column("gold", sa.Integer),
    sa.Column("dataset_version", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("payload_hash", sa.Text),
    sa.Column("about", sa.Text),
)

#: What an erasure deletes, beside the chain, which holds a salted hash of it.
payloads = sa.Table(
    "weaklabel_payloads",
    _metadata,
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("comment", sa.Text),
    sa.Column("text_hash", sa.Text),
    sa.Column("shown", sa.Text),
    sa.Column("salt", sa.Text),
)

# The rest is no evidence, and may be changed: see `_migrations`.

#: Who may log in to a team's review; `token_hash` is the SHA-256 of the token.
reviewers = sa.Table(
    "weaklabel_reviewers",
    _metadata,
    sa.Column("name", _AnyText, primary_key=True),
    sa.Column("role", _AnyText),
    sa.Column("token_hash", sa.Text),
    sa.Column("created_at", sa.Text),
    sa.Column("revoked_at", sa.Text, default=""),
)

#: Who has which item until when, in seconds since 1970.
leases = sa.Table(
    "weaklabel_leases",
    _metadata,
    sa.Column("item_id", _AnyText, primary_key=True),
    sa.Column("reviewer", _AnyText, primary_key=True),
    sa.Column("kind", _AnyText),
    sa.Column("expires_at", sa.Double),
)

#: The text of each version of the guidelines, which decisions name.
guideline_versions = sa.Table(
    "weaklabel_guidelines",
    _metadata,
    sa.Column("version", _AnyText, primary_key=True),
    sa.Column("text", _AnyText),
    sa.Column("since", sa.Text),
)

all_tables = tuple(_metadata.tables.values())

_OF_PAYLOAD = ("comment", "text_hash", "shown", "salt")
_MARKS = ("blind", "gold")

#: Columns of the chain that came with each version of the tables.
_SINCE = {
    2: ("cause",),
    3: ("seconds", "blind", "gold", "dataset_version", "key", "kind", "payload_hash"),
    4: ("about",),
}
_FIELDS = tuple(Decision.__dataclass_fields__)
_DEFAULTS = {
    name: {None: "NULL", "": "''", False: "0"}[field.default]
    for name, field in Decision.__dataclass_fields__.items()
    if field.default is not MISSING
}
_SHOWN, _BLIND, _GOLD = (_FIELDS.index(name) for name in ("shown", "blind", "gold"))
_TRUTH = {0: False, 1: True}
_SHARED = tuple(name for name in _FIELDS if name not in (*_OF_PAYLOAD, "payload_hash"))


class StoredRow(NamedTuple):
    """Where a decision stands in the chain, and the columns of which `decision_of` makes it."""

    sequence: int
    previous_hash: str
    hash: str
    payload_hash: str  # in the chain, whether the payload is there or not
    values: Sequence[Any]

    @classmethod
    def of(cls, row: Sequence[Any]) -> StoredRow:
        """Return what is in a row of `select_rows`."""
        return cls(row[0], row[1], row[2], row[3], row[4:])


def select_rows(version: int, rest: str = "") -> str:
    """Return a query for the rows of the log.

    Parameters
    ----------
    version : int
        Of the tables: what older ones lack is selected as its default.
    rest : str
        Conditions and order, in terms of ``d``, the chain, and ``p``, the payloads.

    Returns
    -------
    str
        It selects the columns of `StoredRow`: those of the chain, then the fields of the decision.
    """
    missing = {name for since, names in _SINCE.items() if since > version for name in names}
    columns = ["d.sequence", "d.previous_hash", "d.hash"]
    columns += ["''" if "payload_hash" in missing else "d.payload_hash"]
    columns += [_column(name, missing) for name in _FIELDS]
    joined = (
        ""
        if "payload_hash" in missing
        else "LEFT JOIN weaklabel_payloads p ON p.sequence = d.sequence"
    )
    # Only names of ours are put together here.
    return f"SELECT {', '.join(columns)} FROM weaklabel_decisions d {joined} {rest}"  # noqa: S608


def _column(name: str, missing: set[str]) -> str:
    if name in missing:
        return _DEFAULTS[name]
    if "payload_hash" in missing and name in _OF_PAYLOAD:
        return "d.comment" if name == "comment" else _DEFAULTS[name]
    if name == "comment":
        # Never in both: then the row was changed, and NULL fits no hash.
        return "CASE WHEN p.salt IS NULL THEN d.comment WHEN d.comment = '' THEN p.comment END"
    if name == "payload_hash":  # of a decision, it is empty while the payload is there
        return "CASE WHEN p.salt IS NULL THEN d.payload_hash ELSE '' END"
    if name in _OF_PAYLOAD:
        return f"coalesce(p.{name}, {_DEFAULTS[name]})"
    return f'd."{name}"'


def decision_of(row: StoredRow, escaped: bool) -> Decision:
    """Return the decision in a row.

    Raises DecisionsError, TypeError or ValueError if the row holds none.
    """
    values = list(row.values)
    if escaped:
        values = [_given_text(value) for value in values]
    if values[_SHOWN] is not None:
        values[_SHOWN] = JsonMapping.of_canonical(values[_SHOWN])
    # What is neither 0 nor 1 was changed, and Decision refuses it.
    values[_BLIND] = _TRUTH.get(values[_BLIND], values[_BLIND])
    values[_GOLD] = _TRUTH.get(values[_GOLD], values[_GOLD])
    return Decision(*values)


def row_of(decision: Decision, escapes: bool) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return what the two tables hold of a decision; None for the second if it has no salt.

    Parameters
    ----------
    decision : Decision
        With a salt where it has a payload that can be erased.
    escapes : bool
        Whether the database cannot hold every text, as PostgreSQL.
    """
    values = decision.record()
    row = {name: values[name] for name in _SHARED}
    row |= {name: int(getattr(decision, name)) for name in _MARKS}
    row |= {"comment": decision.comment, "payload_hash": decision.payload_digest()}
    payload = None
    if decision.salt:
        row["comment"] = ""
        payload = {name: values[name] for name in _OF_PAYLOAD}
    if escapes:
        row = {name: kept_text(value) for name, value in row.items()}
        payload = payload and {name: kept_text(value) for name, value in payload.items()}
    return row, payload


def kept_text(value: Any) -> Any:
    """Return a text as PostgreSQL can hold it, which has no null character.

    A null becomes two characters, the first of which is itself doubled where it occurs. What
    is no text stays as it is.

    Examples
    --------
    >>> kept_text("a\\x00b\\x01"), kept_text(None)
    ('a\\x01nb\\x01e', None)
    """
    if isinstance(value, str) and ("\x00" in value or "\x01" in value):
        return value.replace("\x01", "\x01e").replace("\x00", "\x01n")
    return value


def _given_text(value: Any) -> Any:
    if isinstance(value, str) and "\x01" in value:
        return value.replace("\x01n", "\x00").replace("\x01e", "\x01")
    return value
