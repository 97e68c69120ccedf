"""The readers of single tables; what users see of them is tested in test_tables.py."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.exchange._table_formats import csv_type, typed_csv_column


def column(*cells: str) -> pa.ChunkedArray:
    return pa.chunked_array([cells], pa.string())


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1", "-2", ""], pa.int64()),
        (["1", "2.5"], pa.float64()),
        (["1e5"], pa.float64()),
        (["01"], pa.string()),
        (["0.1", "-0"], pa.float64()),
        (["TRUE", "false"], pa.bool_()),
        (["yes"], pa.string()),
        (["12 "], pa.int64()),
        ([], pa.string()),
    ],
)
def test_the_type_of_a_column_is_what_every_cell_can_be(cells, wanted):
    assert csv_type([column(*cells)]) == wanted


@settings(max_examples=50)
@given(st.lists(st.one_of(st.none(), st.integers(-(2**60), 2**60)), min_size=1))
def test_integers_and_gaps_come_back_as_they_were(values):
    cells = column(*("" if v is None else str(v) for v in values))
    wanted = csv_type([cells])
    expected = values if any(v is not None for v in values) else ["" for _ in values]
    assert typed_csv_column(cells, wanted).to_pylist() == expected
