"""find_texts: with every engine what each rule finds by itself with Python's `re`."""

import re

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from weaklabel.apply.text import _pass
from weaklabel.apply.text._distinct import distinct_texts
from weaklabel.apply.text._forms import TextForms
from weaklabel.apply.text._pass import find_texts
from weaklabel.lf import keyword_lf, regex_lf

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

#: Emoji with modifiers, combining marks, dotted and dotless i, final sigma, Kelvin, long s, digits.
ODD = "aAbB iİıI ßẞſsS σςΣ KkK éé́ﬁ 0٣_-$.\n\r\t\0\x1c👍🏽❤️‍🔥 日本 \u00a0\u200b\u0345ι\u1fbe\ufeff"
LETTER = st.sampled_from(ODD)
TEXTS = st.lists(
    st.none() | st.text(LETTER, max_size=16) | st.text(st.characters(codec="utf-8"), max_size=16),
    max_size=6,
)
WORDS = st.text(LETTER, min_size=1, max_size=3).filter(str.strip)
KEYWORDS = st.builds(
    lambda words, match, case: keyword_lf(words, "x", match=match, case_sensitive=case),
    st.lists(WORDS, min_size=1, max_size=4),
    st.sampled_from(["word", "substring"]),
    st.booleans(),
)
PATTERNS = st.sampled_from(
    [
        r"\bAb?\b", r"i{2,}", r"(?:aa|b\s)k", r"^a", r"k$", r"\Aab\Z", r"(?<!a)ss", r"(?<=k)i", r"s(?=i)s?",
        r"(a)\1", r"(a)?b(?(1)k|i)", r"(?s:a.b)", r"(?-i:Kk)", r"(?i:σς)", r"[^a]k", r"\w+ß", r"\d\d", r"👍.?",
        r"\bi|s\b", r"(?x) a b  # both", r"a\.b|\$\$", r"(?>i|ii)s", r"k*+i", r"ſs|SS", r"\Bι\b", r"ι",
    ]
)  # fmt: skip
FLAGS = st.sampled_from([0, re.I, re.I | re.M, re.I | re.S, re.I | re.A, re.M])
REGEXES = st.builds(lambda p, flags: regex_lf(re.compile(p, flags), "x"), PATTERNS, FLAGS)


@pytest.fixture(scope="module", params=["polars", "ahocorasick", "pyarrow"])
def engine(request):
    pytest.importorskip(request.param, reason=f"{request.param} is not installed")
    return request.param


def found_by(lfs, texts, engine):
    distinct = distinct_texts(pa.chunked_array([pa.array(texts, pa.string())]))
    columns = []
    for found in find_texts([lf.rule for lf in lfs], TextForms(distinct), engine):
        assert found.seconds >= 0
        assert found.texts.tolist() == sorted(set(found.texts.tolist()))
        chosen = np.zeros(len(distinct.texts) + 1, dtype=bool)
        chosen[found.texts] = True
        columns.append(["x" if vote else None for vote in chosen[distinct.place].tolist()])
    return columns


@settings(max_examples=200, deadline=None)
@given(texts=TEXTS, lfs=st.lists(KEYWORDS | REGEXES, min_size=1, max_size=6))
@example(texts=["\u0345x", "ιx"], lfs=[keyword_lf("x", "x"), regex_lf(r"ι\b", "x")])
@example(texts=["K", "\u017f", "İi"], lfs=[keyword_lf(["k", "s", "ıı"], "x")])
@example(
    texts=["win\n", "\ufeffwin", "win\u0301"], lfs=[regex_lf("win$", "x"), keyword_lf("win", "x")]
)
def test_votes_are_those_of_each_rule_alone(engine, texts, lfs):
    expected = [lf.vote_columns({"text": texts}, len(texts)) for lf in lfs]
    assert found_by(lfs, texts, engine) == expected


@settings(max_examples=200, deadline=None)
@given(
    texts=TEXTS,
    pattern=st.text(st.sampled_from(r"aiIsk \b\d\w+*?|()[]^$.ſßK{2}"), min_size=1, max_size=8),
    flags=FLAGS,
)
def test_any_pattern_that_compiles(engine, texts, pattern, flags):
    try:
        lf = regex_lf(re.compile(pattern, flags), "x")
    except (re.error, FutureWarning, DeprecationWarning, OverflowError):
        assume(False)
    assert found_by([lf], texts, engine) == [lf.vote_columns({"text": texts}, len(texts))]


@pytest.fixture
def _re2_always(monkeypatch):
    monkeypatch.setattr(_pass, "_WORTH_RE2", 0)


@pytest.mark.usefixtures("_re2_always")
def test_few_texts_may_go_to_re2_as_well():
    texts = ["3 a\n", "a5👍", "5\u00e9", "", "\x1c7", "a9\x01", "\u0663", None]
    for pattern in (r"\d$", r"\d\W", r"^\d\b", r"\s\d", r"[^a]\d", r"\d[^\x00-\x08]"):
        lf = regex_lf(pattern, "x")
        assert found_by([lf], texts, "pyarrow") == [lf.vote_columns({"text": texts}, len(texts))]


def test_many_texts_go_to_re2_and_odd_ones_to_python(engine):
    texts = [f"{t} {n}" for n in range(100) for t in ("a1", "é1", "👍12", "\u0663", "12\n", "")]
    lfs = [
        regex_lf(r"\d\d$", "x"),
        regex_lf(r"\b1", "x"),
        regex_lf(r"(?<=1)2", "x"),
        regex_lf(r"\W\d{2}", "x"),
    ]
    expected = [lf.vote_columns({"text": texts}, len(texts)) for lf in lfs]
    assert found_by(lfs, texts, engine) == expected


def test_pattern_that_is_too_large_for_re2_is_left_to_python(engine):
    lf = regex_lf(r"(?:(?:\d{150}){150}){150}|\d!", "x")
    texts = [f"{n}{'!' * (n % 2)}" for n in range(400)]
    assert found_by([lf], texts, engine) == [["x" if n % 2 else None for n in range(400)]]


def test_pattern_runs_only_where_its_literal_is(engine, monkeypatch):
    lf = regex_lf(r"win \d+", "x")
    texts = ["win 5", "nothing here", "win more"]
    asked = []

    class Watched:
        pattern, flags = lf.rule.pattern.pattern, lf.rule.pattern.flags

        def search(self, text):
            asked.append(text)
            return lf.rule.pattern.search(text)

    watched = type(lf.rule)("regex", Watched(), "x", "text", lf.rule.settings)
    distinct = distinct_texts(pa.chunked_array([pa.array(texts)]))
    (found,) = find_texts([watched], TextForms(distinct), engine)
    assert found.texts.tolist() == [0]
    assert asked == ["win 5", "win more"]


def test_a_megabyte_of_text(engine):
    texts = ["a " * 500_000 + "win", "é" * 500_000, "win" * 300_000]
    lfs = [keyword_lf(["win", "free"], "x"), keyword_lf("a", "x"), regex_lf(r"win\d?$", "x")]
    expected = [lf.vote_columns({"text": texts}, 3) for lf in lfs]
    assert found_by(lfs, texts, engine) == expected


def test_thousands_of_keywords_and_nested_ones(engine):
    lfs = [
        keyword_lf([f"word{n}" for n in range(3000)], "x"),
        keyword_lf(["a" * n for n in range(1, 60)], "x", match="substring"),
    ]
    texts = ["a word7 b", "word", "words", "aaaa", "bbb"]
    assert found_by(lfs, texts, engine) == [
        ["x", None, None, None, None],
        ["x", None, None, "x", None],
    ]


def test_many_texts_and_literals_are_paired_without_a_table(engine, monkeypatch):
    monkeypatch.setattr(_pass, "_LARGEST_TABLE", 0)
    lfs = [keyword_lf(["win", "free"], "x"), regex_lf("fr.e", "x"), keyword_lf("none", "x")]
    texts = ["win free", "free", "fr e", "nothing"]
    assert found_by(lfs, texts, engine) == [
        ["x", "x", None, None],
        ["x", "x", "x", None],
        [None] * 4,
    ]


def test_no_texts(engine):
    assert found_by([keyword_lf("a", "x"), regex_lf(r"\d", "x")], [None], engine) == [[None]] * 2
