"""FoldedTexts: an Arrow array of texts, each character replaced by the one for its class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.apply.text._code_points import (
    ByteArray,
    decode_at,
    encoded_length,
    fold_codes,
    is_word,
)
from weaklabel.apply.text._fold import fold
from weaklabel.core import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FoldedTexts", "bytes_of", "fold_texts"]

_FIRST_OF_MANY = 0xC2  # the least byte that begins a character of more than one


@dataclass(frozen=True, slots=True)
class FoldedTexts:
    r"""Folded texts, one for each text.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        As `fold` gives them.
    doubtful : numpy.ndarray of int64
        Positions of texts in which a character is one of ``\w`` and that which
        stands for it is not, or the other way round.
    """

    texts: pa.LargeStringArray
    doubtful: IntArray


def fold_texts(texts: pa.LargeStringArray) -> FoldedTexts:
    """Return `texts` folded.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Without nulls.

    Notes
    -----
    ASCII is lowered over all texts at once. A character beyond it is replaced
    in place where that keeps the number of bytes, as nearly all do; texts in
    which it does not are folded one by one.
    """
    import pyarrow as pa

    data, offsets = bytes_of(texts)
    lowered = np.frombuffer(bytes(data).lower(), dtype=np.uint8)
    places = np.flatnonzero(lowered >= _FIRST_OF_MANY)
    codes = decode_at(lowered, places)
    folded = fold_codes(codes)
    changed = np.flatnonzero(folded != codes)
    if not len(changed):
        return FoldedTexts(_array(lowered, offsets), np.empty(0, dtype=np.int64))
    places, codes, folded = places[changed], codes[changed], folded[changed]
    fits = encoded_length(codes) == encoded_length(folded)
    patched = _array(_patched(lowered, places[fits], folded[fits]), offsets)
    doubtful = _texts_at(places[is_word(codes) != is_word(folded)], offsets)
    moved = _texts_at(places[~fits], offsets)
    if not len(moved):
        return FoldedTexts(patched, doubtful)
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[moved] = True
    values = [fold(text) for text in texts.take(pa.array(moved)).to_pylist()]
    import pyarrow.compute as pc

    replaced = pc.replace_with_mask(patched, pa.array(mask), pa.array(values, pa.large_string()))
    return FoldedTexts(replaced, doubtful)


def bytes_of(texts: pa.LargeStringArray) -> tuple[ByteArray, IntArray]:
    """Return the bytes of all texts one after the other, and where each begins and ends."""
    _, offset_buffer, data_buffer = texts.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int64, count=len(texts) + 1 + texts.offset)
    offsets = offsets[texts.offset :]
    data = np.frombuffer(data_buffer or b"", dtype=np.uint8)
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def _array(data: ByteArray, offsets: IntArray) -> pa.LargeStringArray:
    import pyarrow as pa

    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(data)
    )


def _patched(data: ByteArray, places: IntArray, codes: IntArray) -> ByteArray:
    """Return `data` with the characters that begin at `places` replaced by `codes`."""
    found = data.copy()
    length = encoded_length(codes)
    for n, first in ((2, 0xC0), (3, 0xE0), (4, 0xF0)):
        at, code = places[length == n], codes[length == n]
        found[at] = first | code >> 6 * (n - 1)
        for k in range(1, n):
            found[at + k] = 0x80 | (code >> 6 * (n - 1 - k)) & 0x3F
    return found


def _texts_at(places: IntArray, offsets: IntArray) -> IntArray:
    """Return the distinct texts in which bytes are."""
    return np.unique(np.searchsorted(offsets, places, side="right") - 1)
