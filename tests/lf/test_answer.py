"""Answers: names and codes are votes, everything else is an error in words."""

import enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import ABSTAIN, LabelSchema
from weaklabel.errors import AnswerError, ParameterError
from weaklabel.lf._answer import check_label, codes_of, describe_answer, describe_error

SCHEMA = LabelSchema(["ham", "spam"])


class Label(enum.IntEnum):
    HAM = 0
    SPAM = 1


class Name(enum.StrEnum):
    SPAM = "spam"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("ham", 0),
        ("spam", 1),
        (0, 0),
        (1, 1),
        (None, -1),
        (ABSTAIN, -1),
        (np.int64(1), 1),
        (np.int8(-1), -1),
        (np.str_("spam"), 1),
        (Label.SPAM, 1),
        (Name.SPAM, 1),
    ],
)
def test_answer_becomes_its_code(answer, code):
    assert codes_of([answer], SCHEMA, "lf", ["a"]).tolist() == [code]


@pytest.mark.parametrize(
    "answer",
    [7, -2, "spma", "", 0.3, 1.0, True, False, np.bool_(True), np.float64(1), float("nan"), [1]],
)
def test_answer_outside_the_schema_names_lf_item_and_value(answer):
    with pytest.raises(AnswerError) as caught:
        codes_of([None, "spam", answer], SCHEMA, "has_link", ["a", "b", "c"])
    assert f"labeling function 'has_link' answered {answer!r} on item 'c'" in str(caught.value)
    assert "must be one of 'ham', 'spam', a code in [0, 2), or ABSTAIN (-1) or None" in str(
        caught.value
    )


def test_misspelt_class_is_told_the_nearest():
    with pytest.raises(AnswerError, match=r"Did you mean 'spam'\?"):
        codes_of(["spma"], SCHEMA, "lf", ["a"])


def test_name_wins_over_code():
    assert codes_of(["1", 1], LabelSchema(["1", "0"]), "lf", ["a", "b"]).tolist() == [0, 1]


def test_dtype_holds_every_class():
    many = LabelSchema([f"c{i}" for i in range(300)])
    assert codes_of([299], many, "lf", ["a"]).dtype == np.int16


def test_long_schemas_are_shortened():
    many = LabelSchema([f"c{i}" for i in range(300)])
    assert "'c9', … (300 classes)" in describe_answer("x", many)


def test_long_answers_are_shortened():
    with pytest.raises(AnswerError) as caught:
        codes_of(["x" * 5000], SCHEMA, "lf", ["a"])
    assert len(str(caught.value)) < 400


@given(st.lists(st.sampled_from(["ham", "spam", 0, 1, None, -1])))
def test_codes_are_those_of_the_schema(answers):
    codes = codes_of(answers, SCHEMA, "lf", [str(i) for i in range(len(answers))])
    assert codes.tolist() == SCHEMA.encode(answers).tolist()


@pytest.mark.parametrize(("label", "kept"), [("spam", "spam"), (np.int64(2), 2), (Label.SPAM, 1)])
def test_label_becomes_plain(label, kept):
    checked = check_label("label", label)
    assert checked == kept
    assert type(checked) is type(kept)


@pytest.mark.parametrize("label", [None, "", -1, True, 0.5, ["spam"]])
def test_label_that_is_no_class_is_refused(label):
    with pytest.raises(ParameterError, match=r"^label is .*, must be a class name or a code"):
        check_label("label", label)


def test_error_is_described_by_type_and_words():
    assert describe_error(ValueError("no")) == "ValueError: no"
    assert describe_error(KeyError("field 'a'")) == "KeyError: field 'a'"
    assert describe_error(KeyError()) == "KeyError"


@pytest.mark.parametrize("wrong", [2, -2, 127, 128, -200, 2**40, 2**70])
def test_a_code_outside_among_codes_alone_is_found(wrong):
    with pytest.raises(AnswerError, match=f"answered {wrong} on item 'c'"):
        codes_of([0, 1, wrong, -1], SCHEMA, "f", ["a", "b", "c", "d"])


@pytest.mark.parametrize("n_classes", [127, 128, 300])
def test_many_classes_keep_their_codes(n_classes):
    schema = LabelSchema([f"class {c}" for c in range(n_classes)])
    last = n_classes - 1
    answers = [last, 0, -1]
    assert codes_of(answers, schema, "f", "abc").tolist() == answers
    named = codes_of([f"class {last}", None, last], schema, "f", "abc")
    assert named.tolist() == [last, -1, last]
    assert named.dtype == schema.dtype
