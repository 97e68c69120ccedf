"""read_items: one or many CSV, JSONL or Parquet files as items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from weaklabel.core import Items, as_items
from weaklabel.errors import ItemsError, wrong_value
from weaklabel.table_files import PathLike, find_files, scan_tables

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

    Notes
    -----
    CSV and JSONL files are looked through for their types before they are read; up to
    256 MiB of JSONL are parsed once for both.

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
    needed = dict.fromkeys(text_columns, "text column")
    if id_column is not None:
        needed[id_column] = "id column"
    as_text = {*text_columns, "item_id" if id_column is None else id_column}
    stream = scan_tables(find_files(files), as_text, needed)
    return as_items(pa.concat_tables(stream.tables(stream.schema.names)), id_column)
