"""regex_lf: votes where a pattern is found, against `re` itself."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import ParameterError
from weaklabel.lf import regex_lf

TEXTS = st.lists(st.none() | st.text(alphabet="aA1 iİ\n\0é́👍🏽.", max_size=12), max_size=8)


@settings(max_examples=50, deadline=None)
@given(TEXTS, st.sampled_from([r"^a", r"a$", r"\ba\b", r"a.1", r"İ", r"[^a]{3}", r"(?s)1.*a"]))
def test_votes_equal_a_search_of_each_text(texts, pattern):
    lf = regex_lf(pattern, "spam")
    naive = [
        None if t is None or re.search(pattern, t, re.IGNORECASE) is None else "spam" for t in texts
    ]
    assert lf.vote_columns({"text": texts}, len(texts)) == naive


def test_case_counts_when_asked():
    lf = regex_lf("free", "spam", case_sensitive=True)
    assert (lf("free"), lf("FREE")) == ("spam", None)


def test_compiled_pattern_keeps_its_flags():
    lf = regex_lf(re.compile("a.c", re.DOTALL), "spam")
    assert lf("a\nc") == "spam"
    assert lf("A\nC") is None


def test_name_description_and_settings():
    lf = regex_lf(r"https?://", 1)
    assert lf.name == "regex_https_1"
    assert lf.kind == "regex"
    assert lf.description == "text matches 'https?://'"
    assert lf.settings["flags"] & re.IGNORECASE


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<a>x)(?P<a>y)"])
def test_pattern_that_does_not_compile_is_refused(pattern):
    with pytest.raises(ParameterError, match=r"^pattern is .*, must be a regular expression \("):
        regex_lf(pattern, "spam")


@pytest.mark.parametrize("pattern", ["", None, b"a", re.compile(b"a")])
def test_pattern_that_is_no_text_is_refused(pattern):
    with pytest.raises(ParameterError, match=r"^pattern is .*, must be a non-empty text"):
        regex_lf(pattern, "spam")


def test_case_sensitive_contradicts_a_pattern_that_ignores_case():
    with pytest.raises(ParameterError, match=r"case_sensitive is True, must be left out"):
        regex_lf(re.compile("a", re.IGNORECASE), "spam", case_sensitive=True)
