"""JSONL files, looked through once and read some lines at a time; more in test_stream.py."""

import pytest

from weaklabel.errors import FileFormatError, ItemsError

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
scan_jsonl = pytest.importorskip(
    "weaklabel.table_files._jsonl_file", reason="pyarrow is not installed"
).scan_jsonl


def scanned(folder, content, as_text=(), **options):
    path = folder / "a.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return scan_jsonl(path, frozenset(as_text), **options)


@pytest.mark.parametrize("keep", [True, False])
def test_absent_keys_are_nulls_and_columns_named_as_text_are_texts(tmp_path, keep):
    file = scanned(tmp_path, '{"id": 7}\n\n{"n": 1}\n', ["id"], keep=keep)
    (table,) = file.tables(["id", "n"], 1)
    assert file.n_rows == 2
    assert table.to_pydict() == {"id": ["7", None], "n": [None, 1]}


def test_values_become_texts_where_they_are_asked_for(tmp_path):
    content = "".join(f'{{"a": {v}}}\n' for v in ("1", "2.5", '"x"', "null", "NaN", "true"))
    (table,) = scanned(tmp_path, content, ["a"]).tables(["a"], 1)
    assert table.to_pydict() == {"a": ["1", "2.5", "x", None, None, "True"]}


@pytest.mark.parametrize("keep", [True, False])
def test_types_hold_the_values_of_lines_that_are_far_apart(tmp_path, keep):
    head, middle = '{"n": 1, "x": {"a": 1}}\n', '{"n": 2}\n' * 20_000
    file = scanned(tmp_path, head + middle + '{"n": 0.5, "x": {"b": "c"}}\n', keep=keep)
    assert str(file.schema.field("n").type) == "double"
    assert str(file.schema.field("x").type) == "struct<a: int64, b: string>"
    tables = list(file.tables(["n"], 1))
    assert len(tables) == 2
    assert sum(table.num_rows for table in tables) == file.n_rows == 20_002


def test_long_lines_make_small_tables(tmp_path, monkeypatch):
    monkeypatch.setattr("weaklabel.table_files._jsonl_file._BYTES", 1000)
    line = '{"a": "' + "x" * 400 + '"}\n'
    file = scanned(tmp_path, line * 7)
    assert [table.num_rows for table in file.tables(["a"], 1)] == [3, 3, 1]


def test_kept_rows_are_not_read_again(tmp_path):
    kept, not_kept = (scanned(tmp_path, '{"a": 1}\n', keep=keep) for keep in (True, False))
    (tmp_path / "a.jsonl").write_text('{"a": 2}\n')
    assert next(kept.tables(["a"], 1)).to_pydict() == {"a": [1]}
    assert next(not_kept.tables(["a"], 1)).to_pydict() == {"a": [2]}


@pytest.mark.parametrize("keep", [True, False])
def test_objects_without_keys_are_rows(tmp_path, monkeypatch, keep):
    monkeypatch.setattr("weaklabel.table_files._jsonl_file._LINES", 2)
    file = scanned(tmp_path, '{}\n{}\n{"a": 1}\n', keep=keep)
    assert file.n_rows == 3
    assert [table.num_rows for table in file.tables(["a"], 1)] == [2, 1]


def test_byte_order_mark_and_line_separators_are_no_fault(tmp_path):
    file = scanned(tmp_path, '\ufeff{"a": "x\u2028y"}\n')
    assert next(file.tables(["a"], 1)).to_pydict() == {"a": ["x\u2028y"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty, must have one JSON object with keys on each line"),
        ("\n \n", "is empty, must have one JSON object with keys on each line"),
        ("{}\n{}\n", "is empty, must have one JSON object with keys on each line"),
        ('{"a": 1}\n{"a": \n', "line 2 is no valid JSON: Expecting value"),
        ("[" * 100_000, "line 1 is no valid JSON"),
        ('{"a": 1}\n\n[1]\n', "line 3 is a JSON list, must be an object"),
        (b'{"a": "b"}\n{"a": "\xe9"}\n', "is not UTF-8: byte 18 is 0xe9"),
        ('{"a": 1}\n{"a": "x"}\n', "field 'a' cannot be made into a column: Could not convert 'x'"),
        (
            '{"a": 1}\n' + '{"b": 0}\n' * 20_000 + '{"a": "x"}\n',
            r"field 'a' cannot be made into a column: it is int64 and string\. Give the field one "
            r"type on every line, or read it as text: read_items\(…, text_columns=\['a'\]\)",
        ),
        ('{"a": "\\ud800"}\n', "field 'a' cannot be made into a column"),
        ('{"a": 99999999999999999999}\n', "field 'a' cannot be made into a column"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, content, words):
    with pytest.raises(FileFormatError, match=words):
        scanned(tmp_path, content)


def test_list_that_should_be_a_text_is_named_with_its_line(tmp_path):
    words = "line 2: field 'a' is a list, must be text or a number"
    with pytest.raises(ItemsError, match=words):
        scanned(tmp_path, '{"a": "x"}\n{"a": [1]}\n', ["a"])
