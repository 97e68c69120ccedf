"""DecisionStore: the decision log on disk, append-only and hash-chained, in SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weaklabel.core import Decision, DecisionLog
from weaklabel.core._check import check_number
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.errors import DecisionsError, FileFormatError, WriteError, wrong_value

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = ["DecisionStore"]

_FIELDS = tuple(field.name for field in fields(Decision))


class DecisionStore:
    """Decisions in an SQLite file, which only ever grows.

    Every decision carries the SHA-256 of itself and of the one before, so that
    `verify` finds a change that was made behind the store's back. Several
    processes may append at once; each call is stored wholly or not at all, and
    is on the disk when it returns.

    Parameters
    ----------
    path : path-like
        The file, made with its folder by the first `append`.
    timeout_seconds : float
        How long to wait while another process writes.

    Notes
    -----
    The chain shows changes inside the log. That its end was cut off, or that all
    of it was rewritten, shows only to somebody who kept an earlier head hash, as
    every data set version does: give that to ``verify(anchor=...)``.

    Examples
    --------
    >>> import tempfile
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = DecisionStore(f"{folder}/decisions.sqlite")
    ...     store.append([Decision("a", "ham", "ann", at)])
    ...     store.append([Decision("a", "spam", "ann", at)])
    ...     store.log()
    ...     store.verify() == store.log().head_hash
    1
    1
    DecisionLog(2 decisions on 1 items by 1 reviewers, 0 disputed)
    True
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout_seconds: float = 30.0) -> None:
        self.path = Path(path)
        self.timeout_seconds = check_number("timeout_seconds", timeout_seconds, 0.0)

    def append(self, decisions: Iterable[Decision]) -> int:
        """Store decisions at the end of the log, all of them or none.

        A decision that repeats the standing one of its reviewer (same item,
        label, comment and cause) is left out, so that reading an answer file
        twice stores nothing new. A file of an older version is migrated first.

        Parameters
        ----------
        decisions : iterable of Decision
            In order.

        Returns
        -------
        int
            How many were stored.

        Raises
        ------
        DecisionsError
            If a text is no Unicode, or the last decision stored was changed.
        WriteError
            If the file cannot be written, or stays locked; nothing was stored.
        FileFormatError
            If the file is damaged, or no decision log.
        """
        given = tuple(decisions)
        _check_unicode(given)
        if not given:
            return 0
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(self._refused(str(error.strerror))) from error
        with self._words(writing=True):
            from weaklabel.review import _tables

            engine = _tables.connect(self.path, self.timeout_seconds)
            self._check_tables(engine, may_be_empty=True)
            _tables.set_durable(engine, self.timeout_seconds)
            with engine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                _tables.create_tables(connection)
                self._check_version(connection)  # again: another process may have been faster
                return _append(connection, given)

    def log(self) -> DecisionLog:
        """Return all decisions in order; an empty log where there is no file yet.

        A file of an older version is read as it is.
        Raises FileFormatError if the file is damaged, or no decision log.
        """
        rows = self._rows()
        try:
            return DecisionLog(_decision(row) for row in rows)
        except DecisionsError as error:
            raise FileFormatError(f"{self.path} holds a decision that is none: {error}") from error

    def verify(self, *, anchor: str | None = None) -> str:
        """Return the head hash after checking every link of the chain.

        Parameters
        ----------
        anchor : str, optional
            A head hash kept from earlier, which must still be in the chain.

        Returns
        -------
        str
            64 hexadecimal digits; all zero for an empty log.

        Raises
        ------
        DecisionsError
            At the first decision that was changed, moved or removed, or if the
            chain does not hold `anchor`.
        FileFormatError
            If the file is damaged, or no decision log.
        """
        head = FIRST_HASH
        seen = anchor in (None, head)
        for expected, row in enumerate(self._rows(), start=1):
            if row["sequence"] != expected or row["previous_hash"] != head:
                raise DecisionsError(self._broken(expected, "was removed or moved"))
            if not _is_intact(row):
                raise DecisionsError(self._broken(expected, "was changed after it was stored"))
            head = row["hash"]
            seen = seen or head == anchor
        if not seen:
            raise DecisionsError(
                f"{self.path} does not hold the decision with hash {str(anchor)[:12]}, which it "
                "once ended with: its end was cut off, or it was rewritten. Restore it from a copy."
            )
        return head

    def __repr__(self) -> str:
        return f"DecisionStore({str(self.path)!r})"

    def _rows(self) -> Sequence[dict[str, Any]]:
        if not self.path.exists():
            return []
        with self._words(writing=False):
            from weaklabel.review import _tables

            engine = _tables.connect(self.path, self.timeout_seconds)
            if not self._check_tables(engine, may_be_empty=True):
                return []
            with engine.connect() as connection:
                # Whatever columns there are: older tables have fewer, and reading adds none.
                query = "SELECT * FROM weaklabel_decisions ORDER BY sequence"
                return [dict(row) for row in connection.exec_driver_sql(query).mappings()]

    def _check_tables(self, engine: sa.Engine, may_be_empty: bool) -> bool:
        from weaklabel.review import _tables

        with engine.connect() as connection:
            query = "SELECT name FROM sqlite_master WHERE type = 'table'"
            names = {row[0] for row in connection.exec_driver_sql(query)}
            if not names and may_be_empty:
                return False
            if not {_tables.meta.name, _tables.decisions.name} <= names:
                raise FileFormatError(
                    f"{self.path} is an SQLite database but no decision log. Name another file."
                )
            self._check_version(connection)
        return True

    def _check_version(self, connection: sa.Connection) -> None:
        from weaklabel.review._tables import SCHEMA_VERSION, schema_version

        version = schema_version(connection)
        if not 1 <= version <= SCHEMA_VERSION:
            raise FileFormatError(
                f"{self.path} has schema version {version}, must be 1 to {SCHEMA_VERSION} for "
                "this version of weaklabel. Upgrade weaklabel."
            )

    @contextmanager
    def _words(self, writing: bool) -> Iterator[None]:
        import sqlalchemy as sa

        try:
            yield
        except sa.exc.OperationalError as error:
            reason = str(error.orig)
            if writing:
                raise WriteError(self._refused(reason)) from error
            raise FileFormatError(
                f"cannot read {self.path}: {reason}. Close what else uses it and try again."
            ) from error
        except sa.exc.DatabaseError as error:
            raise FileFormatError(
                f"{self.path} is no decision log, or is damaged: {error.orig}. "
                "Restore it from a copy."
            ) from error

    def _refused(self, reason: str) -> str:
        advice = (
            "Close what else writes to it and try again"
            if "locked" in reason
            else "Check that its folder can be written to and has space"
        )
        return (
            f"cannot write {self.path}: {reason}. {advice}; nothing was stored, and what was "
            "there before is intact."
        )

    def _broken(self, sequence: int, what: str) -> str:
        return (
            f"decision {sequence} in {self.path} {what}: its hash does not fit. "
            "Restore the file from a copy; decisions before it are sound."
        )


def _append(connection: sa.Connection, given: tuple[Decision, ...]) -> int:
    import sqlalchemy as sa

    from weaklabel.review._tables import decisions

    last = connection.execute(decisions.select().order_by(sa.desc("sequence")).limit(1)).first()
    if last is not None and not _is_intact(dict(last._mapping)):
        raise DecisionsError(
            f"decision {last.sequence}, the last one stored, was changed: its hash does not fit. "
            "Restore the file from a copy; nothing was stored."
        )
    sequence, head = (last.sequence, last.hash) if last is not None else (0, FIRST_HASH)
    stored = 0
    for decision in given:
        if _is_repeat(connection, decision):
            continue
        following = decision.chained(head)
        row = {"sequence": sequence + 1, "previous_hash": head, "hash": following}
        connection.execute(decisions.insert().values(**asdict(decision), **row))
        sequence, head, stored = sequence + 1, following, stored + 1
    return stored


def _check_unicode(given: tuple[Decision, ...]) -> None:
    for decision in given:
        for name, value in asdict(decision).items():
            try:
                (value or "").encode("utf-8")
            except UnicodeEncodeError:
                raise DecisionsError(
                    wrong_value(f"{name} of a decision", value, "text that UTF-8 can write")
                ) from None


def _is_repeat(connection: sa.Connection, decision: Decision) -> bool:
    import sqlalchemy as sa

    from weaklabel.review._tables import decisions

    same = (decisions.c.item_id == decision.item_id) & (decisions.c.reviewer == decision.reviewer)
    query = decisions.select().where(same).order_by(sa.desc("sequence")).limit(1)
    standing = connection.execute(query).first()
    if standing is None:
        return False
    before = standing.label, standing.comment, standing.cause
    return bool(before == (decision.label, decision.comment, decision.cause))


def _decision(row: dict[str, Any]) -> Decision:
    return Decision(**{name: row[name] for name in _FIELDS if name in row})


def _is_intact(row: dict[str, Any]) -> bool:
    try:
        return bool(_decision(row).chained(row["previous_hash"]) == row["hash"])
    except (DecisionsError, TypeError, ValueError):
        return False
