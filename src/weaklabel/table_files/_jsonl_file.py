"""JsonlFile: a file of one JSON object on each line that was looked through once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files._utf8 import check_utf8

__all__ = ["JsonlFile", "scan_jsonl"]

#: Lines, and bytes, that become a table at a time.
_LINES = 16_384
_BYTES = 64 * 2**20

#: Objects by the number of their line.
_Rows = dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class JsonlFile:
    """A file of one JSON object on each line that was looked through once.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    schema : pyarrow.Schema
        Its columns, under types that hold all values.
    n_rows : int
        Number of objects.
    as_text : frozenset of str
        Columns that are read as text, whatever they look like.
    kept : tuple of pyarrow.Table, optional
        Its rows, if they were kept.
    """

    path: Path
    schema: pa.Schema
    n_rows: int
    as_text: frozenset[str]
    kept: tuple[pa.Table, ...] | None

    def tables(self, columns: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
        """Yield some of its columns, each table under the types that its own values have."""
        del n_rows
        if self.kept is not None:
            for table in self.kept:
                yield table.select([name for name in columns if name in table.column_names])
            return
        for rows in _objects(self.path):
            yield _table(self.path, rows, columns, self.as_text)


def scan_jsonl(path: Path, as_text: frozenset[str], *, keep: bool = False) -> JsonlFile:
    """Return a JSONL file with its columns; absent keys are nulls.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    as_text : frozenset of str
        Columns that are read as text, whatever they look like.
    keep : bool
        Whether to keep what is parsed, so that it is not parsed again.

    Raises
    ------
    FileFormatError
        If the file is empty or not UTF-8, a line is no JSON object, or a field has values
        of different types.
    ItemsError
        If a field of `as_text` holds a list or an object.
    """
    schema, n_rows = pa.schema([]), 0
    kept: list[pa.Table] = []
    for rows in _objects(path):
        names = list(dict.fromkeys(key for row in rows.values() for key in row))
        table = _table(path, rows, names, as_text)
        schema = _widened(path, schema, table.schema)
        n_rows += len(rows)
        kept += [table] if keep else []
    if not schema.names:
        raise FileFormatError(f"{path} is empty, must have one JSON object with keys on each line.")
    return JsonlFile(path, schema, n_rows, as_text, tuple(kept) if keep else None)


def _objects(path: Path) -> Iterator[_Rows]:
    """Yield the objects of a JSONL file, some at a time."""
    rows: _Rows = {}
    n_bytes = 0
    with path.open("rb") as file:  # lines end at \n only: U+2028 may stand inside a string
        for n, line in enumerate(file, 1):
            text = _decoded(path, line.removeprefix(b"\xef\xbb\xbf") if n == 1 else line)
            if not text.strip():
                continue
            rows[n] = _object(path, n, text)
            n_bytes += len(line)
            if len(rows) >= _LINES or n_bytes >= _BYTES:
                yield rows
                rows, n_bytes = {}, 0
    if rows:
        yield rows


def _decoded(path: Path, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        check_utf8(path)
        raise


def _object(path: Path, n: int, line: str) -> dict[str, Any]:
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


def _table(path: Path, rows: _Rows, names: Sequence[str], as_text: frozenset[str]) -> pa.Table:
    columns = {name: _column(path, rows, name, name in as_text) for name in names}
    if columns:
        return pa.table(columns)
    return pa.table({"": pa.nulls(len(rows))}).select([])  # rows without columns


def _column(path: Path, rows: _Rows, name: str, is_text: bool) -> pa.Array:
    values = [row.get(name) for row in rows.values()]
    if is_text:
        values = [_text(path, n, name, value) for n, value in zip(rows, values, strict=True)]
    try:
        return pa.array(values, pa.string() if is_text else None)
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError, OverflowError) as error:
        raise _mixed(path, name, str(error).splitlines()[0]) from error


def _text(path: Path, n: int, name: str, value: object) -> str | None:
    """Return a value as a text, None where it is missing."""
    if value is None or value != value:
        return None
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ItemsError(
        f"{path} line {n}: field {name!r} is a {type(value).__name__}, must be text or a number. "
        "Name another column."
    )


def _widened(path: Path, schema: pa.Schema, found: pa.Schema) -> pa.Schema:
    """Return the columns of both, under types that hold the values of both."""
    try:
        return pa.unify_schemas([schema, found], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        for name in found.names:
            pair = [pa.schema([one.field(name)]) for one in (schema, found) if name in one.names]
            try:
                pa.unify_schemas(pair, promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                kinds = " and ".join(str(one.field(name).type) for one in pair)
                raise _mixed(path, name, f"it is {kinds}") from error
        raise


def _mixed(path: Path, name: str, reason: str) -> FileFormatError:
    return FileFormatError(
        f"{path} field {name!r} cannot be made into a column: {reason.rstrip('.')}. Give the "
        f"field one type on every line, or read it as text: read_items(…, text_columns=[{name!r}])."
    )
