"""A text of strangers is text, short, and hides nothing."""

import pandas as pd
import pytest

from weaklabel.core._html import escape, table_html


def test_markup_becomes_text():
    assert escape("<img src=x onerror='a()' x=\"b\">&") == (
        "&lt;img src=x onerror=&#x27;a()&#x27; x=&quot;b&quot;&gt;&amp;"
    )


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("\x00", "U+0000"), ("\x1b", "U+001B"), ("\u202e", "U+202E"), ("\u2066", "U+2066"),
        ("\u200b", "U+200B"), ("\ud800", "U+D800"), ("\U000e0041", "U+E0041"), ("\ufeff", "U+FEFF"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen_is_named(character, code):
    assert escape(f"a{character}b") == f"a[{code}]b"


def test_ordinary_characters_stay():
    text = "naïve 日本語 שלום\tand\nmore 👩‍🔬".replace("\u200d", "")
    assert escape(text) == text


def test_a_long_text_is_cut_before_it_is_escaped_and_says_how_long_it_is():
    assert escape("&" * 5000, most=2) == "&amp;&amp;… (5000 characters)"
    assert escape("a" * 4000) == "a" * 4000


def test_a_table_escapes_and_cuts_cells_index_and_columns():
    long = "<b>" * 1000
    frame = pd.DataFrame({long: [1.23456, 2.0], "b\u202e": [long, None]}, index=[long, "x"])
    page = table_html(frame)
    assert "<b>" not in page
    assert len(page) < 10_000
    assert "b[U+202E]" in page
    assert "1.23<" in page


def test_a_table_with_two_levels_of_index_keeps_them():
    frame = pd.DataFrame({"n": [1]}, index=pd.MultiIndex.from_tuples([("a<", 2)], names=["x", "y"]))
    page = table_html(frame, 3)
    assert "a&lt;" in page
    assert ">2<" in page
