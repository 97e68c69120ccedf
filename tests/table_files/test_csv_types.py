"""The types of CSV columns, found in parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.table_files import CsvType, csv_type, typed_csv_column

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def column(*cells):
    return pa.chunked_array([cells], pa.string())


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1", "-2", ""], "int64"),
        (["1", "2.5"], "double"),
        (["1e5"], "double"),
        (["01"], "string"),
        (["0.1", "-0"], "double"),
        (["TRUE", "false"], "bool"),
        (["yes"], "string"),
        (["12 "], "int64"),
        (["1", "true"], "string"),
        (["9223372036854775808"], "double"),
        (["NA", "", "null"], "string"),
        (["tRue", "True", "TRUE", "true", "False", "FALSE", "maybe"], "string"),
        ([], "string"),
    ],
)
def test_the_type_of_a_column_is_what_every_cell_can_be(cells, wanted):
    assert str(csv_type([column(*cells)])) == wanted


@given(
    st.lists(
        st.sampled_from(["1", "", "2.5", "x", "007", "true", "False", "NaN", " 3", "-1"]),
        max_size=6,
    ),
    st.integers(0, 6),
)
def test_type_does_not_depend_on_where_the_column_is_cut(cells, cut):
    seen = CsvType()
    for part in (cells[:cut], cells[cut:]):
        seen.add(column(*part))
    whole = csv_type([column(*cells)])
    assert seen.wanted == whole
    typed_csv_column(column(*cells), whole)  # and every cell can be read as it


def test_cells_without_a_value_are_nulls_in_numbers_and_stay_in_texts():
    assert typed_csv_column(column("1", "NA", ""), pa.int64()).to_pylist() == [1, None, None]
    assert typed_csv_column(column("x", "NA", ""), pa.string()).to_pylist() == ["x", "NA", ""]


def test_text_stays_text_whatever_comes():
    seen = CsvType()
    seen.add(column("x"))
    assert seen.is_text
    seen.add(column("1"))
    assert str(seen.wanted) == "string"


@given(st.lists(st.one_of(st.none(), st.integers(-(2**60), 2**60)), min_size=1))
def test_integers_and_gaps_come_back_as_they_were(values):
    cells = column(*("" if v is None else str(v) for v in values))
    expected = values if any(v is not None for v in values) else ["" for _ in values]
    assert typed_csv_column(cells, csv_type([cells])).to_pylist() == expected
