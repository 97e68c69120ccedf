"""Conditions: what can be written, what it means, and that nothing else is run."""

import re

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf._condition import compiled, names_of, parse_condition

ITEM = {"n": 3, "x": 2.5, "who": "Ann", "ok": True, "zero": 0}


@pytest.mark.parametrize(
    "expression",
    [
        "n < 5", "n > 5", "n == 3.0", "n != 3", "1 < n <= 3", "3 < n < 9", "n + 1 == 4 and x * 2 == 5",
        "n / 2 > x - 1", "not n > 5", "who == 'Ann'", "who in ('Ann', 'Bob')", "who not in ['Ann']", "n in {1, 3}",
        "len(who) == 3", "ok", "ok and not zero", "zero or n", "-n < -2", "+n == 3", "n < 1 or (x > 2 and ok == True)",
        "zero != 0 and n / zero > 1", "who < 'B'", "'nn' == who",
    ],
)  # fmt: skip
def test_value_is_python_s(expression):
    assert bool(compiled(parse_condition(expression))(ITEM)) == bool(eval(expression, {}, ITEM))  # noqa: S307 - our own texts


def test_names_are_the_columns_from_left_to_right():
    assert names_of(parse_condition("b > 1 and len(a) < b and c in (1, 2)")) == ("b", "a", "c")


@pytest.mark.parametrize(
    "expression",
    [
        "__import__('os').system('true') == n", "n.real > 1", "who[0] == 'A'", "(lambda: n)() > 1", "n if ok else x",
        "[n for n in (1,)]", "f'{n}' == '3'", "len(who, n) > 1", "len('a') > n", "max(n, 1) > 1", "n ** 9 > 1", "n % 2 == 1",
        "n // 2", "~n > 1", "n is 3", "(n := 3) > 1", "who in 'Anna'", "n == (1, 2)", "n in (x, 1)", "n > None", "n == b'a'",
        "n == 1j", "n == ...", "print(n)", "n @ n", "await_ > 1 and yield_()",
    ],
)  # fmt: skip
def test_anything_else_is_refused(expression):
    with pytest.raises(ParameterError, match=r"^expression .* has .*, must be made of columns"):
        parse_condition(expression)


@pytest.mark.parametrize(
    "expression", ["n >", "n > 1; x", "import os", "n = 1", "n > 1\nx", "(n", "\0"]
)
def test_what_cannot_be_read_is_said(expression):
    with pytest.raises(ParameterError, match="must be a condition that can be read"):
        parse_condition(expression)


@pytest.mark.parametrize("expression", ["", "  ", None, 3, "n" + " + n" * 5000])
def test_what_is_no_text_is_refused(expression):
    with pytest.raises(
        ParameterError, match=r"must be a condition\. Write for example 'n_words < 5"
    ):
        parse_condition(expression)


def test_condition_without_a_column_is_refused():
    with pytest.raises(ParameterError, match="must be a condition on at least one column"):
        parse_condition("1 < 2")


def test_deep_conditions_are_refused():
    with pytest.raises(ParameterError):
        parse_condition("not " * 100 + "n")
    with pytest.raises(ParameterError):
        parse_condition("(" * 1000 + "n" + ")" * 1000)


def test_message_names_what_is_wrong():
    with pytest.raises(
        ParameterError, match=re.escape("'n > 1 and who.lower() == \"a\"' has 'who.lower()'")
    ):
        parse_condition('n > 1 and who.lower() == "a"')
