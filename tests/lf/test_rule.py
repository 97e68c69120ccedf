"""Rules: texts are looked at once, and names say what a rule is."""

import re

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf import (
    batch_lf,
    expression_lf,
    keyword_lf,
    lookup_lf,
    model_lf,
    regex_lf,
    threshold_lf,
)
from weaklabel.lf._rule import (
    ArrowRule,
    Rule,
    answer_each_text,
    as_text,
    check_column,
    default_name,
)


def test_each_distinct_text_is_evaluated_once():
    seen = []

    def answer(text):
        seen.append(text)
        return text.upper()

    assert answer_each_text(["a", "b", "a", None, "a"], answer) == ["A", "B", "A", None, "A"]
    assert seen == ["a", "b"]


def test_nan_is_a_null():
    assert answer_each_text([float("nan"), "a"], lambda text: 1) == [None, 1]


def test_values_that_are_equal_are_read_by_their_texts():
    values = [0.0, -0.0, 1, True, 1.0]
    assert answer_each_text(values, lambda text: text) == ["0.0", "-0.0", "1", "True", "1.0"]


def test_values_that_cannot_be_hashed_are_read_as_text():
    assert answer_each_text([["a"], None, "b"], lambda text: text) == ["['a']", None, "b"]


def test_number_is_read_as_its_decimal_text():
    assert as_text(12) == "12"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["Check out!", "spam"], "rule_check_out_spam"),
        (["!!!", 1], "rule_1"),
        (["Größe", "ja"], "rule_grösse_ja"),
    ],
)
def test_default_name_is_made_of_words(words, name):
    assert default_name("rule", ["text"], *words) == name


def test_default_name_of_long_words_is_short():
    assert len(default_name("regex", ["text"], "x" * 500, "spam")) < 40


@pytest.mark.parametrize("column", ["", None, 3])
def test_column_must_be_a_name(column):
    with pytest.raises(ParameterError, match=r"^column is .*, must be the name of a column"):
        check_column("column", column)


@pytest.mark.parametrize(
    "lf",
    [
        keyword_lf("a", "x"),
        regex_lf(re.compile("a"), "x"),
        lookup_lf(["a"], "x"),
        threshold_lf("text", "x", above=1),
        expression_lf("text == 'a'", "x"),
        batch_lf(len),
        model_lf(len),
    ],
)
def test_builders_make_rules(lf):
    assert isinstance(lf.rule, Rule)
    assert lf.columns == ("text",)


@pytest.mark.parametrize(
    ("lf", "reads"),
    [
        (keyword_lf("a", "x"), False),
        (model_lf(len), False),
        (lookup_lf(["a"], "x"), True),
        (threshold_lf("n", "x", above=1), True),
        (expression_lf("n > 1", "x"), True),
        (batch_lf(len), True),
    ],
)
def test_some_rules_read_arrow(lf, reads):
    assert isinstance(lf.rule, ArrowRule) == reads
