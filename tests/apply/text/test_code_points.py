"""Code points by arrays, against Python's own decoding."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply.text._code_points import decode_at, encoded_length, fold_codes, is_word
from weaklabel.apply.text._fold import fold_code, is_word_code

TEXTS = st.text(
    st.characters(codec="utf-8") | st.sampled_from("aß\u20ac😀\U0010ffff\u07ff\u0800\uffff"),
    min_size=1,
)


@given(TEXTS)
def test_decoding_gives_the_code_points(text):
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    lengths = encoded_length(np.array([ord(c) for c in text]))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    assert lengths.sum() == len(data)
    assert decode_at(data, starts).tolist() == [ord(c) for c in text]


@given(st.lists(st.integers(0, 0x10FFFF), max_size=20))
def test_tables_say_what_the_functions_say(codes):
    array = np.array(codes, dtype=np.int64)
    assert fold_codes(array).tolist() == [fold_code(code) for code in codes]
    assert is_word(array).tolist() == [is_word_code(code) for code in codes]
