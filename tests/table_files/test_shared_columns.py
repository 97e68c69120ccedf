"""Columns that files together have, and tables that are brought to them."""

from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files import CsvType
from weaklabel.table_files._shared_columns import conformed, shared_schema

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

PARQUET, CSV = Path("a.parquet"), Path("b.csv")


def schema(**kinds):
    return pa.schema(list(kinds.items()))


def csv_types(**cells):
    types = {}
    for name, values in cells.items():
        types[name] = CsvType()
        types[name].add(pa.chunked_array([values], pa.string()))
    return types


def test_types_of_csv_come_from_the_cells_and_meet_those_of_other_files():
    files = [(CSV, schema(n=pa.string(), m=pa.string())), (PARQUET, schema(n=pa.float64()))]
    found = shared_schema(files, csv_types(n=["1"], m=["x"]), ())
    assert found == schema(n=pa.float64(), m=pa.string())


def test_columns_named_as_text_meet_as_text_whatever_they_are():
    kinds = [pa.int64(), pa.string(), pa.dictionary(pa.int32(), pa.string()), pa.large_string()]
    files = [(PARQUET, schema(id=kind)) for kind in kinds] + [(CSV, schema(id=pa.string()))]
    assert shared_schema(files, {}, {"id"}) == schema(id=pa.string())


def test_column_that_cannot_be_text_is_named():
    words = r"column 'id' of a\.parquet holds list<.*must be text or numbers"
    with pytest.raises(ItemsError, match=words):
        shared_schema([(PARQUET, schema(id=pa.list_(pa.int64())))], {}, {"id"})


def test_types_that_do_not_meet_are_named_with_both_files():
    files = [(PARQUET, schema(n=pa.int64())), (CSV, schema(n=pa.string()))]
    words = (
        r"column 'n' is int64 in a\.parquet and string in b\.csv, must be of one type\. Convert "
        r"it in one of the files, or read it as text: read_items\(…, text_columns=\['n'\]\)"
    )
    with pytest.raises(ItemsError, match=words):
        shared_schema(files, csv_types(n=["x"]), ())


def test_table_gets_the_columns_it_lacks_and_the_types_of_all():
    wanted = schema(m=pa.int8(), n=pa.float64())
    found = conformed(pa.table({"n": [1, 2], "unused": ["x", "y"]}), wanted, PARQUET)
    assert found.schema == wanted
    assert found.to_pydict() == {"m": [None, None], "n": [1.0, 2.0]}


def test_cells_of_csv_without_a_value_become_nulls():
    found = conformed(pa.table({"n": ["1", "NA", ""]}), schema(n=pa.int64()), CSV)
    assert found.to_pydict() == {"n": [1, None, None]}


def test_objects_get_the_keys_that_others_have():
    kind = pa.struct([("a", pa.float64()), ("b", pa.list_(pa.string()))])
    found = conformed(pa.table({"x": [{"a": 1}, None]}), schema(x=kind), Path("a.jsonl"))
    assert found.to_pydict() == {"x": [{"a": 1.0, "b": None}, None]}


@pytest.mark.parametrize(
    ("path", "values", "kind"),
    [
        (CSV, ["1", "x"], pa.int64()),
        (PARQUET, [2**60 + 1], pa.float64()),
        (PARQUET, [b"\xff"], pa.string()),
    ],
)
def test_value_that_cannot_be_converted_is_an_error_that_names_column_and_file(path, values, kind):
    with pytest.raises(FileFormatError, match=f"column 'n' of {path} cannot be read as {kind}: "):
        conformed(pa.table({"n": values}), schema(n=kind), path)
