"""keyword_lf: what counts as holding a keyword, against a naive reference."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import ParameterError
from weaklabel.lf import keyword_lf

#: Emoji with modifiers, combining marks, dotted and dotless i, final sigma, kelvin, ligature, digits.
ODD = "aAbB iİıI ßẞſsS σςΣ KkK éé́ﬁ 0٣_-$.\n\r\t\0 👍🏽❤️‍🔥 日本 \ud800 \u00a0\u200b"
TEXTS = st.text(alphabet=ODD, max_size=25) | st.text(max_size=25)
KEYWORDS = st.lists(
    st.text(alphabet=ODD, min_size=1, max_size=3).filter(str.strip), min_size=1, max_size=4
)


def holds(text, keyword, is_word, case_sensitive):
    """Look at every place of `text`, one character at a time."""
    flags = 0 if case_sensitive else re.IGNORECASE
    n = len(keyword)
    for start in range(len(text) - n + 1):
        pairs = zip(text[start : start + n], keyword, strict=True)
        same = all(re.fullmatch(re.escape(k), t, flags) for t, k in pairs)
        ends = (text[start - 1] if start else " ", text[start + n : start + n + 1] or " ")
        if same and not (is_word and any(re.match(r"\w", end) for end in ends)):
            return True
    return False


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.none() | TEXTS, max_size=6),
    KEYWORDS,
    st.sampled_from(["word", "substring"]),
    st.booleans(),
)
def test_votes_equal_the_naive_reference(texts, keywords, match, case_sensitive):
    lf = keyword_lf(keywords, "spam", match=match, case_sensitive=case_sensitive)
    expected = [
        "spam"
        if text is not None
        and any(holds(text, keyword, match == "word", case_sensitive) for keyword in keywords)
        else None
        for text in texts
    ]
    assert lf.vote_columns({"text": texts}, len(texts)) == expected


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        ("win", "spam"),
        ("You WIN!", "spam"),
        ("win-win", "spam"),
        ("window", None),
        ("win_it", None),
        ("win2", None),
        ("éwin", None),
        ("👍win👍", "spam"),
        ("", None),
        (None, None),
    ],
)
def test_word_is_found_where_nothing_touches_it(text, vote):
    assert keyword_lf("win", "spam")({"text": text}) == vote


def test_substring_is_found_inside_a_word():
    assert keyword_lf("win", "spam", match="substring")("window") == "spam"


def test_keyword_of_signs_is_found_literally():
    lf = keyword_lf(["$$$", "c++"], "spam")
    assert lf("make $$$ fast") == "spam"
    assert lf("C++ course") == "spam"
    assert lf("ccc") is None


def test_case_counts_when_asked():
    lf = keyword_lf("win", "spam", case_sensitive=True)
    assert (lf("win"), lf("WIN")) == ("spam", None)


def test_number_is_searched_as_text():
    assert keyword_lf("12", "spam", column="code")({"code": 12}) == "spam"


def test_huge_text_is_searched():
    text = "a " * 500_000 + "win"
    assert keyword_lf(["win", "free"], "spam")(text) == "spam"


def test_shorter_keyword_is_found_where_the_longer_is_not():
    assert keyword_lf(["win money", "win"], "spam")("win mon") == "spam"


def test_name_and_description_say_what_it_does():
    lf = keyword_lf(["subscribe", "check out"], "spam")
    assert lf.name == "keyword_subscribe_spam"
    assert lf.description == "text has subscribe, check out"
    assert keyword_lf(list("abcdefg"), "x").description == "text has a, b, c, d, e or 2 more"


def test_settings_hold_all_that_decides():
    lf = keyword_lf(["b", "a"], 1, "n", "title", "substring", True)
    assert dict(lf.settings) == {
        "keywords": ("a", "b"),
        "label": 1,
        "column": "title",
        "match": "substring",
        "case_sensitive": True,
    }


def test_set_of_keywords_has_the_same_name_in_every_process():
    assert keyword_lf({"b", "a", "c"}, "x").name == "keyword_a_x"


def test_order_of_keywords_changes_no_version():
    assert keyword_lf(["a", "b"], "x").version == keyword_lf(["b", "a"], "x", "other").version


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ([], r"keywords is \[\], must be one text or more"),
        ("", r"keywords\[0\] is '', must be a non-empty text"),
        (["a", "  "], r"keywords\[1\] is '  ', must be a non-empty text"),
        (["a", 3], r"keywords\[1\] is 3, must be a non-empty text"),
    ],
)
def test_wrong_keywords_are_refused(keywords, message):
    with pytest.raises(ParameterError, match=message):
        keyword_lf(keywords, "spam")


def test_wrong_match_is_refused():
    with pytest.raises(
        ParameterError, match="match is 'whole', must be one of 'word', 'substring'"
    ):
        keyword_lf("a", "spam", match="whole")
