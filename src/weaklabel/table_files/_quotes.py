"""check_quotes: a quoted cell of a CSV file that never ends, by the line of its row."""

from __future__ import annotations

import re
from pathlib import Path

from weaklabel.errors import FileFormatError

__all__ = ["check_quotes", "has_odd_quotes"]

# Two quotes stand for one inside a quoted cell; possessive, for else half of such a pair ends it.
_REST_OF_QUOTED = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')


def has_odd_quotes(path: Path) -> bool:
    """Return whether a file has an odd number of quotes: most that lack one do."""
    with path.open("rb") as file:
        return sum(piece.count(b'"') for piece in iter(lambda: file.read(2**20), b"")) % 2 == 1


def check_quotes(path: Path, delimiter: str) -> None:
    """Raise FileFormatError if a quoted cell never ends: it would be the rest of the file.

    A quote inside a cell that does not begin with one is a character, as it is to Arrow.
    """
    opening = re.compile(rb'[%b\r]"' % delimiter.encode())
    is_inside, start = False, 1
    with path.open("rb") as file:
        for n, line in enumerate(file, 1):
            start = start if is_inside else n
            text = line.removeprefix(b"\xef\xbb\xbf") if n == 1 else line
            is_inside = _ends_inside(text, is_inside, opening)
    if is_inside:
        raise FileFormatError(
            f"{path} is no well-formed CSV file: a quoted cell in the row that starts on "
            f"line {start} never ends. Close the quote, or copy the whole file again."
        )


def _ends_inside(line: bytes, is_inside: bool, opening: re.Pattern[bytes]) -> bool:
    """Return whether a line that begins inside a quoted cell, or not, ends inside one."""
    at = 0
    if not is_inside and line.startswith(b'"'):
        at, is_inside = 1, True
    while True:
        found = (_REST_OF_QUOTED.match if is_inside else opening.search)(line, at)
        if found is None:
            return is_inside
        at, is_inside = found.end(), not is_inside
