"""rows_fingerprint: equal values agree however they are stored, and any change shows."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply._fingerprint import RowsFingerprints, column_digest, rows_fingerprint
from weaklabel.core import as_items

TEXTS = ["win", None, "", "é 🙂 e\u0301", "a\x00b", "win", "line\nline"]
TEXT_TYPES = [pa.string(), pa.large_string(), pa.string_view()]


def of(values, kind=None):
    array = values if isinstance(values, (pa.Array, pa.ChunkedArray)) else pa.array(values, kind)
    return rows_fingerprint(pa.table({"x": array}))


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=str)
def test_texts_agree_in_any_type(kind):
    assert of(TEXTS, kind) == of(TEXTS, pa.string())


@pytest.mark.parametrize("index", [pa.int8(), pa.uint32()], ids=str)
def test_dictionaries_agree_with_what_they_say(index):
    encoded = pa.array(TEXTS).dictionary_encode().cast(pa.dictionary(index, pa.string()))
    assert of(encoded) == of(TEXTS)
    reordered = pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1]), ["b", "a"])
    assert of(reordered) == of(["a", None, "b", "a"])
    with_null_inside = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None]))
    assert of(with_null_inside) == of(["a", None])


def test_run_end_encoded_agrees():
    encoded = pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "b"])
    assert of(encoded) == of(["a", "a", "b"])


def test_slices_and_chunks_agree_with_a_copy():
    whole = pa.array(["before", *TEXTS, "after"])
    assert of(whole.slice(1, len(TEXTS))) == of(TEXTS)
    chunked = pa.chunked_array([TEXTS[:2], [], TEXTS[2:5], TEXTS[5:]], pa.string())
    assert of(chunked) == of(TEXTS)
    assert of(chunked.slice(1, 4)) == of(TEXTS[1:5])


def test_what_is_in_the_memory_of_a_null_does_not_count():
    validity, offsets = pa.py_buffer(b"\x05"), pa.py_buffer(np.array([0, 1, 4, 5], np.int32))
    dirty = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"axyzb"), validity)
    assert dirty.to_pylist() == ["a", None, "b"]
    assert of(dirty) == of(["a", None, "b"])
    numbers = pa.Array.from_buffers(
        pa.int64(), 3, [validity, pa.py_buffer(np.array([1, 99, 3], np.int64))]
    )
    assert of(numbers) == of([1, None, 3])


def test_a_bitmap_without_nulls_counts_for_nothing():
    with_bitmap = pa.array(["a", "b", None]).slice(0, 2)
    assert of(with_bitmap) == of(["a", "b"])


@pytest.mark.parametrize(
    "kind", [pa.int8(), pa.uint8(), pa.int32(), pa.uint64(), pa.int64()], ids=str
)
def test_integers_agree_in_any_width(kind):
    assert of([1, None, 100], kind) == of([1, None, 100], pa.int64())


def test_integers_beyond_64_bits_with_sign_do_not_wrap_around():
    assert of([2**63], pa.uint64()) != of([-(2**63)])
    assert of([2**63, None], pa.uint64()) != of([-(2**63), None])


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32()], ids=str)
def test_floats_agree_in_any_width(kind):
    values = [0.5, None, float("nan"), float("inf")]
    array = pa.array([None if v is None else np.float16(v) for v in values], pa.float16())
    assert of(array.cast(kind)) == of(values, pa.float64())


def test_every_nan_is_the_same_and_zeros_differ():
    odd = np.array([0x7FF8000000000001, 0xFFF8000000000000], dtype=np.uint64).view(np.float64)
    assert of(pa.array(odd)) == of(pa.array(np.array([np.nan, np.nan])))
    assert of([0.0]) != of([-0.0])


def test_all_nulls_agree_whatever_the_type():
    assert (
        of([None, None], pa.string()) == of([None, None], pa.null()) == of([None, None], pa.int8())
    )
    assert of([None, None], pa.null()) != of([None], pa.null())


def test_times_agree_in_any_unit_that_functions_see_as_the_same_type():
    when = [dt.datetime(2024, 2, 29, 1, 2, 3), None, dt.datetime(1, 1, 1)]
    assert len({of(when, pa.timestamp(unit)) for unit in ("s", "ms", "us")}) == 1
    assert of(when[:2], pa.timestamp("ns")) != of(when[:2], pa.timestamp("us"))  # pandas.Timestamp
    assert of(when, pa.timestamp("us", "UTC")) != of(when, pa.timestamp("us"))
    far = pa.array([2**62], pa.timestamp("s"))
    assert of(far) != of([2**62])
    days = [dt.date(2024, 2, 29), None]
    assert of(days, pa.date32()) == of(days, pa.date64())
    span = [dt.timedelta(seconds=5)]
    assert of(span, pa.duration("s")) == of(span, pa.duration("us"))
    noon = [dt.time(12), None]
    assert of(noon, pa.time32("s")) == of(noon, pa.time64("us"))
    assert len({of([0], k) for k in (pa.timestamp("us"), pa.duration("us"), pa.int64())}) == 3


@pytest.mark.parametrize(
    "kind",
    [pa.list_(pa.string()), pa.large_list(pa.large_string()), pa.list_view(pa.string())],
    ids=str,
)
def test_lists_agree_in_any_type(kind):
    lists = [["a", None], None, [], ["b"]]
    assert of(lists, kind) == of(lists)
    assert of(pa.array([["zero"], *lists], kind).slice(1)) == of(lists)


def test_lists_of_fixed_size_agree():
    assert of([[1, 2], None, [3, 4]], pa.list_(pa.int8(), 2)) == of([[1, 2], None, [3, 4]])


def test_structs_agree_and_their_nulls_are_told_from_nulls_in_them():
    rows = [{"a": 1, "b": "x"}, None, {"a": None, "b": None}]
    kind = pa.struct([("a", pa.int8()), ("b", pa.large_string())])
    assert of(rows, kind) == of(rows)
    assert of(pa.array([rows[2], *rows]).slice(1)) == of(rows)
    assert of([None, rows[0]]) != of([rows[2], rows[0]])


def test_bytes_decimals_and_maps():
    assert of([b"a\x00", None], pa.binary_view()) == of([b"a\x00", None], pa.large_binary())
    assert of([b"ab", b"cd"], pa.binary(2)) == of([b"ab", b"cd"])
    assert of([b"a"]) != of(["a"])
    assert of([Decimal("1.0")]) != of([Decimal("1.00")])
    kind = pa.map_(pa.string(), pa.int64())
    assert of([[("a", 1)], None], kind) != of([[("a", 2)], None], kind)
    assert of([Decimal("1.0"), None]) == of(pa.array([None, Decimal("1.0"), None]).slice(1))
    assert of([pa.MonthDayNano([1, 2, 3]), None]) != of([pa.MonthDayNano([1, 2, 4]), None])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [1.0]),
        ([1], [True]),
        (["1"], [1]),
        (["a", "b"], ["ab", ""]),
        (["a", None], [None, "a"]),
        (["", None], [None, ""]),
        ([["a"], ["b"]], [["a", "b"], []]),
        ([1, 2], [2, 1]),
        (["None"], [None]),
    ],
)
def test_what_differs_in_python_differs(one, other):
    assert of(one) != of(other)


def test_names_count_and_the_order_of_columns_does_not():
    assert rows_fingerprint(pa.table({"a": [1], "b": [2]})) == rows_fingerprint(
        pa.table({"b": [2], "a": [1]})
    )
    assert rows_fingerprint(pa.table({"a": [1], "b": [2]})) != rows_fingerprint(
        pa.table({"a": [2], "b": [1]})
    )
    assert rows_fingerprint(pa.table({"ab": [1], "c": [1]})) != rows_fingerprint(
        pa.table({"a": [1], "bc": [1]})
    )


def test_only_the_columns_asked_for_count():
    table, other = pa.table({"a": [1], "b": [2]}), pa.table({"a": [1], "b": [3], "c": [4]})
    assert rows_fingerprint(table, ["a"]) == rows_fingerprint(other, ["a", "a"])
    assert RowsFingerprints(table).of(["a", "b"]) == rows_fingerprint(table)


def test_frames_of_equal_content_agree_in_any_library():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    pl = pytest.importorskip("polars", reason="polars is not installed")
    columns = {
        "text": ["a", None, "b"],
        "n": [1, 2, 3],
        "x": [0.5, 1.5, -1.0],
        "b": [True, False, True],
    }
    narrow = {"n": np.int8, "text": "category"}
    frames = [
        pd.DataFrame(columns),
        pd.DataFrame(columns).astype(narrow),
        pl.DataFrame(columns),
        pl.DataFrame(columns, schema_overrides={"n": pl.UInt16, "text": pl.Categorical}),
        pa.table(columns),
        columns,
        [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
    ]
    assert len({rows_fingerprint(as_items(frame).table) for frame in frames}) == 1


VALUES = st.one_of(
    st.lists(st.none() | st.text(max_size=4), max_size=6),
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=6),
    st.lists(st.none() | st.booleans(), max_size=6),
    st.lists(st.none() | st.floats(), max_size=6),
    st.lists(st.none() | st.binary(max_size=4), max_size=6),
    st.lists(st.none() | st.lists(st.none() | st.text(max_size=2), max_size=3), max_size=4),
)


@given(VALUES, VALUES)
def test_fingerprints_agree_exactly_where_python_values_do(one, other):
    assert (of(one) == of(other)) == (repr(one) == repr(other))


@given(VALUES, st.data())
def test_any_slice_of_any_chunks_has_the_fingerprint_of_its_values(values, data):
    array = pa.array([*values, *values])
    cut = data.draw(st.integers(0, len(array)))
    chunked = pa.chunked_array([array.slice(0, cut), array.slice(cut)], array.type)
    start = data.draw(st.integers(0, len(array)))
    length = data.draw(st.integers(0, len(array) - start))
    taken = chunked.slice(start, length)
    assert column_digest(taken) == column_digest(pa.chunked_array([taken.to_pylist()], array.type))


@given(st.lists(st.none() | st.text(max_size=4), max_size=6), st.sampled_from(TEXT_TYPES))
def test_any_texts_agree_in_any_type(values, kind):
    assert of(values, kind) == of(values, pa.string())
    assert of(pa.array(values, pa.string()).dictionary_encode()) == of(values, pa.string())
