"""search: every engine finds the pairs that a loop over texts and literals finds."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from weaklabel.apply.text import _search
from weaklabel.apply.text._boundaries import holds
from weaklabel.apply.text._search import Needle, search

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

LIBRARY = {"polars": "polars", "ahocorasick": "ahocorasick", "pyarrow": "pyarrow"}
ALPHABET = st.sampled_from("aab_ .\né日👍\u0301\ufeff\0")
NEEDLES = st.lists(
    st.builds(Needle, st.text(ALPHABET, min_size=1, max_size=3), st.booleans(), st.booleans()),
    unique=True,
    max_size=8,
)


@pytest.fixture(scope="module", params=sorted(LIBRARY))
def engine(request):
    pytest.importorskip(LIBRARY[request.param], reason=f"{request.param} is not installed")
    return request.param


def pairs(texts, needles, engine):
    found = search(pa.array(texts, pa.large_string()), needles, engine)
    return set(zip(found.texts.tolist(), found.needles.tolist(), strict=True))


def naive(texts, needles):
    return {
        (i, k) for i, text in enumerate(texts) for k, one in enumerate(needles) if holds(text, *one)
    }


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(ALPHABET, max_size=10), max_size=6), needles=NEEDLES)
@example(
    texts=["aaa"], needles=[Needle("a"), Needle("aa"), Needle("aaa"), Needle("aa", True, True)]
)
@example(texts=["", ""], needles=[Needle("a")])
def test_pairs_are_those_of_a_loop(engine, texts, needles):
    assert pairs(texts, needles, engine) == naive(texts, needles)


def test_long_texts_and_short_ones_are_searched_alike(engine):
    texts = ["x" * 70_000 + " win", "win", "a" * 70_000, "", "windows", "é" * 70_000 + "win"]
    needles = [Needle("win"), Needle("win", True, True), Needle("aa"), Needle("x")]
    assert pairs(texts, needles, engine) == naive(texts, needles)


def test_a_megabyte_in_which_everything_matches_everywhere(engine):
    texts = ["a" * 1_000_000, "b"]
    needles = [Needle("a" * n) for n in range(1, 200)]
    assert pairs(texts, needles, engine) == {(0, k) for k in range(199)}


def test_thousands_of_literals(engine):
    needles = [Needle(f"w{n}x", before=True) for n in range(3000)]
    texts = [f"a w{n}x b" for n in range(0, 3000, 100)] + ["aw5x"]
    assert pairs(texts, needles, engine) == {(i, 100 * i) for i in range(30)}


def test_more_texts_than_fit_into_a_slice(engine, monkeypatch):
    monkeypatch.setattr(_search, "_MOST_OCCURRENCES", 50)
    texts = ["abab", "", "é" * 30, "xab"] * 20
    needles = [Needle("ab"), Needle("bab"), Needle("ab", after=True), Needle("é")]
    assert pairs(texts, needles, engine) == naive(texts, needles)
