"""Check of a yes-or-no argument, in words that name the model."""

from __future__ import annotations

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["check_flag"]


def check_flag(argument: str, value: object) -> bool:
    """Return `value` if it is True or False, or raise ParameterError."""
    if isinstance(value, bool):
        return value
    raise ParameterError(wrong_value(argument, value, "True or False"))
