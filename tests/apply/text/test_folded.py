"""fold_texts: a whole array is folded as each text is."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weaklabel.apply.text._fold import fold, fold_code, is_word_code
from weaklabel.apply.text._folded import bytes_of, fold_texts

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

ODD = "aAßẞiIıİKkſsΣς\u0345ιÅåȺⱥᲀвВ👍\ufeff é\u0301\n"
TEXTS = st.lists(
    st.text(st.sampled_from(ODD), max_size=8) | st.text(st.characters(codec="utf-8"), max_size=8),
    max_size=8,
)


@given(TEXTS, st.integers(0, 3))
@example(["", "", "İ", "", "a"], 0)
@example(["İx", "WIN", "\u212aelvin"], 1)
def test_array_is_folded_as_each_text_is(texts, skipped):
    array = pa.array(texts, pa.large_string()).slice(min(skipped, len(texts)))
    folded = fold_texts(array)
    folded.texts.validate(full=True)
    assert folded.texts.to_pylist() == [fold(text) for text in texts[skipped:]]


@given(TEXTS)
def test_doubtful_are_the_texts_with_a_character_that_leaves_or_joins_the_letters(texts):
    folded = fold_texts(pa.array(texts, pa.large_string()))
    changes = [
        i
        for i, text in enumerate(texts)
        if any(is_word_code(ord(c)) != is_word_code(fold_code(ord(c))) for c in text)
    ]
    assert folded.doubtful.tolist() == changes


def test_combining_iota_is_doubtful():
    texts = pa.array(["a", "\u0345"], pa.large_string())
    assert fold_texts(texts).doubtful.tolist() == [1]


def test_bytes_begin_at_zero_for_a_slice():
    data, offsets = bytes_of(pa.array(["abc", "dé", ""], pa.large_string()).slice(1))
    assert (data.tobytes().decode(), offsets.tolist()) == ("dé", [0, 3, 3])


def test_input_is_left_alone():
    array = pa.array(["É", "A"], pa.large_string())
    fold_texts(array)
    assert array.to_pylist() == ["É", "A"]
