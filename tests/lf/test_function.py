"""LabelingFunction: calling, pickling and showing one."""

import pickle
from types import SimpleNamespace

import pytest

from weaklabel.errors import ItemsError, LabelingFunctionError, ParameterError
from weaklabel.lf import (
    LabelingFunction,
    keyword_lf,
    labeling_function,
    lookup_lf,
    preprocessor,
    threshold_lf,
)


@preprocessor
def tokens(item):
    return item.text.split()


@labeling_function(preprocessors=[tokens], tags=["length"])
def short(item):
    """Short comments are ham."""
    return "ham" if len(item.tokens) < 3 else None


@pytest.mark.parametrize(
    "item", ["a b", {"text": "a b"}, SimpleNamespace(text="a b"), {"text": "a b", "likes": 1}]
)
def test_calling_runs_preprocessors_on_any_form_of_item(item):
    assert short(item) == "ham"


def test_object_without_preprocessors_is_passed_on_as_it_is():
    thing = object()
    assert labeling_function("same")(lambda item: item is thing)(thing)


def test_answer_comes_back_raw():
    assert labeling_function("raw")(lambda item: "no class")("x") == "no class"


def test_text_is_the_column_of_a_declared_function():
    assert keyword_lf("win", "spam", column="title")("you win") == "spam"


def test_missing_field_is_named():
    with pytest.raises(
        ItemsError, match=r"'threshold_n_above_1_x' reads field 'n', the item has 't'"
    ):
        threshold_lf("n", "x", above=1)({"t": 2})


def test_row_function_does_not_answer_columns():
    with pytest.raises(LabelingFunctionError, match="'short' is of kind 'row' and sees items one"):
        short.vote_columns({"text": ["a"]}, 1)


def test_declared_function_has_no_row_function():
    with pytest.raises(LabelingFunctionError, match=r"of kind 'keyword' and answers columns"):
        keyword_lf("a", "x").row_function  # noqa: B018 - the access is the test


def test_columns_of_a_row_function_are_those_of_its_preprocessors():
    assert short.columns == ()
    assert lookup_lf(["a"], "x", column="author").columns == ("author",)


def test_resources_cannot_be_changed():
    lf = labeling_function("f", resources={"n": 1})(lambda item, n: n)
    with pytest.raises(TypeError):
        lf.resources["n"] = 2


def test_attributes_cannot_be_changed():
    with pytest.raises(AttributeError):
        short.name = "other"


@pytest.mark.parametrize(
    "lf", [keyword_lf("a", "x", tags=["t"]), lookup_lf({"a": "x"}), threshold_lf("n", 1, below=2)]
)
def test_pickle_keeps_a_declared_function(lf):
    copy = pickle.loads(pickle.dumps(lf))  # noqa: S301 - made above
    assert (copy.name, copy.version, copy.tags) == (lf.name, lf.version, lf.tags)


def test_pickle_of_a_function_at_module_level_is_a_reference():
    assert pickle.loads(pickle.dumps(short)) is short  # noqa: S301 - made above


def test_function_that_no_module_holds_pickles_no_better_than_a_function():
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(labeling_function("f")(lambda item: 1))


def test_repr_and_html_say_what_it_is():
    assert repr(short) == "LabelingFunction('short', kind='row', 'Short comments are ham.')"
    html = short._repr_html_()
    assert "tokens" in html
    assert short.version in html


def test_html_is_escaped():
    html = keyword_lf("<script>", "x", name="<b>", description="<i>")._repr_html_()
    assert "<script>" not in html
    assert "<b>&" not in html
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html
    assert "&lt;i&gt;" in html


def test_long_settings_are_shortened_in_html():
    assert len(keyword_lf([f"word{i}" for i in range(1000)], "x")._repr_html_()) < 2000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": ""}, "name of a labeling function is '', must be a non-empty text"),
        ({"name": 3}, "name of a labeling function is 3, must be a non-empty text"),
        ({"function": None}, "'f' has a function and a rule or neither, must have one"),
        ({"tags": "links"}, "tags of 'f' is 'links', must be a list of texts"),
        ({"votes_on": ["free"]}, r"votes_on\[0\] of 'f' is 'free', must be a pair"),
        ({"abstains_on": "free"}, "abstains_on of 'f' is 'free', must be a list of items"),
        ({"preprocessors": [len]}, r"preprocessors of 'f'\[0\] is .*, must be a Preprocessor"),
        ({"preprocessors": [tokens, tokens]}, "preprocessors of 'f' has 'tokens' twice"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        LabelingFunction(**{"name": "f", "function": lambda item: 1} | arguments)
