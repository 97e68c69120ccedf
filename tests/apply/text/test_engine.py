"""search_engine_for: which library is taken."""

import sys

import pytest

from weaklabel.apply.text import _engine
from weaklabel.apply.text._engine import ENGINE_NAMES, search_engine_for


@pytest.mark.parametrize(
    ("installed", "loaded", "n_bytes", "engine"),
    [
        ({"polars", "ahocorasick"}, False, None, "polars"),
        ({"polars", "ahocorasick"}, False, 1000, "ahocorasick"),
        ({"polars", "ahocorasick"}, True, 1000, "polars"),
        ({"polars"}, False, 1000, "polars"),
        ({"ahocorasick"}, False, 10**9, "ahocorasick"),
        (set(), False, None, "pyarrow"),
    ],
)
def test_the_fastest_that_is_there_is_taken(monkeypatch, installed, loaded, n_bytes, engine):
    monkeypatch.setattr(_engine, "_has", installed.__contains__)
    monkeypatch.delitem(sys.modules, "polars", raising=False)
    if loaded:
        monkeypatch.setitem(sys.modules, "polars", object())
    assert search_engine_for(n_bytes) == engine


def test_every_engine_has_a_name():
    assert set(ENGINE_NAMES) == {"polars", "ahocorasick", "pyarrow"}
