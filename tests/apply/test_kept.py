"""Kept: what was made of items is there for the next run, as long as the items are."""

import gc

import numpy as np
import pyarrow as pa
import pytest

from weaklabel.apply import _kept as module
from weaklabel.apply import _rows, _text_columns, apply
from weaklabel.apply._kept import chunks_of, kept_chunks, kept_of
from weaklabel.apply._rows import ItemRows
from weaklabel.apply.text import _forms
from weaklabel.core import as_items
from weaklabel.lf import LabelingFunction, keyword_lf, labeling_function

SCHEMA = ["ham", "spam"]
TEXTS = [f"win {i}" if i % 3 else f"song {i}" for i in range(10)]


@pytest.fixture
def items():
    return as_items([{"item_id": f"k{i}", "text": text} for i, text in enumerate(TEXTS)])


def rows_of(items, n_rows):
    return [ItemRows(chunk, is_fatal=True).rows() for chunk in kept_chunks(items, n_rows)]


def are_same(one, other):
    return [a is b for a, b in zip(one, other, strict=True)]


@pytest.mark.parametrize("n_rows", [1, 3, 10, 11])
def test_rows_of_the_same_items_are_made_once(items, n_rows):
    first = rows_of(items, n_rows)
    assert all(are_same(rows_of(items, n_rows), first))
    assert [row.text for rows in first for row in rows] == TEXTS


def test_other_chunks_are_cut_anew(items):
    first = rows_of(items, 3)
    assert [len(rows) for rows in rows_of(items, 4)] == [4, 4, 2]
    assert not any(are_same(rows_of(items, 3), first))


def test_equal_items_share_nothing(items):
    first = rows_of(items, 3)
    assert not any(are_same(rows_of(as_items(items.table), 3), first))


def test_nothing_is_kept_of_chunks_that_nobody_keeps(items):
    (chunk,) = chunks_of(items, 10)
    assert chunk is items
    assert kept_of(chunk) is not kept_of(chunk)


def test_what_was_kept_goes_with_the_items():
    items = as_items(TEXTS)
    before = len(module._KEPT), len(module._CHUNKS)
    rows_of(items, 3)
    assert (len(module._KEPT), len(module._CHUNKS)) == (before[0] + 4, before[1] + 1)
    del items
    gc.collect()
    assert (len(module._KEPT), len(module._CHUNKS)) == before


def test_no_more_is_kept_than_there_is_room_for(items, monkeypatch):
    size = module._estimated_bytes(items.table.slice(0, 4))
    monkeypatch.setattr(module, "_MOST_BYTES", int(1.5 * size))
    assert are_same(rows_of(items, 4), rows_of(items, 4)) == [True, False, False]


def test_values_that_a_function_could_change_are_not_kept(tmp_path):
    items = as_items(pa.table({"text": ["a", "b"], "tags": [["x"], ["y"]]}))

    @labeling_function
    def careless(item):
        item.tags.append("spam")
        return "spam" if item.tags.count("spam") == 1 else None

    first = apply(careless, items, SCHEMA, cache=tmp_path / "one")
    second = apply(careless, items, SCHEMA, cache=tmp_path / "two")
    assert first.codes.tolist() == second.codes.tolist() == [[1], [1]]


def test_an_edited_function_sees_the_rows_and_texts_of_the_run_before(items, tmp_path, monkeypatch):
    first = [keyword_lf("win", "spam", name="word"), LabelingFunction("row", lambda item: None)]
    edited = [keyword_lf("song", "ham", name="word"), LabelingFunction("row", lambda item: 1)]
    expected = apply(edited, items, SCHEMA).codes
    apply(first, items, SCHEMA, cache=tmp_path, chunk_rows=4)
    for module_of, made in (
        (_rows, "row_maker"),
        (_text_columns, "distinct_texts"),
        (_forms, "fold_texts"),
    ):
        monkeypatch.setattr(module_of, made, None)  # to call it would raise
    found = apply(edited, items, SCHEMA, cache=tmp_path, chunk_rows=4).codes
    assert np.array_equal(found, expected)
    assert sorted(set(found[:, 0].tolist())) == [-1, 0]
