"""Decisions stay, in SQLite and PostgreSQL: in order, chained, whatever several writers do."""

import multiprocessing
import os
import pickle
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import CAUSES, Decision
from weaklabel.errors import DecisionsError, FileFormatError, WriteError
from weaklabel.review import DecisionStore
from weaklabel.review.store._tables import guideline_versions, leases, reviewers, select_rows

AT = "2026-05-04T10:15:00+00:00"
LATER = "2027-01-01T00:00:00+00:00"
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
SHOWN = {"probabilities": {"ham": 0.1, "spam": 0.9}, "votes": {"link": ["spam", "v1"]}}

Sql = Callable[..., list[tuple[object, ...]]]


def decision(item: str = "a", label: str | None = "ham", who: str = "ann", c: str = "") -> Decision:
    return Decision(item, label, who, AT, comment=c)


@pytest.fixture
def store(location: str) -> Iterator[DecisionStore]:
    made = DecisionStore(location)
    yield made
    made.close()


@pytest.fixture
def three(store: DecisionStore) -> DecisionStore:
    store.append([decision(i) for i in "abc"])
    return store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file may be made, for what only SQLite does."""
    return tmp_path / "log.sqlite"


def test_a_log_that_was_never_written_is_empty_and_stays_so(
    store: DecisionStore, location: str
) -> None:
    assert len(store.log()) == 0
    assert store.verify() == "0" * 64
    assert store.append([]) == 0
    assert store.erase("a", "asked", by="eve") == 0
    assert not Path(location).exists()


def test_a_later_answer_supersedes_and_both_stay(store: DecisionStore) -> None:
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


def test_a_repeat_is_stored_once_and_a_return_to_an_old_answer_again(store: DecisionStore) -> None:
    assert store.append([decision(), replace(decision(), decided_at=LATER)]) == 1
    assert store.append([decision(c="sure")]) == 1
    assert store.append([decision(c="sure")]) == 0
    assert store.append([decision(label=None)]) == 1
    assert store.append([decision(c="sure")]) == 1
    assert len(store.log()) == 4


def test_another_cause_is_another_answer(store: DecisionStore) -> None:
    for cause, stored in ((CAUSES[0], 1), (CAUSES[0], 0), (CAUSES[1], 1), ("", 1), ("", 0)):
        assert store.append([replace(decision(), cause=cause)]) == stored
    assert [d.cause for d in store.log()] == [CAUSES[0], CAUSES[1], ""]
    assert store.verify() == store.log().head_hash


def test_every_field_comes_back_and_is_part_of_the_chain(store: DecisionStore) -> None:
    full = Decision(
        "a", "ham", "ann", AT, "spam", "random", "why", CAUSES[0], "ab12", SHOWN, 1.25, True, True,
        "v7", "key-1",
    )  # fmt: skip
    assert store.append([full, replace(full, seconds=0.0, key="key-2")]) == 2
    first, second = store.log()
    assert first == full
    assert first.shown == SHOWN
    assert (second.seconds, second.blind, second.gold) == (0.0, True, True)
    assert store.verify() == store.log().head_hash


def test_every_text_comes_back(location: str, sql: Sql) -> None:
    """Null characters too, which PostgreSQL cannot hold as they are."""
    store = DecisionStore(location)
    seen: set[tuple[str, str]] = set()

    @settings(max_examples=25, deadline=None)
    @given(
        row=st.tuples(TEXT.filter(str.strip), st.none() | TEXT, TEXT.filter(str.strip), TEXT, TEXT)
    )
    def check(row: tuple[str, str | None, str, str, str]) -> None:
        item, label, who, comment, key = row
        if (item, who) in seen or any(key and key == d.key for d in store.log()):
            return
        seen.add((item, who))
        given_ = Decision(
            item, label, who, AT, label, comment, comment, shown={comment: item},
            dataset_version=comment, key=key,
        )  # fmt: skip
        assert store.append([given_]) == 1
        assert store.append([given_]) == 0
        assert store.log().decisions[-1] == given_

    check()
    store.append([Decision("\x00\x01n", "\x00", "\x01", AT, comment="\x01e\x00", key="\x00")])
    assert store.append([Decision("\x00\x01n", "\x00", "\x01", AT, comment="\x01e\x00")]) == 0
    assert store.log().decisions[-1].comment == "\x01e\x00"
    assert store.erase("\x00\x01n", "asked", by="eve") == 1
    assert store.verify() == store.log().head_hash
    store.close()


# Undo


def test_an_undo_opens_the_item_and_a_later_answer_stands_again(store: DecisionStore) -> None:
    store.append([decision("a"), decision("b"), decision("a", "spam")])
    for item in ("a", "b"):  # as long as something stands
        last = store.log().latest("ann")
        assert last is not None
        assert last.item_id == item
        assert store.append([last.undone()]) == 1
    log = store.log()
    assert (log.standing, log.latest("ann"), log.agreed(), len(log)) == ((), None, {}, 5)
    assert store.append([decision("a", "spam")]) == 1
    assert [d.label for d in store.log().standing] == ["spam"]
    assert store.verify() == store.log().head_hash


def test_an_undo_where_nothing_stands_is_left_out(store: DecisionStore) -> None:
    undo = decision().undone(decided_at=AT)
    assert store.append([undo]) == 0
    assert store.append([decision(who="bob"), undo]) == 1
    assert store.append([decision(), undo, undo]) == 2


# Keys


def test_a_retry_with_the_same_key_is_stored_once(store: DecisionStore) -> None:
    one = replace(decision(c="why"), key="k1", shown=SHOWN, seconds=2.5)
    assert store.append([one]) == 1
    assert store.append([one]) == 0
    assert store.append([replace(one, decided_at=LATER)]) == 0  # the server's clock went on
    assert store.append([replace(one, key="k2"), replace(one, key="k2")]) == 1
    assert store.append([decision(label="spam"), one]) == 1  # and the old answer does not return
    assert [d.label for d in store.log()] == ["ham", "ham", "spam"]


@pytest.mark.parametrize(
    "change",
    [
        {"label": "spam"}, {"item_id": "b"}, {"reviewer": "bob"}, {"comment": "x"},
        {"shown": {}}, {"seconds": 1.0}, {"cause": "data error"}, {"blind": True},
    ],
)  # fmt: skip
def test_another_answer_with_the_same_key_is_refused(
    store: DecisionStore, change: dict[str, object]
) -> None:
    one = replace(decision(), key="k1")
    store.append([one])
    with pytest.raises(
        DecisionsError, match=r"key 'k1' of the decision on '.' is that of another decision, on 'a'"
    ):
        store.append([decision("c"), replace(one, **change)])
    assert len(store.log()) == 1


def test_a_key_that_two_of_a_batch_have_is_one_answer_or_refused(store: DecisionStore) -> None:
    one = replace(decision(), key="k")
    with pytest.raises(DecisionsError, match="key 'k'"):
        store.append([one, replace(one, label="spam")])
    assert len(store.log()) == 0


# Erasure


def test_an_erasure_leaves_a_tombstone_and_an_intact_chain(store: DecisionStore) -> None:
    full = replace(decision(c="my phone is 555"), shown=SHOWN, text_hash="ab", seconds=1.0)
    store.append([full, decision("b", c="stays"), replace(full, reviewer="bob", comment="")])
    before = store.verify()
    assert store.erase("a", "they asked", by="eve", decided_at=AT) == 2
    first, other, second, tombstone = store.log()
    assert other.comment == "stays"
    for d in (first, second):
        assert (d.comment, d.shown, d.text_hash, d.label, d.seconds) == ("", None, "", "ham", 1.0)
        assert len(d.payload_hash) == 64
    assert tombstone == Decision("a", None, "eve", AT, comment="they asked", kind="erasure")
    assert store.verify(anchor=before) == store.log().head_hash
    assert [d.item_id for d in store.log().standing] == ["a", "b", "a"]  # the answers stay
    assert store.erase("a", "again", by="eve") == 0
    assert store.erase("c", "never seen", by="eve") == 0
    assert len(store.log()) == 4


def test_an_erased_answer_that_is_read_again_does_not_bring_its_comment_back(
    store: DecisionStore,
) -> None:
    keyed = replace(decision("b", c="private"), key="k")
    store.append([decision(c="private"), keyed])
    for item in ("a", "b"):
        store.erase(item, "asked", by="eve")
    assert store.append([decision(c="private"), keyed]) == 0
    assert store.append([decision(label="spam", c="new")]) == 1
    assert store.erase("a", "asked", by="eve") == 1
    assert store.verify() == store.log().head_hash


def test_erased_texts_are_no_longer_in_the_files(path: Path) -> None:
    store = DecisionStore(path)
    store.append([decision(c="my phone is 555"), decision("b", c="stays here")])
    store.erase("a", "asked", by="eve")
    found = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"my phone is" not in found  # digits alone may be in a hash
    assert b"stays here" in found
    store.close()


def test_a_log_is_copied_to_another_store_with_its_hashes(
    store: DecisionStore, tmp_path: Path
) -> None:
    store.append(
        [replace(decision(c="why"), key="k"), decision("b", c="x"), decision("b").undone()]
    )
    store.erase("b", "asked", by="eve")
    copy = DecisionStore(tmp_path / "copy.sqlite")
    assert copy.append(store.log()) == 4
    assert copy.log() == store.log()
    assert copy.verify() == store.verify()
    copy.close()


def test_an_erased_decision_without_its_erasure_is_refused(store: DecisionStore) -> None:
    erased = replace(decision(c="x"), salt="1").erased()
    with pytest.raises(DecisionsError, match="no erasure of the item follows"):
        store.append([erased])
    with pytest.raises(DecisionsError, match="no erasure of the item follows"):
        store.append([Decision("b", None, "eve", AT, kind="erasure"), erased])
    assert len(store.log()) == 0


# Several writers

WRITER = """
import sys
from weaklabel.core import Decision
from weaklabel.review import DecisionStore
store = DecisionStore(sys.argv[1])
for i in range(20):
    store.append([Decision(f"{i}-{k}", "ham", *sys.argv[2:]) for k in range(2)])
"""


def test_writers_at_once_lose_nothing_and_keep_one_chain(
    store: DecisionStore, location: str
) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, location, who, AT])
        for who in ("ann", "bob")
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    log = store.log()
    assert len(log) == 80
    for who in ("ann", "bob"):
        assert [d.item_id for d in log if d.reviewer == who] == [
            f"{i}-{k}" for i in range(20) for k in range(2)
        ]
    assert store.verify() == log.head_hash


def test_threads_that_share_a_store_keep_one_chain(store: DecisionStore) -> None:
    start = threading.Barrier(8)

    def answer(who: int) -> int:
        start.wait(timeout=60)
        return sum(store.append([decision(str(i), who=str(who), c="x")]) for i in range(10))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, range(8))) == [10] * 8
    assert len(store.log()) == 80
    assert store.verify() == store.log().head_hash


def test_a_retry_on_two_servers_at_once_is_stored_once(location: str) -> None:
    stores = [DecisionStore(location) for _ in range(2)]
    start = threading.Barrier(2)

    def send(store: DecisionStore) -> int:
        start.wait(timeout=60)
        return sum(store.append([replace(decision(str(i)), key=f"k{i}")]) for i in range(20))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(send, stores)) == 20
    assert [d.key for d in stores[0].log()] == [f"k{i}" for i in range(20)]
    for store in stores:
        store.close()


def test_a_store_that_was_used_is_pickled_and_opens_again(three: DecisionStore) -> None:
    copy = pickle.loads(pickle.dumps(three))  # noqa: S301 - our own
    assert copy.append([decision("d")]) == 1
    assert copy.log() == three.log()
    copy.close()


def _append_in_child(store: DecisionStore) -> None:
    store.append([decision("child")])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_store_is_used_after_a_fork(three: DecisionStore) -> None:
    child = multiprocessing.get_context("fork").Process(target=_append_in_child, args=(three,))
    child.start()
    child.join(timeout=60)
    assert child.exitcode == 0
    assert three.append([decision("d")]) == 1
    assert [d.item_id for d in three.log()] == ["a", "b", "c", "child", "d"]
    assert three.verify() == three.log().head_hash


#: Sends one answer after the other, says so, and never sends one again that it said.
SENDER = """
import sys
from weaklabel.core import Decision
from weaklabel.review import DecisionStore
store = DecisionStore(sys.argv[1])
for i in range(int(sys.argv[2]), 10_000):
    store.append([Decision(str(i), "ham", "ann", sys.argv[3], comment="x" * 3000, key=f"k{i}")])
    print(i, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_no_acknowledged_answer_is_lost_and_none_doubled(
    store: DecisionStore, location: str
) -> None:
    acknowledged = -1
    for n_answers in (0, 1, 2, 3, 5, 8, 13, 21):
        sender = subprocess.Popen(
            [sys.executable, "-c", SENDER, location, str(acknowledged + 1), AT],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert sender.stdout is not None
        with sender.stdout:
            for _ in range(n_answers):
                acknowledged = int(sender.stdout.readline())
            sender.kill()  # in the middle of the next one
            acknowledged = max([acknowledged, *map(int, sender.stdout.read().split())])
        sender.wait(timeout=60)
        keys = [d.key for d in store.log()]
        assert keys[: acknowledged + 1] == [f"k{i}" for i in range(acknowledged + 1)]
        assert len(keys) <= acknowledged + 2  # one may be stored without having been told
        assert store.verify() == store.log().head_hash
    # What was not acknowledged is sent again, and is there once.
    store.append([Decision(str(i), "ham", "ann", AT, comment="x" * 3000, key=f"k{i}")
                  for i in range(acknowledged + 2)])  # fmt: skip
    assert [d.key for d in store.log()] == [f"k{i}" for i in range(acknowledged + 2)]


# Changes behind the store's back


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SET label = 'x' WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET label = NULL WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET hash = 'x' WHERE item_id = 'c'", "decision 3 .* was changed"),
        ("SET reviewer = '' WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET cause = 'data error' WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET cause = '' WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET cause = 'no cause' WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET comment = 'x' WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET comment = 'x' WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET seconds = 2 WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET seconds = 0 WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET blind = 1 WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET blind = 2 WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET gold = 1 WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET dataset_version = 'v2' WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET kind = 'undo', label = NULL WHERE item_id = 'b'", "decision 2 .* was changed"),
        ("SET payload_hash = 'x' WHERE item_id = 'a'", "decision 1 .* was changed"),
        ("SET payload_hash = 'x' WHERE item_id = 'b'", "decision 2 .* was changed"),
    ],
)
def test_a_field_that_was_changed_is_found_where_it_happened(
    store: DecisionStore, location: str, sql: Sql, statement: str, words: str
) -> None:
    first = replace(
        decision("a", c="why"), cause="guideline gap", seconds=1.0, blind=True, key="k", shown=SHOWN
    )
    store.append([first, decision("b"), decision("c")])
    sql(location, f"UPDATE weaklabel_decisions {statement}", unguarded=True)
    with pytest.raises(DecisionsError, match=words):
        store.verify()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE weaklabel_payloads SET comment = 'x'", "decision 1 .* was changed"),
        ("UPDATE weaklabel_payloads SET text_hash = 'x'", "decision 1 .* was changed"),
        ("UPDATE weaklabel_payloads SET shown = '{}'", "decision 1 .* was changed"),
        ("UPDATE weaklabel_payloads SET salt = 'x'", "decision 1 .* was changed"),
        ("DELETE FROM weaklabel_payloads", "decision 1 .* has lost its payload, and no erasure"),
    ],
)
def test_a_payload_that_was_changed_or_taken_is_found(
    store: DecisionStore, location: str, sql: Sql, statement: str, words: str
) -> None:
    store.append([replace(decision("a", c="why"), shown=SHOWN), decision("b")])
    store.verify()
    sql(location, statement, unguarded=True)
    with pytest.raises(DecisionsError, match=words):
        store.verify()


def test_a_decision_that_was_removed_is_found(
    three: DecisionStore, location: str, sql: Sql
) -> None:
    sql(location, "DELETE FROM weaklabel_decisions WHERE item_id = 'b'", unguarded=True)
    with pytest.raises(DecisionsError, match=r"decision 2 .* was removed or moved"):
        three.verify()


def test_nothing_is_chained_to_a_decision_that_was_changed(
    three: DecisionStore, location: str, sql: Sql
) -> None:
    sql(location, "UPDATE weaklabel_decisions SET label = 'x' WHERE sequence = 3", unguarded=True)
    with pytest.raises(DecisionsError, match="decision 3, the last one stored, was changed"):
        three.append([decision("d")])
    assert len(three.log()) == 3


def test_a_cut_off_end_is_found_with_an_anchor(
    three: DecisionStore, location: str, sql: Sql
) -> None:
    head = three.verify()
    three.append([decision("d")])
    assert three.verify(anchor=head) == three.log().head_hash
    sql(location, "DELETE FROM weaklabel_decisions WHERE sequence > 2", unguarded=True)
    three.verify()
    with pytest.raises(DecisionsError, match=f"does not hold the decision with hash {head[:12]}"):
        three.verify(anchor=head)


def test_a_decision_that_is_none_is_refused_when_read(
    three: DecisionStore, location: str, sql: Sql
) -> None:
    statement = "UPDATE weaklabel_decisions SET decided_at = 'noon' WHERE sequence = 3"
    sql(location, statement, unguarded=True)
    with pytest.raises(
        FileFormatError, match="holds a decision that is none: decided_at is 'noon'"
    ):
        three.log()


def test_a_failing_batch_stores_nothing(three: DecisionStore) -> None:
    with pytest.raises(
        DecisionsError, match=r"comment of a decision is .* must be text that UTF-8"
    ):
        three.append([decision("d"), decision("e", c="\ud800")])
    assert len(three.log()) == 3


def test_a_log_of_a_newer_version_is_refused(three: DecisionStore, location: str, sql: Sql) -> None:
    sql(location, "UPDATE weaklabel_meta SET value = '5'")
    for use in (three.log, three.verify, lambda: three.append([decision("d")])):
        with pytest.raises(
            FileFormatError, match=r"has schema version 5, must be 1 to 4 .* Upgrade"
        ):
            use()


# Only SQLite


def test_a_full_disk_stores_nothing_and_loses_nothing(path: Path) -> None:
    store = DecisionStore(path)
    store.append([decision(i) for i in "abc"])
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
    store.close()


def test_a_locked_file_says_so(path: Path) -> None:
    store = DecisionStore(path, timeout_seconds=0.05)
    store.append([decision("a")])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WriteError, match=r"database is locked. Close what else writes to it"):
            store.append([decision("d")])
        assert len(store.log()) == 1
    store.close()


@pytest.fixture
def read_only() -> Iterator[Path]:
    """Return a log in a folder where we may only read, as another user if need be."""
    folder = Path(tempfile.mkdtemp())
    store = DecisionStore(folder / "log.sqlite")
    store.append([decision("a")])
    store.close()
    folder.chmod(0o555)
    (folder / "log.sqlite").chmod(0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder / "log.sqlite"
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    rmtree(folder)


def test_a_log_that_may_only_be_read_is_read_and_refuses_in_words(read_only: Path) -> None:
    store = DecisionStore(read_only)
    with pytest.raises(WriteError, match=r"readonly database. Make it writable, or work on a copy"):
        store.append([decision("b")])
    assert len(store.log()) == 1
    assert store.verify() == store.log().head_hash
    store.close()


def test_a_file_that_another_one_replaced_is_noticed(path: Path, tmp_path: Path) -> None:
    store, other = DecisionStore(path), DecisionStore(tmp_path / "other.sqlite")
    store.append([decision("a")])
    other.append([decision("b"), decision("c")])
    for each in (store, other):
        each.close()
    store.log()
    os.replace(tmp_path / "other.sqlite", path)
    assert store.append([decision("d")]) == 1
    assert [d.item_id for d in DecisionStore(path).log()] == ["b", "c", "d"]
    store.close()


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


def tamper(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for trigger in ("no_update", "no_delete", "only_append"):
            connection.execute(f"DROP TRIGGER weaklabel_{trigger}")
        connection.execute(statement)


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
    assert stored_version(version_1) == "4"
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


def test_a_comment_of_the_first_version_cannot_be_erased_and_says_why(version_1: Path) -> None:
    with pytest.raises(DecisionsError, match="the comment of decision 1, on item 'a', was stored"):
        DecisionStore(version_1).erase("a", "asked", by="eve")
    assert stored_version(version_1) == "1"
    assert DecisionStore(version_1).erase("é-1", "it has none", by="eve") == 0
    assert DecisionStore(version_1).verify() == HEAD_1


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
    store.close()
    raw = bytearray(path.read_bytes())
    raw[8192:-4096] = b"\xff" * (len(raw) - 8192 - 4096)
    path.write_bytes(raw)
    with pytest.raises((FileFormatError, DecisionsError), match=r"damaged|changed|removed"):
        store.verify()


def test_its_repr_names_the_place_without_a_password() -> None:
    assert repr(DecisionStore("a.sqlite")) == "DecisionStore('a.sqlite')"
    server = DecisionStore("postgresql://ann:secret@host/db")
    assert repr(server) == "DecisionStore('postgresql+psycopg://ann:***@host/db')"


#: A log as version 3 of the tables had it: an answer with a payload, a skip and an undo.
VERSION_3 = """
BEGIN TRANSACTION;
CREATE TABLE weaklabel_decisions (
    sequence INTEGER NOT NULL PRIMARY KEY, item_id TEXT NOT NULL, label TEXT,
    reviewer TEXT NOT NULL, decided_at TEXT NOT NULL, proposed TEXT, stratum TEXT NOT NULL,
    comment TEXT NOT NULL, previous_hash TEXT NOT NULL UNIQUE, hash TEXT NOT NULL UNIQUE, cause
    TEXT NOT NULL DEFAULT '', seconds DOUBLE PRECISION, blind INTEGER NOT NULL DEFAULT 0, gold
    INTEGER NOT NULL DEFAULT 0, dataset_version TEXT NOT NULL DEFAULT '', "key" TEXT NOT NULL
    DEFAULT '', kind TEXT NOT NULL DEFAULT '', payload_hash TEXT NOT NULL DEFAULT '');
INSERT INTO "weaklabel_decisions" VALUES(1,'a', 'spam', 'ann', '2026-05-04T10:15:00+00:00',
    'ham', 'random', '', '0000000000000000000000000000000000000000000000000000000000000000',
    '5147901d13a5a6c6e3ebbf4215185d67ed0f43e9c577fb3d20303129421d72e2', 'data error',2.5,1,0,'v7', 'k1', '',
    '556b3a9decbfb2e9b2927dadbdc45f066f1def64ee390d6565071ac28fd8a16e');
INSERT INTO "weaklabel_decisions" VALUES(2,'b',NULL,'bob', '2026-05-04T10:15:00+00:00',NULL,'',
    '', '5147901d13a5a6c6e3ebbf4215185d67ed0f43e9c577fb3d20303129421d72e2',
    'c39c4004abf570b3de553e966cb066c4418ddafde0172ab11d911c054507d46e', '',NULL,0,0,'', '', '',
    '');
INSERT INTO "weaklabel_decisions" VALUES(3,'a',NULL,'ann', '2026-05-04T10:15:00+00:00',NULL,'',
    '', 'c39c4004abf570b3de553e966cb066c4418ddafde0172ab11d911c054507d46e',
    '2cccdd3bb3e44e3bc3443d59715b62cda91a1529bd4702828bd9a94ffef8a920', '',NULL,0,0,'', 'k2',
    'undo', '');
CREATE TABLE weaklabel_meta ("key" TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO "weaklabel_meta" VALUES('schema_version', '3');
CREATE TABLE weaklabel_payloads (sequence INTEGER NOT NULL PRIMARY KEY REFERENCES
    weaklabel_decisions (sequence), comment TEXT NOT NULL, text_hash TEXT NOT NULL, shown TEXT,
    salt TEXT NOT NULL);
INSERT INTO "weaklabel_payloads" VALUES(1,'odd', 'ab12', '{"label":"ham"}', '5a17');
CREATE INDEX weaklabel_decisions_of ON weaklabel_decisions (item_id, reviewer, sequence);
CREATE TRIGGER weaklabel_no_update BEFORE UPDATE ON weaklabel_decisions  BEGIN SELECT
    RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER weaklabel_no_delete BEFORE DELETE ON weaklabel_decisions  BEGIN SELECT
    RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER weaklabel_only_append BEFORE INSERT ON weaklabel_decisions WHEN NEW.sequence IS
    NOT (SELECT coalesce(max(sequence), 0) + 1 FROM weaklabel_decisions) BEGIN SELECT
    RAISE(ABORT, 'decisions are append-only'); END;
CREATE UNIQUE INDEX weaklabel_decisions_key ON weaklabel_decisions ("key") WHERE "key" <> '';
CREATE TRIGGER weaklabel_payload_no_update BEFORE UPDATE ON weaklabel_payloads  BEGIN SELECT
    RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER weaklabel_payload_no_delete BEFORE DELETE ON weaklabel_payloads WHEN NOT EXISTS
    (SELECT 1 FROM weaklabel_decisions d
    JOIN weaklabel_decisions e ON e.item_id = d.item_id AND e.sequence > d.sequence
    WHERE d.sequence = OLD.sequence AND e.kind = 'erasure') BEGIN SELECT RAISE(ABORT, 'decisions
    are append-only'); END;
CREATE TRIGGER weaklabel_payload_insert BEFORE INSERT ON weaklabel_payloads WHEN NOT EXISTS
    (SELECT 1 FROM weaklabel_decisions d
    WHERE d.sequence = NEW.sequence AND d.payload_hash <> '') OR EXISTS (SELECT 1 FROM
    weaklabel_decisions d
    JOIN weaklabel_decisions e ON e.item_id = d.item_id AND e.sequence > d.sequence
    WHERE d.sequence = NEW.sequence AND e.kind = 'erasure') OR EXISTS (SELECT 1 FROM
    weaklabel_payloads p WHERE p.sequence = NEW.sequence) BEGIN SELECT RAISE(ABORT, 'decisions
    are append-only'); END;
COMMIT;
"""
HEAD_3 = "2cccdd3bb3e44e3bc3443d59715b62cda91a1529bd4702828bd9a94ffef8a920"


@pytest.fixture
def version_3(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_3)
    return path


def test_a_log_of_the_third_version_is_read_as_it_is(version_3: Path) -> None:
    before = version_3.read_bytes()
    with closing(DecisionStore(version_3)) as store:
        answer, skip, undo = store.log()
        assert (answer.comment, answer.seconds, answer.blind, answer.key) == (
            "odd",
            2.5,
            True,
            "k1",
        )
        assert (answer.about, undo.kind) == ("", "undo")
        assert store.since(1) == ((skip, undo), 3)
        assert store.verify(anchor=HEAD_3) == store.log().head_hash == HEAD_3
        with store.transaction(writing=False) as connection:
            assert connection is None
    assert version_3.read_bytes() == before


def test_a_log_of_the_third_version_takes_new_kinds_and_keeps_its_hashes(version_3: Path) -> None:
    with closing(DecisionStore(version_3)) as store:
        passed = Decision("b", None, "ann", AT, comment="hard", kind="escalation", about="eve")
        assert store.append([passed]) == 1
        assert stored_version(version_3) == "4"
        assert store.log().escalated() == (passed,)
        assert store.verify(anchor=HEAD_3) == store.log().head_hash
        assert store.erase("a", "asked", by="eve") == 1
        assert store.verify(anchor=HEAD_3) == store.log().head_hash


KINDS = [
    Decision("a", None, "ann", AT, "ham", "random", "why", CAUSES[1], "ab", SHOWN, 2.0, True,
             kind="escalation", about="eve\x00"),
    Decision("a", None, "ann", AT, comment="hm", cause=CAUSES[0], kind="note"),
    Decision("a", None, "ann", AT, kind="flag"),
    Decision("a", None, "ann", AT, kind="lf_wrong", about="f"),
    Decision("a", None, "ann", AT, kind="lf_wrong", about="g"),
    Decision("a", None, "ann", AT, kind="lf_ok", about="f"),
    Decision("a", None, "ann", AT, kind="unflag"),
]  # fmt: skip


def test_every_kind_comes_back_once(store: DecisionStore) -> None:
    assert store.append(KINDS) == len(KINDS)
    assert store.log().decisions == tuple(KINDS)
    assert store.verify() == store.log().head_hash
    assert store.append([KINDS[i] for i in (0, 1, 4, 5, 6)]) == 0  # they repeat what stands
    assert store.erase("a", "asked", by="eve") == 2
    assert [d.comment for d in store.log()][:2] == ["", ""]
    assert store.log().escalated()[0].about == "eve\x00"
    assert store.verify() == store.log().head_hash


def test_what_came_after_a_decision_is_read_alone(three: DecisionStore) -> None:
    everything, last = three.since(0)
    assert (everything, last) == (three.log().decisions, 3)
    assert three.since(last) == ((), 3)
    three.append([decision("d", c="new"), decision("e")])
    found, last = three.since(last)
    assert ([(d.item_id, d.comment) for d in found], last) == ([("d", "new"), ("e", "")], 5)


def test_nothing_comes_after_in_a_log_that_is_not_there(store: DecisionStore) -> None:
    assert store.since(0) == ((), 0)


def test_reading_what_came_after_takes_no_longer_in_a_long_log(path: Path) -> None:
    with closing(DecisionStore(path)) as store:
        store.append([decision(str(i)) for i in range(100)])
        with store.transaction(writing=False) as connection:
            assert connection is not None
            query = "EXPLAIN QUERY PLAN " + select_rows(
                4, "WHERE d.sequence > 7 ORDER BY d.sequence"
            )
            plan = " ".join(str(row) for row in connection.exec_driver_sql(query))
    assert "SEARCH d USING INTEGER PRIMARY KEY" in plan
    assert "SCAN" not in plan


def _delete_and_fail(store: DecisionStore) -> None:
    with store.transaction(writing=True) as connection:
        connection.execute(leases.delete())
        raise ZeroDivisionError


def test_a_transaction_makes_the_tables_and_is_stored_as_a_whole(store: DecisionStore) -> None:
    with store.transaction(writing=False) as connection:
        assert connection is None
    lease = {"item_id": "<b>\x00", "reviewer": "ann", "kind": "first", "expires_at": 12.5}
    with store.transaction(writing=True) as connection:
        connection.execute(leases.insert(), [lease])
        connection.execute(reviewers.insert(), [REVIEWER])
    with pytest.raises(ZeroDivisionError):
        _delete_and_fail(store)
    with store.transaction(writing=False) as connection:
        assert connection is not None
        assert [row._asdict() for row in connection.execute(leases.select())] == [lease]
        (found,) = connection.execute(reviewers.select())
        assert found._asdict() == {**REVIEWER, "revoked_at": ""}
    assert store.log().decisions == ()
    store.append([decision()])
    assert store.verify() == store.log().head_hash


REVIEWER = {"name": "ann", "role": "lead", "token_hash": "ab", "created_at": AT}


def test_the_tables_beside_the_log_can_be_changed(store: DecisionStore) -> None:
    text = {"version": "1", "text": "Be kind.\x00", "since": AT}
    with store.transaction(writing=True) as connection:
        connection.execute(guideline_versions.insert(), [text])
        connection.execute(reviewers.insert(), [REVIEWER])
        connection.execute(reviewers.update().values(revoked_at=LATER))
        connection.execute(reviewers.delete().where(reviewers.c.name == "bob"))
        assert connection.execute(reviewers.select()).one().revoked_at == LATER
        assert connection.execute(guideline_versions.select()).one().text == "Be kind.\x00"


def _insert_twice(store: DecisionStore) -> None:
    row = {"version": "1", "text": "", "since": AT}
    with store.transaction(writing=True) as connection:
        connection.execute(guideline_versions.insert(), [row, row])


def _read_nothing(store: DecisionStore) -> None:
    with store.transaction(writing=False) as connection:
        assert connection is not None
        connection.exec_driver_sql("SELECT x FROM nowhere")


def test_what_a_transaction_runs_into_is_said_in_words(three: DecisionStore) -> None:
    with pytest.raises((WriteError, FileFormatError), match=r"UNIQUE|duplicate"):
        _insert_twice(three)
    with pytest.raises(FileFormatError, match="nowhere"):
        _read_nothing(three)
    assert len(three.log()) == 3


def test_writers_of_any_table_take_turns(store: DecisionStore) -> None:
    """Each adds one to a number that all of them read first."""
    with store.transaction(writing=True) as connection:
        connection.execute(leases.insert(), [{**LEASE, "expires_at": 0.0}])

    def add_one(_: int) -> None:
        with store.transaction(writing=True) as connection:
            before = connection.execute(leases.select()).one().expires_at
            connection.execute(leases.update().values(expires_at=before + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(40)))
    with store.transaction(writing=False) as connection:
        assert connection is not None
        assert connection.execute(leases.select()).one().expires_at == 40


LEASE = {"item_id": "a", "reviewer": "ann", "kind": "first"}
