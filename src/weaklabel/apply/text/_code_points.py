"""Code points of UTF-8 bytes by arrays: decode, fold, and whether one belongs to a word."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from weaklabel.apply.text._fold import fold_code, is_neutral_code, is_word_code
from weaklabel.core import BoolArray, IntArray

__all__ = ["ByteArray", "decode_at", "encoded_length", "fold_codes", "is_neutral", "is_word"]

ByteArray = np.ndarray[Any, np.dtype[np.uint8]]

_N_CODES = 0x110000


def decode_at(data: ByteArray, starts: IntArray) -> IntArray:
    """Return the code points whose first bytes are at `starts`.

    Parameters
    ----------
    data : numpy.ndarray of uint8, shape (n_bytes,)
        Valid UTF-8.
    starts : numpy.ndarray of int64, shape (n,)
        Places of first bytes.
    """
    last = len(data) - 1
    first = data[starts].astype(np.int64)
    one, two, three = (
        (data[np.minimum(starts + k, last)] & 0x3F).astype(np.int64) for k in (1, 2, 3)
    )
    return np.select(
        [first < 0x80, first < 0xE0, first < 0xF0],
        [
            first,
            (first & 0x1F) << 6 | one,
            (first & 0x0F) << 12 | one << 6 | two,
        ],
        (first & 0x07) << 18 | one << 12 | two << 6 | three,
    )


def encoded_length(codes: IntArray) -> IntArray:
    """Return how many bytes each code point takes in UTF-8."""
    return 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)


def fold_codes(codes: IntArray) -> IntArray:
    """Return the code point that stands for the class of each; see `fold_code`."""
    return np.asarray(_looked_up(_folds(), codes, fold_code), dtype=np.int64)


def is_word(codes: IntArray) -> BoolArray:
    r"""Return which code points `re` takes for ``\w``."""
    return np.asarray(_looked_up(_words(), codes, is_word_code), dtype=np.bool_)


def is_neutral(codes: IntArray) -> BoolArray:
    """Return which code points are neither part of a word nor white space."""
    return np.asarray(_looked_up(_neutrals(), codes, is_neutral_code), dtype=np.bool_)


def _looked_up(table: Any, codes: IntArray, compute: Callable[[int], int]) -> Any:
    """Return ``table[codes]``, after the entries that are still -1 were computed."""
    found = table[codes]
    unknown = codes[found < 0]
    if not len(unknown):
        return found
    distinct = np.unique(unknown)
    table[distinct] = [compute(code) for code in distinct.tolist()]
    return table[codes]


# Filled for the characters that occur: asking for all would take a second.
@lru_cache(maxsize=1)
def _folds() -> Any:
    return np.full(_N_CODES, -1, dtype=np.int32)


@lru_cache(maxsize=1)
def _words() -> Any:
    return np.full(_N_CODES, -1, dtype=np.int8)


@lru_cache(maxsize=1)
def _neutrals() -> Any:
    return np.full(_N_CODES, -1, dtype=np.int8)
