"""What is appended, what is left out, and how little of the log is looked at for it."""
# ruff: noqa: S608 - the tests write the statements

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.core._decisions import FIRST_HASH
from weaklabel.review.store._append import append, erase
from weaklabel.review.store._database import Database
from weaklabel.review.store._migrations import migrate

AT = "2026-05-04T10:15:00+00:00"


@pytest.fixture
def connection(location: str) -> Iterator[sa.Connection]:
    database = Database(location, 5.0)
    with database.writing(lambda _: None) as opened:
        migrate(opened)
        yield opened
    database.close()


def decisions(n: int, **more: object) -> list[Decision]:
    return [Decision(str(i), "ham", "ann", AT, key=f"k{i}", **more) for i in range(n)]  # type: ignore[arg-type]


def stored(connection: sa.Connection, columns: str) -> list[tuple[object, ...]]:
    query = f"SELECT {columns} FROM weaklabel_decisions ORDER BY sequence"
    return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_each_decision_is_chained_to_the_one_before(connection: sa.Connection) -> None:
    assert append(connection, decisions(2)) == 2
    assert append(connection, decisions(3)) == 1
    heads = [FIRST_HASH]
    for decision in decisions(3):
        heads.append(decision.chained(heads[-1]))
    assert stored(connection, "sequence, previous_hash, hash") == [
        (i + 1, heads[i], heads[i + 1]) for i in range(3)
    ]


def test_a_payload_gets_a_salt_of_its_own_and_is_kept_beside_the_chain(
    connection: sa.Connection,
) -> None:
    append(connection, decisions(2, comment="same"))
    append(
        connection, [Decision("x", "ham", "ann", AT), Decision("y", "ham", "ann", AT, salt="5a")]
    )
    salts = [row[0] for row in connection.exec_driver_sql("SELECT salt FROM weaklabel_payloads")]
    assert len(set(salts)) == 3
    assert [len(str(salt)) for salt in salts] == [32, 32, 2]
    assert stored(connection, "comment") == [("",)] * 4
    assert len(set(stored(connection, "payload_hash"))) == 4


def test_many_are_compared_with_what_stands_at_once(connection: sa.Connection) -> None:
    """More than one question to the database is asked for, and less than one for each."""
    plain = [replace(d, key="") for d in decisions(1200)]
    counted = []
    sa.event.listen(connection, "before_cursor_execute", lambda *_: counted.append(1))
    assert append(connection, plain) == 1200
    assert append(connection, [*plain, *decisions(1200)]) == 1200
    assert append(connection, [*plain, *decisions(1200)]) == 0
    assert len(counted) < 40


def test_an_erasure_within_a_batch_keeps_nothing_of_what_is_before_it(
    connection: sa.Connection,
) -> None:
    erasure = Decision("0", None, "eve", AT, comment="asked", kind="erasure")
    after = Decision("0", "spam", "bob", AT, comment="new")
    assert append(connection, [*decisions(2, comment="private"), erasure, after]) == 4
    kept = connection.exec_driver_sql("SELECT sequence, comment FROM weaklabel_payloads ORDER BY 1")
    assert [tuple(row) for row in kept] == [(2, "private"), (4, "new")]
    assert stored(connection, "comment, kind")[2] == ("asked", "erasure")


def test_erasing_counts_the_payloads_and_appends_nothing_where_there_is_none(
    connection: sa.Connection,
) -> None:
    append(connection, [*decisions(2, comment="c"), Decision("0", "ham", "bob", AT, comment="c")])
    erasure = Decision("0", None, "eve", AT, kind="erasure")
    assert [erase(connection, erasure) for _ in range(2)] == [2, 0]
    assert erase(connection, replace(erasure, item_id="9")) == 0
    assert len(stored(connection, "sequence")) == 4


def test_one_answer_is_compared_by_indexes_alone(connection: sa.Connection) -> None:
    """So that the hundred-thousandth answer takes as long as the first."""
    if connection.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics, not by rule")
    asked: list[tuple[str, object]] = []
    sa.event.listen(
        connection, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: asked.append((sql, values))
    )  # fmt: skip
    append(connection, [Decision("a", "ham", "ann", AT, key="k"), Decision("b", "ham", "ann", AT)])
    plans = [
        row[3]
        for sql, values in list(asked)
        if sql.lstrip().startswith("SELECT")
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values or ())
    ]
    assert any("weaklabel_decisions_key" in plan for plan in plans)
    assert any("weaklabel_decisions_of" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN") and "LIMIT" not in plan][1:] == []


def remark(kind: str, **more: str) -> Decision:
    return Decision("a", None, "ann", AT, kind=kind, **more)  # type: ignore[arg-type]


def test_a_remark_that_says_nothing_new_is_left_out(connection: sa.Connection) -> None:
    assert append(connection, [remark("unflag"), remark("lf_ok", about="f"), remark("note")]) == 0
    assert append(connection, [remark("flag"), remark("flag")]) == 1
    assert append(connection, [remark("flag")]) == 0
    assert append(connection, [remark("unflag"), remark("unflag"), remark("flag")]) == 2
    assert append(connection, [remark("lf_wrong", about="f"), remark("lf_ok", about="g")]) == 1
    assert append(connection, [remark("note", comment="x"), remark("note", comment="x")]) == 1
    assert append(connection, [remark("note"), remark("note", comment="x")]) == 2


def test_a_remark_neither_repeats_nor_withdraws_an_answer(connection: sa.Connection) -> None:
    answer = Decision("a", "ham", "ann", AT)
    assert append(connection, [answer, remark("flag"), remark("note", comment="x"), answer]) == 3
    assert append(connection, [answer.undone(), remark("flag"), answer.undone()]) == 1
    assert append(connection, [remark("escalation"), remark("escalation", about="eve")]) == 2
    assert append(connection, [remark("escalation", about="eve")]) == 0
    assert append(connection, [answer.undone(), answer.undone()]) == 1


def test_a_remark_with_a_key_is_stored_once_though_it_says_nothing_new(
    connection: sa.Connection,
) -> None:
    given = [remark("unflag", key="k1"), remark("flag", key="k2"), remark("flag", key="k3")]
    assert append(connection, given) == 3
    assert append(connection, given) == 0
