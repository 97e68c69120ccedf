"""Comparing arrays of numbers as Python compares numbers."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from weaklabel.lf._arrow_numbers import are_above, are_below, are_equal, numbers_of

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

BOUNDS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
INTEGERS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6)
FLOATS = st.lists(st.floats(allow_nan=False), max_size=6)


@given(INTEGERS | FLOATS, BOUNDS)
@example([2**53, 2**53 + 1], float(2**53))
@example([float(2**53)], 2**53 + 1)
@example([3], 2.5)
@example([-3], -2.5)
def test_comparisons_are_python_s(values, bound):
    integers = bool(values) and isinstance(values[0], int)
    array = np.array(values, dtype=np.int64 if integers else np.float64)
    pairs = [
        (are_above, [v > bound for v in values]),
        (are_below, [v < bound for v in values]),
        (are_equal, [v == bound for v in values]),
    ]
    for compare, expected in pairs:
        found = compare(array, bound)
        assert found is None or found.tolist() == expected


def test_bounds_that_arrays_would_round_are_left_to_python():
    assert are_above(np.array([1.0]), 2**53 + 1) is None
    assert are_above(np.array([1.0]), 2**53) is not None


@pytest.mark.parametrize(
    ("values", "kind", "numbers", "valid"),
    [
        ([1, None], pa.int8(), [1, 0], [True, False]),
        ([2**64 - 1], pa.uint64(), [2**64 - 1], [True]),
        ([1.5, None, math.nan, math.inf], pa.float32(), [1.5, 0, math.nan, math.inf], [True, False, False, True]),
        ([True, None], pa.bool_(), [1, 0], [True, False]),
    ],
)  # fmt: skip
def test_numbers_and_which_are_there(values, kind, numbers, valid):
    found, is_valid = numbers_of(pa.chunked_array([pa.array(values, kind)]))
    np.testing.assert_array_equal(found, numbers)
    assert is_valid.tolist() == valid


def test_float32_is_compared_as_the_float_that_it_is():
    found, _ = numbers_of(pa.chunked_array([pa.array([0.1], pa.float32())]))
    assert are_equal(found, 0.1).tolist() == [False]


@pytest.mark.parametrize("values", [["1"], [[1]], [b"1"]])
def test_other_types_are_no_numbers(values):
    assert numbers_of(pa.chunked_array([pa.array(values)])) is None


def test_no_chunks():
    found, valid = numbers_of(pa.chunked_array([], type=pa.int64()))
    assert (len(found), len(valid)) == (0, 0)
