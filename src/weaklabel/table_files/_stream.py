"""scan_tables: CSV, JSONL and Parquet files as one stream of record batches of one type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from weaklabel.errors import FileFormatError, ItemsError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TableStream", "rechunked", "scan_tables"]

#: Bytes of a CSV file that are parsed at a time; a single row may not be longer.
_CSV_BLOCK = 16 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class TableStream:
    """Files with the columns and the types that all of them together have.

    Parameters
    ----------
    paths : tuple of pathlib.Path
        The files, in order.
    schema : pyarrow.Schema
        Columns of all files; a file that lacks one has nulls in it.
    n_rows : int
        Number of rows of all files.
    """

    paths: tuple[Path, ...]
    schema: pa.Schema
    n_rows: int

    def batches(self, columns: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield some columns in record batches of `n_rows` rows, only the last one shorter.

        Where a batch begins depends on the rows alone and not on row groups, blocks or
        files, so that the same rows make the same batches.

        Parameters
        ----------
        columns : sequence of str
            Names of `schema`.
        n_rows : int
            Rows of each batch.

        Raises
        ------
        FileFormatError
            If a file is damaged, or changed since it was scanned.
        """
        import pyarrow as pa

        schema = pa.schema([self.schema.field(name) for name in columns])
        pieces = (
            _conformed(table, schema, path)
            for path in self.paths
            for table in _read(path, schema, n_rows)
        )
        yield from rechunked(pieces, schema, n_rows)


def scan_tables(paths: Sequence[Path], as_text: Iterable[str] = ()) -> TableStream:
    """Return the stream of `paths`, after one look through the files for their types.

    Parquet tells its types at the end of the file; of CSV and JSONL each cell is looked at,
    since the last one may be the one that makes a column text.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        What `find_files` found.
    as_text : iterable of str
        Columns that are read as text, whatever they look like.

    Returns
    -------
    TableStream

    Raises
    ------
    FileFormatError
        If a file is empty or damaged.
    ItemsError
        If a file has no rows or a column twice, or files have a column of different types.
    """
    import pyarrow as pa

    from weaklabel.table_files import _formats as formats

    text = set(as_text)
    csv_types: dict[str, formats.CsvType] = {}
    found: list[tuple[pa.Schema | None, int]] = []
    for path in paths:
        with _in_words(path):
            if formats.is_csv(path):
                found.append((None, formats.scan_csv(path, csv_types, _CSV_BLOCK)))
            elif formats.is_jsonl(path):
                found.append(formats.scan_jsonl(path, text))
            else:
                found.append(formats.scan_parquet(path))
        if found[-1][1] == 0:
            raise ItemsError(f"{path} has no rows, must have at least one. Leave the file out.")
    schemas = [
        formats.csv_schema(path, csv_types, text) if schema is None else schema
        for path, (schema, _) in zip(paths, found, strict=True)
    ]
    joined = _unified(paths, schemas)
    for name in text & set(joined.names):
        at = joined.get_field_index(name)
        joined = joined.set(at, pa.field(name, pa.string()))
    return TableStream(tuple(paths), joined, sum(n for _, n in found))


def _unified(paths: Sequence[Path], schemas: Sequence[pa.Schema]) -> pa.Schema:
    import pyarrow as pa

    first: dict[str, tuple[Path, pa.Field]] = {}
    for path, schema in zip(paths, schemas, strict=True):
        repeated = [name for name in schema.names if schema.names.count(name) > 1]
        if repeated:
            raise ItemsError(f"{path} has two columns {repeated[0]!r}, must have distinct names.")
        for field in schema.remove_metadata():
            other_path, other = first.setdefault(field.name, (path, field))
            try:
                pair = [pa.schema([other]), pa.schema([field])]
                both = pa.unify_schemas(pair, promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                raise ItemsError(
                    f"column {field.name!r} is {other.type} in {other_path} and {field.type} in "
                    f"{path}, must be of one type. Convert it in one of the files."
                ) from error
            first[field.name] = (other_path, both.field(0))
    return pa.schema([field for _, field in first.values()])


def _read(path: Path, schema: pa.Schema, n_rows: int) -> Iterator[pa.Table]:
    from weaklabel.table_files import _formats as formats

    with _in_words(path):
        if formats.is_csv(path):
            yield from formats.read_csv(path, schema, _CSV_BLOCK)
        elif formats.is_jsonl(path):
            yield from formats.read_jsonl(path, schema)
        else:
            yield from formats.read_parquet(path, schema, n_rows)


def _conformed(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    """Return `table` with the columns of `schema`, nulls where it lacks one."""
    import pyarrow as pa

    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table.column(field.name)
        if column.type != field.type:
            with _in_words(path):
                column = column.cast(field.type)
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=schema)


def rechunked(
    tables: Iterable[pa.Table], schema: pa.Schema, n_rows: int
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `tables` in record batches of `n_rows` rows, only the last one shorter.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        All with the columns of `schema`.
    schema : pyarrow.Schema
        The columns.
    n_rows : int
        Rows of each batch, at least 1.
    """
    held: list[pa.Table] = []
    n_held = 0
    for table in tables:
        start = 0
        while n_held + table.num_rows - start >= n_rows:
            taken = table.slice(start, n_rows - n_held)
            yield _one_batch([*held, taken], schema)
            start += taken.num_rows
            held, n_held = [], 0
        if start < table.num_rows:
            held.append(table.slice(start))
            n_held += table.num_rows - start
    if n_held:
        yield _one_batch(held, schema)


def _one_batch(tables: list[pa.Table], schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    arrays = [
        pa.concat_arrays([chunk for table in tables for chunk in table.column(name).chunks])
        for name in schema.names
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what Arrow and the system raise of a file into an error that names it."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = lines[0].rstrip(".")
        if "straddling" in reason:
            reason = f"a row is longer than {_CSV_BLOCK // 2**20} MiB, or a quote is never closed"
        raise FileFormatError(
            f"{path} cannot be read, it is damaged or no {path.suffix.lower()} file: {reason}. "
            "Write or copy the file again."
        ) from error
