"""lookup_lf: votes by equal values."""

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf import lookup_lf


def test_mapping_gives_the_class_of_each_value():
    lf = lookup_lf({"ann": "ham", "bot": "spam"}, column="author")
    assert lf.vote_columns({"author": ["bot", "Ann", "eve", None]}, 4) == [
        "spam",
        "ham",
        None,
        None,
    ]


def test_collection_gives_one_class():
    lf = lookup_lf({"US", "CA"}, "america", column="country")
    assert (lf({"country": "us"}), lf({"country": "usa"})) == ("america", None)


def test_case_is_folded_unless_it_counts():
    assert lookup_lf(["STRASSE"], "x")("straße") == "x"
    assert lookup_lf(["STRASSE"], "x", case_sensitive=True)("strasse") is None


def test_numbers_equal_numbers_and_not_texts():
    lf = lookup_lf([7], "x", column="code")
    assert lf.vote_columns({"code": [7, 7.0, "7", float("nan")]}, 4) == ["x", "x", None, None]


def test_default_names():
    assert lookup_lf(["a"], "x").name == "lookup_x"
    assert lookup_lf({"a": "x"}, column="author").name == "lookup_author"


def test_order_of_values_changes_no_version():
    a = lookup_lf({"a": "x", "b": "y"})
    b = lookup_lf({"b": "y", "a": "x"})
    assert a.version == b.version != lookup_lf({"a": "y", "b": "x"}).version


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], "x"), r"values is \[\], must be one value or more"),
        (({},), r"values is \{\}, must be one value or more"),
        (("US", "x"), r"values is 'US', must be a mapping from value to class, or a list"),
        ((["a"],), r"label is None, must be a class name or code where values is a list"),
        (({"a": "x"}, "x"), r"label is 'x', must be left out where values is a mapping"),
        (({"a": None},), r"values\['a'\] is None, must be a class name or a code"),
        (([None], "x"), r"values is None, must be values that are not null"),
        (({"A": "x", "a": "y"},), r"values has 'a' for both 'x' and 'y', must have one class"),
    ],
)
def test_wrong_values_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        lookup_lf(*arguments)


@pytest.mark.parametrize(
    "values",
    [
        ["US", "us", None, "DE", "US"],
        [1, None, 7, 7],
        [1.0, 7.0, float("nan"), None],
        [True, False, None],
        [None, None, None],
    ],
)
def test_arrow_columns_get_the_votes_of_lists(values):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    lf = lookup_lf({"us": "a", 7: "b", 1: "a"}, column="c")
    column = pa.chunked_array(
        [pa.array(values[:2]), pa.array(values[2:], pa.array(values[:2]).type)]
    )
    answers, places = lf.rule.choose({"c": column})
    found = [None if place < 0 else answers[place] for place in places.tolist()]
    assert found == lf.vote_columns({"c": column.to_pylist()}, len(values))


def test_arrow_column_of_lists_is_left_to_lists():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    lf = lookup_lf(["a"], "x", column="c")
    assert lf.rule.choose({"c": pa.chunked_array([[["a"]]])}) is None
