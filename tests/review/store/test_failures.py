"""A database that refuses, goes away or comes back: words that help, and nothing lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.errors import FileFormatError, WriteError
from weaklabel.review import DecisionStore
from weaklabel.review.store._database import Database
from weaklabel.review.store._failures import in_words

AT = "2026-05-04T10:15:00+00:00"
ONE, TWO = (Decision(i, "ham", "ann", AT, comment="c", key=f"k{i}") for i in "ab")


@pytest.fixture
def server(cluster: object) -> Iterator[DecisionStore]:
    """Return a log with one decision on a server, which is running again afterwards."""
    store = DecisionStore(cluster.new_schema())  # type: ignore[attr-defined]
    store.append([ONE])
    yield store
    store.close()
    if not cluster.is_running:  # type: ignore[attr-defined]
        cluster.start()  # type: ignore[attr-defined]


@pytest.fixture
def listen() -> Iterator[Callable[[str, Callable[..., object]], None]]:
    """Return a function that lets something happen whenever any engine does something."""
    added = []

    def add(name: str, happen: Callable[..., object]) -> None:
        sa.event.listen(sa.Engine, name, happen)
        added.append((name, happen))

    yield add
    for name, happen in added:
        sa.event.remove(sa.Engine, name, happen)


def test_a_server_that_was_restarted_between_two_appends_is_met_again(
    server: DecisionStore, cluster: object
) -> None:
    cluster.stop()  # type: ignore[attr-defined]
    cluster.start()  # type: ignore[attr-defined]
    assert server.append([TWO]) == 1
    assert list(server.log()) == [ONE, TWO]
    assert server.verify() == server.log().head_hash


def test_a_server_that_is_away_is_told_and_nothing_is_lost(
    server: DecisionStore, cluster: object
) -> None:
    cluster.stop()  # type: ignore[attr-defined]
    try:
        with pytest.raises(
            WriteError, match=r"Check that the server runs and can be reached.*nothing was stored"
        ):
            server.append([TWO])
        for use in (server.log, server.verify):
            with pytest.raises(FileFormatError, match="Check that the server runs and can be"):
                use()
    finally:
        cluster.start()  # type: ignore[attr-defined]
    assert server.append([TWO]) == 1
    assert list(server.log()) == [ONE, TWO]


def test_a_server_that_goes_away_during_an_append_stores_nothing(
    server: DecisionStore, cluster: object, listen: Callable[..., None]
) -> None:
    stopped: list[bool] = []

    def stop_once(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "INSERT INTO weaklabel_payloads" in statement and not stopped:
            stopped.append(True)
            cluster.stop()  # type: ignore[attr-defined]

    listen("before_cursor_execute", stop_once)
    with pytest.raises(WriteError, match=r"Check that the server runs .* nothing was stored"):
        server.append([TWO])
    assert stopped
    cluster.start()  # type: ignore[attr-defined]
    assert list(server.log()) == [ONE]
    assert server.append([TWO]) == 1
    assert server.verify() == server.log().head_hash


@pytest.mark.parametrize("committed", [False, True])
def test_a_server_that_goes_away_while_it_commits_is_asked_again(
    server: DecisionStore, cluster: object, listen: Callable[..., None], committed: bool
) -> None:
    """Nobody can know what it did; sent again, the answer is there once."""
    stopped: list[bool] = []

    def stop_once(connection: sa.Connection) -> None:
        if not stopped:
            stopped.append(True)
            if committed:
                connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
                raise sa.exc.OperationalError("COMMIT", {}, OSError("connection lost"))
            cluster.stop()  # type: ignore[attr-defined]

    listen("commit", stop_once)
    with pytest.raises(
        WriteError,
        match=r"broke off while it stored: .* not known whether it did.* Append the same again",
    ):
        server.append([TWO])
    assert stopped
    if not committed:
        cluster.start()  # type: ignore[attr-defined]
    assert server.append([TWO]) == int(not committed)
    assert server.append([replace(TWO, decided_at="2027-01-01T00:00:00+00:00")]) == 0
    assert list(server.log()) == [ONE, TWO]
    assert server.verify() == server.log().head_hash


def test_a_server_that_another_writer_locks_says_so(server: DecisionStore) -> None:
    other = Database(server._location, 5.0)
    with other.writing(lambda _: None):
        store = DecisionStore(server._location, timeout_seconds=0.05)
        with pytest.raises(WriteError, match=r"lock timeout. Close what else writes to it"):
            store.append([TWO])
        assert list(store.log()) == [ONE]
    assert store.append([TWO]) == 1
    for opened in (other, store):
        opened.close()


def test_a_user_without_rights_is_told_to_get_them(
    server: DecisionStore, cluster: object, sql: Callable[..., object]
) -> None:
    url = sa.make_url(server._location)
    schema = url.query["options"].removeprefix("-csearch_path=")
    sql(
        cluster.url(),  # type: ignore[attr-defined]
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
        f"GRANT USAGE ON SCHEMA {schema} TO reader",
    )
    reader = DecisionStore(url.set(username="reader").render_as_string())
    with pytest.raises(
        FileFormatError, match=r"permission denied .* Let the owner of the database"
    ):
        reader.log()
    with pytest.raises(WriteError, match=r"permission denied .* nothing was stored"):
        reader.append([TWO])
    reader.close()
    sql(cluster.url(), "DROP OWNED BY reader", "DROP ROLE reader")  # type: ignore[attr-defined]


def test_a_server_that_only_reads_says_so(server: DecisionStore) -> None:
    url = sa.make_url(server._location)
    options = f"{url.query['options']} -cdefault_transaction_read_only=on"
    replica = DecisionStore(
        url.update_query_dict({"options": options}).render_as_string(hide_password=False)
    )
    with pytest.raises(WriteError, match=r"read-only transaction. Write to the primary server"):
        replica.append([TWO])
    assert list(replica.log()) == [ONE]
    replica.close()


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("database is locked", "Close what else writes to it and try again"),
        ("database or disk is full", "Free some space and try again"),
        ("disk I/O error", "Check that its folder can be written to and has space"),
        ('could not extend file "base/1": No space left on device', "Free some space"),
        ("attempt to write a readonly database", "Make it writable, or work on a copy"),
    ],
)
def test_the_advice_fits_the_reason(reason: str, advice: str) -> None:
    database = Database("a.sqlite", 1.0)
    error = sa.exc.OperationalError("INSERT", {}, OSError(f"{reason}\nDETAIL: more"))
    with pytest.raises(WriteError) as caught, in_words(database, writing=True):
        raise error
    assert str(caught.value).startswith(f"cannot write a.sqlite: {reason}. {advice}")
    assert "nothing was stored" in str(caught.value)
    with (
        pytest.raises(FileFormatError, match="Close what else uses it"),
        in_words(database, writing=False),
    ):
        raise error


def test_too_many_threads_for_the_connections_is_told() -> None:
    with (
        pytest.raises(
            WriteError, match=r"no connection was free for 1\.5 s\. .*nothing was stored"
        ),
        in_words(Database("a.sqlite", 1.5), writing=True),
    ):
        raise sa.exc.TimeoutError
