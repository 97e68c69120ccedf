"""The readers of one whole table file each: CSV, JSONL and Parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from weaklabel.errors import FileFormatError
from weaklabel.table_files._formats import json_text, parse_object

__all__ = ["read_csv", "read_jsonl", "read_parquet"]

_LARGEST_BLOCK = 2**31 - 1  # Arrow counts the bytes of a block in int32


def read_csv(path: Path, as_text: set[str]) -> pa.Table:
    """Return a CSV file (tabs between the cells of a .tsv), every column as text.

    The whole file is one block, so that a long cell or a late change of a
    column's type cannot fall on a block's border.
    """
    del as_text  # every column is text here; csv_type decides later, over all files
    content = _read_utf8(path)
    if not content.strip():
        raise FileFormatError(f"{path} is empty, must have a header line and rows.")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    _check_quotes(path, content, delimiter)
    data = content.encode()
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(data),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=min(len(data) + 1, _LARGEST_BLOCK)
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                default_column_type=pa.string(), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise FileFormatError(
            f"{path} is no well-formed CSV file: {_first_line(error)}. "
            "Give every row as many cells as the header, and quote cells that hold commas."
        ) from error


def read_jsonl(path: Path, as_text: set[str]) -> pa.Table:
    """Return a file with one JSON object on each line; absent keys are nulls."""
    lines = _read_utf8(path).split("\n")  # not splitlines: U+2028 may stand inside a string
    rows = {n: parse_object(path, n, line) for n, line in enumerate(lines, 1) if line.strip()}
    if not rows:
        raise FileFormatError(f"{path} is empty, must have one JSON object on each line.")
    names = list(dict.fromkeys(key for row in rows.values() for key in row))
    return pa.table({name: _json_column(path, name, rows, name in as_text) for name in names})


def read_parquet(path: Path, as_text: set[str]) -> pa.Table:
    """Return a Parquet file."""
    del as_text
    try:
        return pyarrow.parquet.ParquetFile(path).read()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise FileFormatError(
            f"{path} cannot be read as Parquet, it is truncated or of another format: "
            f"{_first_line(error)}. Write or copy the file again."
        ) from error


def _read_utf8(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{path} is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}. "
            "Save the file as UTF-8."
        ) from error


def _check_quotes(path: Path, content: str, delimiter: str) -> None:
    """Raise if a quoted cell never ends: Arrow would take the rest of the file for that cell."""
    if content.count('"') % 2 == 0:
        return
    start = 1
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            start = reader.line_num + 1
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            raise FileFormatError(
                f"{path} is no well-formed CSV file: a quoted cell in the row that starts on "
                f"line {start} never ends. Close the quote, or copy the whole file again."
            ) from error


def _json_column(path: Path, name: str, rows: dict[int, dict[str, Any]], text: bool) -> pa.Array:
    values = [row.get(name) for row in rows.values()]
    if text:
        values = [json_text(path, name, n, value) for n, value in zip(rows, values, strict=True)]
    try:
        return pa.array(values, type=pa.string() if text else None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError) as error:
        raise FileFormatError(
            f"{path} field {name!r} cannot be made into a column: {_first_line(error)}. "
            "Give the field one type on every line, or name it in text_columns."
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
