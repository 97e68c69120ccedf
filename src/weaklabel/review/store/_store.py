"""DecisionStore: the decision log in a database, append-only and hash-chained."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from weaklabel.core import Decision, DecisionLog
from weaklabel.core._check import check_number
from weaklabel.errors import DecisionsError, FileFormatError, WriteError, wrong_value

if TYPE_CHECKING:
    import sqlalchemy as sa

    from weaklabel.review.store._database import Database
    from weaklabel.review.store._shared_writes import SharedWrites
    from weaklabel.review.store._tables import StoredRow

__all__ = ["DecisionStore"]

_CHUNK = 2000

#: A server is not asked at every call whether its tables are those of this version: half of what
#: an answer sends to it would be that. Tables only ever get newer, and rarely.
_CURRENT_SECONDS = 5.0


class DecisionStore:
    """Decisions in an SQLite file or a PostgreSQL database, which only ever grow.

    Every decision carries the SHA-256 of itself and of the one before, so that
    `verify` finds a change that was made behind the store's back. Several
    processes may append at once; each call is stored wholly or not at all, and
    is on the disk when it returns.

    Parameters
    ----------
    path : path-like or str
        The SQLite file, made with its folder by the first `append`; or the URL of a PostgreSQL
        database, ``postgresql+psycopg://user@host/database``, in which the first `append` makes
        the tables.
    timeout_seconds : float
        How long to wait while another process writes, or for the server.

    Raises
    ------
    ParameterError
        If a URL is of another kind.
    MissingDependencyError
        At the first use, if the driver for PostgreSQL is not installed.

    Notes
    -----
    The chain shows changes inside the log. That its end was cut off, or that all
    of it was rewritten, shows only to somebody who kept an earlier head hash, as
    every data set version does: give that to ``verify(anchor=...)``.

    Connections stay open from one call to the next, until `close` or until the
    store is gone; it may be used by several threads, and after a fork.

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
    ...     store.close()
    1
    1
    DecisionLog(2 decisions on 1 items by 1 reviewers, 0 disputed)
    True
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout_seconds: float = 30.0) -> None:
        self.timeout_seconds = check_number("timeout_seconds", timeout_seconds, 0.0)
        self._location = path
        self._opened: Database | None = None
        self._current_until = 0.0
        self._writes: tuple[int, SharedWrites] | None = None
        self.name = self._database.name if "://" in os.fspath(path) else str(Path(path))

    def append(self, decisions: Iterable[Decision]) -> int:
        """Store decisions at the end of the log, all of them or none.

        A decision with a `key` that is stored already is left out, so that a
        retry stores nothing twice. Without a key, one that repeats the standing
        answer of its reviewer (same item, label, comment and cause) is left out,
        so that reading an answer file twice stores nothing new; so is a remark
        that repeats another, and an undo where nothing stands. A log of an older version is migrated first. An
        erasure removes the payloads of its item, as `erase` does.

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
            If a text is no Unicode, a key is that of another decision, or the last decision
            stored was changed.
        WriteError
            If the log cannot be written, or stays locked. Nothing was stored, unless the message
            says that a server broke off before it said so; then append the same again.
        FileFormatError
            If the file is damaged, or no decision log.
        """
        given = tuple(decisions)
        _check_unicode(given)
        if not given:
            return 0
        # What tells of an erasure must come with it, so that it shares no transaction.
        if all(d.kind != "erasure" and not d.payload_hash for d in given):
            return self._shared.append(given, self._append_each)
        (stored,) = self._append_each([given])
        self._database.clean()
        return stored

    def erase(self, item_id: str, reason: str, *, by: str, decided_at: str | None = None) -> int:
        """Remove the payloads of all decisions on an item, and append a decision that says so.

        Comment, text hash and what was shown go. Item id, label, reviewer, time
        and the other fields stay, and so does the chain, which holds a salted hash
        of what is gone. Copies that were made before, PostgreSQL's own backups
        and logs, and files that were exported are not reached.

        Parameters
        ----------
        item_id : str
            The item.
        reason : str
            Why; it stays in the log for good.
        by : str
            Who erases.
        decided_at : str, optional
            When; by default now.

        Returns
        -------
        int
            How many decisions lost their payload; where it is 0, nothing was appended.

        Raises
        ------
        DecisionsError
            If the item has a comment from before version 3 of the tables, which the chain holds
            as it is, or as `append`.
        WriteError, FileFormatError
            As `append`.
        """
        from weaklabel.review.store._append import erase

        at = Decision.now() if decided_at is None else decided_at
        erasure = Decision(item_id, None, by, at, comment=reason, kind="erasure")
        _check_unicode((erasure,))
        if self._is_missing():
            return 0
        with self._writing() as connection:
            n_erased = erase(connection, erasure)
        if n_erased:
            self._database.clean()
        return n_erased

    def log(self) -> DecisionLog:
        """Return all decisions in order; an empty log where there is none yet.

        A log of an older version is read as it is.
        Raises FileFormatError if it cannot be read, is damaged, or is no decision log.
        """
        with self._decisions("ORDER BY d.sequence") as numbered:
            return DecisionLog(decision for _, decision in numbered)

    def since(self, sequence: int) -> tuple[tuple[Decision, ...], int]:
        """Return the decisions after one, and the number of the last decision.

        Parameters
        ----------
        sequence : int
            Number of the last decision that is known; 0 for none.

        Returns
        -------
        tuple of Decision
            In order.
        int
            What to give next time; `sequence` where nothing came after it.

        Raises
        ------
        FileFormatError
            As `log`.
        """
        rest = f"WHERE d.sequence > {int(sequence)} ORDER BY d.sequence"
        last = int(sequence)
        found = []
        with self._decisions(rest) as numbered:
            for last, decision in numbered:  # noqa: B007 # the last one is what is asked for
                found.append(decision)
        return tuple(found), last

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
            At the first decision that was changed, moved or removed, if a payload is gone
            without an erasure, or if the chain does not hold `anchor`.
        FileFormatError
            If the log cannot be read, is damaged, or is none.
        """
        from weaklabel.review.store._chain import check_chain

        with self._rows("ORDER BY d.sequence") as rows:
            escaped = self._database.is_server
            return check_chain(rows, escaped=escaped, anchor=anchor, name=self.name)

    @overload
    def transaction(self, *, writing: Literal[True]) -> AbstractContextManager[sa.Connection]: ...
    @overload
    def transaction(
        self, *, writing: Literal[False]
    ) -> AbstractContextManager[sa.Connection | None]: ...
    def transaction(
        self, *, writing: bool
    ) -> AbstractContextManager[sa.Connection] | AbstractContextManager[sa.Connection | None]:
        """Return a block that reads or writes the tables beside the log; for this package.

        Parameters
        ----------
        writing : bool
            Whether it writes. Then the tables are made or migrated first, the block is alone to
            write, whatever other processes do, and is committed at its end, or not at all if it
            raises. If it only reads, it sees one state.

        Returns
        -------
        context manager of sqlalchemy.Connection or None
            None, only where it does not write, if there are no tables to be read: no log yet, or
            one of an older version, which the next write migrates.

        Raises
        ------
        WriteError, FileFormatError
            As `append` and `log`, inside the block too.
        """
        return self._writing() if writing else self._reading()

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._current_until = 0.0
        if self._opened is not None:
            self._opened.close()

    def __getstate__(self) -> dict[str, object]:
        # Connections are not for another process, which opens its own.
        return {**self.__dict__, "_opened": None, "_writes": None, "_current_until": 0.0}

    def __repr__(self) -> str:
        return f"DecisionStore({self.name!r})"

    @property
    def _shared(self) -> SharedWrites:
        # Its lock may have been held when this process was forked.
        if self._writes is None or self._writes[0] != os.getpid():
            from weaklabel.review.store._shared_writes import SharedWrites

            self._writes = os.getpid(), SharedWrites()
        return self._writes[1]

    def _append_each(self, given: Sequence[Sequence[Decision]]) -> list[int]:
        from weaklabel.review.store._append import append_each

        with self._writing() as connection:
            return append_each(connection, given)

    @property
    def _database(self) -> Database:
        # Made when it is needed: SQLAlchemy takes a moment to import.
        if self._opened is None:
            from weaklabel.review.store._database import Database

            self._opened = Database(self._location, self.timeout_seconds)
        return self._opened

    def _is_missing(self) -> bool:
        path = self._database.path
        return path is not None and not path.exists()

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        from weaklabel.review.store._failures import in_words
        from weaklabel.review.store._migrations import SCHEMA_VERSION, migrate

        path = self._database.path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WriteError(
                f"cannot write {self.name}: {error.strerror}. Check that its folder can be made; "
                "nothing was stored."
            ) from error
        with (
            in_words(self._database, writing=True),
            self._database.writing(self._check_tables) as connection,
        ):
            if self._check_tables(connection) != SCHEMA_VERSION:
                migrate(connection)
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection | None]:
        from weaklabel.review.store._migrations import SCHEMA_VERSION

        with self._tables() as (connection, version):
            yield connection if version == SCHEMA_VERSION else None

    @contextmanager
    def _decisions(self, rest: str) -> Iterator[Iterable[tuple[int, Decision]]]:
        """Yield decisions with their numbers, of one state of the log."""
        from weaklabel.review.store._tables import decision_of

        try:
            with self._rows(rest) as rows:
                escaped = self._database.is_server
                yield ((row.sequence, decision_of(row, escaped)) for row in rows)
        except (DecisionsError, TypeError) as error:
            raise FileFormatError(f"{self.name} holds a decision that is none: {error}") from error

    @contextmanager
    def _rows(self, rest: str) -> Iterator[Iterable[StoredRow]]:
        """Yield rows of one state of the log; older tables are read as they are."""
        from weaklabel.review.store._tables import StoredRow, select_rows

        with self._tables(once=True) as (connection, version):
            if connection is None:
                yield ()
                return
            found = connection.exec_driver_sql(select_rows(version, rest))
            yield (StoredRow.of(row) for part in found.partitions(_CHUNK) for row in part)

    @contextmanager
    def _tables(self, *, once: bool = False) -> Iterator[tuple[sa.Connection | None, int]]:
        """Yield a connection to read with, and the version of the tables; None and 0 for no log."""
        if self._is_missing():
            yield None, 0
            return
        from weaklabel.review.store._failures import in_words

        with (
            in_words(self._database, writing=False),
            self._database.reading(once=once) as connection,
        ):
            version = self._check_tables(connection)
            yield (connection, version) if version else (None, 0)

    def _check_tables(self, connection: sa.Connection) -> int:
        """Return the version of the tables, 0 for a new log, or refuse what is no log."""
        from weaklabel.review.store._migrations import (
            SCHEMA_VERSION,
            existing_tables,
            schema_version,
        )
        from weaklabel.review.store._tables import decisions, meta

        if self._database.is_server and time.monotonic() < self._current_until:
            return SCHEMA_VERSION
        names = existing_tables(connection)
        if not names:
            return 0
        if not {meta.name, decisions.name} <= names:
            raise FileFormatError(
                f"{self.name} is an SQLite database but no decision log. Name another file."
                if self._database.path
                else f"{self.name} holds a part of a decision log only. Name another database."
            )
        version = schema_version(connection)
        if not 1 <= version <= SCHEMA_VERSION:
            raise FileFormatError(
                f"{self.name} has schema version {version}, must be 1 to {SCHEMA_VERSION} for "
                "this version of weaklabel. Upgrade weaklabel."
            )
        if version == SCHEMA_VERSION:
            self._current_until = time.monotonic() + _CURRENT_SECONDS
        return version


def _check_unicode(given: tuple[Decision, ...]) -> None:
    for decision in given:
        for name, value in decision.record().items():
            try:
                if isinstance(value, str):
                    value.encode("utf-8")
            except UnicodeEncodeError:
                raise DecisionsError(
                    wrong_value(f"{name} of a decision", value, "text that UTF-8 can write")
                ) from None
