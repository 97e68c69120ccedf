"""needles_of: literals, and whether finding one is all that a rule says."""

import re

import pytest

from weaklabel.apply.text._needles import needles_of
from weaklabel.apply.text._search import Needle
from weaklabel.lf import keyword_lf, regex_lf


def of(pattern, flags=re.IGNORECASE):
    return needles_of(regex_lf(re.compile(pattern, flags), "spam").rule)


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        (r"win", [("win", False, False)]),
        (r"\bwin\b", [("win", True, True)]),
        (r"\bsub(s|bed)?", [("sub", True, False), ("subs", True, False), ("subbed", True, False)]),
        (r"https?://|www\.", [("http://",) + (False,) * 2, ("https://",) + (False,) * 2, ("www.",) + (False,) * 2]),
        (r"\bfoo|bar\b", [("foo", True, False), ("bar", False, True)]),
        (r"(?:a|b)c", [("ac", False, False), ("bc", False, False)]),
        (r"a", [("a", False, False)]),
        (r"[KM]g", [("kg", False, False), ("mg", False, False)]),
    ],
)  # fmt: skip
def test_pattern_that_lists_literals_is_decided_by_them(pattern, needles):
    found = of(pattern)
    assert found.decide
    assert {tuple(needle) for needle in found.needles} == set(needles)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^win", r"win$", r"\Bwin", r"win\b\b", r"\b\$win", r"win!\b", r"(?=x)win", r"win(?!x)", r"(?-i:win)",
        r"(?>a|ab)cd", r"win\d", r"(win)\1", r"wi*n win", r"\bwin\b.*\bfree\b",
    ],
)  # fmt: skip
def test_pattern_that_says_more_is_asked(pattern):
    found = of(pattern)
    assert not found.decide
    assert found.needles


@pytest.mark.parametrize("flags", [0, re.IGNORECASE | re.ASCII])
def test_pattern_for_which_case_or_ascii_counts_is_asked(flags):
    found = of(r"\bWin\b", flags)
    assert (found.decide, found.needles) == (False, (Needle("win"),))


@pytest.mark.parametrize("pattern", [r"\d+", r"", r"(win)?", r".", r"\b"])
def test_pattern_without_literals_has_none(pattern):
    if pattern:
        assert of(pattern).needles == ()


def test_keywords_are_folded_and_distinct():
    found = needles_of(keyword_lf(["WIN", "win", "Straße"], "spam", match="substring").rule)
    assert found.decide
    assert set(found.needles) == {Needle("win"), Needle("straße")}


def test_keywords_for_which_case_counts_are_asked():
    found = needles_of(keyword_lf("Win", "spam", case_sensitive=True).rule)
    assert (found.decide, found.needles) == (False, (Needle("win", True, True),))
