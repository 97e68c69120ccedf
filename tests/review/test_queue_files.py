"""The queue goes out in a form that people can open, and comes back unharmed."""

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from weaklabel.core import Items, LabelSchema, ReviewQueue, SoftVotes, VoteMatrix, as_items
from weaklabel.errors import ItemsError, VotesError, WriteError
from weaklabel.review import read_answers, write_queue

SCHEMA = LabelSchema(["ham", "spam"])
ROWS = [
    {"key": "a", "text": "=cmd|' /C calc'!A0", "votes": 3},
    {"key": "-b", "text": 'two\nlines, "quoted" 🎉', "votes": None},
    {"key": "c", "text": None, "votes": 1},
]
TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)


@pytest.fixture
def items() -> Items:
    return as_items(ROWS, id_column="key")


@pytest.fixture
def votes() -> VoteMatrix:
    codes = [[-1, -1], [0, -1], [1, 0]]
    return VoteMatrix.from_array(codes, SCHEMA, ["has_link", "short"], ["c", "-b", "a"])


@pytest.fixture
def queue() -> ReviewQueue:
    reasons = [["close", "0.52 against 0.48"], ["random check"]]
    return ReviewQueue(
        ["-b", "a"], ["margin", "random"], [2, 1], reasons, [[0.52, 0.48], [0, 1]], SCHEMA
    )


def cells(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_csv_says_what_a_reviewer_needs(
    tmp_path: Path, queue: ReviewQueue, items: Items, votes: VoteMatrix
) -> None:
    csv_path, jsonl_path = write_queue(queue, items, votes, tmp_path / "new")
    assert (csv_path.name, jsonl_path.name) == ("queue.csv", "queue.jsonl")
    first, second = cells(csv_path)
    assert first == {
        "item_id": "'-b",
        "answer": "",
        "comment": "",
        "cause": "",
        "proposed": "ham",
        "probability": "0.52",
        "key": "'-b",
        "text": 'two\nlines, "quoted" 🎉',
        "item_votes": "",
        "p_ham": "0.52",
        "p_spam": "0.48",
        "stratum": "margin",
        "reasons": "close; 0.52 against 0.48",
        "votes": "has_link: ham",
    }
    assert second["text"] == "'=cmd|' /C calc'!A0"
    assert second["votes"] == "has_link: spam; short: ham"


def test_the_jsonl_keeps_types_and_texts(
    tmp_path: Path, queue: ReviewQueue, items: Items, votes: VoteMatrix
) -> None:
    path = write_queue(queue, items, votes, tmp_path, text_columns=["text"])[1]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    assert rows[1] == {
        "item_id": "a",
        "answer": "",
        "comment": "",
        "cause": "",
        "proposed": "spam",
        "probability": 1.0,
        "text": "=cmd|' /C calc'!A0",
        "p_ham": 0.0,
        "p_spam": 1.0,
        "stratum": "random",
        "reasons": ["random check"],
        "votes": {"has_link": "spam", "short": "ham"},
    }


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(
        (TEXT | st.text("'=-+@\t\r\n", min_size=1)).filter(str.strip),
        min_size=1,
        max_size=4,
        unique=True,
    )
)
@pytest.mark.parametrize("form", [0, 1])
def test_every_id_survives_the_way_out_and_back(tmp_path: Path, ids: list[str], form: int) -> None:
    n = len(ids)
    table = as_items([{"text": key} for key in ids]).table
    queue = ReviewQueue(ids, ["x"] * n, [0] * n, [["y"]] * n, [[0, 1]] * n, SCHEMA)
    path = write_queue(queue, Items(table, ids), None, tmp_path)[form]
    raw = path.read_bytes().decode("utf-8-sig")
    if form == 0:
        table_ = list(csv.reader(io.StringIO(raw, newline="")))
        for row in table_[1:]:
            row[1] = "ham"
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows(table_)
        filled = out.getvalue()
    else:
        filled = raw.replace('"answer": ""', '"answer": "ham"')
    answered = tmp_path / f"back{path.suffix}"
    answered.write_bytes(filled.encode())
    found = read_answers(answered, schema=SCHEMA, item_ids=ids, reviewer="ann")
    assert [d.item_id for d in found] == ids
    assert {(d.label, d.proposed, d.stratum) for d in found} == {("ham", "spam", "x")}


def test_an_empty_queue_makes_files_that_can_be_read(
    tmp_path: Path, items: Items, votes: VoteMatrix
) -> None:
    empty = ReviewQueue([], [], [], [], np.empty((0, 2)), SCHEMA)
    path = write_queue(empty, items, votes, tmp_path)[0]
    assert read_answers(path, schema=SCHEMA, item_ids=[]) == ()


def test_files_with_answers_are_kept(tmp_path: Path, queue: ReviewQueue, items: Items) -> None:
    paths = write_queue(queue, items, None, tmp_path)
    write_queue(queue, items, None, tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["queue.csv", "queue.jsonl"]
    for answer in ("item_id,answer\na,ham\n", "item_id,answer\na,spam\n"):
        paths[0].write_text(answer)
        paths[1].write_text('{"item_id": "a", "answer": "ham"}')
        write_queue(queue, items, None, tmp_path)
    assert sorted(os.listdir(tmp_path)) == [
        "queue-answered-1.csv",
        "queue-answered-1.jsonl",
        "queue-answered-2.csv",
        "queue-answered-2.jsonl",
        "queue.csv",
        "queue.jsonl",
    ]
    assert (tmp_path / "queue-answered-2.csv").read_text() == "item_id,answer\na,spam\n"


def test_a_file_with_causes_alone_is_kept_too(
    tmp_path: Path, queue: ReviewQueue, items: Items
) -> None:
    (tmp_path / "queue.csv").write_text("item_id,answer,cause\na,,bug\n")
    write_queue(queue, items, None, tmp_path)
    assert (tmp_path / "queue-answered-1.csv").read_text() == "item_id,answer,cause\na,,bug\n"


def test_a_cause_of_the_items_own_goes_by_another_name(tmp_path: Path) -> None:
    items = as_items([{"key": "a", "cause": "infection"}], id_column="key")
    queue = ReviewQueue(["a"], ["x"], [0], [["y"]], [[0, 1]], SCHEMA)
    for path in write_queue(queue, items, None, tmp_path):
        assert read_answers(path, schema=SCHEMA, item_ids=["a"], reviewer="ann") == ()
    (row,) = cells(tmp_path / "queue.csv")
    assert (row["cause"], row["item_cause"]) == ("", "infection")


def test_a_file_that_somebody_changed_beyond_recognition_is_kept(
    tmp_path: Path, queue: ReviewQueue, items: Items
) -> None:
    (tmp_path / "queue.csv").write_bytes(b"\xff\xfe")
    write_queue(queue, items, None, tmp_path)
    assert (tmp_path / "queue-answered-1.csv").read_bytes() == b"\xff\xfe"


def test_unknown_items_and_columns_are_named(
    tmp_path: Path, queue: ReviewQueue, items: Items, votes: VoteMatrix
) -> None:
    with pytest.raises(ItemsError, match="1 of 2 item ids are not among the items"):
        write_queue(queue, items.take([0]), votes, tmp_path)
    with pytest.raises(ItemsError, match="1 of 2 item ids are not among the votes"):
        write_queue(queue, items, votes.take([0, 1]), tmp_path)
    with pytest.raises(ItemsError, match="column is 'body', must be one of 'key', 'text', 'votes'"):
        write_queue(queue, items, votes, tmp_path, text_columns=["body"])
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_is_a_write_error(
    tmp_path: Path, queue: ReviewQueue, items: Items
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*queue\.csv"):
        write_queue(queue, items, None, tmp_path / "file")


def test_soft_votes_are_refused_with_what_to_call(
    queue: ReviewQueue, items: Items, votes: VoteMatrix, tmp_path: Path
) -> None:
    soft = SoftVotes.from_votes(votes)
    with pytest.raises(VotesError, match=r"VoteMatrix for write_queue, .* Call votes.hard\(\)"):
        write_queue(queue, items, soft, tmp_path)  # type: ignore[arg-type]  # the mistake
    assert not list(tmp_path.iterdir())
