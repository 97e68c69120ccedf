"""Items with a known class are read from a file that says so."""

import pytest

from weaklabel.core import LabelSchema
from weaklabel.errors import FileFormatError
from weaklabel.project._gold_checks import read_gold_checks

SCHEMA = LabelSchema(["ham", "spam"])


def read(tmp_path, text, name="checks.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_gold_checks(path, SCHEMA)


def test_classes_come_by_item_from_csv_and_jsonl(tmp_path):
    assert read(tmp_path, "item_id,answer\nb,spam\na,ham\n") == {"b": "spam", "a": "ham"}
    lines = '{"item_id": "b", "answer": "spam"}\n'
    assert read(tmp_path, lines, "checks.jsonl") == {"b": "spam"}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("a,eggs\n", r"checks.csv on line 2 says 'eggs' of item 'a', must say one of \['ham', 'sp"),
        ("a,\n", "says '' of item 'a', must say one of"),
        ("a,ham\nb,ham\na,spam\n", "checks.csv on line 4 has item 'a' again, must have it once"),
    ],
)
def test_what_is_no_known_class_is_refused(tmp_path, rows, words):
    with pytest.raises(FileFormatError, match=words):
        read(tmp_path, "item_id,answer\n" + rows)
