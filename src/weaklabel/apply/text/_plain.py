r"""PlainTexts: texts written in ASCII such that a simple pattern finds in them the same.

A character beyond ASCII that is neither of ``\w`` nor of ``\s``, such as an emoji or a dash, is
for a pattern that names only ASCII characters like any other of its sort. Such characters become
``\x01``. Texts with other characters beyond ASCII are not plain, nor are those that end with a
line break, before which ``$`` matches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from weaklabel.apply.text._code_points import decode_at, is_neutral
from weaklabel.apply.text._folded import bytes_of
from weaklabel.core import BoolArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PLACEHOLDER", "PlainTexts", "plain_texts"]

#: What stands for a character that a pattern cannot tell from others of its sort.
PLACEHOLDER = 0x01


class PlainTexts(NamedTuple):
    """Texts in ASCII, and which of them may be asked.

    Attributes
    ----------
    texts : pyarrow.LargeStringArray
        One for each text; nonsense where it is not plain.
    is_plain : numpy.ndarray of bool, shape (n_texts,)
        Which are plain.
    """

    texts: pa.LargeStringArray
    is_plain: BoolArray


def plain_texts(texts: pa.LargeStringArray) -> PlainTexts:
    """Return `texts` in ASCII, and which of them that does justice to.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Without nulls.
    """
    import pyarrow as pa

    data, offsets = bytes_of(texts)
    is_plain = np.ones(len(texts), dtype=np.bool_)
    filled = np.flatnonzero(np.diff(offsets))
    is_plain[filled] = data[offsets[filled + 1] - 1] != ord("\n")
    starts = np.flatnonzero(data >= 0xC2)
    if not len(starts):
        return PlainTexts(texts, is_plain)
    others = starts[~is_neutral(decode_at(data, starts))]
    is_plain[np.searchsorted(offsets, others, side="right") - 1] = False
    later = np.flatnonzero((data & 0xC0) == 0x80)  # all but the first byte of a character
    ascii_data = np.delete(np.where(data < 0x80, data, np.uint8(PLACEHOLDER)), later)
    array = pa.LargeStringArray.from_buffers(
        len(texts),
        pa.py_buffer(offsets - np.searchsorted(later, offsets)),
        pa.py_buffer(ascii_data),
    )
    return PlainTexts(array, is_plain)
