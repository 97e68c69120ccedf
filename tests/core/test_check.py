"""Checks of arguments: what they accept, and their words."""

import numpy as np
import pytest

from weaklabel.core._check import (
    check_choice,
    check_fraction,
    check_int,
    check_number,
    check_type,
    read_only,
)
from weaklabel.errors import ParameterError


def test_accepted_values_come_back_as_plain_numbers():
    assert check_int("n", np.int32(3), 1) == 3
    assert check_number("x", 2, 0) == 2.0
    assert check_fraction("f", 0.5) == 0.5
    assert check_choice("c", "a", ("a", "b")) == "a"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (lambda: check_int("n", 0, 1), "n is 0, must be an integer of at least 1."),
        (lambda: check_int("n", True, 0), "n is True, must be an integer of at least 0."),
        (lambda: check_int("n", 1.5, 0), "n is 1.5, must be an integer"),
        (lambda: check_number("x", float("nan"), 0), "x is nan, must be a number in [0, inf)."),
        (lambda: check_number("x", "1", 0, 2), "x is '1', must be a number in [0, 2]."),
        (
            lambda: check_fraction("f", 1.1, "Give a share."),
            "must be a number in [0, 1]. Give a share.",
        ),
        (
            lambda: check_type("soft", "egg", bytes),
            "soft is 'egg', must be a bytes. Check the order of the arguments, or name them.",
        ),
        (lambda: check_choice("c", "z", ("a", "b")), "c is 'z', must be one of 'a', 'b'."),
    ],
)
def test_refusals_say_what_is_allowed(check, message):
    with pytest.raises(ParameterError) as caught:
        check()
    assert message in str(caught.value)


def test_read_only_neither_copies_nor_allows_assignment():
    array = np.zeros(2)
    view = read_only(array)
    assert np.shares_memory(array, view)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    array[0] = 1
