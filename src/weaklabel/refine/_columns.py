"""Which columns of the items are texts, numbers or categories, and which are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from weaklabel.core import Items
from weaklabel.errors import ItemsError, wrong_value

__all__ = ["ColumnRoles", "column_roles"]

#: A column with more distinct values says who an item is, not what kind it is.
_MOST_CATEGORIES = 50
#: Under this name Arrow keeps the row labels of a data frame.
_PANDAS_INDEX = "__index_level_"
#: Mean number of words from which a column reads as text; names and dates have fewer.
_FEWEST_WORDS = 3.0
#: Mean length of a text in a script without spaces.
_FEWEST_CHARACTERS = 8.0


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Names of the columns by what they are used as, each in the order of the table."""

    texts: tuple[str, ...]
    numbers: tuple[str, ...]
    categories: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.texts or self.numbers or self.categories)


def column_roles(
    items: Items, text_columns: Sequence[str] | None = None, ignore_columns: Sequence[str] = ()
) -> ColumnRoles:
    """Return which columns are texts, numbers and categories.

    Parameters
    ----------
    items : Items
        The items.
    text_columns : sequence of str, optional
        The text columns; by default string columns of three words or more on
        average, or, where no column is usable, every string column but the ids.
    ignore_columns : sequence of str
        Columns that must not be used, such as one with gold labels.

    Returns
    -------
    ColumnRoles
        Numbers and booleans are numbers; strings with at most 50 distinct
        values, at least two items to a value, are categories. Ids, timestamps,
        lists and other types have no role.

    Raises
    ------
    ItemsError
        If a named column does not exist, or a text column holds no strings.
    """
    named = _check_named(items, text_columns, "text_columns")
    ignored = set(_check_named(items, ignore_columns, "ignore_columns"))
    roles: dict[str, list[str]] = {"text": list(named), "number": [], "category": [], "name": []}
    for name in items.column_names:
        if name in ignored or name in named or name.startswith(_PANDAS_INDEX):
            continue
        role = _role(items, name)
        if role == "text" and text_columns is not None:
            continue
        if role is not None:
            roles[role].append(name)
    if text_columns is None and not any(roles[r] for r in ("text", "number", "category")):
        roles["text"] = roles["name"]
    return ColumnRoles(tuple(roles["text"]), tuple(roles["number"]), tuple(roles["category"]))


def _check_named(items: Items, columns: Sequence[str] | None, argument: str) -> tuple[str, ...]:
    names = (columns,) if isinstance(columns, str) else tuple(columns or ())
    for name in names:
        if name not in items.column_names:
            shown = ", ".join(repr(c) for c in items.column_names)
            raise ItemsError(wrong_value(argument, name, f"one of {shown}", "Check the spelling."))
        kind = items.table.schema.field(name).type
        if argument == "text_columns" and not (_is_string(kind) or pa.types.is_null(kind)):
            raise ItemsError(
                wrong_value(
                    f"type of text column {name!r}",
                    str(kind),
                    "string",
                    "Leave it out of text_columns; numbers are used as numbers.",
                )
            )
    return names


def _role(items: Items, name: str) -> str | None:
    column = items.table.column(name)
    kind = column.type
    if column.null_count == len(column) or _holds_ids(items, column):
        return None
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or _is_real(kind):
        return "number"
    if not _is_string(kind):
        return None
    return _role_of_strings(column.cast(pa.large_string()).drop_null())


def _role_of_strings(values: Any) -> str:
    n_distinct = pc.count_distinct(values).as_py()
    words = pc.mean(pc.count_substring(pc.utf8_trim_whitespace(values), " ")).as_py() + 1
    if words >= _FEWEST_WORDS and 2 * n_distinct > min(len(values), 2 * _MOST_CATEGORIES):
        return "text"
    if n_distinct <= _MOST_CATEGORIES and 2 * n_distinct <= len(values):
        return "category"
    length = pc.mean(pc.utf8_length(values)).as_py()
    n_bytes = pc.mean(pc.binary_length(values)).as_py()
    foreign = n_bytes >= 2 * length  # scripts without spaces take three bytes a character
    return "text" if foreign and length >= _FEWEST_CHARACTERS else "name"


def _holds_ids(items: Items, column: Any) -> bool:
    """Whether the column repeats the item ids, whatever its name."""
    first = column[0].as_py()
    if str(first) != str(items.item_ids[0]):
        return False
    return bool([str(v) for v in column.to_pylist()] == items.item_ids.tolist())


def _is_real(kind: Any) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_string(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_string(kind.value_type)
    return any(
        test(kind)
        for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    )
