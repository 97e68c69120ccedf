"""Items: the things to label, as an Arrow table with one explicit id for each row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import StringArray
from weaklabel.core._check import read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import STRING, check_item_ids
from weaklabel.errors import ItemsError, MissingDependencyError, wrong_value

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Items", "as_items", "content_ids"]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Items:
    """The things to label: a table and one distinct id for each row.

    Parameters
    ----------
    table : pyarrow.Table
        One row for each item.
    item_ids : iterable of str
        Distinct ids in the order of the rows.

    See Also
    --------
    as_items : makes items of data frames, dicts, or plain texts.

    Examples
    --------
    >>> items = as_items(["hello", "free money", "hello"])
    >>> items
    Items(3 items, columns: text)
    >>> items.column("text")
    ['hello', 'free money', 'hello']
    >>> len(set(items.item_ids.tolist()))
    3
    """

    table: pa.Table
    item_ids: StringArray

    def __init__(self, table: pa.Table, item_ids: Iterable[object]) -> None:
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "item_ids", check_item_ids(item_ids, table.num_rows))

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.table.num_rows)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.table.column_names)

    def column(self, name: str) -> list[Any]:
        """Return the values of a column as a list, None where one is missing.

        Raises ItemsError with the columns that exist if `name` is none of them.
        """
        if name not in self.table.column_names:
            shown = ", ".join(repr(c) for c in self.column_names)
            raise ItemsError(wrong_value("column", name, f"one of {shown}", "Name another column."))
        values: list[Any] = self.table.column(name).to_pylist()
        return values

    def texts(self, column: str = "text") -> list[str]:
        """Return a column as texts: "" where a value is missing, numbers in decimal."""
        return ["" if v is None or v != v else str(v) for v in self.column(column)]

    def take(self, positions: npt.ArrayLike) -> Items:
        """Return the items at `positions` (or where a mask is true), in that order."""
        index = np.asarray(positions)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index
        return Items(self.table.take(index), self.item_ids[index])

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame, item ids as index."""
        frame: pd.DataFrame = self.table.to_pandas()
        frame.index = self.item_ids.tolist()
        frame.index.name = "item_id"
        return frame

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        return f"Items({self.n_items} items, columns: {', '.join(self.column_names)})"

    def _repr_html_(self) -> str:
        names = self.column_names[:12]
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        shown = self.take(np.arange(min(self.n_items, 8)))
        columns = [shown.column(name) for name in names]
        rows = "".join(
            f"<tr><th>{escape(key)}</th>"
            + "".join(f"<td>{escape(str(column[i]), 200)}</td>" for column in columns)
            + "</tr>"
            for i, key in enumerate(shown.item_ids.tolist())
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th>{head}</tr>"
            f"</thead><tbody>{rows}</tbody></table></div>"
        )


def as_items(data: object, id_column: str | None = None) -> Items:
    """Return `data` as items.

    Parameters
    ----------
    data : Items, data frame, pyarrow.Table, sequence of str, or sequence of mapping
        A data frame of any library that Narwhals reads (pandas, Polars, Modin,
        DuckDB, Dask, …; lazy ones are collected); texts become the column "text".
    id_column : str, optional
        The column with the user's own ids. By default a column "item_id" where
        there is one, else a hash of each row's content (see `content_ids`).

    Returns
    -------
    Items

    Raises
    ------
    ItemsError
        If there is no item, the id column is missing, or an id is missing or
        occurs twice.

    Examples
    --------
    >>> as_items([{"key": 7, "text": "hi"}, {"key": 8, "text": None}], id_column="key").item_ids
    array(['7', '8'], dtype=StringDType())
    """
    if isinstance(data, Items) and id_column is None:
        return data
    table = data.table if isinstance(data, Items) else _to_arrow(data)
    if table.num_rows == 0:
        raise ItemsError(
            "items is empty, must have at least one row. Check the file or the filter."
        )
    if id_column is None:
        id_column = "item_id" if "item_id" in table.column_names else None
    elif id_column not in table.column_names:
        shown = ", ".join(repr(c) for c in table.column_names)
        raise ItemsError(
            wrong_value(
                "id_column",
                id_column,
                f"one of {shown}",
                "Name another column, or leave it out to use content hashes.",
            )
        )
    if id_column is None:
        return Items(table, content_ids(table))
    n_items = table.num_rows
    where = f"id column {id_column!r}"
    return Items(table, check_item_ids(table.column(id_column).to_pylist(), n_items, where))


def content_ids(table: pa.Table, seen: dict[str, int] | None = None) -> StringArray:
    """Return ids made from the content of each row.

    Parameters
    ----------
    table : pyarrow.Table
        One row for each item; all columns count, in the order of their names.
    seen : dict of str to int, optional
        How often each hash occurred before, which this call adds to: for a table that
        comes in parts.

    Returns
    -------
    numpy.ndarray of StringDType, shape (n_rows,)
        The 128-bit BLAKE2b hash of the row as 32 hexadecimal digits; the second
        and later rows of equal content get "-2", "-3", … in order.
    """
    names = sorted(table.column_names)
    prefix = "\x1e".join(names)
    columns = [table.column(name).to_pylist() for name in names]
    seen = {} if seen is None else seen
    ids = []
    for row in zip(*columns, strict=True):
        content = prefix + "\x1d" + "\x1f".join(map(repr, row))
        digest = hashlib.blake2b(
            content.encode("utf-8", "surrogatepass"), digest_size=16
        ).hexdigest()
        seen[digest] = ordinal = seen.get(digest, 0) + 1
        ids.append(digest if ordinal == 1 else f"{digest}-{ordinal}")
    return read_only(np.array(ids, dtype=STRING))


def _to_arrow(data: object) -> pa.Table:
    try:
        import narwhals as nw
        import pyarrow as pa
    except ImportError as error:  # pragma: no cover - both are dependencies of the package
        raise MissingDependencyError(
            f"{error.name} is not installed. Reinstall weaklabel."
        ) from error
    if isinstance(data, pa.Table):
        return _check_names(data)
    if isinstance(data, pa.RecordBatch):
        return _check_names(pa.Table.from_batches([data]))
    if isinstance(data, Mapping):
        return _check_names(pa.table({str(k): list(v) for k, v in data.items()}))
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _check_names(_from_sequence(data))
    if type(data).__module__.startswith("dask."):
        data = data.compute()  # type: ignore[attr-defined]  # Narwhals leaves Dask to a plug-in
    try:
        frame: Any = nw.from_native(data)
    except TypeError:
        raise ItemsError(
            f"items is a {type(data).__name__}, must be a data frame, an Arrow table, "
            "a list of texts or a list of dicts."
        ) from None
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return _check_names(eager.to_arrow().select(eager.columns))  # without a pandas index


def _from_sequence(data: Sequence[object]) -> pa.Table:
    import pyarrow as pa

    if all(value is None or isinstance(value, str) for value in data):
        return pa.table({"text": pa.array(data, type=pa.string())})
    for i, value in enumerate(data):
        if not isinstance(value, Mapping):
            raise ItemsError(
                wrong_value(
                    f"items[{i}]", value, "a text in a list of texts, or a dict in a list of dicts"
                )
            )
    names = list(dict.fromkeys(str(key) for row in data if isinstance(row, Mapping) for key in row))
    try:
        return pa.table(
            {name: [row.get(name) for row in data if isinstance(row, Mapping)] for name in names}
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ItemsError(
            f"items cannot be made into a table: {error}. Give each field one type."
        ) from error


def _check_names(table: pa.Table) -> pa.Table:
    seen: set[str] = set()
    for name in table.column_names:
        if name in seen:
            raise ItemsError(
                f"items has two columns {name!r}, must have distinct names. Rename one."
            )
        seen.add(name)
    return table
