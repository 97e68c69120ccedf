"""Database: the connections of a decision log, to an SQLite file or to PostgreSQL by URL."""

from __future__ import annotations

import math
import os
import re
import selectors
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

from weaklabel.errors import MissingDependencyError, ParameterError

__all__ = ["Database", "UncertainCommitError"]

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.]+://")

#: What one of several writers waits for. One for all logs of a database: two users may find the
#: same tables by different search paths. In one statement, as each is a journey to the server;
#: CASE keeps the order.
_LOCK = """SELECT CASE WHEN set_config('lock_timeout', %(wait)s, true) IS NOT NULL
    AND (current_setting('synchronous_commit') <> 'off'
        OR set_config('synchronous_commit', 'on', true) IS NOT NULL)
    THEN pg_advisory_xact_lock(hashtext('weaklabel_decisions')) END"""


class UncertainCommitError(Exception):
    """The connection broke while a transaction was committed: it may be stored or not."""


class _Locks:
    """Locks among the threads of one process."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.opening = threading.Lock()
        self.writing = threading.Lock()


class Database:
    """Where a decision log is; connections stay open from one call to the next.

    Parameters
    ----------
    location : path-like or str
        An SQLite file, or ``postgresql+psycopg://user@host/database``.
    timeout_seconds : float
        How long to wait for other writers, or for a server.

    Raises
    ------
    ParameterError
        If a URL is of another kind.
    """

    def __init__(self, location: str | os.PathLike[str], timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        self._url = _checked_url(location)
        #: The file; None for a server.
        self.path = Path(self._url.database or "") if self._is_file else None
        #: What messages call it: without a password.
        self.name = str(self.path or self._url.render_as_string(hide_password=True))
        self._locks = _Locks(os.getpid())
        self._opened: tuple[object, sa.Engine, weakref.finalize[..., Database]] | None = None

    @property
    def is_server(self) -> bool:
        """Whether it is PostgreSQL."""
        return not self._is_file

    @contextmanager
    def reading(self, *, once: bool = False) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state of the log, whatever others write.

        Parameters
        ----------
        once : bool
            Whether one statement reads the log, which sees one state by itself: a server is then
            not told of a transaction, which is half of what it would be sent.
        """
        with self._engine().connect() as connection:
            if self._is_file:
                connection.exec_driver_sql("BEGIN")
            else:
                level: Any = "AUTOCOMMIT" if once else "REPEATABLE READ"
                connection = connection.execution_options(isolation_level=level)
            yield connection

    @contextmanager
    def writing(self, check: Callable[[sa.Connection], object]) -> Iterator[sa.Connection]:
        """Yield a connection that alone may write, and commit if all goes well.

        Parameters
        ----------
        check : callable
            Called before anything in the database is changed; raises where it is no log.

        Raises
        ------
        UncertainCommitError
            If a server could not say whether it committed.
        """
        with self._turn(), self._engine().connect() as connection:
            if self._is_file:
                self._set_durable(connection, check)
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                wait = str(max(1, round(1000 * self.timeout_seconds)))
                connection.exec_driver_sql(_LOCK, {"wait": wait})
            check(connection)  # again: another process may have been faster
            yield connection
            try:
                connection.commit()
            except sa.exc.DBAPIError as error:
                if self._is_file:  # then it was rolled back
                    raise
                raise UncertainCommitError(str(error.orig)) from error

    def clean(self) -> None:
        """Remove what SQLite keeps of deleted rows in its write-ahead log, if nobody reads it."""
        if self._is_file:
            # Where it fails, they go with the next checkpoint; what is stored is stored.
            with suppress(sa.exc.OperationalError), self._engine().connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._own_locks().opening:
            if self._opened is not None:
                self._opened[2]()
                self._opened = None

    @property
    def _is_file(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    def _engine(self) -> sa.Engine:
        """Return an engine that belongs to this process and to the file that is there now."""
        with self._own_locks().opening:
            identity = (os.getpid(), _file_identity(self.path), _frozen_since(self.path))
            if self._opened is None or self._opened[0] != identity:
                if self._opened is not None:
                    self._opened[2]()
                engine = self._new_engine()
                closing = weakref.finalize(self, _dispose, engine, os.getpid())
                self._opened = (identity, engine, closing)
            return self._opened[1]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let one thread after the other write.

        Between processes SQLite waits by looking again after ever longer pauses, which among
        threads would cost a server a tenth of a second at times; and PostgreSQL would keep a
        connection busy for each thread that waits for its lock.
        """
        writing = self._own_locks().writing
        if not writing.acquire(timeout=min(self.timeout_seconds, threading.TIMEOUT_MAX)):
            raise sa.exc.TimeoutError
        try:
            yield
        finally:
            writing.release()

    def _own_locks(self) -> _Locks:
        # Those of a parent may have been held when this process was forked, for ever.
        if self._locks.process != os.getpid():
            self._locks = _Locks(os.getpid())
        return self._locks

    def _new_engine(self) -> sa.Engine:
        if self._is_file:
            engine = sa.create_engine(
                self._url if _frozen_since(self.path) is None else _frozen_url(self.path),
                hide_parameters=True,
                pool_timeout=self.timeout_seconds,
                connect_args={"timeout": self.timeout_seconds, "check_same_thread": False},
            )
            event.listen(engine, "connect", _prepare_file)
            return engine
        seconds = max(2, math.ceil(self.timeout_seconds))
        try:
            engine = sa.create_engine(
                self._url,
                hide_parameters=True,
                # Enough for a team that answers at once; more would be opened and closed all the time.
                pool_size=10,
                max_overflow=0,
                pool_timeout=seconds,
                isolation_level="READ COMMITTED",  # to see what was committed before the lock
                connect_args={"connect_timeout": seconds, "tcp_user_timeout": 1000 * seconds},
            )
        except ModuleNotFoundError as error:
            what = "a decision log in PostgreSQL"
            raise MissingDependencyError.of("psycopg", what, "team") from error
        event.listen(engine, "checkout", _check_alive)
        return engine

    def _set_durable(
        self, connection: sa.Connection, check: Callable[[sa.Connection], object]
    ) -> None:
        """Switch to write-ahead logging, waiting while another process does the same."""
        end = time.monotonic() + self.timeout_seconds
        while connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
            check(connection)
            try:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                return  # where the file system cannot do it, SQLite keeps its journal instead
            except sa.exc.OperationalError as error:
                # SQLite does not wait by itself for this one switch.
                if "locked" not in str(error.orig) or time.monotonic() > end:
                    raise
                time.sleep(0.01)


def _checked_url(location: str | os.PathLike[str]) -> sa.URL:
    text = os.fspath(location)
    if not _URL.match(text):
        return sa.URL.create("sqlite", database=text)
    allowed = "must be a path, or postgresql+psycopg://user@host/database"
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        # Not shown: it may hold a password.
        raise ParameterError(f"the URL of the decision log cannot be read, {allowed}.") from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg") or not url.database:
        raise ParameterError(
            f"the URL of the decision log begins with {url.drivername}:// and names the database "
            f"{url.database!r}, {allowed}."
        )
    return url


def _file_identity(path: Path | None) -> tuple[int, int] | None:
    """Return what changes when another file takes the place of this one."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _frozen_since(path: Path | None) -> int | None:
    """Return when a file changed last of which we can only read, and nobody writes; else None.

    Write-ahead logging needs a writable folder even to read, unless SQLite is told that nothing
    changes.
    """
    if path is None or not path.exists() or Path(f"{path}-wal").exists():
        return None
    effective = os.access in os.supports_effective_ids
    if os.access(path.parent, os.W_OK, effective_ids=effective):
        return None
    return path.stat().st_mtime_ns


def _frozen_url(path: Path | None) -> sa.URL:
    query = {"immutable": "1", "uri": "true"}
    return sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query=query)


def _prepare_file(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else the sqlite3 module begins late, by itself
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")


def _check_alive(connection: Any, _record: object, _proxy: object) -> None:
    """Meet a server that was restarted with a new connection.

    A connection that its server closed has something to be read: the end. SQLAlchemy's own way
    asks the server at every use, which for one answer is a message in five.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        if selector.select(0):
            raise sa.exc.DisconnectionError


def _dispose(engine: sa.Engine, process: int) -> None:
    # A child that was forked must not close what its parent goes on using.
    engine.dispose(close=os.getpid() == process)
