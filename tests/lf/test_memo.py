"""Memo: what is kept comes back as it was, and damage costs only time."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply._rows import ItemRows
from weaklabel.core import as_items
from weaklabel.errors import DataWarning, LabelingFunctionError, ParameterError
from weaklabel.lf import Preprocessor, preprocessor
from weaklabel.lf._memo import Memo, decoded, encoded

ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters()),
    st.binary(max_size=9),
)
KEYS = st.one_of(st.text(), st.integers(), st.booleans(), st.just("\x00type"))
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.frozensets(ATOMS, max_size=4)
        | st.sets(ATOMS, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def types_of(value):
    if isinstance(value, dict):
        return [(types_of(key), types_of(one)) for key, one in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value), *map(types_of, value)]
    return type(value)


@given(VALUES)
def test_a_value_comes_back_with_its_types(value):
    back = decoded(encoded(value))
    assert back == value
    assert types_of(back) == types_of(value)


def test_numbers_that_json_does_not_know_come_back():
    assert math.isnan(decoded(encoded(float("nan"))))
    assert decoded(encoded([math.inf, -math.inf, -0.0])) == [math.inf, -math.inf, 0.0]


@pytest.mark.parametrize("dtype", ["float32", "int8", "bool", "<U3", "datetime64[s]", "complex128"])
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_an_array_comes_back_with_type_and_shape(dtype, shape):
    array = np.ones(shape, dtype="int8").astype(dtype)
    back = decoded(encoded(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Counter("a"), "Counter"),
        ([object()], "object"),
        (np.float64(1.0), "float64"),
        ({"a": np.ones(2)}, "ndarray"),
        (np.array([object()]), "ndarray"),
        (lambda: 1, "function"),
    ],
)
def test_a_value_that_would_come_back_as_another_is_refused(value, kind):
    with pytest.raises(ParameterError, match=f"a {kind}, must give None, booleans, .*leave out"):
        encoded(value)


@pytest.fixture
def memo(tmp_path):
    return Memo(tmp_path / "deep" / "memo.sqlite")


def test_entries_are_found_by_key(memo):
    assert memo.load([b"a"]) == {}
    memo.store({b"a": b"1", b"b": b""})
    memo.store({b"a": b"2"})
    assert memo.load([b"a", b"b", b"c", b"a"]) == {b"a": b"2", b"b": b""}


def test_many_entries_are_found(memo):
    entries = {i.to_bytes(4, "big"): str(i).encode() for i in range(2000)}
    memo.store(entries)
    assert memo.load(entries) == entries


@pytest.mark.parametrize("content", [b"nonsense" * 200, b"SQLite format 3\x00" + b"\xff" * 4000])
def test_a_damaged_file_is_begun_anew_with_a_warning(memo, content):
    memo.path.parent.mkdir()
    memo.path.write_bytes(content)
    with pytest.warns(DataWarning, match=r"memo.sqlite cannot be read \(.*compute them again"):
        assert memo.load([b"a"]) == {}
    memo.store({b"a": b"1"})
    assert memo.load([b"a"]) == {b"a": b"1"}


def test_an_empty_file_is_as_good_as_none(memo):
    memo.path.parent.mkdir()
    memo.path.touch()
    assert memo.load([b"a"]) == {}


def test_an_entry_that_was_changed_is_left_out_with_a_warning(memo):
    memo.store({b"a": b"value of a", b"b": b"value of b"})
    content = memo.path.read_bytes()
    memo.path.write_bytes(content.replace(b"value of a", b"value of X"))
    with pytest.warns(DataWarning, match="1 values in .* are damaged"):
        assert memo.load([b"a", b"b"]) == {b"b": b"value of b"}


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path):
    (tmp_path / "file").touch()
    with pytest.warns(DataWarning, match="values cannot be kept in .*compute them again"):
        Memo(tmp_path / "file" / "memo.sqlite").store({b"a": b"1"})


ITEMS = as_items([{"item_id": "a", "text": "x y", "n": 1}, {"item_id": "b", "text": "z", "n": 2}])


def computed(make, items=ITEMS):
    """Return the values of a preprocessor on items, and on which it was called."""
    called = []
    made = make(called)
    return [getattr(row, made.name) for row in ItemRows(items, is_fatal=True).rows([made])], called


def test_the_second_run_calls_nothing(tmp_path):
    def make(called):
        return Preprocessor("split", lambda item: called.append(item.n) or tuple(item.text.split()),
                            cache=tmp_path)  # fmt: skip

    assert computed(make) == ([("x", "y"), ("z",)], [1, 2])
    assert computed(make) == ([("x", "y"), ("z",)], [])


def test_only_new_items_are_computed(tmp_path):
    def make(called):
        return Preprocessor("n2", lambda item: called.append(item.n) or item.n * 2, cache=tmp_path)

    computed(make)
    more = as_items([{"item_id": i, "text": t, "n": n} for i, t, n in
                     [("c", "new", 3), ("a", "x y", 1), ("b", "changed", 2)]])  # fmt: skip
    assert computed(make, more) == ([6, 2, 4], [3, 2])


def test_named_columns_alone_count_and_are_seen(tmp_path):
    def make(called):
        return Preprocessor("fields", lambda item: called.append(1) or list(item.keys()),
                            columns=["text"], cache=tmp_path)  # fmt: skip

    assert computed(make)[0] == [["text"], ["text"]]
    other = as_items([{"item_id": "z", "text": "x y", "n": 7}])
    assert computed(make, other) == ([["text"]], [])


def test_another_version_or_column_name_is_another_memo(tmp_path):
    def make(called):
        return Preprocessor(
            "length", lambda item: called.append(1) or len(item.text), cache=tmp_path
        )

    def changed(called):
        return Preprocessor(
            "length", lambda item: called.append(1) or -len(item.text), cache=tmp_path
        )

    computed(make)
    assert computed(changed)[1] == [1, 1]
    renamed = as_items([{"item_id": "a", "text": "x y", "m": 1}])
    assert computed(make, renamed)[1] == [1]


def test_failures_are_not_kept(tmp_path):
    fails = Preprocessor("fails", lambda item: 1 // (item.n - 1), cache=tmp_path)
    rows = ItemRows(ITEMS, is_fatal=False)
    assert [row.fails for row in rows.rows([fails])] == [None, 1]
    assert list(rows.failed([fails])) == [0]
    with pytest.raises(LabelingFunctionError, match="'fails' raised ZeroDivisionError on item 'a'"):
        ItemRows(ITEMS, is_fatal=True).rows([fails])


def test_a_value_that_cannot_be_kept_names_the_preprocessor(tmp_path):
    counts = preprocessor(name="counts", cache=tmp_path)(lambda item: Counter(item.text))
    with pytest.raises(
        ParameterError, match=r"^preprocessor 'counts' has a cache and gave a Counter, must give"
    ):
        ItemRows(ITEMS, is_fatal=False).rows([counts])


def test_cache_is_no_part_of_the_version(tmp_path):
    assert Preprocessor("p", len, cache=tmp_path).version == Preprocessor("p", len).version


def test_wrong_cache_is_refused():
    with pytest.raises(ParameterError, match="cache of preprocessor 'p' is 3, must be the path"):
        Preprocessor("p", len, cache=3)
    assert Preprocessor("p", len, cache="folder").cache == Path("folder")
