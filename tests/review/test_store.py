"""Decisions stay: in order, chained, whatever several writers or a full disk do."""

import resource
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import CAUSES, Decision
from weaklabel.errors import DecisionsError, FileFormatError, WriteError
from weaklabel.review import DecisionStore

AT = "2026-05-04T10:15:00+00:00"
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


def decision(item: str = "a", label: str | None = "ham", who: str = "ann", c: str = "") -> Decision:
    return Decision(item, label, who, AT, comment=c)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def three(path: Path) -> Path:
    DecisionStore(path).append([decision(i) for i in "abc"])
    return path


def test_a_log_that_was_never_written_is_empty_and_stays_so(path: Path) -> None:
    store = DecisionStore(path)
    assert len(store.log()) == 0
    assert store.verify() == "0" * 64
    assert store.append([]) == 0
    assert not path.exists()


def test_a_later_answer_supersedes_and_both_stay(path: Path) -> None:
    store = DecisionStore(path)
    assert store.append([decision(label="ham"), decision(label="spam", who="bob")]) == 2
    assert store.append([decision(label="spam")]) == 1
    log = store.log()
    assert [(d.label, d.reviewer) for d in log] == [
        ("ham", "ann"),
        ("spam", "bob"),
        ("spam", "ann"),
    ]
    assert {d.label for d in log.standing} == {"spam"}
    assert store.verify() == log.head_hash


def test_a_repeat_is_stored_once_and_a_return_to_an_old_answer_again(path: Path) -> None:
    store = DecisionStore(path)
    later = Decision("a", "ham", "ann", "2027-01-01T00:00:00+00:00")
    assert store.append([decision(), later]) == 1
    assert store.append([decision(c="sure")]) == 1
    assert store.append([decision(c="sure")]) == 0
    assert store.append([decision(label=None)]) == 1
    assert store.append([decision(c="sure")]) == 1
    assert len(store.log()) == 4


def test_another_cause_is_another_answer(path: Path) -> None:
    store = DecisionStore(path)
    for cause, stored in ((CAUSES[0], 1), (CAUSES[0], 0), (CAUSES[1], 1), ("", 1), ("", 0)):
        assert store.append([replace(decision(), cause=cause)]) == stored
    assert [d.cause for d in store.log()] == [CAUSES[0], CAUSES[1], ""]
    assert store.verify() == store.log().head_hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE weaklabel_decisions SET cause = 'data error' WHERE item_id = 'b'",
        "UPDATE weaklabel_decisions SET cause = '' WHERE item_id = 'b'",
        "UPDATE weaklabel_decisions SET cause = 'no cause' WHERE item_id = 'b'",
        "UPDATE weaklabel_decisions SET cause = 'guideline gap' WHERE item_id = 'a'",
    ],
)
def test_a_cause_that_was_changed_removed_or_added_is_found(path: Path, statement: str) -> None:
    store = DecisionStore(path)
    store.append([decision("a"), replace(decision("b"), cause="guideline gap"), decision("c")])
    tamper(path, statement)
    number = 1 if statement.endswith("'a'") else 2
    with pytest.raises(DecisionsError, match=rf"decision {number} .* was changed"):
        store.verify()


@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            TEXT.filter(str.strip),
            st.none() | TEXT,
            TEXT.filter(str.strip),
            TEXT,
            st.sampled_from(("", *CAUSES)),
        ),
        max_size=5,
        unique_by=lambda row: (row[0], row[2]),
    )
)
def test_every_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str | None, str, str, str]]
) -> None:
    store = DecisionStore(tmp_path_factory.mktemp("log") / "log.sqlite")
    given_ = [Decision(i, label, who, AT, label, c, c, why) for i, label, who, c, why in rows]
    assert store.append(given_) == len(given_)
    assert list(store.log()) == given_
    assert store.verify() == store.log().head_hash


WRITER = """
import sys
from weaklabel.core import Decision
from weaklabel.review import DecisionStore
store = DecisionStore(sys.argv[1])
for i in range(20):
    store.append([Decision(f"{i}-{k}", "ham", *sys.argv[2:]) for k in range(2)])
"""


def test_writers_at_once_lose_nothing_and_keep_one_chain(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), who, AT])
        for who in ("ann", "bob")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    store = DecisionStore(path)
    log = store.log()
    assert len(log) == 80
    for who in ("ann", "bob"):
        assert [d.item_id for d in log if d.reviewer == who] == [
            f"{i}-{k}" for i in range(20) for k in range(2)
        ]
    assert store.verify() == log.head_hash


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for trigger in ("no_update", "no_delete", "only_append"):
            connection.execute(f"DROP TRIGGER weaklabel_{trigger}")
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE weaklabel_decisions SET label = 'x' WHERE item_id = 'b'",
            "decision 2 .* was changed",
        ),
        (
            "UPDATE weaklabel_decisions SET label = NULL WHERE item_id = 'a'",
            "decision 1 .* was changed",
        ),
        (
            "UPDATE weaklabel_decisions SET hash = 'x' WHERE item_id = 'c'",
            "decision 3 .* was changed",
        ),
        (
            "DELETE FROM weaklabel_decisions WHERE item_id = 'b'",
            "decision 2 .* was removed or moved",
        ),
        (
            "UPDATE weaklabel_decisions SET reviewer = '' WHERE item_id = 'b'",
            "decision 2 .* changed",
        ),
    ],
)
def test_tampering_is_found_where_it_happened(three: Path, statement: str, words: str) -> None:
    tamper(three, statement)
    with pytest.raises(DecisionsError, match=words):
        DecisionStore(three).verify()


def test_nothing_is_chained_to_a_decision_that_was_changed(three: Path) -> None:
    tamper(three, "UPDATE weaklabel_decisions SET label = 'x' WHERE item_id = 'c'")
    with pytest.raises(DecisionsError, match="decision 3, the last one stored, was changed"):
        DecisionStore(three).append([decision("d")])
    assert len(DecisionStore(three).log()) == 3


def test_a_cut_off_end_is_found_with_an_anchor(three: Path) -> None:
    store = DecisionStore(three)
    head = store.verify()
    store.append([decision("d")])
    assert store.verify(anchor=head) == store.log().head_hash
    tamper(three, "DELETE FROM weaklabel_decisions WHERE sequence > 2")
    store.verify()
    with pytest.raises(DecisionsError, match=f"does not hold the decision with hash {head[:12]}"):
        store.verify(anchor=head)


def test_a_decision_that_is_none_is_refused_when_read(three: Path) -> None:
    tamper(three, "UPDATE weaklabel_decisions SET decided_at = 'noon' WHERE item_id = 'c'")
    with pytest.raises(
        FileFormatError, match="holds a decision that is none: decided_at is 'noon'"
    ):
        DecisionStore(three).log()


def test_a_failing_batch_stores_nothing(three: Path) -> None:
    store = DecisionStore(three)
    with pytest.raises(
        DecisionsError, match=r"comment of a decision is .* must be text that UTF-8"
    ):
        store.append([decision("d"), decision("e", c="\ud800")])
    assert len(store.log()) == 3


def test_a_full_disk_stores_nothing_and_loses_nothing(three: Path) -> None:
    store = DecisionStore(three)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(WriteError, match=r"cannot write .*log\.sqlite: .*nothing was stored"):
            store.append([decision(f"{i}", c="x" * 500) for i in range(200)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(store.log()) == 3
    assert store.verify() == store.log().head_hash
    assert store.append([decision("d")]) == 1


def test_a_locked_file_says_so(three: Path) -> None:
    with closing(sqlite3.connect(three, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        store = DecisionStore(three, timeout_seconds=0.05)
        with pytest.raises(WriteError, match=r"database is locked. Close what else writes to it"):
            store.append([decision("d")])
        assert len(store.log()) == 3


def test_a_folder_that_cannot_be_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*log: (Not a directory|File exists)"):
        DecisionStore(tmp_path / "file" / "log").append([decision()])
    with pytest.raises(WriteError, match="unable to open database file"):
        DecisionStore(tmp_path).append([decision()])


@pytest.mark.parametrize(
    "content", [b"item_id,answer\n" * 50, b"SQLite format 3\x00" + b"x" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for use in (DecisionStore(path).log, DecisionStore(path).verify):
        with pytest.raises(FileFormatError, match="is no decision log, or is damaged"):
            use()
    with pytest.raises(FileFormatError, match="is no decision log, or is damaged"):
        DecisionStore(path).append([decision()])
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_refused_and_kept(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(FileFormatError, match="is an SQLite database but no decision log"):
        DecisionStore(path).append([decision()])
    assert path.read_bytes() == before


def test_a_log_of_a_newer_version_is_refused(three: Path) -> None:
    with closing(sqlite3.connect(three)) as connection, connection:
        connection.execute("UPDATE weaklabel_meta SET value = '3'")
    store = DecisionStore(three)
    for use in (store.log, store.verify, lambda: store.append([decision("d")])):
        with pytest.raises(
            FileFormatError, match=r"has schema version 3, must be 1 to 2 .* Upgrade"
        ):
            use()


#: What the first version of the tables was made with, and two decisions that it stored.
VERSION_1 = """
CREATE TABLE weaklabel_meta ("key" TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE weaklabel_decisions (
    sequence INTEGER NOT NULL, item_id TEXT NOT NULL, label TEXT, reviewer TEXT NOT NULL,
    decided_at TEXT NOT NULL, proposed TEXT, stratum TEXT NOT NULL, comment TEXT NOT NULL,
    previous_hash TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (sequence), UNIQUE (previous_hash), UNIQUE (hash)
);
CREATE INDEX weaklabel_decisions_of ON weaklabel_decisions (item_id, reviewer, sequence);
CREATE TRIGGER weaklabel_no_update BEFORE UPDATE ON weaklabel_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER weaklabel_no_delete BEFORE DELETE ON weaklabel_decisions
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER weaklabel_only_append BEFORE INSERT ON weaklabel_decisions
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM weaklabel_decisions)
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
INSERT INTO weaklabel_meta VALUES ('schema_version', '1');
INSERT INTO weaklabel_decisions VALUES (1, 'a', 'ham', 'ann', '2026-05-04T10:15:00+00:00', 'spam',
    'random', 'why', '0000000000000000000000000000000000000000000000000000000000000000',
    '7ce093632629fc799199551659633b3916d29ca197270a0a20eae8a41ce3da81');
INSERT INTO weaklabel_decisions VALUES (2, 'é-1', NULL, 'bob', '2026-05-04T10:15:00+00:00', NULL,
    '', '', '7ce093632629fc799199551659633b3916d29ca197270a0a20eae8a41ce3da81',
    'e8bc262c93f0704d43b5ed185ea6a75981b40d89c043e9541b26a1281e2da174');
"""
HEAD_1 = "e8bc262c93f0704d43b5ed185ea6a75981b40d89c043e9541b26a1281e2da174"


@pytest.fixture
def version_1(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1)
    return path


def stored_version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT value FROM weaklabel_meta").fetchone()[0])


def test_a_log_of_the_first_version_is_read_as_it_is(version_1: Path) -> None:
    before = version_1.read_bytes()
    store = DecisionStore(version_1)
    first, second = store.log()
    assert first == Decision("a", "ham", "ann", AT, "spam", "random", "why")
    assert second == Decision("é-1", None, "bob", AT)
    assert store.verify() == store.verify(anchor=HEAD_1) == HEAD_1
    assert version_1.read_bytes() == before


def test_a_log_of_the_first_version_is_migrated_by_the_first_append(version_1: Path) -> None:
    store = DecisionStore(version_1)
    assert store.append([replace(decision("b"), cause="data error")]) == 1
    assert stored_version(version_1) == "2"
    assert [d.cause for d in store.log()] == ["", "", "data error"]
    assert store.verify(anchor=HEAD_1) == store.log().head_hash
    assert store.append([Decision("a", "ham", "ann", AT, comment="why")]) == 0  # what it had
    assert store.append([Decision("a", "ham", "ann", AT, comment="why", cause=CAUSES[0])]) == 1


def test_a_log_that_was_migrated_is_still_append_only(version_1: Path) -> None:
    DecisionStore(version_1).append([decision("b")])
    for statement in (
        "UPDATE weaklabel_decisions SET cause = ''",
        "DELETE FROM weaklabel_decisions",
    ):
        with (
            closing(sqlite3.connect(version_1)) as connection,
            pytest.raises(sqlite3.IntegrityError, match="decisions are append-only"),
        ):
            connection.execute(statement)


def test_a_log_of_the_first_version_that_was_changed_is_not_appended_to(version_1: Path) -> None:
    tamper(version_1, "UPDATE weaklabel_decisions SET label = 'ham' WHERE sequence = 2")
    with pytest.raises(DecisionsError, match="decision 2, the last one stored, was changed"):
        DecisionStore(version_1).append([decision("b")])
    assert stored_version(version_1) == "1"


def test_a_full_disk_leaves_the_first_version_as_it_was(version_1: Path) -> None:
    store = DecisionStore(version_1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises(WriteError, match="nothing was stored"):
            store.append([decision(f"{i}", c="x" * 500) for i in range(200)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert stored_version(version_1) == "1"
    assert store.verify() == HEAD_1


def test_two_that_find_the_first_version_at_once_migrate_it_once(tmp_path: Path) -> None:
    for attempt in range(10):
        path = tmp_path / f"{attempt}.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(VERSION_1)
        start = threading.Barrier(2)

        def append(who: str, path: Path = path, start: threading.Barrier = start) -> int:
            start.wait(timeout=60)
            return DecisionStore(path).append([replace(decision(who=who), cause=CAUSES[1])])

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(append, ("eve", "bob"))) == [1, 1]
        store = DecisionStore(path)
        assert {d.cause for d in store.log().decisions[2:]} == {CAUSES[1]}
        assert store.verify(anchor=HEAD_1) == store.log().head_hash


def test_processes_that_append_to_the_first_version_at_once_lose_nothing(version_1: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(version_1), who, AT])
        for who in ("eve", "bob")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    store = DecisionStore(version_1)
    assert len(store.log()) == 82
    assert store.verify(anchor=HEAD_1) == store.log().head_hash


def test_a_damaged_page_is_noticed(path: Path) -> None:
    store = DecisionStore(path)
    store.append([decision(str(i), c="x" * 300) for i in range(100)])
    raw = bytearray(path.read_bytes())
    raw[8192:-4096] = b"\xff" * (len(raw) - 8192 - 4096)
    path.write_bytes(raw)
    with pytest.raises((FileFormatError, DecisionsError), match=r"damaged|changed|removed"):
        store.verify()


def test_its_repr_names_the_file() -> None:
    assert repr(DecisionStore("a.sqlite")) == "DecisionStore('a.sqlite')"
