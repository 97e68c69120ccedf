"""scan_tables: CSV, JSONL and Parquet files as one stream of rows of one type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from weaklabel.errors import ItemsError
from weaklabel.table_files._csv_types import CsvType
from weaklabel.table_files._find import is_csv
from weaklabel.table_files._read_errors import in_words
from weaklabel.table_files._shared_columns import conformed, shared_schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TableStream", "rechunked", "scan_tables"]

#: Bytes of JSONL files up to which what the first look parsed is kept: to parse it again
#: would take nearly as long as the first time, where CSV takes a fifth.
_KEEP_BYTES = 256 * 2**20


class TableFile(Protocol):
    """A file that was looked through once: its columns, and how to read them."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def schema(self) -> pa.Schema:
        """Its columns; those of CSV as text, since all files together tell their types."""

    @property
    def n_rows(self) -> int:
        """Number of its rows."""

    def tables(self, columns: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
        """Yield some of its columns; in tables of at most `n_rows` rows if it is Parquet."""


@dataclass(frozen=True, slots=True, eq=False)
class TableStream:
    """Files with the columns and the types that all of them together have.

    Parameters
    ----------
    files : tuple of TableFile
        The files, in order.
    schema : pyarrow.Schema
        Columns of all files; a file that lacks one has nulls in it.
    n_rows : int
        Number of rows of all files.
    """

    files: tuple[TableFile, ...]
    schema: pa.Schema
    n_rows: int

    def tables(self, columns: Sequence[str], n_rows: int = 65_536) -> Iterator[pa.Table]:
        """Yield some columns in tables as the files give them: nothing is copied.

        Parameters
        ----------
        columns : sequence of str
            Names of `schema`.
        n_rows : int
            Most rows of a table that comes from Parquet.

        Raises
        ------
        FileFormatError
            If a file is damaged, or changed since it was scanned.
        """
        schema = self._chosen(columns)
        for file in self.files:
            present = [name for name in columns if name in file.schema.names]
            with in_words(file.path):
                for table in file.tables(present, n_rows):
                    yield conformed(table, schema, file.path)

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
        yield from rechunked(self.tables(columns, n_rows), self._chosen(columns), n_rows)

    def _chosen(self, columns: Sequence[str]) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([self.schema.field(name) for name in columns])


def scan_tables(
    paths: Sequence[Path],
    as_text: Iterable[str] = (),
    needed: Mapping[str, str] | None = None,
    *,
    keep_bytes: int = _KEEP_BYTES,
) -> TableStream:
    """Return the stream of `paths`, after one look through the files for their types.

    Parquet tells its types at the end of the file; of CSV and JSONL each cell is looked at,
    since the last one may be the one that makes a column text.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        What `find_files` found.
    as_text : iterable of str
        Columns that are read as text, whatever they look like.
    needed : mapping of str to str, optional
        Columns that every file must have, and what to call each: ``{"key": "id column"}``.
    keep_bytes : int
        Up to how many bytes of JSONL, all files together, what is parsed in this look is
        kept, so that it is not parsed again when it is read.

    Returns
    -------
    TableStream

    Raises
    ------
    FileFormatError
        If a file is empty or damaged.
    ItemsError
        If a file has no rows, a column twice, or lacks a column that is needed; if a column
        is of types that do not meet in one, or cannot be text where it has to.
    """
    text, types = frozenset(as_text), dict[str, CsvType]()
    keep = _bytes_of_jsonl(paths) <= keep_bytes
    files = []
    for path in paths:
        with in_words(path):
            files.append(_scan(path, text, types, keep))
        _check_file(files[-1], needed or {})
    schema = shared_schema([(file.path, file.schema) for file in files], types, text)
    return TableStream(tuple(files), schema, sum(file.n_rows for file in files))


def _bytes_of_jsonl(paths: Sequence[Path]) -> int:
    n_bytes = 0
    for path in paths:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            with in_words(path):
                n_bytes += path.stat().st_size
    return n_bytes


def _scan(path: Path, as_text: frozenset[str], types: dict[str, CsvType], keep: bool) -> TableFile:
    from weaklabel.table_files._csv_file import scan_csv
    from weaklabel.table_files._jsonl_file import scan_jsonl
    from weaklabel.table_files._parquet_file import scan_parquet

    if is_csv(path):
        return scan_csv(path, as_text, types)
    if path.suffix.lower() == ".parquet":
        return scan_parquet(path)
    return scan_jsonl(path, as_text, keep=keep)


def _check_file(file: TableFile, needed: Mapping[str, str]) -> None:
    names = file.schema.names
    repeated = [name for i, name in enumerate(names) if names.index(name) != i]
    if repeated:
        raise ItemsError(f"{file.path} has two columns {repeated[0]!r}, must have distinct names.")
    for name, what in needed.items():
        if name not in names:
            shown = ", ".join(map(repr, names))
            raise ItemsError(
                f"{file.path} lacks the {what} {name!r}; its columns are {shown}. "
                "Name another column, or leave the file out."
            )
    if file.n_rows == 0:
        raise ItemsError(f"{file.path} has no rows, must have at least one. Leave the file out.")


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
