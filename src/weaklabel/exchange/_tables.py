"""read_items: one or many CSV, JSONL or Parquet files as items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weaklabel.core import Items, as_items
from weaklabel.errors import ItemsError, wrong_value
from weaklabel.table_files import PathLike, csv_type, find_files, typed_csv_column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_items"]


def read_items(
    files: PathLike | Iterable[PathLike],
    *,
    id_column: str | None = None,
    text_columns: Sequence[str] = (),
) -> Items:
    """Return the rows of `files` as items, in the order of the files.

    Parameters
    ----------
    files : path or glob pattern, or several of them
        The suffix tells the format: .csv and .tsv (UTF-8, with or without a byte
        order mark, one header line, quoted cells may hold line breaks), .jsonl and
        .ndjson (one object on each line), .parquet. A pattern stands for the files
        it matches, sorted by name; a file named twice is read once.
    id_column : str, optional
        The column with the user's own ids. By default a column "item_id" where
        there is one, else a hash of each row's content.
    text_columns : sequence of str
        Columns to read as text, whatever they look like: "007" stays "007", an
        empty CSV cell is "", and a null in JSONL or Parquet stays a null.

    Returns
    -------
    Items
        The columns of all files; null where a file lacks a column that another
        has. A CSV column is boolean or a number where every non-empty cell of
        every CSV file is one and no cell has a leading zero, else text.

    Raises
    ------
    ItemsError
        If a file does not exist, has no rows, lacks the id column or a text
        column, or holds a column as another type than the other files; or if an
        id is missing or occurs twice.
    FileFormatError
        If a file is empty, damaged, not UTF-8, or of an unknown format.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "comments.csv"
    >>> _ = path.write_text('key,text,likes\\n007,"hi,\\nyou",3\\n008,,\\n', encoding="utf-8")
    >>> items = read_items(path, id_column="key", text_columns=["text"])
    >>> items.item_ids.tolist(), items.column("text"), items.column("likes")
    (['007', '008'], ['hi,\\nyou', ''], [3, None])
    """
    import pyarrow as pa

    if isinstance(text_columns, str):
        raise ItemsError(
            wrong_value(
                "text_columns",
                text_columns,
                "a list of column names",
                f"Write [{text_columns!r}].",
            )
        )
    paths = find_files(files)
    as_text = {*text_columns, "item_id" if id_column is None else id_column}
    tables = [_readers()[path.suffix.lower()](path, as_text) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        _check_table(path, table, id_column, text_columns)
    tables = _infer_csv_types(paths, tables, as_text)
    tables = [_with_texts(path, table, as_text) for path, table in zip(paths, tables, strict=True)]
    try:
        joined = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise ItemsError(_conflicting_types(paths, tables, error)) from error
    return as_items(joined, id_column)


def _readers() -> dict[str, Callable[[Path, set[str]], pa.Table]]:
    from weaklabel.exchange import _table_formats as formats

    return {
        ".csv": formats.read_csv,
        ".tsv": formats.read_csv,
        ".jsonl": formats.read_jsonl,
        ".ndjson": formats.read_jsonl,
        ".parquet": formats.read_parquet,
    }


def _check_table(
    path: Path, table: pa.Table, id_column: str | None, text_columns: Sequence[str]
) -> None:
    names = table.column_names
    repeated = [name for i, name in enumerate(names) if names.index(name) != i]
    if repeated:
        raise ItemsError(f"{path} has two columns {repeated[0]!r}, must have distinct names.")
    needed = {name: f"text column {name!r}" for name in text_columns}
    if id_column is not None:
        needed[id_column] = f"id column {id_column!r}"
    for name, what in needed.items():
        if name not in names:
            shown = ", ".join(repr(c) for c in names)
            raise ItemsError(
                f"{path} lacks the {what}; its columns are {shown}. "
                "Name another column, or leave the file out."
            )
    if table.num_rows == 0:
        raise ItemsError(f"{path} has no rows, must have at least one. Leave the file out.")


def _infer_csv_types(
    paths: list[Path], tables: list[pa.Table], as_text: set[str]
) -> list[pa.Table]:
    is_csv = [path.suffix.lower() in (".csv", ".tsv") for path in paths]
    columns: dict[str, list[pa.ChunkedArray]] = {}
    for table in (t for t, csv in zip(tables, is_csv, strict=True) if csv):
        for name in set(table.column_names) - as_text:
            columns.setdefault(name, []).append(table.column(name))
    types = {name: csv_type(parts) for name, parts in columns.items()}
    return [
        _map_columns(table, lambda name, column: typed_csv_column(column, types.get(name)))
        if csv
        else table
        for table, csv in zip(tables, is_csv, strict=True)
    ]


def _with_texts(path: Path, table: pa.Table, as_text: set[str]) -> pa.Table:
    import pyarrow as pa

    def to_text(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        if name not in as_text or pa.types.is_string(column.type):
            return column
        try:
            return column.cast(pa.string())
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise ItemsError(
                f"column {name!r} of {path} holds {column.type}, must be text or numbers. "
                "Name another column."
            ) from error

    return _map_columns(table, to_text)


def _map_columns(
    table: pa.Table, change: Callable[[str, pa.ChunkedArray], pa.ChunkedArray]
) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: change(name, table.column(name)) for name in table.column_names})


def _conflicting_types(paths: list[Path], tables: list[pa.Table], error: Exception) -> str:
    import pyarrow as pa

    first: dict[str, tuple[Path, pa.Field]] = {}
    for path, table in zip(paths, tables, strict=True):
        for field in table.schema:
            other_path, other = first.setdefault(field.name, (path, field))
            try:
                pa.unify_schemas(
                    [pa.schema([other]), pa.schema([field])], promote_options="permissive"
                )
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                return (
                    f"column {field.name!r} is {other.type} in {other_path} and {field.type} in "
                    f"{path}, must be of one type. Convert it, or name it in text_columns."
                )
    return f"The files cannot be joined: {error}. Give each column one type."
