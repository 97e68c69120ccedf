"""distinct_texts: each text once, whatever the type of the column."""

import datetime
from decimal import Decimal

import pytest

from weaklabel.apply.text._distinct import distinct_texts

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def texts(*chunks, kind=None):
    found = distinct_texts(pa.chunked_array([pa.array(chunk, kind) for chunk in chunks], kind))
    listed = found.texts.to_pylist()
    assert len(set(listed)) == len(listed)
    return [None if place < 0 else listed[place] for place in found.place.tolist()]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_texts_and_nulls(kind):
    assert texts(["a", None, ""], ["a", "b"], kind=kind) == ["a", None, "", "a", "b"]


def test_categories():
    kind = pa.dictionary(pa.int8(), pa.string())
    assert texts(["a", None], ["b", "a"], kind=kind) == ["a", None, "b", "a"]


@pytest.mark.parametrize(
    ("values", "read"),
    [
        ([1, None, 10**18], ["1", None, "1000000000000000000"]),
        ([0.0, -0.0, float("nan"), 1.5], ["0.0", "-0.0", None, "1.5"]),
        ([True, None], ["True", None]),
        ([Decimal("1.50")], ["1.50"]),
        ([datetime.date(2026, 1, 2)], ["2026-01-02"]),
        ([["a", "b"], None], ["['a', 'b']", None]),
        ([{"a": "é"}], ["{'a': 'é'}"]),
        ([b"a"], ["b'a'"]),
        ([None], [None]),
    ],
)
def test_what_is_no_text_is_read_as_its_text(values, read):
    assert texts(values) == read


def test_slices_and_no_items():
    assert texts([], kind=pa.string()) == []
    column = pa.chunked_array([pa.array(["a", "b", None, "c"])]).slice(1)
    assert distinct_texts(column).texts.to_pylist() == ["b", "c"]


def test_bytes_that_are_no_text_give_none():
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    broken = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(b"\xff"))
    assert distinct_texts(pa.chunked_array([broken])) is None


def test_size_is_that_of_the_distinct_texts():
    column = pa.chunked_array([pa.array(["a" * 100] * 1000)])
    assert distinct_texts(column).n_bytes < 1000
