"""Texts of strangers as HTML shows them, short and with nothing hidden: escape, table_html."""

from __future__ import annotations

import re
from html import escape as _escape_markup
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["escape", "table_html"]

#: What steers or hides text without being seen: controls but tab and newline, marks of direction,
#: invisible characters, tag characters, and halves of surrogate pairs, which no page can hold.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufff9-\uffff\U000e0000-\U000e007f]"
)


#: Characters of a cell: a table has hundreds.
_CELL = 500


def escape(text: str, most: int = 4000) -> str:
    """Return a text as HTML: no markup, at most `most` characters, hidden characters by their code.

    A notebook stalls on an output of megabytes, and a mark of direction turns around what stands
    beside it.

    Examples
    --------
    >>> escape("<b>"), escape("a\\u202eb\\x00"), escape("aaaa", most=3)
    ('&lt;b&gt;', 'a[U+202E]b[U+0000]', 'aaa… (4 characters)')
    """
    return _escape_markup(_visible(text, most))


def table_html(frame: pd.DataFrame, digits: int = 2) -> str:
    """Return a table as HTML, the texts in it and its names as of `escape`, up to 500 characters.

    Numbers that are no integers have `digits` decimals.
    """
    shown = frame.map(_cell)
    shown.index, shown.columns = frame.index.map(_cell), frame.columns.map(_cell)
    return str(shown.to_html(border=0, float_format=f"{{:.{digits}f}}".format, escape=True))


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):  # of an index with several levels
        return tuple(_cell(part) for part in value)
    return _visible(value, _CELL) if isinstance(value, str) else value


def _visible(text: str, most: int) -> str:
    short = text if len(text) <= most else text[:most]
    shown = _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", short)
    return shown if short is text else f"{shown}… ({len(text)} characters)"
