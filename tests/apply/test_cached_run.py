"""CachedRun: what a run finds and keeps, chunk by chunk."""

import numpy as np
import pyarrow as pa
import pytest

from weaklabel.apply import VoteCache
from weaklabel.apply import _cached_run as module
from weaklabel.apply._cached_run import CachedRun
from weaklabel.core import Items, LabelSchema
from weaklabel.lf import batch_lf, keyword_lf, labeling_function, threshold_lf

SCHEMA = LabelSchema(["ham", "spam"])
ROWS = pa.table({"text": ["a", "b"], "title": ["c", "d"]})
VOTES = np.array([1, -1], dtype=np.int8)


@labeling_function
def any_column(item):
    return None


def items_of(table):
    """Return items that nothing is kept of."""
    return Items(table, [str(i) for i in range(table.num_rows)])


LFS = [
    keyword_lf("a", "spam", name="on_text"),
    keyword_lf("a", "spam", name="on_title", column="title"),
    any_column,
]


def keep_all(cache, rows=ROWS):
    with CachedRun(cache, LFS, SCHEMA).chunk(items_of(rows)) as chunk:
        for j in range(3):
            chunk.keep(j, VOTES)


def known(cache, rows=ROWS):
    with CachedRun(cache, LFS, SCHEMA).chunk(items_of(rows)) as chunk:
        return {LFS[j].name for j in chunk.load()}


def test_without_a_cache_nothing_is_known_and_nothing_is_hashed(monkeypatch):
    monkeypatch.setattr(module, "kept_of", None)
    run = CachedRun(None, LFS, SCHEMA)
    with run.chunk(items_of(ROWS)) as chunk:
        chunk.keep(0, VOTES)
        assert chunk.load() == {}
    assert run.keys == []


def test_each_function_is_found_by_the_columns_that_it_reads(tmp_path):
    keep_all(tmp_path)
    assert known(tmp_path) == {"on_text", "on_title", "any_column"}
    other_title = ROWS.set_column(1, "title", pa.array(["c", "e"]))
    assert known(tmp_path, other_title) == {"on_text"}
    assert known(tmp_path, ROWS.append_column("n", pa.array([1, 2]))) == {"on_text", "on_title"}
    assert known(tmp_path, ROWS.slice(0, 1)) == set()


def test_a_function_of_whole_columns_sees_their_types(tmp_path):
    narrow = pa.table({"n": pa.array([100], pa.int8())})
    wide = pa.table({"n": pa.array([100], pa.int64())})
    lfs = [
        batch_lf(lambda n: ["spam" if v * 2 > 150 else None for v in n], "n", "b", form="numpy"),
        threshold_lf("n", "spam", above=50, name="t"),
    ]

    def known_in(rows):
        with CachedRun(tmp_path, lfs, SCHEMA).chunk(items_of(rows)) as chunk:
            return set(chunk.load())

    with CachedRun(tmp_path, lfs, SCHEMA).chunk(items_of(narrow)) as chunk:
        for j in range(2):
            chunk.keep(j, VOTES[:1])
    assert known_in(narrow) == {0, 1}
    assert known_in(wide) == {1}


def test_only_what_weaklabel_answers_itself_depends_on_its_release(monkeypatch):
    lfs = [*LFS, batch_lf(lambda text: [None] * len(text), name="b")]
    before = CachedRun("unused", lfs, SCHEMA).keys
    monkeypatch.setattr(module, "_release", lambda: "999.0")
    after = CachedRun("unused", lfs, SCHEMA).keys
    changed = [lf.name for lf, a, b in zip(lfs, before, after, strict=True) if a != b]
    assert changed == ["on_text", "on_title"]


def test_columns_wait_for_others_but_not_for_long(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    with CachedRun(tmp_path, LFS, SCHEMA).chunk(items_of(ROWS)) as chunk:
        chunk.keep(0, VOTES)
        assert known(tmp_path) == set()
        now[0] = 1.5
        chunk.keep(1, VOTES)
        assert known(tmp_path) == {"on_text", "on_title"}
        chunk.keep(2, VOTES)
        assert known(tmp_path) == {"on_text", "on_title"}
    assert known(tmp_path) == {"on_text", "on_title", "any_column"}


def test_what_is_finished_is_written_when_the_block_raises(tmp_path):
    def stopped():
        with CachedRun(tmp_path, LFS, SCHEMA).chunk(items_of(ROWS)) as chunk:
            chunk.keep(2, VOTES)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert known(tmp_path) == {"any_column"}


def test_versions_are_those_before_anything_runs(tmp_path):
    words = ["a"]

    @labeling_function
    def changes_itself(item):
        return "spam" if words else None

    run = CachedRun(tmp_path, [changes_itself], SCHEMA)
    words.clear()
    with run.chunk(items_of(ROWS)) as chunk:
        chunk.keep(0, VOTES)
    with CachedRun(VoteCache(tmp_path), [changes_itself], SCHEMA).chunk(items_of(ROWS)) as chunk:
        assert chunk.load() == {}
