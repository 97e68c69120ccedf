"""Items: data of many kinds, one identity."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from weaklabel import Items, as_items
from weaklabel.errors import ItemsError

ROWS = [{"key": "a", "text": "hello"}, {"key": "b", "text": None}]


def make(kind):
    if kind == "dicts":
        return ROWS
    if kind == "mapping":
        return {"key": ["a", "b"], "text": ["hello", None]}
    if kind == "pandas":
        return pd.DataFrame(ROWS)
    if kind == "pyarrow":
        return pa.Table.from_pylist(ROWS)
    if kind == "batch":
        return pa.RecordBatch.from_pylist(ROWS)
    if kind == "dask":
        dask = pytest.importorskip("dask.dataframe", reason="dask is an extra")
        return dask.from_pandas(pd.DataFrame(ROWS), npartitions=2)
    polars = pytest.importorskip("polars", reason="polars is an extra")
    return polars.DataFrame(ROWS) if kind == "polars" else polars.LazyFrame(ROWS)


KINDS = ["dicts", "mapping", "pandas", "pyarrow", "batch", "polars", "lazy", "dask"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data_gives_the_same_items(kind):
    items = as_items(make(kind), id_column="key")
    assert items.item_ids.tolist() == ["a", "b"]
    assert items.column("text")[0] == "hello"
    assert items.texts("text") == ["hello", ""]


@pytest.mark.parametrize("kind", KINDS)
def test_content_hashes_do_not_depend_on_the_kind_of_data(kind):
    assert as_items(make(kind)).item_ids.tolist() == as_items(ROWS).item_ids.tolist()


def test_plain_texts_become_the_column_text():
    items = as_items(["a", None, "a"])
    assert items.column_names == ("text",)
    assert items.column("text") == ["a", None, "a"]


def test_equal_rows_get_an_ordinal():
    ids = as_items(["a", "b", "a", "a"]).item_ids.tolist()
    assert ids[2] == ids[0] + "-2"
    assert ids[3] == ids[0] + "-3"
    assert len(ids[0]) == 32


def test_content_hashes_ignore_the_order_of_columns_and_rows():
    first = as_items([{"x": 1, "y": "b"}, {"x": 2, "y": "c"}])
    second = as_items([{"y": "c", "x": 2}, {"y": "b", "x": 1}])
    assert first.item_ids.tolist() == second.item_ids.tolist()[::-1]


def test_the_index_of_a_data_frame_is_no_column():
    frame = pd.DataFrame(ROWS)
    filtered = frame[frame["key"] == "b"]
    assert as_items(filtered).column_names == ("key", "text")
    assert as_items(filtered).item_ids.tolist() == as_items(ROWS).item_ids.tolist()[1:]


def test_a_column_named_item_id_is_used():
    assert as_items([{"item_id": 5, "text": "x"}]).item_ids.tolist() == ["5"]


def test_items_are_returned_as_they_are():
    items = as_items(["a"])
    assert as_items(items) is items


@pytest.mark.parametrize(
    ("data", "id_column", "message"),
    [
        ([], None, "items is empty, must have at least one row. Check the file or the filter."),
        (ROWS, "id", "id_column is 'id', must be one of 'key', 'text'. Name another column"),
        (
            [{"k": 1}, {"k": 1}],
            "k",
            "id column 'k' has 1 duplicates, for example '1' at positions 0 and 1",
        ),
        ([{"k": 1}, {"k": None}], "k", "id column 'k'[1] is missing"),
        (3, None, "items is a int, must be a data frame, an Arrow table, a list of texts"),
        (["a", {"b": 1}], None, "items[0] is 'a', must be a text in a list of texts, or a dict"),
        ([{"a": 1}, {"a": "x"}], None, "Give each field one type."),
        (
            pa.table([[1], [2]], names=["a", "a"]),
            None,
            "items has two columns 'a', must have distinct names.",
        ),
    ],
)
def test_wrong_items_are_refused_in_words(data, id_column, message):
    with pytest.raises(ItemsError) as caught:
        as_items(data, id_column=id_column)
    assert message in str(caught.value)


def test_a_missing_column_is_named_with_those_that_exist():
    with pytest.raises(ItemsError, match="column is 'body', must be one of 'text'"):
        as_items(["a"]).column("body")


def test_take_by_positions_and_mask():
    items = as_items(ROWS, id_column="key")
    assert items.take([1]).item_ids.tolist() == ["b"]
    assert items.take(np.array([True, False])).item_ids.tolist() == ["a"]


def test_numbers_can_be_read_as_texts():
    assert as_items([{"n": 3}, {"n": None}]).texts("n") == ["3", ""]


def test_to_pandas_has_the_ids_as_index():
    assert as_items(ROWS, id_column="key").to_pandas().index.tolist() == ["a", "b"]


def test_reprs_are_readable_and_escaped():
    items = Items(pa.table({"text": ["<script>alert(1)</script>"]}), ["<id>"])
    assert repr(items) == "Items(1 items, columns: text)"
    assert "<script>" not in items._repr_html_()
    assert "&lt;id&gt;" in items._repr_html_()
