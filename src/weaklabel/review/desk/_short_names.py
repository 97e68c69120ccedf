"""short_name: names and texts of any size and content, as a screen can be sent them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from json.encoder import encode_basestring_ascii
from re import compile as pattern

__all__ = ["fitting", "full_name", "is_shortened", "short_name", "unicode_text"]

#: Bytes of a name as JSON, quotes included, and of the beginning that stands for a longer one.
_LONGEST, _BEGINNING = 400, 340
#: No character takes more bytes than this: two escaped halves of a pair.
_WIDEST = 12

_HALVES = pattern("[\ud800-\udfff]")
_SHORTENED = pattern(r"(?s).{0,400}… \([0-9a-f]{12}\)")


def short_name(name: str) -> str:
    """Return a name as it is, or where it is long the beginning and what tells it from others.

    Of a column, class, labeling function or item: such names come back from the screen, where
    `full_name` finds the whole.

    Examples
    --------
    >>> short_name("text")
    'text'
    >>> short_name("A" * 1000)[-20:]
    'AAAA… (c2e686823489)'
    """
    is_short = len(name) * _WIDEST < _LONGEST or (
        len(name) < _LONGEST and _n_bytes(name) <= _LONGEST
    )
    # What looks shortened is shortened too: else it could be taken for another one.
    if is_short and unicode_text(name) == name and not is_shortened(name):
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{fitting(unicode_text(name[:_LONGEST]), _BEGINNING)}… ({digest})"


def full_name(shown: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that is shown as `shown`, None where there is none.

    Examples
    --------
    >>> full_name("text", ["id", "text"])
    'text'
    >>> full_name(short_name("A" * 1000), ["A" * 1000]) == "A" * 1000
    True
    >>> full_name("A", ["AB"])
    """
    shortened = is_shortened(shown)
    for name in names:
        if short_name(name) == shown if shortened else name == shown:
            return name
    return None


def is_shortened(shown: str) -> bool:
    """Return whether a name looks as those do that `short_name` makes of others.

    Examples
    --------
    >>> is_shortened("text"), is_shortened("AAA… (c2e686823489)")
    (False, True)
    """
    return _SHORTENED.fullmatch(shown) is not None


def fitting(text: str, max_bytes: int) -> str:
    """Return as much of the beginning of a text as takes `max_bytes` as JSON, quotes included.

    Examples
    --------
    >>> fitting("abcdef", 5), fitting("a\\x00b", 8), fitting("abc", 0)
    ('abc', 'a', '')
    """
    text = text[: max(max_bytes - 2, 0)]
    while text and (n_bytes := _n_bytes(text)) > max_bytes:
        text = text[: min(len(text) * max_bytes // n_bytes, len(text) - 1)]
    return text


def unicode_text(text: str) -> str:
    """Return a text with U+FFFD in place of each half of a pair, which UTF-8 cannot write.

    Examples
    --------
    >>> unicode_text("a\\ud800b") == "a\\ufffdb"
    True
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _HALVES.sub("\ufffd", text)
    return text


def _n_bytes(text: str) -> int:
    return len(encode_basestring_ascii(text))
