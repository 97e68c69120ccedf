"""plain_texts: which texts are as good as ASCII, and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply.text._fold import is_neutral_code
from weaklabel.apply.text._plain import plain_texts

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("", ""),
        ("win 5\tx", "win 5\tx"),
        ("win\ufeff", "win\x01"),
        ("a—b👍🏽", "a\x01b\x01\x01"),
        ("e\u0301", "e\x01"),
        ("é", None),
        ("日", None),
        ("\u0663", None),
        ("a\u00a0b", None),
        ("a\n", None),
        ("\n", None),
        ("\na", "\na"),
    ],
)
def test_texts(text, plain):
    found = plain_texts(pa.array(["x", text, "y"], pa.large_string()))
    assert found.is_plain.tolist() == [True, plain is not None, True]
    if plain is not None:
        assert found.texts.to_pylist() == ["x", plain, "y"]


@given(
    st.lists(st.text(st.characters(codec="utf-8") | st.sampled_from("a👍é\n\ufeff"), max_size=6)),
    st.integers(0, 2),
)
def test_every_array(texts, skipped):
    found = plain_texts(pa.array(texts, pa.large_string()).slice(min(skipped, len(texts))))
    found.texts.validate(full=True)
    for text, plain, is_plain in zip(
        texts[skipped:], found.texts.to_pylist(), found.is_plain.tolist(), strict=True
    ):
        beyond = [c for c in text if ord(c) > 127]
        assert is_plain == (
            not text.endswith("\n") and all(is_neutral_code(ord(c)) for c in beyond)
        )
        if is_plain:
            assert plain == "".join(c if ord(c) < 128 else "\x01" for c in text)
