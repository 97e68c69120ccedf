"""A decision log in each kind of database: the same tests run on both."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa

from weaklabel.review import DecisionStore


def binaries() -> Path | None:
    """Return the folder with PostgreSQL's programs; Debian keeps them off the path."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in places if (p / "initdb").exists() and (p / "pg_ctl").exists()), None)


class Cluster:
    """A PostgreSQL server of our own, on a socket in a folder that is gone afterwards."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self.is_running = False
        self._as: dict[str, object] = {}
        if os.geteuid() == 0:  # as root it refuses to run
            names = {entry.pw_name for entry in pwd.getpwall()}
            who = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(folder, who.pw_uid, who.pw_gid)
            self._as = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        self._run("initdb", "-A", "trust", "-U", "tester", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self) -> None:
        # Nothing here pulls the plug, so that flushing would only take time.
        options = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")
        self.is_running = True

    def stop(self) -> None:
        """Stop as a crash does: connections break, nothing is finished."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        self.is_running = False

    def url(self, **options: str) -> str:
        query = {"host": str(self.folder), **options}
        made = sa.URL.create("postgresql+psycopg", "tester", database="postgres", query=query)
        return made.render_as_string(hide_password=False)

    def new_schema(self) -> str:
        """Return the URL of an empty place for tables."""
        name = f"s{secrets.token_hex(6)}"
        run_sql(self.url(), f"CREATE SCHEMA {name}")
        return self.url(options=f"-csearch_path={name}")

    def _run(self, program: str, *arguments: str) -> None:
        data = ("-D", str(self.folder / "data"))
        done = subprocess.run(
            [str(self._programs / program), *data, *arguments],
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # no pipe: the server would keep it open
            stderr=subprocess.DEVNULL,
            timeout=120,
            **self._as,  # type: ignore[arg-type]
        )
        assert done.returncode == 0, f"{program} {arguments} failed, see {self.folder}"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a running server, or skip where there is none to run."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL here (initdb); install the distribution's package postgresql")
    if find_spec("psycopg") is None:
        pytest.skip("no driver for PostgreSQL here; pip install 'weaklabel[team]'")
    # Not in pytest's own folder, which another user may not enter; and short, for the socket.
    folder = Path(tempfile.mkdtemp(prefix="wlpg"))
    try:
        made = Cluster(folder, programs)
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where a log may be made: a file, then an empty PostgreSQL schema."""
    if request.param == "sqlite":
        return str(tmp_path / "log.sqlite")
    return str(request.getfixturevalue("cluster").new_schema())


@pytest.fixture
def open_store() -> Iterator[Callable[..., DecisionStore]]:
    """Return DecisionStore, and close in the end what it made."""
    made = []

    def make(*arguments: object, **options: object) -> DecisionStore:
        made.append(DecisionStore(*arguments, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for store in made:
        store.close()


def run_sql(where: str, *statements: str, unguarded: bool = False) -> list[tuple[object, ...]]:
    """Execute SQL behind the store's back; `unguarded` as somebody who first removes triggers.

    Returns the rows of the last statement.
    """
    is_server = "://" in where
    url = sa.make_url(where) if is_server else sa.URL.create("sqlite", database=where)
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        if unguarded and is_server:
            connection.exec_driver_sql("SET session_replication_role = replica")
        elif unguarded:
            query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in connection.exec_driver_sql(query).fetchall():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            done = connection.exec_driver_sql(statement)
        return [tuple(row) for row in done] if done.returns_rows else []


@pytest.fixture
def sql() -> Callable[..., list[tuple[object, ...]]]:
    """Return `run_sql`."""
    return run_sql
