"""ColumnsWhereFaster: workers are used where the sample says so, and the votes are the same."""

import os
import time

import pytest

from weaklabel.apply import _worth as module
from weaklabel.apply import apply
from weaklabel.apply._rows import ItemRows
from weaklabel.apply._worth import ColumnsWhereFaster, seconds_saved
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import keyword_lf, labeling_function

SCHEMA = LabelSchema(["ham", "spam"])
WORD = keyword_lf("win", "spam")


class Pool:
    """Stands for a pool of two workers that says when it is used."""

    n_jobs = 2

    def __init__(self):
        self.used = 0


@pytest.fixture
def pool(monkeypatch):
    made = Pool()

    def columns_in_pool(lfs, rows, schema, used):
        used.used += 1
        return iter([None] * len(lfs))

    monkeypatch.setattr(module, "columns_in_pool", columns_in_pool)
    return made


@pytest.fixture
def clock(monkeypatch):
    """Seconds that only functions move on."""
    now = [0.0]
    monkeypatch.setattr(module, "perf_counter", lambda: now[0])
    return now


def taking(seconds, clock, seen=None):
    @labeling_function(resources={})
    def takes(item):
        clock[0] += seconds
        if seen is not None:
            seen.append(item.text)

    return takes


def rows_of(n_items):
    return ItemRows(as_items([str(i) for i in range(n_items)]), is_fatal=True)


@pytest.mark.parametrize(
    ("seconds", "n_items", "is_used"),
    [(1e-6, 10_000, 0), (1e-4, 10_000, 0), (1e-3, 10_000, 1), (1e-4, 100_000, 1)],
)
def test_workers_are_used_where_they_save_time(pool, clock, seconds, n_items, is_used):
    columns = ColumnsWhereFaster(pool, n_items)
    list(columns([taking(seconds, clock), WORD], rows_of(500), SCHEMA))
    assert pool.used == is_used
    assert (seconds_saved(seconds, n_items, 1, 2) > 0) == bool(is_used)


def test_the_sample_ends_soon_where_a_function_is_slow(pool, clock):
    seen = []
    columns = ColumnsWhereFaster(pool, 1000)
    list(columns([taking(0.5, clock, seen)], rows_of(1000), SCHEMA))
    assert seen == ["0", "1"]  # the second one too: the first may load a model
    assert pool.used == 1


def test_what_loads_at_the_first_item_does_not_count(pool, clock):
    def cost(item):
        clock[0] += 30.0 if item.text == "0" else 1e-6

    list(ColumnsWhereFaster(pool, 1000)([labeling_function(cost)], rows_of(1000), SCHEMA))
    assert pool.used == 0


def test_it_is_asked_once(pool, clock):
    columns, seen = ColumnsWhereFaster(pool, None), []
    lfs = [taking(0.0, clock, seen)]
    for n_calls in (256 + 300, 256 + 600):
        list(columns(lfs, rows_of(300), SCHEMA))
        assert len(seen) == n_calls


def test_declared_functions_alone_are_not_asked(pool, monkeypatch):
    monkeypatch.setattr(module, "_seconds_each", None)
    list(ColumnsWhereFaster(pool, None)([WORD], rows_of(3), SCHEMA))
    assert pool.used == 0


def test_without_items_or_with_one_there_is_nothing_to_save(pool, clock):
    for n_items in (1, 2):
        list(ColumnsWhereFaster(pool, None)([taking(0.1, clock)], rows_of(n_items), SCHEMA))
    assert pool.used == 0


def test_an_error_in_the_sample_is_told_by_the_workers_in_full():
    @labeling_function
    def wrong(item):
        if item.text == "1":
            raise ValueError("no")

    items = as_items([{"item_id": f"k{i}", "text": str(i)} for i in range(20)])
    with pytest.raises(LabelingFunctionError, match="'wrong' raised ValueError on item 'k1': no"):
        apply(wrong, items, SCHEMA, n_jobs=-1)


def test_votes_are_the_same_wherever_they_are_made(monkeypatch):
    @labeling_function
    def elsewhere(item):
        time.sleep(0.002)
        return "spam" if os.getpid() != int(item.text) else "ham"

    items = as_items([{"item_id": i, "text": str(os.getpid())} for i in range(300)])
    monkeypatch.setattr(module, "_START", 1e9)
    assert set(apply(elsewhere, items, SCHEMA, n_jobs=-1).codes[:, 0].tolist()) == {0}
    monkeypatch.setattr(module, "_START", -1e9)
    assert set(apply(elsewhere, items, SCHEMA, n_jobs=-1).codes[:, 0].tolist()) == {1}
