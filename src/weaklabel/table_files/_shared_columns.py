"""shared_schema: the columns and types that files together have, and tables brought to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files._csv_types import CsvType, typed_csv_column
from weaklabel.table_files._find import is_csv
from weaklabel.table_files._read_errors import first_line

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["conformed", "shared_schema"]


def shared_schema(
    schemas: Sequence[tuple[Path, pa.Schema]],
    csv_types: Mapping[str, CsvType],
    as_text: Collection[str],
) -> pa.Schema:
    """Return the columns of all files, under types that hold the values of each.

    Parameters
    ----------
    schemas : sequence of (pathlib.Path, pyarrow.Schema)
        The columns of each file; the types of CSV files are taken from `csv_types`.
    csv_types : mapping of str to CsvType
        What the cells of all CSV files can be.
    as_text : collection of str
        Columns that are text, whatever they look like.

    Raises
    ------
    ItemsError
        If a column is of types that do not meet in one, or cannot be text where it has to.
    """
    import pyarrow as pa

    first: dict[str, tuple[Path, pa.Field]] = {}
    for path, schema in schemas:
        for field in schema:
            wanted = _wanted(field, path, csv_types, as_text)
            other_path, other = first.setdefault(field.name, (path, wanted))
            try:
                pair = [pa.schema([other]), pa.schema([wanted])]
                both = pa.unify_schemas(pair, promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                raise ItemsError(
                    f"column {field.name!r} is {other.type} in {other_path} and {wanted.type} in "
                    f"{path}, must be of one type. Convert it in one of the files, or read it as "
                    f"text: read_items(…, text_columns=[{field.name!r}])."
                ) from error
            first[field.name] = (other_path, both.field(0))
    return pa.schema([field for _, field in first.values()])


def conformed(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    """Return `table` with the columns of `schema`, nulls where it lacks one."""
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table.column(field.name)
        columns.append(column if column.type == field.type else _cast(column, field, path))
    return pa.Table.from_arrays(columns, schema=schema)


def _wanted(
    field: pa.Field, path: Path, csv_types: Mapping[str, CsvType], as_text: Collection[str]
) -> pa.Field:
    import pyarrow as pa

    if field.name in as_text:
        _check_can_be_text(field, path)
        return field.with_type(pa.string())
    return field.with_type(csv_types[field.name].wanted) if is_csv(path) else field


def _check_can_be_text(field: pa.Field, path: Path) -> None:
    import pyarrow as pa

    try:
        pa.array([], field.type).cast(pa.string())
    except pa.ArrowNotImplementedError as error:
        raise ItemsError(
            f"column {field.name!r} of {path} holds {field.type}, must be text or numbers. "
            "Name another column."
        ) from error


def _cast(column: pa.ChunkedArray, field: pa.Field, path: Path) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        if is_csv(path):
            return typed_csv_column(column, field.type)
        if pa.types.is_nested(field.type):  # Arrow before 19 casts no struct to a wider one
            return pa.chunked_array([pa.array(column.to_pylist(), field.type)])
        return column.cast(field.type)
    except pa.ArrowException as error:
        raise FileFormatError(
            f"column {field.name!r} of {path} cannot be read as {field.type}: "
            f"{first_line(error)}. Give the column one type in all files; if the file was "
            "written meanwhile, read it again."
        ) from error
