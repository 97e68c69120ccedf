"""A data set knows its splits and counts, and shows itself without harm."""

import numpy as np
import pyarrow as pa
import pytest

from weaklabel.core import LabelSchema, SoftLabels, as_items
from weaklabel.dataset import Dataset, build_dataset
from weaklabel.errors import DatasetError, ItemsError

SCHEMA = LabelSchema(["ham", "<b>spam"])


@pytest.fixture
def data() -> Dataset:
    items = as_items([{"item_id": f"<i>{i}", "n": i} for i in range(10)])
    soft = SoftLabels([[0.9, 0.1]] * 9 + [[0.5, 0.5]], items.item_ids, SCHEMA, "model:<X>")
    return build_dataset(items, soft, splits={"z": 0.6, "a": 0.4})


def test_counts_add_up(data: Dataset) -> None:
    assert data.counts == {
        "split": {"z": 5, "a": 4, "unlabeled": 1},
        "label": {"ham": 9, "<b>spam": 0, "": 1},
        "provenance": {"model:<X>": 10},
        "review": {"": 10},
    }
    assert data.split_names == ("z", "a", "unlabeled")
    assert data.split("a").num_rows == 4
    assert len(data) == 10
    assert repr(data) == "Dataset(10 items: z 5, a 4, unlabeled 1; 0 decided by review)"


def test_its_html_is_escaped(data: Dataset) -> None:
    html = data._repr_html_()
    assert "&lt;i&gt;0" in html
    assert "model:&lt;X&gt;" in html
    assert "<i>" not in html
    assert "<X>" not in html


def test_pandas_gets_ids_as_index(data: Dataset) -> None:
    frame = data.to_pandas()
    assert frame.index.name == "item_id"
    assert frame.loc["<i>3", "n"] == 3


def test_an_unknown_split_is_named(data: Dataset) -> None:
    with pytest.raises(
        DatasetError, match="split is 'train', must be one of 'z', 'a', 'unlabeled'"
    ):
        data.split("train")


def test_tables_that_are_no_data_set_are_refused(data: Dataset) -> None:
    def remade(table: pa.Table) -> Dataset:
        return Dataset(table, SCHEMA, {}, {})

    with pytest.raises(DatasetError, match="has 0 columns 'split', must have one"):
        remade(data.table.drop_columns(["split"]))
    place = data.table.column_names.index("label")
    wrong = data.table.set_column(place, "label", pa.array(["eggs"] * 10))
    with pytest.raises(DatasetError, match="label of a data set is 'eggs', must be class 0 of"):
        remade(wrong)
    with pytest.raises(ItemsError, match="duplicates"):
        remade(data.table.take(np.zeros(2, dtype=int)))
