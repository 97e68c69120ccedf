"""ItemValues: the columns of items that a reviewer sees, and how the text of an item begins."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weaklabel.core import Items
from weaklabel.core._check import check_int
from weaklabel.errors import ItemsError, wrong_value
from weaklabel.review.session._session_item import Field, Fold, Json, plain

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ItemValues"]

#: What comes of a year after 9999, text that is no UTF-8, or a list in a thousand lists.
_UNREADABLE = (ValueError, OverflowError, RecursionError)

_logger = logging.getLogger(__name__)

#: Characters of an excerpt: a glance.
_EXCERPT = 200


@dataclass(frozen=True, slots=True, eq=False)
class ItemValues:
    """Values of items by their rows.

    Parameters
    ----------
    items : Items
        All of them.
    columns : tuple of str
        What is shown.
    fold : int
        Characters from which on a text is folded.
    images : frozenset of str
        Columns with paths or URLs of images.
    """

    items: Items
    columns: tuple[str, ...]
    fold: int
    images: frozenset[str]

    @classmethod
    def of_arguments(
        cls, items: Items, columns: Sequence[str] | None, fold: int, images: Sequence[str]
    ) -> ItemValues:
        """Return them, arguments checked as `SessionSource.of_arguments` says."""
        return cls(
            items,
            _checked_columns(columns, items),
            check_int("fold", fold, 1),
            frozenset(_checked_columns(images, items)),
        )

    def item_id(self, row: int) -> str:
        """Return the id of an item."""
        return str(self.items.item_ids[row])

    def of(self, row: int) -> dict[str, Any]:
        """Return the values of an item by column, as JSON can hold them."""
        return {name: self._value(name, row) for name in self.columns}

    def field(self, name: str, value: Any) -> Field:
        """Return a value with how it is shown."""
        is_long = isinstance(value, str) and len(value) > self.fold
        fold = Fold(len(value), self.fold) if is_long else None
        return Field(name, value, fold, name in self.images)

    def excerpt(self, row: int) -> str:
        """Return the beginning of the column "text", else of the first text that is no id."""
        item_id = self.item_id(row)
        n = max(_EXCERPT, len(item_id) + 1)
        for name in sorted(self.columns, key=lambda name: name != "text"):
            value = self._beginning(name, row, n)
            if value is not None and value != item_id:
                return value[:_EXCERPT]
        values = "; ".join(f"{name}: {value}" for name, value in self.of(row).items())
        return values[:_EXCERPT]

    def _value(self, name: str, row: int) -> Json:
        """Return a value, or words where Python has none for it: no item may stop a review."""
        try:
            return plain(self.items.table.column(name)[row].as_py())
        except _UNREADABLE as error:
            _logger.warning("%r of item %r cannot be shown: %s", name, self.item_id(row), error)
            return "(this value cannot be shown)"

    def _beginning(self, name: str, row: int, n: int) -> str | None:
        try:
            return _beginning(self.items.table.column(name), row, n)
        except _UNREADABLE:
            return None


def _beginning(column: pa.ChunkedArray, row: int, n: int) -> str | None:
    """Return the first characters of a text in a column, None where it is none.

    Cut before it becomes a Python text: of ten million characters that takes longer than all else.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        value = pc.utf8_slice_codeunits(column.slice(row, 1), 0, n)[0].as_py()
    else:
        value = column[row].as_py()
    return value[:n] if isinstance(value, str) else None


def _checked_columns(columns: Sequence[str] | None, items: Items) -> tuple[str, ...]:
    if columns is None:
        return items.column_names
    for name in columns:
        if name not in items.column_names:
            shown = ", ".join(map(repr, items.column_names))
            raise ItemsError(wrong_value("column", name, f"one of {shown}"))
    return tuple(dict.fromkeys(columns))
