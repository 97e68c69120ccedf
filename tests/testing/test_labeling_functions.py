"""labeling_function_cases: one pytest case for each example."""

import pytest

from weaklabel.errors import SchemaError
from weaklabel.lf import keyword_lf
from weaklabel.testing._labeling_functions import (
    check_labeling_function_case,
    labeling_function_cases,
)

CLASSES = ["ham", "spam"]
WIN = keyword_lf(
    "win", "spam", name="win", votes_on=[("win!", "spam"), ("a win", 1)], abstains_on=["winter"]
)


@pytest.mark.parametrize(("lf", "item", "expected"), labeling_function_cases(WIN, CLASSES))
def test_cases_parametrize_a_test(lf, item, expected):
    check_labeling_function_case(lf, item, expected, CLASSES)


def test_each_example_is_a_case_with_an_id():
    cases = labeling_function_cases([WIN], CLASSES)
    assert [case.id for case in cases] == ["win-votes_on-0", "win-votes_on-1", "win-abstains_on-0"]
    assert [case.values for case in cases] == [
        (WIN, "win!", "spam"),
        (WIN, "a win", "spam"),
        (WIN, "winter", None),
    ]


def test_wrong_answer_fails_in_words():
    with pytest.raises(pytest.fail.Exception, match="'win' on item 'hi': expected 'spam', got abs"):
        check_labeling_function_case(WIN, "hi", "spam", CLASSES)


def test_example_with_an_unknown_class_is_an_error():
    lf = keyword_lf("win", "spam", votes_on=[("win", "spma")])
    with pytest.raises(SchemaError, match=r"label is 'spma'.*Did you mean 'spam'\?"):
        labeling_function_cases(lf, CLASSES)
