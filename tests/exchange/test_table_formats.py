"""The readers of single tables; what users see of them is tested in test_tables.py."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weaklabel.errors import FileFormatError
from weaklabel.exchange._table_formats import read_csv, read_jsonl, read_parquet


def test_every_cell_of_csv_is_text(tmp_path):
    (tmp_path / "a.csv").write_text('n,text\n007,"a\nb"\n,x\n')
    table = read_csv(tmp_path / "a.csv", set())
    assert table.to_pydict() == {"n": ["007", ""], "text": ["a\nb", "x"]}


def test_quote_that_never_ends_is_told_with_its_line(tmp_path):
    (tmp_path / "a.csv").write_text('text\nfine\n"open\nmore\n')
    with pytest.raises(FileFormatError, match="starts on line 3 never ends"):
        read_csv(tmp_path / "a.csv", set())


def test_absent_keys_of_jsonl_are_nulls_and_columns_named_as_text_are_texts(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": 7}\n\n{"n": 1}\n')
    table = read_jsonl(tmp_path / "a.jsonl", {"id"})
    assert table.to_pydict() == {"id": ["7", None], "n": [None, 1]}


def test_parquet_keeps_its_types(tmp_path):
    table = pa.table({"n": pa.array([1, None], pa.int8())})
    pq.write_table(table, tmp_path / "a.parquet")
    assert read_parquet(tmp_path / "a.parquet", set()).equals(table)
