"""The engine for files: CSV, JSONL and Parquet, streamed within a bound of memory."""

from __future__ import annotations

from collections.abc import Iterable

from weaklabel.apply.engines._stream import ItemStream
from weaklabel.table_files import PathLike, find_files, scan_tables

__all__ = ["stream_of_files"]


def stream_of_files(files: PathLike | Iterable[PathLike], id_column: str | None) -> ItemStream:
    """Return the rows of files as a stream of items, in the order of the files.

    Parameters
    ----------
    files : path, glob pattern or folder, or several of them
        As `find_files` takes them, folders too.
    id_column : str, optional
        The column with the user's ids; it is read as text, so that "007" stays "007".

    Raises
    ------
    ItemsError, FileFormatError
        As `find_files` and `scan_tables` say.
    """
    paths = find_files(files, folders=True)
    tables = scan_tables(
        paths,
        as_text=["item_id" if id_column is None else id_column],
        needed={} if id_column is None else {id_column: "id column"},
    )
    return ItemStream(tuple(tables.schema.names), tables.n_rows, tables.batches)
