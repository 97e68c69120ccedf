"""The readers of one file each; what they share is tested in test_stream.py."""

import pytest

from weaklabel.errors import FileFormatError, ItemsError

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
formats = pytest.importorskip("weaklabel.table_files._formats", reason="pyarrow is not installed")


def test_tabs_stand_between_the_cells_of_tsv(tmp_path):
    path = tmp_path / "a.TSV"
    path.write_text("a\tb\n1,5\tx\n")
    types = {}
    assert formats.scan_csv(path, types, 2**20) == 1
    schema = formats.csv_schema(path, types, set())
    assert next(formats.read_csv(path, schema, 2**20)).to_pydict() == {"a": ["1,5"], "b": ["x"]}


def test_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfa\n1\n")
    types = {}
    formats.scan_csv(tmp_path / "a.csv", types, 2**20)
    assert list(types) == ["a"]
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"a": 1}\n')
    assert formats.scan_jsonl(tmp_path / "a.jsonl", set())[0].names == ["a"]


def test_rows_of_csv_may_begin_in_one_block_and_end_in_another(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "".join(f'"line {i}\nof two"\n' for i in range(5000)))
    types = {}
    assert formats.scan_csv(path, types, 4096) == 5000
    tables = list(formats.read_csv(path, pa.schema([("text", pa.string())]), 4096))
    assert len(tables) > 1
    assert pa.concat_tables(tables).column("text")[4999].as_py() == "line 4999\nof two"


def test_line_separator_inside_a_json_text_ends_no_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "x\u2028y"}\n', encoding="utf-8")
    table = next(formats.read_jsonl(path, pa.schema([("a", pa.string())])))
    assert table.to_pydict() == {"a": ["x\u2028y"]}


def test_values_become_texts_where_they_are_asked_for():
    assert [formats.json_text("f", "a", 1, v) for v in (1, 2.5, "x", None, float("nan"))] == [
        "1",
        "2.5",
        "x",
        None,
        None,
    ]
    with pytest.raises(ItemsError, match="f line 3: field 'a' is a list, must be text or a number"):
        formats.json_text("f", "a", 3, [1])


def test_deep_json_is_no_crash():
    with pytest.raises(FileFormatError, match="line 1 is no valid JSON"):
        formats.parse_object("f", 1, "[" * 100_000)
