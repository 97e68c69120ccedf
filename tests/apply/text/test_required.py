"""required_literals: one of them is in whatever the pattern matches."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply.text._fold import fold
from weaklabel.apply.text._required import exact_literals, required_literals


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        (r"https?://\S+", {"http://", "https://"}),
        (r"\b(?:love|like)s?\b", {"love", "like"}),
        (r"(?:foo|ba[rz])qux", {"fooqux", "barqux", "bazqux"}),
        (r"go+gle", {"gle"}),
        (r"(?:ab){2,3}c", {"abab"}),
        (r"ab{2,}c", {"bb"}),
        (r"!{2,}", {"!!"}),
        (r"\d+ likes", {" likes"}),
        (r"x*foo|\dbar", {"foo", "bar"}),
        (r"(?x) f o o  # a comment", {"foo"}),
        (r"(?i:STRASSE)\d", {"strasse"}),
        (r"(?=foo)bar", {"bar"}),
        (r"(?<!foo)bar(?!baz)", {"bar"}),
        (r"(?>ab)+cd", {"ab"}),
        (r"ab*+cd", {"cd"}),
        (r"(ab)\1cd", {"ab"}),
        (r"(a)?b(?(1)cd|ef)", set()),
        (r"foo|", set()),
        (r"(foo)?", set()),
        (r"[^f]oo", {"oo"}),
        (r"a|b", set()),
        (r"\d{3,}", set()),
        (r"x{0}", set()),
        (r"[a-z]{2}", set()),
        (r"foo(?!)", {"foo"}),
        (r"\$\d+|\d+ ?(?:dollars|bucks)", {"$", "dollars", "bucks"}),
        (r"\d+:\d\d", {":"}),
        (r"\d+ \d\d", set()),
    ],
)
def test_literals_that_must_be_there(pattern, literals):
    assert set(required_literals(pattern, re.compile(pattern).flags)) == literals


def test_more_alternatives_than_can_be_crossed_are_still_literals():
    pattern = "(?:" + "|".join(f"w{n}" for n in range(1000, 1600)) + ")x"
    assert len(required_literals(pattern, 0)) == 600


def test_deep_nesting_is_given_up():
    pattern = "(" * 90 + "ab" + ")" * 90
    assert required_literals(pattern, 0) == ("ab",)
    assert required_literals("(?:" * 3000 + "ab" + ")" * 3000, 0) in ((), ("ab",))


def test_long_repeats_stay_short():
    assert max(map(len, required_literals(r"a{5000}", 0))) <= 64


def test_exact_literals_of_a_piece():
    from weaklabel.apply.text._parsed import parsed_pattern

    assert exact_literals(parsed_pattern("colou?r", 0)) == ("color", "colour")
    assert exact_literals(parsed_pattern("colou*r", 0)) is None


LETTERS = st.sampled_from(list("aAbBkKsS\u212a\u017f\u0130\u0131iIß"))
ATOMS = LETTERS.map(re.escape) | st.sampled_from(
    [r"\w", r"\d", r"\b", "^", "$", ".", "[ab]", "[^a]", "[a-c]", "(?=a)", "(?!b)", "(?<=a)", "\\B"]
)
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(
            inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "??", "+?", "*+", "++"])
        ).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"(?>{one})"),
        inner.map(lambda one: f"(?i:{one})"),
        inner.map(lambda one: f"(?-i:{one})"),
    ),
    max_leaves=8,
)
FLAGS = st.sampled_from([0, re.I, re.I | re.S, re.I | re.M, re.A | re.I])


@settings(max_examples=300, deadline=None)
@given(PATTERNS, FLAGS, st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=5))
def test_where_a_pattern_is_found_so_is_one_of_its_literals(pattern, flags, texts):
    compiled = re.compile(pattern, flags)
    literals = required_literals(pattern, compiled.flags)
    for text in texts:
        if literals and compiled.search(text):
            assert any(literal in fold(text) for literal in literals)
