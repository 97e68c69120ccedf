"""Parquet files: what their last bytes tell, and their rows in pieces."""

import pytest

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
scan_parquet = pytest.importorskip(
    "weaklabel.table_files._parquet_file", reason="pyarrow is not installed"
).scan_parquet


def test_types_and_rows_are_told_and_kept(tmp_path):
    table = pa.table({"n": pa.array([1, None], pa.int8()), "t": ["a", "b"]})
    pq.write_table(table, tmp_path / "a.parquet")
    file = scan_parquet(tmp_path / "a.parquet")
    assert (file.n_rows, file.schema) == (2, table.schema)
    assert pa.concat_tables(file.tables(["n", "t"], 10)).equals(table)


def test_only_columns_that_are_asked_for_come_in_tables_of_few_rows(tmp_path):
    pq.write_table(pa.table({"a": range(5), "b": range(5)}), tmp_path / "a.parquet")
    tables = list(scan_parquet(tmp_path / "a.parquet").tables(["b"], 2))
    assert [table.to_pydict() for table in tables] == [{"b": [0, 1]}, {"b": [2, 3]}, {"b": [4]}]


def test_row_groups_that_were_read_are_not_kept(tmp_path):
    n_rows, n_groups = 50_000, 20
    column = pa.array(range(n_rows * n_groups), pa.int64())
    pq.write_table(
        pa.table({"n": column}),
        tmp_path / "a.parquet",
        row_group_size=n_rows,
        compression="none",
        use_dictionary=False,
    )
    file = scan_parquet(tmp_path / "a.parquet")
    before, most = pa.total_allocated_bytes(), 0
    for _ in file.tables(["n"], n_rows):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 5 * n_rows * 8  # a few row groups, of 20


def test_file_that_is_none_is_an_error_of_arrow(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(pa.ArrowInvalid):
        scan_parquet(tmp_path / "a.parquet")
