"""labeling_function: bare, with arguments, and refused."""

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf import LabelingFunction, labeling_function


def test_bare_decorator_takes_name_and_first_line():
    @labeling_function
    def has_link(item):
        """Links are advertisement.

        Mostly.
        """
        return "spam"

    assert isinstance(has_link, LabelingFunction)
    assert (has_link.name, has_link.description) == ("has_link", "Links are advertisement.")


def test_empty_parentheses_are_the_same():
    @labeling_function()
    def has_link(item):
        return "spam"

    assert (has_link.name, has_link.description, has_link.kind) == ("has_link", "", "row")


def test_arguments_are_kept():
    @labeling_function(
        "link",
        description="d",
        tags=["t"],
        resources={"words": {"a"}},
        votes_on=[("a", "spam")],
        abstains_on=["b"],
    )
    def has_link(item, words):
        return "spam" if item.text in words else None

    assert (has_link.name, has_link.description, has_link.tags) == ("link", "d", ("t",))
    assert has_link.votes_on == (("a", "spam"),)
    assert has_link.abstains_on == ("b",)
    assert (has_link("a"), has_link("b")) == ("spam", None)


def test_lambda_may_be_named():
    assert labeling_function(name="always")(lambda item: 1)("x") == 1


@pytest.mark.parametrize(
    ("function", "resources"),
    [
        (lambda: 1, {}),
        (lambda item, words: 1, {}),
        (lambda item: 1, {"words": 1}),
        (lambda item, *, words: 1, {"word": 1}),
    ],
)
def test_signature_must_fit_item_and_resources(function, resources):
    with pytest.raises(
        ParameterError, match=r"labeling function 'f' takes \(.*must take one item and its resourc"
    ):
        labeling_function("f", resources=resources)(function)


def test_coroutine_is_refused():
    async def later(item):
        return 1

    with pytest.raises(ParameterError, match="'later' is a coroutine or a generator"):
        labeling_function(later)


def test_generator_is_refused():
    def many(item):
        yield 1

    with pytest.raises(ParameterError, match="'many' is a coroutine or a generator"):
        labeling_function(many)


@pytest.mark.parametrize("wrong", [7, labeling_function("twice")(lambda item: 1)])
def test_what_is_no_function_is_refused(wrong):
    with pytest.raises(ParameterError, match="must be a function"):
        labeling_function()(wrong)
