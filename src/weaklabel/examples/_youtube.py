"""load_youtube: the YouTube Spam Collection, real comments, from a folder or the archive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from weaklabel.core import LabelSchema
from weaklabel.errors import FileFormatError, ItemsError, wrong_value
from weaklabel.examples._example import Example, lf_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["load_youtube"]

_URL = "https://archive.ics.uci.edu/static/public/380/youtube+spam+collection.zip"
# SHA-256 of the five files of the archive.
_SHA256 = {
    "Youtube01-Psy.csv": "19797e6c77690e3c8809cfd2853ae7341390636367ba66cf5d4f4083f0b88535",
    "Youtube02-KatyPerry.csv": "902c614f8ef24f987d6f614d7e6111aa5160b89a0646b68e007bd6044a3d123b",
    "Youtube03-LMFAO.csv": "702ef589860a1831956f527760a3d9737ef8a07ab36c7de35b92b8898b8c3928",
    "Youtube04-Eminem.csv": "92f54eb6b22fdf3b7ae85e1f500e5aa7442edd025e504b988a97078756187e76",
    "Youtube05-Shakira.csv": "1d8ab47b71e8037c51183b2fc62f0591a48a4b54f3a4f5d9d3043113b274e98e",
}
_COLUMNS = ("COMMENT_ID", "AUTHOR", "DATE", "CONTENT", "CLASS")


def load_youtube(
    folder: str | os.PathLike[str] | None = None, cache: str | os.PathLike[str] | None = None
) -> Example:
    """Return the YouTube Spam Collection: 1,953 real comments under five music videos.

    Three comments stand in the files twice, equal in every column; the second
    copy is left out, so that COMMENT_ID identifies an item.

    Parameters
    ----------
    folder : path, optional
        Where the five CSV files are. By default they are downloaded from the UCI
        archive into `cache` once; every file must have the known SHA-256.
    cache : path, optional
        Where to keep the download; by default weaklabel/youtube in the user's
        cache folder (XDG_CACHE_HOME, else ~/.cache).

    Returns
    -------
    Example
        Columns COMMENT_ID, AUTHOR, DATE, CONTENT as in the files, "file", and
        "text", which is CONTENT; classes ham and spam. CLASS (1 is spam) is the
        gold and no column, so that nothing learns from it by accident.

    Raises
    ------
    ItemsError
        If a file or a column is missing, or the download fails.
    FileFormatError
        If a downloaded file is not the known one, or CLASS is neither 0 nor 1.
    WriteError
        If the download cannot be stored.

    References
    ----------
    .. [1] T. Alberto and J. Lochter, "YouTube Spam Collection", UCI Machine
       Learning Repository, 2015. https://doi.org/10.24432/C58885
    """
    import numpy as np

    from weaklabel.core import as_items

    if folder is None:
        folder = _default_cache() if cache is None else Path(cache)
        if not all((Path(folder) / name).is_file() for name in _SHA256):
            from weaklabel.examples._download import download_zip

            download_zip(_URL, _SHA256, Path(folder))
    schema = LabelSchema(["ham", "spam"])
    table, classes = _comments_and_classes(_read(Path(folder)))
    return Example(
        name="youtube",
        items=as_items(table, "COMMENT_ID"),
        gold=np.array(classes, dtype=schema.dtype),
        schema=schema,
        description="Real comments under five music videos: advertising (spam) or not (ham).",
        lf_file=lf_file("youtube_spam"),
    )


def _default_cache() -> Path:
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "weaklabel" / "youtube"


def _read(folder: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv

    tables = []
    for name in _SHA256:
        path = folder / name
        if not path.is_file():
            raise ItemsError(
                f"{path} does not exist. Name the folder that has {', '.join(_SHA256)}."
            )
        try:
            table = pyarrow.csv.read_csv(
                path,
                parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={c: pa.string() for c in _COLUMNS}, strings_can_be_null=False
                ),
            ).select(_COLUMNS)
        except (pa.ArrowInvalid, KeyError) as error:
            raise ItemsError(
                f"{path} is not a file of the collection: {error}. "
                f"Its columns must be {', '.join(_COLUMNS)}."
            ) from error
        tables.append(table.append_column("file", pa.array([name] * table.num_rows)))
    return pa.concat_tables(tables)


def _comments_and_classes(table: pa.Table) -> tuple[pa.Table, list[int]]:
    import pyarrow as pa

    rows = list(zip(*(table.column(c).to_pylist() for c in _COLUMNS), strict=True))
    first: dict[tuple[str, ...], int] = {}
    for i, row in enumerate(rows):
        first.setdefault(row, i)
    for row in first:
        if row[-1] not in ("0", "1"):
            raise FileFormatError(wrong_value(f"CLASS of comment {row[0]}", row[-1], "0 or 1"))
    kept = table.take(pa.array(list(first.values()))).drop_columns(["CLASS"])
    return kept.append_column("text", kept.column("CONTENT")), [int(row[-1]) for row in first]
