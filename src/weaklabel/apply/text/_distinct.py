"""DistinctTexts: the texts of a column, each once, and which item has which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import IntArray
from weaklabel.lf._rule import as_text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DistinctTexts", "distinct_texts"]


@dataclass(frozen=True, slots=True)
class DistinctTexts:
    """The texts of a column, each once.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Distinct, without nulls.
    place : numpy.ndarray of int64, shape (n_items,)
        Position of each item's text in `texts`, -1 where it is missing.
    """

    texts: pa.LargeStringArray
    place: IntArray

    @property
    def n_bytes(self) -> int:
        """Size of all distinct texts in UTF-8."""
        return int(self.texts.nbytes)


def distinct_texts(column: pa.ChunkedArray) -> DistinctTexts | None:
    """Return the distinct texts of a column; what is no text is read as ``str(value)``.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of any type.

    Returns
    -------
    DistinctTexts or None
        None where a text is no valid UTF-8, which Arrow takes from a file unread.
    """
    import pyarrow as pa

    try:
        texts = _as_texts(column)
        encoded = texts.dictionary_encode().combine_chunks()
        dictionary, indices = encoded.dictionary, encoded.indices
        dictionary.validate(full=True)
    except (pa.ArrowInvalid, UnicodeError):
        return None
    place = indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return DistinctTexts(dictionary, place)


def _as_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view":
        return column.cast(pa.large_string())
    values = [None if v is None or v != v else as_text(v) for v in column.to_pylist()]
    return pa.chunked_array([pa.array(values, type=pa.large_string())])
