"""fold: one character for all that re.IGNORECASE takes for the same, one against one."""

from __future__ import annotations

from functools import lru_cache

__all__ = ["fold", "fold_code", "is_neutral_code", "is_word_code"]

#: Characters without a single upper case of which `re` takes the first for the second.
_TWINS = {0x1FD3: 0x0390, 0x1FE3: 0x03B0, 0xFB06: 0xFB05}


class _Folds(dict[int, int]):
    """The table of ``str.translate``, filled for the characters that occur."""

    def __missing__(self, code: int) -> int:
        self[code] = found = fold_code(code)
        return found


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return `text` with each character replaced by the one that stands for its class.

    Two characters are of one class where a pattern of the one with
    ``re.IGNORECASE`` matches the other. The length stays as it is, so that a
    literal is found in a text by ``re.IGNORECASE`` exactly where the folded
    literal is found in the folded text.

    Examples
    --------
    >>> fold("WIN"), fold("Straße"), fold("\u212a\u0130\u017f")
    ('win', 'straße', 'kis')
    """
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def fold_code(code: int) -> int:
    """Return the code point that stands for the class of `code`.

    Notes
    -----
    `re` compares the simple lower case of two characters, and then looks into
    a table of lower-case characters that have the same upper case. The way
    over the upper case finds these; only the dotted capital I has a lower case
    of two characters, whose first is the simple one.
    """
    lower = chr(code).lower()[0]
    upper = lower.upper()
    if len(upper) == 1:
        return ord(upper.lower()[0])
    return _TWINS.get(ord(lower), ord(lower))


@lru_cache(maxsize=65_536)
def is_word_code(code: int) -> bool:
    r"""Return whether `re` takes the character for one of ``\w``."""
    return chr(code).isalnum() or code == 0x5F


def is_neutral_code(code: int) -> bool:
    r"""Return whether the character is neither of ``\w`` nor of ``\s``, as an emoji is."""
    return not is_word_code(code) and not chr(code).isspace()
