"""Boundaries: against `re` and its lookaround."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply.text._boundaries import free_after, free_before, holds, is_word_end
from weaklabel.apply.text._folded import bytes_of

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

ALPHABET = st.sampled_from("ab_ .é日👍\u0301\ufeff٣")


@given(st.text(ALPHABET, max_size=8), st.text(ALPHABET, min_size=1, max_size=2))
def test_holds_says_what_lookaround_says(text, literal):
    for before in (False, True):
        for after in (False, True):
            pattern = r"(?<!\w)" * before + re.escape(literal) + r"(?!\w)" * after
            assert holds(text, literal, before, after) == bool(re.search(pattern, text))


@given(st.lists(st.text(ALPHABET, max_size=6), min_size=1, max_size=4))
def test_every_place_of_every_text(texts):
    data, offsets = bytes_of(pa.array(texts, pa.large_string()))
    expected, places, rows = [], [], []
    for i, text in enumerate(texts):
        for k in range(len(text) + 1):
            expected.append(
                (not is_word_end(text[k - 1 : k] if k else ""), not is_word_end(text[k : k + 1]))
            )
            places.append(offsets[i] + len(text[:k].encode()))
            rows.append(i)
    places, rows = np.array(places), np.array(rows)
    before = free_before(data, places, offsets[rows])
    after = free_after(data, places, offsets[rows + 1])
    assert list(zip(before.tolist(), after.tolist(), strict=True)) == expected


def test_no_character_ends_no_word():
    assert [is_word_end(c) for c in ("", "a", "_", "-", "é")] == [False, True, True, False, True]
