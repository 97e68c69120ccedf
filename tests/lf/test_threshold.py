"""threshold_lf: strictly beyond its bounds."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import ParameterError
from weaklabel.lf import threshold_lf


@pytest.mark.parametrize(
    ("bounds", "votes"),
    [
        ({"above": 2}, [None, None, None, "x", "x", None, None]),
        ({"below": 2}, ["x", "x", None, None, None, None, None]),
        ({"above": 1, "below": 3}, [None, None, "x", None, None, None, None]),
    ],
)
def test_bounds_are_strict_and_nulls_abstain(bounds, votes):
    values = [-math.inf, 1, 2.0, 3, math.inf, None, math.nan]
    assert threshold_lf("n", "x", **bounds).vote_columns({"n": values}, 7) == votes


@settings(max_examples=30)
@given(st.lists(st.floats() | st.integers()), st.floats(allow_nan=False, allow_infinity=False))
def test_votes_equal_the_comparison(values, bound):
    votes = threshold_lf("n", "x", above=bound).vote_columns({"n": values}, len(values))
    assert votes == ["x" if value > bound else None for value in values]


def test_large_integers_are_compared_exactly():
    assert threshold_lf("n", "x", above=2**53)({"n": 2**53 + 1}) == "x"


ARROW = st.sampled_from(["int8", "int64", "uint64", "float32", "float64"])
BOUNDS = st.integers(-(2**65), 2**65) | st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=100)
@given(
    st.lists(st.none() | st.integers(0, 127), max_size=6),
    ARROW,
    st.none() | BOUNDS,
    st.none() | BOUNDS,
    st.integers(0, 2),
)
def test_arrow_columns_get_the_votes_of_lists(values, kind, low, high, big):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    if (low is None and high is None) or (None not in (low, high) and low >= high):
        return
    if kind in ("int64", "uint64"):
        values = [v if v is None else v + big * 2**61 for v in values]
    elif kind != "int8":
        values = [v if v is None else float(v + big * 2**61) for v in values]
    lf = threshold_lf("n", "x", above=low, below=high)
    column = pa.chunked_array([pa.array(values, getattr(pa, kind)())])
    found = lf.rule.choose({"n": column})
    alone = lf.vote_columns({"n": column.to_pylist()}, len(values))
    if found is not None:
        assert ["x" if place == 0 else None for place in found.places.tolist()] == alone


def test_arrow_column_of_texts_is_left_to_lists():
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    lf = threshold_lf("n", "x", above=1)
    assert lf.rule.choose({"n": pa.chunked_array([["5"]])}) is None


def test_decimals_and_booleans_are_numbers():
    lf = threshold_lf("n", "x", above=0.5)
    assert (lf({"n": Decimal("0.75")}), lf({"n": True})) == ("x", "x")


def test_text_in_the_column_raises():
    with pytest.raises(TypeError):
        threshold_lf("n", "x", above=1)({"n": "5"})


def test_name_and_description():
    lf = threshold_lf("radius", "malignant", above=17, below=20.5)
    assert lf.name == "threshold_radius_above_17_below_20_5_malignant"
    assert lf.description == "radius is above 17 and below 20.5"


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({}, "above and below are both left out, must be at least one"),
        ({"above": 3, "below": 3}, "above is 3, must be less than below, which is 3"),
        ({"above": 4, "below": 3}, "above is 4, must be less than below, which is 3"),
        ({"above": math.nan}, "above is nan, must be a finite number"),
        ({"below": math.inf}, "below is inf, must be a finite number"),
        ({"below": "3"}, "below is '3', must be a finite number"),
        ({"below": True}, "below is True, must be a finite number"),
    ],
)
def test_wrong_bounds_are_refused(bounds, message):
    with pytest.raises(ParameterError, match=message):
        threshold_lf("n", "x", **bounds)
