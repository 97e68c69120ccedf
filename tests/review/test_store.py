"""Decisions stay: in order, chained, whatever several writers or a full disk do."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import Decision
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


@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(
        st.tuples(TEXT.filter(str.strip), st.none() | TEXT, TEXT.filter(str.strip), TEXT),
        max_size=5,
        unique_by=lambda row: (row[0], row[2]),
    )
)
def test_every_text_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str | None, str, str]]
) -> None:
    store = DecisionStore(tmp_path_factory.mktemp("log") / "log.sqlite")
    given_ = [Decision(i, label, who, AT, label, c, c) for i, label, who, c in rows]
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
        connection.execute("UPDATE weaklabel_meta SET value = '2'")
    with pytest.raises(FileFormatError, match=r"has schema version 2, must be 1 .* Upgrade"):
        DecisionStore(three).log()


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
