"""The tables refuse every change of what is stored, by whatever program."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review._tables import connect, set_durable

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
        "INSERT OR REPLACE INTO weaklabel_decisions VALUES (1,'a','x','z','t','','','','p','h')",
        "INSERT INTO weaklabel_decisions VALUES (9,'a','x','z','t','','','','p','h')",
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
            "proposed, stratum, comment, previous_hash, 'h' FROM weaklabel_decisions LIMIT 1"
        )


def test_the_log_is_written_ahead_and_flushed(stored: Path) -> None:
    engine = connect(stored, 1.0)
    set_durable(engine, 1.0)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
