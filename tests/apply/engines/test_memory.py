"""The engine in memory: the same votes in chunks of any size, and memory of one chunk."""

import gc
import tracemalloc
import weakref

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply import apply_with_report
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply.engines import apply_in_memory
from weaklabel.core import Items, LabelSchema, as_items
from weaklabel.errors import DataWarning, ItemsError, LabelingFunctionError
from weaklabel.lf import keyword_lf, labeling_function, preprocessor, regex_lf

SCHEMA = LabelSchema(["ham", "spam"])


@preprocessor
def tokens(item):
    return (item.text or "").split()


@labeling_function(preprocessors=[tokens])
def short(item):
    return "ham" if len(item.tokens) <= 2 else None


LFS = [keyword_lf("win", "spam", name="win"), regex_lf("so+ng", "ham", name="song"), short]
TEXTS = ["win now", "song", None, "soong about a win", "", "nothing to see here", "win"]


def run(items, lfs=LFS, **options):
    return apply_in_memory(lfs, as_items(items), SCHEMA, ApplyOptions(**options))


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 6, 7, 8])
def test_chunks_of_any_size_give_the_same_report(chunk_rows):
    whole, parts = run(TEXTS), run(TEXTS, chunk_rows=chunk_rows)
    assert np.array_equal(parts.votes.codes, whole.votes.codes)
    assert parts.votes.item_ids.tolist() == whole.votes.item_ids.tolist()
    assert parts.votes.codes.dtype == np.int8
    assert parts.recomputed == whole.recomputed == ("win", "song", "short")
    assert dict(parts.n_computed) == dict.fromkeys(("win", "song", "short"), 7)
    assert list(parts.preprocessing_seconds) == ["tokens"]


@settings(max_examples=25)
@given(
    st.lists(st.none() | st.sampled_from(TEXTS) | st.text(max_size=5), min_size=1, max_size=12),
    st.integers(1, 13),
)
def test_any_items_in_any_chunks_have_the_same_votes(texts, chunk_rows):
    items = [{"text": text} for text in texts]
    assert np.array_equal(run(items).votes.codes, run(items, chunk_rows=chunk_rows).votes.codes)


def test_votes_survive_any_chunk_size_in_one_cache(tmp_path):
    whole = run(TEXTS).votes.codes
    for chunk_rows in (3, 2, 3, 7):
        report = run(TEXTS, chunk_rows=chunk_rows, cache=tmp_path)
        assert np.array_equal(report.votes.codes, whole)


def test_slices_of_a_larger_table_are_read_where_they_are(tmp_path):
    table = pa.table({"text": ["before", *TEXTS]}).slice(1)
    report = run(Items(table, [str(i) for i in range(7)]), chunk_rows=2, cache=tmp_path)
    assert np.array_equal(report.votes.codes, run(TEXTS).votes.codes)
    assert run(TEXTS, chunk_rows=2, cache=tmp_path).recomputed == ()


@labeling_function
def fails(item):
    if item.text and "i" in item.text:
        raise ValueError(item.text)


def test_failures_are_summed_and_the_first_is_named():
    items = [{"item_id": f"k{i}", "text": text} for i, text in enumerate(TEXTS)]
    words = r"'fails' on 4 of 7 items, first ValueError on item 'k0': win now"
    with pytest.warns(DataWarning, match=words) as caught:
        report = run(items, [fails], on_error="abstain", chunk_rows=2)
    assert len(caught) == 1
    assert dict(report.failures) == {"fails": 4}
    assert dict(report.first_failures) == {"fails": "ValueError on item 'k0': win now"}


def test_warning_points_to_the_caller():
    with pytest.warns(DataWarning) as caught:
        apply_with_report([fails], TEXTS, SCHEMA, on_error="abstain")
    assert caught[0].filename == __file__


def test_failure_in_a_late_chunk_names_its_item():
    items = [{"item_id": f"k{i}", "text": text} for i, text in enumerate(["a", "b", "c", "i"])]
    with pytest.raises(LabelingFunctionError, match="'fails' raised ValueError on item 'k3': i"):
        run(items, [fails], chunk_rows=2)


def test_missing_column_is_told_before_anything_runs():
    @labeling_function
    def never(item):
        raise AssertionError("it ran")

    other = keyword_lf("a", "spam", column="title")
    with pytest.raises(ItemsError, match="reads column 'title', the items have 'text'"):
        run(TEXTS, [never, other])


def test_rows_of_a_chunk_are_gone_when_the_next_begins():
    class Value:
        pass

    alive, most = weakref.WeakSet(), []

    @preprocessor
    def value(item):
        made = Value()
        alive.add(made)
        return made

    @labeling_function(preprocessors=[value])
    def counts(item):
        most.append(len(alive))

    gc.collect()
    run([{"text": str(i)} for i in range(50)], [counts], chunk_rows=5)
    assert max(most) == 5


def peak(n_items, **options):
    items = Items(pa.table({"text": ["some text"] * n_items}), [str(i) for i in range(n_items)])
    gc.collect()
    tracemalloc.start()
    apply_in_memory([short], items, SCHEMA, ApplyOptions(**options))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_items():
    peak(1_000, chunk_rows=500)  # what is imported and kept
    few, many = peak(2_000, chunk_rows=500), peak(20_000, chunk_rows=500)
    assert many - few < 18_000 * 20  # a byte for each vote, and some; not the rows
    assert peak(20_000, chunk_rows=20_000) - many > 18_000 * 100


def test_bar_counts_rows_of_all_chunks(capsys):
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    run(TEXTS, chunk_rows=2, progress=True)
    shown = capsys.readouterr().err
    assert "Applying labeling functions" in shown
    assert "7/7" in shown
    assert "3 of 3 functions" in shown


@pytest.mark.slow
def test_workers_give_the_same_votes_and_fill_the_same_cache(tmp_path):
    texts = [f"win {i}" if i % 3 else f"soong {i} x" for i in range(400)]
    alone = run(texts)
    shared = run(texts, n_jobs=2, chunk_rows=150, cache=tmp_path)
    assert np.array_equal(shared.votes.codes, alone.votes.codes)
    assert shared.recomputed == ("win", "song", "short")
    assert run(texts, chunk_rows=150, cache=tmp_path).recomputed == ()
    limited = run([*texts, "win"], timeout_seconds=60.0, chunk_rows=150, cache=tmp_path)
    assert dict(limited.n_computed) == dict.fromkeys(("win", "song", "short"), 101)
