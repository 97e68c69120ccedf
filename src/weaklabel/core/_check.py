"""Checks of arguments that many functions share; each returns the value it accepted."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.errors import ParameterError, wrong_value

__all__ = [
    "check_choice",
    "check_fraction",
    "check_int",
    "check_number",
    "check_type",
    "read_only",
]


def check_int(argument: str, value: object, low: int, advice: str = "") -> int:
    """Return `value` as an int of at least `low`, or raise ParameterError."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= low:
        return int(value)
    raise ParameterError(wrong_value(argument, value, f"an integer of at least {low}", advice))


def check_number(
    argument: str, value: object, low: float, high: float = math.inf, advice: str = ""
) -> float:
    """Return `value` as a finite float in [low, high], or raise ParameterError."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        number = float(value)
        if math.isfinite(number) and low <= number <= high:
            return number
    bracket = ")" if math.isinf(high) else "]"
    allowed = f"a number in [{low:g}, {high:g}{bracket}"
    raise ParameterError(wrong_value(argument, value, allowed, advice))


def check_fraction(argument: str, value: object, advice: str = "") -> float:
    """Return `value` as a float in [0, 1], or raise ParameterError."""
    return check_number(argument, value, 0.0, 1.0, advice)


def check_choice(argument: str, value: object, choices: tuple[str, ...], advice: str = "") -> str:
    """Return `value` if it is one of `choices`, or raise ParameterError."""
    if isinstance(value, str) and value in choices:
        return value
    allowed = "one of " + ", ".join(repr(c) for c in choices)
    raise ParameterError(wrong_value(argument, value, allowed, advice))


def check_type(argument: str, value: object, kind: type) -> None:
    """Raise ParameterError if `value` is no `kind`, as where arguments are in the wrong order."""
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        advice = "Check the order of the arguments, or name them."
        raise ParameterError(wrong_value(argument, value, f"{article} {kind.__name__}", advice))


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a view of `array` that refuses assignment; the data are not copied."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view
