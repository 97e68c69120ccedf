"""load_spam: reproducible, balanced, and as untidy as real comments."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import ParameterError
from weaklabel.examples import load_spam


@pytest.fixture(scope="module")
def spam():
    return load_spam()


def test_it_has_two_thousand_comments_of_both_classes(spam):
    assert spam.items.n_items == 2000
    assert spam.schema.classes == ("ham", "spam")
    assert 0.4 < spam.gold.mean() < 0.52
    assert set(spam.gold.tolist()) == {0, 1}


def test_it_says_that_it_is_synthetic(spam):
    assert "ynthetic" in spam.description


def test_ids_and_columns_are_those_of_a_comment_table(spam):
    assert spam.items.column_names == ("comment_id", "author", "date", "text")
    assert spam.items.item_ids[:2].tolist() == ["c0001", "c0002"]
    assert spam.items.column("comment_id") == spam.items.item_ids.tolist()
    dates = spam.items.column("date")
    assert dates == sorted(dates)


def test_the_same_seed_gives_the_same_comments(spam):
    again = load_spam()
    assert again.items.table.equals(spam.items.table)
    assert (again.gold == spam.gold).all()


def test_another_seed_gives_other_comments(spam):
    assert load_spam(seed=1).items.column("text") != spam.items.column("text")


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 300))
def test_fewer_comments_are_the_first_of_more(n_items):
    many = load_spam(300)
    few = load_spam(n_items)
    assert few.items.column("text") == many.items.column("text")[:n_items]
    assert (few.gold == many.gold[:n_items]).all()


def test_no_template_is_left_unfilled_and_no_text_is_empty(spam):
    texts = spam.items.texts()
    assert not [text for text in texts if "{" in text or not text.strip()]


@pytest.mark.parametrize(
    ("noise", "share"),
    [
        (r"example", 0.05),
        (r"[😂❤🔥💜😍👏🎶😭👍]", 0.05),
        (r"(?i)([aeiou])\1{2,}", 0.05),
        (r"^[^a-z]*[A-Z]{2}[^a-z]*$", 0.02),
        (r"[^\x00-\x7f]", 0.05),
    ],
)
def test_links_emoji_stretched_words_and_shouting_occur(spam, noise, share):
    found = np.mean([bool(re.search(noise, text)) for text in spam.items.texts()])
    assert share < found < 0.5


def test_links_lead_to_reserved_domains_only(spam):
    links = [t for t in spam.items.texts() if re.search(r"(?i)https?:|www\.", t)]
    assert links
    assert all("example" in text.lower() for text in links)


def test_no_single_word_decides(spam):
    texts = [text.lower() for text in spam.items.texts()]
    for word in ("check out", "subscribe", "example", "channel"):
        classes = {int(y) for t, y in zip(texts, spam.gold, strict=True) if word in t}
        assert classes == {0, 1}, word


@pytest.mark.parametrize("n_items", [0, -1, 2.5])
def test_a_number_of_comments_below_one_is_refused(n_items):
    with pytest.raises(ParameterError, match=r"n_items is .* must be an integer of at least 1"):
        load_spam(n_items)


def test_a_negative_seed_is_refused():
    with pytest.raises(ParameterError, match="seed is -1, must be an integer of at least 0"):
        load_spam(10, seed=-1)
