"""The readers of one table file each, in pieces: CSV, JSONL and Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files._csv_types import CsvType, typed_csv_column

__all__ = [
    "CsvType",
    "csv_schema",
    "is_csv",
    "is_jsonl",
    "json_text",
    "parse_object",
    "read_csv",
    "read_jsonl",
    "read_parquet",
    "scan_csv",
    "scan_jsonl",
    "scan_parquet",
]

#: Lines of JSONL that become a table at a time.
_LINES = 16_384


def is_csv(path: Path) -> bool:
    """Return whether the suffix says CSV, with commas or tabs."""
    return path.suffix.lower() in (".csv", ".tsv")


def is_jsonl(path: Path) -> bool:
    """Return whether the suffix says one JSON object on each line."""
    return path.suffix.lower() in (".jsonl", ".ndjson")


def scan_csv(path: Path, types: dict[str, CsvType], block: int) -> int:
    """Return the number of rows of a CSV file, after adding its cells to `types`.

    Raises
    ------
    FileFormatError
        If the file is empty, or a quoted cell never ends.
    """
    _check_quotes(path)
    n_rows = 0
    with _open_csv(path, None, block) as reader:
        for name in reader.schema.names:
            types.setdefault(name, CsvType())
        for batch in reader:
            n_rows += batch.num_rows
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                types[name].add(pa.chunked_array([column]))
    return n_rows


def csv_schema(path: Path, types: dict[str, CsvType], as_text: set[str]) -> pa.Schema:
    """Return the columns of a CSV file under the types that all files together have."""
    with _open_csv(path, None, 2**20) as reader:
        names = reader.schema.names
    return pa.schema(
        [(name, pa.string() if name in as_text else types[name].wanted) for name in names]
    )


def read_csv(path: Path, schema: pa.Schema, block: int) -> Iterator[pa.Table]:
    """Yield the columns of `schema` that a CSV file has."""
    with _open_csv(path, None, block) as reader:
        present = [name for name in schema.names if name in reader.schema.names]
    with _open_csv(path, present, block) as reader:
        for batch in reader:
            table = pa.Table.from_batches([batch])
            columns = {n: typed_csv_column(table.column(n), schema.field(n).type) for n in present}
            yield pa.table(columns) if present else table


def scan_jsonl(path: Path, as_text: set[str]) -> tuple[pa.Schema, int]:
    """Return the columns of a JSONL file, under types that hold all values, and its rows."""
    schema, n_rows = pa.schema([]), 0
    for rows in _objects(path):
        n_rows += len(rows)
        names = list(dict.fromkeys(key for row in rows.values() for key in row))
        found = pa.table({name: _json_column(path, name, rows, None, as_text) for name in names})
        try:
            schema = pa.unify_schemas([schema, found.schema], promote_options="permissive")
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise FileFormatError(
                f"{path} has a field of different types: {str(error).splitlines()[0]}. "
                "Give each field one type on every line."
            ) from error
    return schema, n_rows


def read_jsonl(path: Path, schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the columns of `schema` of a JSONL file; absent keys are nulls."""
    text = {field.name for field in schema if pa.types.is_string(field.type)}
    for rows in _objects(path):
        columns = [_json_column(path, field.name, rows, field.type, text) for field in schema]
        yield pa.Table.from_arrays(columns, schema=schema)


def scan_parquet(path: Path) -> tuple[pa.Schema, int]:
    """Return the columns and the number of rows of a Parquet file, from its last bytes."""
    with pyarrow.parquet.ParquetFile(path) as file:
        return file.schema_arrow, int(file.metadata.num_rows)


def read_parquet(path: Path, schema: pa.Schema, n_rows: int) -> Iterator[pa.Table]:
    """Yield the columns of `schema` that a Parquet file has, some rows at a time."""
    # Without pre_buffer=False Arrow keeps every row group that it has read.
    with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
        present = [name for name in schema.names if name in file.schema_arrow.names]
        for batch in file.iter_batches(n_rows, columns=present):
            yield pa.Table.from_batches([batch])


def _open_csv(path: Path, columns: list[str] | None, block: int) -> pyarrow.csv.CSVStreamingReader:
    return pyarrow.csv.open_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(block_size=block),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter="\t" if path.suffix.lower() == ".tsv" else ",", newlines_in_values=True
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            default_column_type=pa.string(), strings_can_be_null=False, include_columns=columns
        ),
    )


def _check_quotes(path: Path) -> None:
    """Raise if a quoted cell never ends: Arrow would take the rest of the file for that cell."""
    with path.open("rb") as file:
        n_quotes = sum(piece.count(b'"') for piece in iter(lambda: file.read(2**20), b""))
    if n_quotes % 2:
        raise FileFormatError(
            f"{path} is no well-formed CSV file: a quoted cell never ends. "
            "Close the quote, or copy the whole file again."
        )


def _objects(path: Path) -> Iterator[dict[int, dict[str, Any]]]:
    """Yield the objects of a JSONL file by the number of their line, some at a time."""
    rows: dict[int, dict[str, Any]] = {}
    with path.open("rb") as file:  # lines end at \n only: U+2028 may stand inside a string
        for n, line in enumerate(file, 1):
            text = line.decode("utf-8-sig" if n == 1 else "utf-8")
            if text.strip():
                rows[n] = parse_object(path, n, text)
            if len(rows) >= _LINES:
                yield rows
                rows = {}
    if rows:
        yield rows


def parse_object(path: Path, n: int, line: str) -> dict[str, Any]:
    """Return the object on line `n` of a JSONL file, or raise FileFormatError."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{path} line {n} is no valid JSON: {error}. Write one JSON object on each line."
        ) from error
    if not isinstance(row, dict):
        raise FileFormatError(
            f"{path} line {n} is a JSON {type(row).__name__}, must be an object. "
            'Write one object such as {"text": "…"} on each line.'
        )
    return row


def _json_column(
    path: Path, name: str, rows: dict[int, dict[str, Any]], kind: Any, as_text: set[str]
) -> pa.Array:
    values = [row.get(name) for row in rows.values()]
    if name in as_text:
        values = [json_text(path, name, n, value) for n, value in zip(rows, values, strict=True)]
        kind = pa.string()
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError) as error:
        raise FileFormatError(
            f"{path} field {name!r} cannot be made into a column: "
            f"{str(error).splitlines()[0].rstrip('.')}. Give the field one type on every line."
        ) from error


def json_text(path: Path, name: str, n: int, value: object) -> str | None:
    """Return a JSON value as a text, None where it is missing; ItemsError if it is a list."""
    if value is None or value != value:
        return None
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ItemsError(
        f"{path} line {n}: field {name!r} is a {type(value).__name__}, must be text or a number. "
        "Name another column."
    )
