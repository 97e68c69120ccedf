"""Values of items come by row, cut where only their beginning is wanted."""

import numpy as np
import pyarrow as pa
import pytest

from weaklabel.core import as_items
from weaklabel.errors import ItemsError, ParameterError
from weaklabel.review.session._item_values import ItemValues
from weaklabel.review.session._session_item import Field, Fold

ITEMS = as_items(
    [
        {"item_id": "a", "text": "x" * 9, "photo": "a.png", "n": 2**60},
        {"item_id": "b", "text": None, "photo": None, "n": None},
    ]
)


def values(items: object = ITEMS, columns: list[str] | None = None) -> ItemValues:
    return ItemValues.of_arguments(as_items(items), columns, 5, ["photo"] * (items is ITEMS))


def test_values_are_plain_and_say_how_they_are_shown() -> None:
    found = values().of(0)
    assert list(found) == ["item_id", "text", "photo", "n"]
    assert found["n"] == str(2**60)
    fields = [values().field(*each) for each in found.items()]
    assert fields[1:3] == [Field("text", "x" * 9, Fold(9, 5)), Field("photo", "a.png", None, True)]
    assert values().field("text", None) == Field("text", None)


def test_only_columns_of_the_items_are_shown() -> None:
    assert list(values(columns=["n", "text", "n"]).of(1)) == ["n", "text"]
    for wrong in ({"columns": ["z"], "images": []}, {"columns": None, "images": ["z"]}):
        with pytest.raises(ItemsError, match="column is 'z', must be one of 'item_id'"):
            ItemValues.of_arguments(ITEMS, fold=5, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="fold is 0"):
        ItemValues.of_arguments(ITEMS, None, 0, [])


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_a_beginning_is_cut_from_any_kind_of_text(kind: pa.DataType) -> None:
    texts = pa.chunked_array([["a"], ["é" * 500, None, "\x00b"]]).cast(kind)
    table = pa.table({"item_id": ["0", "1", "2", "3"], "text": texts})
    made = values(table, ["text"])
    assert [made.excerpt(i) for i in range(4)] == ["a", "é" * 200, "text: None", "\x00b"]


def test_a_text_that_only_begins_like_the_id_is_the_text() -> None:
    """It does not count as the id, which would leave the item without an excerpt."""
    long = "x" * 300
    items = [{"item_id": long, "same": long, "other": long + "y", "text": long}]
    assert values(items, ["same"]).excerpt(0) == f"same: {long}"[:200]
    assert values(items, ["same", "other"]).excerpt(0) == long[:200]
    assert values(items, ["text"]).excerpt(0) == f"text: {long}"[:200]


def invalid_text(*contents: bytes) -> pa.Array:
    """Return an array that says it is text, which only whoever reads it finds out."""
    ends = np.cumsum([0, *map(len, contents)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(contents))]
    return pa.Array.from_buffers(pa.string(), len(contents), buffers)


def test_a_value_that_python_has_not_is_said_and_hides_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    when = pa.array([2**62, 0], pa.timestamp("us"))
    body = invalid_text(b"\xff\xfe", b"ok")
    made = values(pa.table({"item_id": ["a", "b"], "when": when, "body": body}))
    words = "(this value cannot be shown)"
    assert made.of(0) == {"item_id": "a", "when": words, "body": words}
    assert made.of(1) == {"item_id": "b", "when": "1970-01-01T00:00:00", "body": "ok"}
    assert made.excerpt(0).startswith("item_id: a; when: (this value")
    assert "'when' of item 'a' cannot be shown: " in caplog.text
