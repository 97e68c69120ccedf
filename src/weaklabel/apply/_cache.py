"""VoteCache: one Parquet column of votes for each version of a labeling function."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import ABSTAIN, CodeArray, Items, LabelSchema
from weaklabel.errors import DataWarning, FileFormatError, WriteError
from weaklabel.files import atomic_write
from weaklabel.lf import LabelingFunction

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CachedColumns", "VoteCache", "items_fingerprint"]

#: Counts in the name of every file, so that a change of the format reads no old file.
_FORMAT = "weaklabel votes 1"
_CHUNK = 65_536


class VoteCache:
    """Votes that were computed before, in a folder.

    A column is found again as long as the version of the labeling function, the
    items (all columns, ids and their order) and the classes are the same; its
    file is named after a hash of the three. Files are written whole or not at
    all, and one that cannot be read is recomputed. Deleting any file is safe.

    Parameters
    ----------
    folder : str or path
        Made when the first column is written.

    Examples
    --------
    >>> cache = VoteCache("votes")
    >>> cache
    VoteCache('votes')
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def path(self, lf_version: str, items: str, schema: LabelSchema) -> Path:
        """Return the file of one column.

        Parameters
        ----------
        lf_version : str
            The labeling function's version.
        items : str
            `items_fingerprint` of the items.
        schema : LabelSchema
            The classes, whose order gives the codes.
        """
        key = json.dumps([_FORMAT, lf_version, items, list(schema.classes)])
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.parquet"

    def load(
        self, lf_version: str, items: str, schema: LabelSchema, n_items: int
    ) -> CodeArray | None:
        """Return the codes of a column, or None where there is no readable file.

        Warns
        -----
        DataWarning
            If the file is damaged; the column is then computed again.
        """
        path = self.path(lf_version, items, schema)
        if not path.exists():
            return None
        import pyarrow as pa

        try:
            return _read(path, schema, n_items)
        except (pa.ArrowException, OSError, FileFormatError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            warnings.warn(
                f"cached votes in {path} cannot be read and are computed again: {reason}",
                DataWarning,
                stacklevel=2,
            )
            return None

    def store(self, lf_version: str, items: str, schema: LabelSchema, codes: CodeArray) -> None:
        """Write the codes of a column.

        Raises
        ------
        WriteError
            If the file cannot be written.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.path(lf_version, items, schema)
        metadata = {"weaklabel": _FORMAT, "key": path.stem}
        table = pa.table({"vote": pa.array(codes)}).replace_schema_metadata(metadata)
        with atomic_write(path) as temp:
            pq.write_table(table, temp, compression="zstd")

    def __repr__(self) -> str:
        return f"VoteCache({str(self.folder)!r})"


class CachedColumns:
    """The cache as one run sees it; does nothing where there is none."""

    def __init__(
        self, cache: VoteCache | str | os.PathLike[str] | None, items: Items, schema: LabelSchema
    ) -> None:
        self.cache = VoteCache(cache) if isinstance(cache, (str, os.PathLike)) else cache
        self.items = "" if self.cache is None else items_fingerprint(items)
        self.n_items = items.n_items
        self.schema = schema
        self.version = ""

    def load(self, lf: LabelingFunction) -> CodeArray | None:
        if self.cache is None:
            return None
        self.version = lf.version  # once: what it is before the labeling function runs
        return self.cache.load(self.version, self.items, self.schema, self.n_items)

    def store(self, lf: LabelingFunction, column: CodeArray) -> None:
        if self.cache is None:
            return
        try:
            self.cache.store(self.version, self.items, self.schema, column)
        except WriteError as error:  # the votes are there, only the next run is slower
            self.cache = None
            warnings.warn(
                f"votes of {lf.name!r} and those after it are not cached: {error}",
                DataWarning,
                stacklevel=4,
            )


def items_fingerprint(items: Items) -> str:
    """Return 32 hexadecimal digits that change with any value, id or the order of `items`.

    Parameters
    ----------
    items : Items
        Columns count in the order of their names, by value and not by Arrow
        type, so that pandas and Polars frames of equal content agree.
    """
    digest = hashlib.sha256()
    _add(digest, items.item_ids.tolist())
    for name in sorted(items.column_names):
        _add(digest, [name])
        column: pa.ChunkedArray = items.table.column(name)
        for start in range(0, len(column), _CHUNK):
            _add(digest, column.slice(start, _CHUNK).to_pylist())
    return digest.hexdigest()[:32]


def _add(digest: Any, values: list[Any]) -> None:
    content = repr(values).encode("utf-8", "surrogatepass")
    digest.update(f"{len(content)}:".encode())
    digest.update(content)


def _read(path: Path, schema: LabelSchema, n_items: int) -> CodeArray:
    import pyarrow.parquet as pq

    table = pq.ParquetFile(path).read()
    metadata = table.schema.metadata or {}
    if metadata.get(b"key") != path.stem.encode() or table.column_names != ["vote"]:
        raise FileFormatError("it belongs to other votes")
    if table.num_rows != n_items or table.column("vote").null_count:
        raise FileFormatError(f"it has {table.num_rows} votes, must have {n_items}")
    codes = np.asarray(table.column("vote").to_numpy())
    if codes.dtype.kind != "i" or not _in_range(codes, schema.n_classes):
        raise FileFormatError(f"it has votes outside [-1, {schema.n_classes})")
    return codes.astype(schema.dtype)


def _in_range(codes: CodeArray, n_classes: int) -> bool:
    return len(codes) == 0 or bool(codes.min() >= ABSTAIN and codes.max() < n_classes)
