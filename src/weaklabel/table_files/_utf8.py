"""check_utf8: the first byte of a file that is no UTF-8, by its place."""

from __future__ import annotations

import codecs
from pathlib import Path

from weaklabel.errors import FileFormatError

__all__ = ["check_utf8"]

_PIECE = 2**20


def check_utf8(path: Path) -> None:
    """Raise FileFormatError with the place of the first byte of `path` that is no UTF-8.

    For a file that could not be decoded: it is read again, from its beginning.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    n_before = 0
    with path.open("rb") as file:
        while True:
            piece = file.read(_PIECE)
            n_pending = len(decoder.getstate()[0])
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                place = n_before - n_pending + error.start
                raise FileFormatError(
                    f"{path} is not UTF-8: byte {place} is {error.object[error.start]:#04x}. "
                    "Save the file as UTF-8."
                ) from error
            if not piece:
                return
            n_before += len(piece)
