"""re2_pattern: RE2 finds in plain texts what `re` finds in the texts themselves."""

import re
import warnings

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from weaklabel.apply.text._plain import plain_texts
from weaklabel.apply.text._re2 import re2_pattern

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

#: All that a plain text may hold, control characters and things beyond ASCII among them.
LETTERS = st.sampled_from("aAbkKsSiI_019 \t\n\r\x0b\x0c\x1c\x1f\x85\0\x01\x7f-.$[👍\ufeff—\u0301é٣")
TEXTS = st.lists(st.text(LETTERS, max_size=8), min_size=1, max_size=6)
FLAGS = st.sampled_from([0, re.I, re.M, re.S, re.A, re.I | re.M | re.S])
ATOMS = st.sampled_from(
    [
        "a", "K", "s", "1", r"\.", " ", r"\n", r"\t", r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "^", "$", r"\b",
        r"\A", r"\Z", "[ab]", "[^ab]", "[a-k]", "[^A-K]", r"[\w-]", r"[^\s]", r"[\W\d]", r"[^\W1]", "[Z-a]", r"[\x00-\x08]",
        r"[^\x00-\x1f]", "(?i:k)", "(?-i:K)", "(?s:.)", "(?m:^)", "(?m:$)", r"(?a:\s)", r"(?a:\W)",
    ]
)  # fmt: skip
PATTERNS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner | st.just(""), min_size=1, max_size=3).map(lambda p: f"(?:{'|'.join(p)})"),
        st.tuples(
            inner, st.sampled_from(["?", "*", "+", "{2}", "{1,2}", "{2,}", "??", "*?", "+?"])
        ).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda one: f"({one})"),
    ),
    max_leaves=8,
)


def check(pattern, flags, texts):
    import pyarrow.compute as pc

    translated = re2_pattern(pattern, re.compile(pattern, flags).flags)
    assume(translated is not None)
    found = plain_texts(pa.array(texts, pa.large_string()))
    answers = pc.match_substring_regex(found.texts, translated).to_pylist()
    for text, answer, is_plain in zip(texts, answers, found.is_plain.tolist(), strict=True):
        if is_plain:
            assert answer == (re.search(pattern, text, flags) is not None), text


@settings(max_examples=300, deadline=None)
@given(PATTERNS, FLAGS, TEXTS)
@example(r"\s", 0, ["\x0b", "\x1c", "\x1f"])
@example(r"\s", re.A, ["\x0b", "\x1c", "\x1f"])
@example(r"(?u:\s)|(?a:\S)", re.I, ["\x0b", "\x1c", "\x1f"])
@example(r"a$", 0, ["a\nb", "a"])
@example(r"^b$", re.M, ["a\nb", "b\na", "\nb"])
@example(r"[^k]", re.I, ["K", "k", "\x01", "👍"])
@example(r"(?:a|)*b", 0, ["aab", "b", "a"])
@example(r"", 0, ["", "a"])
def test_both_find_the_same(pattern, flags, texts):
    check(pattern, flags, texts)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from(r"aKs \b\d\w\S+*?|()[]^$.-{2,}"), min_size=1, max_size=10), FLAGS, TEXTS
)
def test_any_pattern_that_compiles(pattern, flags, texts):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern, flags)
    except (re.error, FutureWarning, DeprecationWarning, OverflowError):
        assume(False)
    check(pattern, flags, texts)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1", r"(?=a)b", r"(?<!a)b", r"(?>a)b", r"a*+b", r"(a)?b(?(1)c|d)", "é", "[a-é]", r"[\x01]", r"[\x00-\x08]", r"\x01",
        r"\Ba", "a{500}", "a{1,500}", r"[^\s\S]", r"[^é]",
    ],
)  # fmt: skip
def test_what_the_two_do_not_share_is_not_translated(pattern):
    assert re2_pattern(pattern, re.compile(pattern).flags) is None


def test_sets_are_written_out():
    assert re2_pattern("(?i)k[a-c]", re.I) == r"[\x{4b}\x{6b}][\x{41}-\x{43}\x{61}-\x{63}]"
    assert re2_pattern("(?:ab)+?x{2,}", 0) == r"(?:[\x{61}][\x{62}])+[\x{78}]{2,}"
