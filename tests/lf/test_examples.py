"""check_lfs: failures of examples in words."""

import pytest

from weaklabel.core import LabelSchema
from weaklabel.lf import check_lfs, keyword_lf, labeling_function
from weaklabel.lf._examples import check_example

CLASSES = ["ham", "spam"]


def broken(item):
    raise KeyError("no price")


def lf_of(function, **examples):
    return labeling_function("f", **examples)(function)


def test_right_examples_give_no_failure():
    lf = keyword_lf(
        "win", "spam", votes_on=[("win", "spam"), ({"text": "WIN"}, 1)], abstains_on=["winter"]
    )
    assert check_lfs([lf], CLASSES) == ()


def test_function_without_examples_passes():
    assert check_lfs(keyword_lf("win", "spam"), LabelSchema(CLASSES)) == ()


@pytest.mark.parametrize(
    ("lf", "failure"),
    [
        (
            lf_of(lambda item: None, votes_on=[("hi", "ham")]),
            "labeling function 'f' on item 'hi': expected 'ham', got abstain.",
        ),
        (
            lf_of(lambda item: 1, votes_on=[("hi", "ham")]),
            "labeling function 'f' on item 'hi': expected 'ham', got 'spam'.",
        ),
        (
            lf_of(lambda item: "ham", abstains_on=[{"text": "hi"}]),
            "labeling function 'f' on item {'text': 'hi'}: expected abstain, got 'ham'.",
        ),
        (
            lf_of(broken, abstains_on=["hi"]),
            "labeling function 'f' on item 'hi': expected abstain, it raised KeyError: no price.",
        ),
        (
            lf_of(lambda item: 1, votes_on=[("hi", -1)]),
            "labeling function 'f' on item 'hi': expected a vote for -1. "
            "Put the item into abstains_on.",
        ),
    ],
)
def test_failure_names_lf_item_expected_and_got(lf, failure):
    assert check_lfs(lf, CLASSES) == (failure,)


def test_expected_class_must_be_in_the_schema():
    (failure,) = check_lfs(lf_of(lambda item: 1, votes_on=[("hi", "spma")]), CLASSES)
    assert "the expected label is 'spma', must be one of 'ham', 'spam'" in failure
    assert "Did you mean 'spam'?" in failure


def test_answer_outside_the_schema_is_a_failure():
    (failure,) = check_lfs(lf_of(lambda item: 7, abstains_on=["hi"]), CLASSES)
    assert "expected abstain. labeling function 'f' answered 7" in failure


def test_each_failure_is_listed():
    lf = lf_of(lambda item: 1, votes_on=[("a", "spam"), ("b", "ham")], abstains_on=["c"])
    assert [failure.split("'")[3] for failure in check_lfs([lf], CLASSES)] == ["b", "c"]


def test_one_example_is_checked_alone():
    lf = keyword_lf("win", "spam")
    assert check_example(lf, "win", "spam", LabelSchema(CLASSES)) is None
    assert "got 'spam'" in check_example(lf, "win", None, LabelSchema(CLASSES))
