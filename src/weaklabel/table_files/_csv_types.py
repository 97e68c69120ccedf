"""The types of CSV columns: what every cell can be, found in parts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CsvType", "csv_type", "typed_csv_column"]

# What spreadsheets and data frames write for "no value"; a null in a column of numbers.
_NO_VALUE = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
_TRUTHS = {"true", "false"}


class CsvType:
    """What the cells of one column that were seen so far can all be.

    Examples
    --------
    >>> import pyarrow as pa
    >>> seen = CsvType()
    >>> seen.add(pa.chunked_array([["1", "", "-2"]]))
    >>> seen.wanted
    DataType(int64)
    >>> seen.add(pa.chunked_array([["2.5"]]))
    >>> seen.wanted
    DataType(double)
    """

    def __init__(self) -> None:
        self._is_empty = True
        self._can_be = {"int64": True, "double": True, "bool": True}

    def add(self, cells: pa.ChunkedArray) -> None:
        """Take note of more cells, an array of strings."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self.is_text:
            return
        cells = pc.utf8_trim_whitespace(cells)
        cells = cells.filter(pc.invert(pc.is_in(cells, value_set=pa.array(_NO_VALUE))))
        if len(cells) == 0:
            return
        self._is_empty = False
        for name, kind in (("int64", pa.int64()), ("double", pa.float64())):
            self._can_be[name] = self._can_be[name] and _can_be(cells, kind)
        if self._can_be["double"] and _has_codes(cells):
            self._can_be |= {"int64": False, "double": False}
        self._can_be["bool"] = self._can_be["bool"] and _are_truths(cells)

    @property
    def is_text(self) -> bool:
        """Whether no further cell can change that it is text."""
        return not any(self._can_be.values())

    @property
    def wanted(self) -> pa.DataType:
        """The type: int64, float64 or bool if every non-empty cell is one, else string."""
        import pyarrow as pa

        if self._is_empty:
            return pa.string()
        for name, kind in (("int64", pa.int64()), ("double", pa.float64()), ("bool", pa.bool_())):
            if self._can_be[name]:
                return kind
        return pa.string()


def csv_type(parts: Sequence[pa.ChunkedArray]) -> pa.DataType:
    """Return int64, float64 or bool if every non-empty cell is one, else string.

    A cell with a leading zero ("007") is text: it is a code, not a number.
    """
    seen = CsvType()
    for part in parts:
        seen.add(part)
    return seen.wanted


def typed_csv_column(column: pa.ChunkedArray, wanted: pa.DataType | None) -> pa.ChunkedArray:
    """Return `column` as `wanted`, cells without a value as nulls; unchanged for text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if wanted is None or wanted == pa.string():
        return column
    column = pc.utf8_trim_whitespace(column)
    missing = pc.is_in(column, value_set=pa.array(_NO_VALUE))
    return pc.if_else(missing, pa.scalar(None, pa.string()), column).cast(wanted)


def _can_be(cells: pa.ChunkedArray, wanted: pa.DataType) -> bool:
    import pyarrow as pa

    try:
        cells.cast(wanted)
    except pa.ArrowInvalid:
        return False
    return True


def _has_codes(cells: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.match_substring_regex(cells, r"^[+-]?0[0-9]")).as_py())


def _are_truths(cells: pa.ChunkedArray) -> bool:
    import pyarrow.compute as pc

    return set(pc.unique(pc.utf8_lower(cells)).to_pylist()) <= _TRUTHS
