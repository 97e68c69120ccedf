"""ItemStream: chunks of items that are read as they are needed."""

import pytest

from weaklabel.apply import apply
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply.engines._stream import ItemStream, apply_to_stream, stream_of_items
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import ItemsError
from weaklabel.lf import keyword_lf

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
WIN = keyword_lf("win", "spam", name="win")
SCHEMA = LabelSchema(["ham", "spam"])


def stream(**columns):
    return stream_of_items(as_items(pa.table(columns)))


def test_chunks_have_the_rows_in_order_and_only_columns_that_are_read():
    chunks = list(
        stream(key=list("abc"), text=["x", "y", "z"], n=[1, 2, 3]).chunks([WIN], "key", 2)
    )
    assert [chunk.item_ids.tolist() for chunk in chunks] == [["a", "b"], ["c"]]
    assert chunks[0].column_names == ("key", "text")


def test_content_ids_count_equal_rows_over_all_chunks():
    texts = ["x", "y", "x", "x"]
    chunks = stream(text=texts).chunks([WIN], None, 1)
    ids = [chunk.item_ids[0] for chunk in chunks]
    assert ids == as_items(texts).item_ids.tolist()


def test_chunks_are_read_when_they_are_asked_for():
    read = []

    def batches(columns, n_rows):
        for i in range(3):
            read.append(i)
            yield pa.RecordBatch.from_pydict({"item_id": [str(i)], "text": ["win"]})

    chunks = ItemStream(("item_id", "text"), None, batches).chunks([WIN], None, 1)
    assert read == []
    next(chunks)
    assert read == [0]


def test_nothing_to_label_is_an_error():
    empty = ItemStream(("item_id", "text"), 0, lambda columns, n_rows: iter(()))
    with pytest.raises(ItemsError, match="items is empty, must have at least one row"):
        apply_to_stream([WIN], empty, SCHEMA, None, ApplyOptions())


def test_id_that_is_missing_is_told_with_its_chunk():
    holed = ItemStream(
        ("key", "text"),
        None,
        lambda columns, n_rows: iter(
            pa.RecordBatch.from_pydict({"key": keys, "text": ["a", "b"]})
            for keys in (["1", "2"], ["3", None])
        ),
    )
    with pytest.raises(ItemsError, match=r"id column 'key' from row 2\[1\] is missing"):
        apply_to_stream([WIN], holed, SCHEMA, "key", ApplyOptions())


def test_votes_are_column_major_as_those_of_memory():
    found = apply_to_stream(
        [WIN, keyword_lf("no", 0, name="no")],
        stream(text=["win", "no", ""]),
        SCHEMA,
        None,
        ApplyOptions(chunk_rows=1),
    )
    assert found.votes.codes.flags.f_contiguous
    memory = apply([WIN, keyword_lf("no", 0, name="no")], ["win", "no", ""], SCHEMA)
    assert found.votes.codes.tolist() == memory.codes.tolist()
