"""Answer files are read as spreadsheets and programs write them, and refused in words."""

import csv
import json
from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError
from weaklabel.review._answer_rows import read_rows


def rows(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> list[tuple[int, dict]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(row.line, dict(row.fields)) for row in read_rows(path)]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_separators_line_ends_and_byte_order_marks(
    tmp_path: Path, separator: str, end: str, mark: str
) -> None:
    lines = [separator.join(row) for row in (("item_id", "answer"), ("ä", "ham"), ("", ""))]
    assert rows(tmp_path, mark + end.join(lines) + end) == [(2, {"item_id": "ä", "answer": "ham"})]


def test_a_row_is_known_by_the_line_on_which_it_starts(tmp_path: Path) -> None:
    found = rows(tmp_path, 'item_id,answer,t\na,x,"1\n2\r\n3"\n\nb,y,\0\n')
    assert [(line, fields["t"]) for line, fields in found] == [(2, "1\n2\r\n3"), (6, "\0")]


def test_cells_lose_the_apostrophe_that_defused_them(tmp_path: Path) -> None:
    assert rows(tmp_path, "item_id,answer\n'=1,'tis\n") == [
        (2, {"item_id": "=1", "answer": "'tis"})
    ]


def test_texts_longer_than_the_csv_module_allows_are_read(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    found = rows(tmp_path, f"item_id,answer,t\na,x,{'y' * 200_000}\n")
    assert len(found[0][1]["t"]) == 200_000
    assert csv.field_size_limit() == limit


def test_short_rows_are_filled_and_empty_cells_at_the_end_ignored(tmp_path: Path) -> None:
    found = rows(tmp_path, "item_id,answer,comment\na,x\nb,y,z,,\n")
    assert found == [
        (2, {"item_id": "a", "answer": "x"}),
        (3, {"item_id": "b", "answer": "y", "comment": "z"}),
    ]


def test_jsonl_keeps_line_separators_inside_texts(tmp_path: Path) -> None:
    lines = [{"item_id": 7, "answer": "x\u2028y"}, {"item_id": "b"}]
    text = "\n\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    assert rows(tmp_path, text, "a.jsonl") == [(1, lines[0]), (3, lines[1])]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "", "is empty, must have the columns item_id and answer"),
        ("a.jsonl", "\n \n", "is empty"),
        ("a.csv", "caf\xe9".encode("latin-1"), r"is not UTF-8 \(byte 3 is 0xe9\). Save it as"),
        ("a.csv", "item_id,answer".encode("utf-16"), "is not UTF-8"),
        ("a.csv", "id,answer\na,x\n", "has no column 'item_id' but 'id', 'answer'"),
        ("a.csv", "item_id;label\na;x\n", "has no column 'item_id' but 'item_id;label'"),
        ("a.csv", "item_id,label\na,x\n", "has no column 'answer' but 'item_id', 'label'"),
        ("a.csv", "item_id,answer\na,x\nb,x,y\n", "has 3 fields on line 3, must have 2"),
        ("a.csv", 'item_id,answer\na,"x\nb,y\n', "broken in the row that starts on line 2"),
        ("a.jsonl", '{"item_id": "a"}', "has no field 'answer'"),
        ("a.jsonl", '{"answer": "x"}', "has no 'item_id' on line 1"),
        ("a.jsonl", '{"item_id": "a", "answer": ""}\n[1]', "has no 'item_id' on line 2"),
        ("a.jsonl", '{"item_id": ', "has no JSON on line 1"),
    ],
)
def test_files_that_cannot_be_read_say_why(
    tmp_path: Path, name: str, content: str | bytes, words: str
) -> None:
    with pytest.raises(FileFormatError, match=words):
        rows(tmp_path, content, name)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"cannot read .*none\.csv: No such file"):
        read_rows(tmp_path / "none.csv")
