"""Numbers of an Arrow column as arrays, and comparing them as Python compares numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import BoolArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["are_above", "are_below", "are_equal", "numbers_of"]

#: Integers beyond it are not all floats.
_EXACT = 2**53


def numbers_of(column: pa.ChunkedArray) -> tuple[Any, BoolArray] | None:
    """Return the numbers of a column and which of them are not missing.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of any type.

    Returns
    -------
    tuple or None
        An array of an integer type or float64, 0 where one is missing; and a
        mask, false for nulls and NaN. None where the type is neither integer,
        float nor boolean.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_floating(kind):
        column = column.cast(pa.float64())
    elif not pa.types.is_integer(kind):
        return None
    valid = pc.is_valid(column).to_numpy().astype(np.bool_)
    values = column.fill_null(0).to_numpy()
    return values, valid & (values == values)


def are_above(values: Any, bound: float) -> BoolArray | None:
    """Return which of `values` are above `bound`, None where arrays would round either.

    Examples
    --------
    >>> are_above(np.array([2**53, 2**53 + 1]), 2.0**53)
    array([False,  True])
    """
    exact = _comparable(values, bound, math.floor)
    return None if exact is None else np.asarray(values > exact)


def are_below(values: Any, bound: float) -> BoolArray | None:
    """Return which of `values` are below `bound`, None where arrays would round either."""
    exact = _comparable(values, bound, math.ceil)
    return None if exact is None else np.asarray(values < exact)


def are_equal(values: Any, number: float) -> BoolArray | None:
    """Return which of `values` are equal to `number`, None where arrays would round either."""
    if values.dtype.kind in "iu" and number != math.floor(number):
        return np.zeros(len(values), dtype=np.bool_)
    exact = _comparable(values, number, math.floor)
    return None if exact is None else np.asarray(values == exact)


def _comparable(values: Any, bound: float, rounded: Any) -> float | None:
    """Return the bound that gives for arrays of this type what `bound` gives for Python's numbers.

    An integer is above 2.5 where it is above 2; arrays would turn it into a float first.
    """
    if values.dtype.kind in "iu":
        return int(rounded(bound))
    return bound if isinstance(bound, float) or abs(bound) <= _EXACT else None
