r"""Boundaries: whether one of ``\w`` stands before or after a place in a text."""

from __future__ import annotations

import numpy as np

from weaklabel.apply.text._code_points import ByteArray, decode_at, is_word
from weaklabel.apply.text._fold import is_word_code
from weaklabel.core import BoolArray, IntArray

__all__ = ["free_after", "free_before", "holds", "is_word_end"]


def free_before(data: ByteArray, starts: IntArray, row_starts: IntArray) -> BoolArray:
    r"""Return at which places the text begins, or the character before is none of ``\w``.

    Parameters
    ----------
    data : numpy.ndarray of uint8, shape (n_bytes,)
        UTF-8 of all texts.
    starts : numpy.ndarray of int64, shape (n,)
        Places of first bytes of characters.
    row_starts : numpy.ndarray of int64, shape (n,)
        Where the text begins in which each is.
    """
    free = np.ones(len(starts), dtype=np.bool_)
    inner = np.flatnonzero(starts > row_starts)
    free[inner] = ~is_word(decode_at(data, _before(data, starts[inner])))
    return free


def free_after(data: ByteArray, ends: IntArray, row_ends: IntArray) -> BoolArray:
    r"""Return at which places the text ends, or the character that begins is none of ``\w``."""
    free = np.ones(len(ends), dtype=np.bool_)
    inner = np.flatnonzero(ends < row_ends)
    free[inner] = ~is_word(decode_at(data, ends[inner]))
    return free


def holds(text: str, literal: str, before: bool, after: bool) -> bool:
    r"""Return whether `literal` is in `text`, if asked with none of ``\w`` before, or after it.

    Examples
    --------
    >>> holds("windows or a win", "win", True, True), holds("windows", "win", True, True)
    (True, False)
    """
    start = text.find(literal)
    while start >= 0:
        end = start + len(literal)
        blocked_before = before and is_word_end(text[max(start - 1, 0) : start])
        if not blocked_before and not (after and is_word_end(text[end : end + 1])):
            return True
        start = text.find(literal, start + 1)
    return False


def is_word_end(character: str) -> bool:
    r"""Return whether a text of no or one character is one of ``\w``."""
    return bool(character) and is_word_code(ord(character))


def _before(data: ByteArray, starts: IntArray) -> IntArray:
    """Return the first byte of the character before each place."""
    places = starts - 1
    for _ in range(3):
        inside = (data[places] & 0xC0) == 0x80
        if not inside.any():
            break
        places = places - inside
    return places
