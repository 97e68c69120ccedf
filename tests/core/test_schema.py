"""LabelSchema: names and codes."""

import numpy as np
import pytest

from weaklabel import ABSTAIN, LabelSchema
from weaklabel.errors import SchemaError

SPAM = LabelSchema(["ham", "spam"])


def test_codes_are_positions_of_names():
    assert [SPAM.code(name) for name in SPAM.classes] == [0, 1]
    assert SPAM.name(1) == "spam"
    assert SPAM.name(ABSTAIN) is None


def test_encode_takes_names_codes_and_missing_values():
    encoded = SPAM.encode(["spam", 0, None, float("nan"), -1, np.int64(1), 1.0])
    assert encoded.tolist() == [1, 0, -1, -1, -1, 1, 1]
    assert encoded.dtype == np.int8


def test_a_name_wins_over_a_code():
    assert LabelSchema(["1", "0"]).encode(["1", "0", 1]).tolist() == [0, 1, 1]


def test_decode_is_the_inverse_of_encode():
    assert SPAM.decode(SPAM.encode(["spam", None, "ham"])) == ["spam", None, "ham"]


def test_more_than_127_classes_need_int16():
    assert LabelSchema([f"c{i}" for i in range(127)]).dtype == np.int8
    assert LabelSchema([f"c{i}" for i in range(128)]).dtype == np.int16


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (["spam"], "classes is ('spam',), must be two or more class names. Name every class"),
        ([], "must be two or more class names"),
        (["a", ""], "classes[1] is '', must be a non-empty string."),
        (["a", 3], "classes[1] is 3, must be a non-empty string."),
        (["a", "b", "a"], "classes[2] is 'a', which is already classes[0]. Name every class once."),
        ("ab", "classes is 'ab', must be a list of names. Write ['ham', 'spam']."),
        ([f"c{i}" for i in range(32_768)], "classes has 32768 names, must be at most 32767."),
    ],
)
def test_wrong_classes_are_refused_in_words(classes, message):
    with pytest.raises(SchemaError) as caught:
        LabelSchema(classes)
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [2, -2, 0.5, True, "spma", b"spam"])
def test_a_label_that_is_no_class_is_refused(value):
    with pytest.raises(SchemaError, match="must be one of 'ham', 'spam'"):
        SPAM.encode([value])


def test_a_misspelt_class_gets_a_suggestion():
    with pytest.raises(SchemaError, match="Did you mean 'spam'\\?"):
        SPAM.code("spma")


def test_a_code_outside_the_schema_is_refused():
    with pytest.raises(
        SchemaError, match=r"code is 2, must be in \[-1, 2\) where -1 means abstain"
    ):
        SPAM.name(2)


def test_a_schema_is_a_value():
    assert LabelSchema(["ham", "spam"]) == SPAM
    assert hash(LabelSchema(["ham", "spam"])) == hash(SPAM)
    with pytest.raises(AttributeError):
        SPAM.classes = ("a", "b")


def test_reprs_are_readable_and_escaped():
    assert repr(SPAM) == "LabelSchema(['ham', 'spam'])"
    assert "&lt;b&gt;" in LabelSchema(["<b>", "x"])._repr_html_()
