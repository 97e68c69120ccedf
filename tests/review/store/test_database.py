"""Connections: kept, renewed after a fork, a restart or another file, and one writer at a time."""

import gc
import os
import warnings
from pathlib import Path

import pytest
import sqlalchemy as sa

from weaklabel.errors import ParameterError
from weaklabel.review.store._database import Database


def anything(_connection: object) -> None:
    """Check nothing."""


def test_a_file_is_written_ahead_flushed_and_wiped(tmp_path: Path) -> None:
    database = Database(tmp_path / "log.sqlite", 1.0)
    with database.writing(anything) as connection:
        connection.exec_driver_sql("CREATE TABLE a (b)")
    with database.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]
    assert found == ["wal", 2, 1]
    database.close()


def test_a_server_is_flushed_even_where_its_default_is_not(cluster: object) -> None:
    url = cluster.url(options="-csynchronous_commit=off")  # type: ignore[attr-defined]
    database = Database(url, 5.0)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    with database.writing(anything) as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    with database.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    database.close()


def test_two_writers_take_turns(location: str) -> None:
    first, second = Database(location, 30.0), Database(location, 0.05)
    with first.writing(anything) as connection:
        connection.exec_driver_sql("CREATE TABLE turns (n INTEGER)")
    with first.writing(anything) as connection:
        connection.exec_driver_sql("INSERT INTO turns VALUES (1)")
        with pytest.raises(sa.exc.OperationalError, match="lock"), second.writing(anything):
            pass
    with second.writing(anything) as connection:  # it sees what the first one committed
        assert connection.exec_driver_sql("SELECT count(*) FROM turns").scalar() == 1
    for database in (first, second):
        database.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_child_opens_its_own_connection_and_leaves_that_of_its_parent(cluster: object) -> None:
    database = Database(cluster.url(), 5.0)  # type: ignore[attr-defined]
    before = backend(database)
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tell, str(backend(database)).encode())
        database.close()
        os._exit(0)
    os.waitpid(child, 0)
    os.close(tell)
    with open(told) as of_child:
        assert int(of_child.read()) != before
    assert backend(database) == before
    database.close()


def backend(database: Database) -> int:
    """Return the number of the server's process that a connection talks to."""
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_a_thread_whose_turn_does_not_come_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path / "log.sqlite", 0.05)
    with (
        database.writing(anything),
        pytest.raises(sa.exc.TimeoutError),
        database.writing(anything),
    ):
        pass
    with database.writing(anything):  # and later it does
        pass
    database.close()


def test_a_reader_sees_one_state_while_others_write(location: str) -> None:
    database = Database(location, 30.0)
    with database.writing(anything) as connection:
        connection.exec_driver_sql("CREATE TABLE turns (n INTEGER)")
    count = "SELECT count(*) FROM turns"
    with database.reading() as reader:
        before = reader.exec_driver_sql(count).scalar()
        with database.writing(anything) as connection:
            connection.exec_driver_sql("INSERT INTO turns VALUES (1)")
        assert reader.exec_driver_sql(count).scalar() == before == 0
    with database.reading() as reader:
        assert reader.exec_driver_sql(count).scalar() == 1
    database.close()


def test_what_is_no_log_is_checked_before_anything_changes(location: str) -> None:
    database = Database(location, 5.0)

    def refuse(_connection: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.writing(refuse):
        pass
    assert not Path(location).exists() or Path(location).read_bytes() == b""
    database.close()


def test_connections_close_with_the_last_use(location: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        database = Database(location, 5.0)
        with database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
        database.close()
        with database.reading() as connection:  # and open again
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
        del database, connection
        gc.collect()
    if "://" not in location:
        assert [file.name for file in Path(location).parent.iterdir()] in ([], ["log.sqlite"])


@pytest.mark.parametrize(
    ("url", "is_server", "name"),
    [
        ("a/b.sqlite", False, "a/b.sqlite"),
        ("sqlite:///a/b.sqlite", False, "a/b.sqlite"),
        ("postgresql://ann:pw@host/db", True, "postgresql+psycopg://ann:***@host/db"),
        ("postgresql+psycopg://host/db", True, "postgresql+psycopg://host/db"),
    ],
)
def test_a_path_is_a_file_and_a_url_a_server(url: str, is_server: bool, name: str) -> None:
    database = Database(url, 1.0)
    assert (database.is_server, database.name) == (is_server, name)
    assert (database.path is None) == is_server


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@host/db",
        "postgresql+asyncpg://ann:secret@host/db",
        "postgresql://ann:secret@host",
        "postgresql://ann:secret@host:port/db",
    ],
)
def test_another_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(
        ParameterError, match=r"must be a path, or postgresql\+psycopg://user@host/database"
    ) as caught:
        Database(url, 1.0)
    assert "secret" not in str(caught.value)
