"""CsvFile: a CSV file that was looked through once, for the types of its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from weaklabel.errors import FileFormatError
from weaklabel.table_files._csv_types import CsvType
from weaklabel.table_files._quotes import check_quotes, has_odd_quotes
from weaklabel.table_files._read_errors import first_line
from weaklabel.table_files._utf8 import check_utf8

__all__ = ["CsvFile", "scan_csv"]

#: Bytes that are parsed at a time; more where a single row is longer.
_BLOCK = 16 * 2**20
_LARGEST_BLOCK = 2**31 - 1  # Arrow counts the bytes of a block in int32


@dataclass(frozen=True, slots=True, eq=False)
class CsvFile:
    """A CSV file (tabs between the cells of a .tsv) that was looked through once.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    schema : pyarrow.Schema
        Its columns, all of them text.
    n_rows : int
        Number of rows under the header.
    block : int
        Bytes that are parsed at a time.
    """

    path: Path
    schema: pa.Schema
    n_rows: int
    block: int

    def tables(self, columns: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
        """Yield some of its columns as text, in tables as large as its blocks."""
        del n_rows
        with _open(self.path, list(columns), self.block) as reader:
            for batch in reader:
                yield pa.Table.from_batches([batch])


def scan_csv(
    path: Path,
    as_text: frozenset[str],
    types: dict[str, CsvType],
    *,
    block: int = _BLOCK,
) -> CsvFile:
    """Return a CSV file, after adding its cells to `types`.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    as_text : frozenset of str
        Columns that are text, whatever they look like; not added to `types`.
    types : dict of str to CsvType
        What the cells of each column can be; changed.
    block : int
        Bytes to parse at a time, to begin with.

    Raises
    ------
    FileFormatError
        If the file is empty or not UTF-8, a quoted cell never ends, a row has another
        number of cells than the header, or is longer than 2 GiB.
    """
    largest = max(block, min(path.stat().st_size + 1, _LARGEST_BLOCK))
    while True:
        try:
            file, last_cell = _scanned(path, as_text, types, block)
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            _check_content(path, error)
            if "straddling" not in str(error) or block == largest:
                raise _malformed(path, error) from error
            block = min(4 * block, largest)
        else:
            if not "".join(file.schema.names).strip():
                raise FileFormatError(
                    f"{path} has a blank first line, must name the columns there. Add a header."
                )
            # An open quote makes the rest of the file one cell, without a word of Arrow.
            if "\n" in last_cell or "\r" in last_cell or has_odd_quotes(path):
                check_quotes(path, _delimiter(path))
            return file


def _scanned(
    path: Path, as_text: frozenset[str], types: dict[str, CsvType], block: int
) -> tuple[CsvFile, str]:
    """Return the file, and the last cell of its last row."""
    n_rows, last_cell = 0, ""
    with _open(path, None, block) as reader:
        schema = reader.schema
        for batch in reader:
            for name, column in zip(schema.names, batch.columns, strict=True):
                if name not in as_text:
                    types.setdefault(name, CsvType()).add(pa.chunked_array([column]))
            n_rows += batch.num_rows
            last_cell = batch.columns[-1][-1].as_py() if batch.num_rows else last_cell
    return CsvFile(path, schema, n_rows, block), last_cell


def _open(path: Path, columns: list[str] | None, block: int) -> pyarrow.csv.CSVStreamingReader:
    return pyarrow.csv.open_csv(
        path,
        # Threads gain nothing here, and without them an error tells the number of the row.
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=block),
        parse_options=pyarrow.csv.ParseOptions(delimiter=_delimiter(path), newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            default_column_type=pa.string(), strings_can_be_null=False, include_columns=columns
        ),
    )


def _delimiter(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _check_content(path: Path, error: Exception) -> None:
    """Raise what is wrong with the content, where it is one thing that Arrow has no word for."""
    if "Empty CSV file" in str(error):
        raise FileFormatError(f"{path} is empty, must have a header line and rows.") from error
    check_utf8(path)
    check_quotes(path, _delimiter(path))


def _malformed(path: Path, error: Exception) -> FileFormatError:
    reason = first_line(error)
    if "straddling" in reason:
        reason = f"a row is longer than {_LARGEST_BLOCK} bytes"
    return FileFormatError(
        f"{path} is no well-formed CSV file: {reason}. "
        "Give every row as many cells as the header, and quote cells that hold commas."
    )
