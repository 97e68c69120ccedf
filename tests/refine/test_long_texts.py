"""Long texts are cut to what can be read, the longest first, and somebody is told."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import Items, LabelSchema, SoftLabels, as_items
from weaklabel.errors import DataWarning
from weaklabel.refine import _long_texts, refine
from weaklabel.refine._long_texts import longest_that_fits, shortened


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40), st.integers(0, 5000))
def test_the_longest_that_fits_fits_and_one_more_does_not(lengths, total):
    lengths = np.array(lengths)
    limit = longest_that_fits(lengths, total)
    assert np.minimum(lengths, limit).sum() <= total or limit == 0
    assert limit == lengths.max() or np.minimum(lengths, limit + 1).sum() > total


def test_texts_that_fit_stay_the_same_object():
    items = as_items(["one", "two"])
    assert shortened(items, ["text"]) is items


def test_the_ends_of_long_texts_are_cut_and_short_ones_stay():
    items = as_items(["ä" * 1000, "short", "b" * 700, None])
    with pytest.warns(DataWarning, match=r"have 1,705 characters, .* sees the first 200 of each"):
        cut = shortened(items, ["text"], 300)
    assert [len(text) for text in cut.texts()] == [200, 5, 200, 0]
    assert cut.texts()[0] == "ä" * 200
    assert cut.item_ids.tolist() == items.item_ids.tolist()
    with pytest.warns(DataWarning, match="sees the first 647 of each"):
        assert [len(t) for t in shortened(items, ["text"], 1300).texts()] == [647, 5, 647, 0]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_every_kind_of_text_column_is_cut(kind):
    table = pa.table({"text": pa.array(["a" * 900, "b" * 900]).cast(kind), "n": [1, 2]})
    with pytest.warns(DataWarning):
        cut = shortened(Items(table, as_items(["x", "y"]).item_ids), ["text"], 1000)
    assert [len(text) for text in cut.texts()] == [500, 500]
    assert cut.column("n") == [1, 2]


def test_refine_reads_the_beginnings(monkeypatch):
    """The word that tells the class is at the beginning; at the end, that of the other class."""
    monkeypatch.setattr(_long_texts.shortened, "__defaults__", (40_000,))
    rng = np.random.default_rng(0)
    words = ["".join(letters) for letters in rng.choice(list("abcdefghij"), (500, 5))]
    told = ["money " * 5, "song " * 5]
    texts = [
        told[i % 2] + " ".join(rng.choice(words, 80)) + told[1 - i % 2] * 9 for i in range(100)
    ]
    items = as_items(texts)
    q = np.where(np.arange(100)[:, None] % 2 == [0, 1], 0.9, 0.1)
    soft = SoftLabels(q, items.item_ids, LabelSchema(["spam", "ham"]))
    with pytest.warns(DataWarning, match="sees the first 400 of each"):
        refined = refine(soft, items, progress=False)
    assert (refined.pred_probs.posterior.argmax(axis=1) == np.arange(100) % 2).mean() > 0.9
