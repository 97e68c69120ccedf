"""TextColumns: text functions that share a pass give what each gives alone."""

import numpy as np
import pytest

from weaklabel.apply._rows import ItemRows
from weaklabel.apply._text_columns import TextColumns
from weaklabel.core import Items, as_items
from weaklabel.lf import keyword_lf, labeling_function, regex_lf, threshold_lf

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

ITEMS = as_items(
    {
        "text": ["win 5", None, "win 5", "Free"],
        "title": ["free", "x", None, "WIN"],
        "n": [5, 50, None, 7],
    }
)


@labeling_function
def row(item):
    return None


def test_each_function_reads_its_own_column():
    lfs = [
        keyword_lf("win", "spam"),
        regex_lf(r"\d", "spam"),
        keyword_lf("win", "spam", column="title"),
        keyword_lf("5", "spam", column="n"),
        row,
    ]
    texts = TextColumns(lfs, ItemRows(ITEMS, is_fatal=True))
    places = [texts.choices(lf)[0].places.tolist() for lf in lfs[:-1]]
    assert places == [[0, -1, 0, -1], [0, -1, 0, -1], [-1, -1, -1, 0], [0, -1, -1, -1]]


def test_others_are_not_its_own():
    texts = TextColumns([row], ItemRows(ITEMS, is_fatal=True))
    assert texts.choices(row) == (None, 0.0)
    assert texts.choices(threshold_lf("n", 1, above=1)) == (None, 0.0)


def test_seconds_are_shared_evenly_and_never_negative():
    lfs = [keyword_lf(f"w{n}", "spam") for n in range(5)]
    texts = TextColumns(lfs, ItemRows(ITEMS, is_fatal=True))
    seconds = [texts.choices(lf)[1] for lf in lfs]
    assert min(seconds) > 0
    assert max(seconds) < 5 * min(seconds) + 0.01


def test_column_that_is_no_utf8_is_left_to_the_function_alone():
    offsets = pa.array([0, 1], pa.int32()).buffers()[1]
    broken = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(b"\xff"))
    items = Items(pa.table({"text": broken}), ["a"])
    lf = keyword_lf("a", "spam")
    assert TextColumns([lf], ItemRows(items, is_fatal=True)).choices(lf) == (None, 0.0)


def test_places_are_of_a_type_that_indexes():
    lf = keyword_lf("win", "spam")
    found, _ = TextColumns([lf], ItemRows(ITEMS, is_fatal=True)).choices(lf)
    assert found.places.dtype == np.int64
