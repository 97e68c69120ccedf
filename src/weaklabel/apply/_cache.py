"""VoteCache: votes that were computed before, by labeling function version and chunk of items."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import ABSTAIN, CodeArray, LabelSchema
from weaklabel.errors import DataWarning, FileFormatError, ParameterError, wrong_value
from weaklabel.files import atomic_write

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CacheInfo", "VoteCache", "column_key"]

#: Counts in every key, so that a change of the format reads no old file.
_FORMAT = "weaklabel votes 2"
#: From so many columns on they share a file, which is then found by its list of columns; fewer have
#: a file each, found by its name. 800 files of one column take three times as long to write and read
#: as 16 files of fifty, but a folder in which functions were edited one by one needs no looking through.
_SHARED_FROM = 9
#: What this module ever wrote: nothing else is counted or removed.
_COLUMN = re.compile(r"[0-9a-f]{32}\.parquet")
_SHARED = re.compile(r"several-[0-9a-f]{32}\.parquet")
_CHUNK = re.compile(r"[0-9a-f]{32}")
_FIRST_FORMAT = re.compile(r"[0-9a-f]{64}\.parquet")
_ASIDE = re.compile(r"\.(several-)?[0-9a-f]{32,64}\..*\.tmp\.parquet")


@dataclass(frozen=True, slots=True)
class CacheInfo:
    """How much a `VoteCache` holds, or how much of it was removed.

    Parameters
    ----------
    n_files : int
        Number of files.
    n_bytes : int
        Their size.
    oldest, newest : datetime.datetime or None
        When the file that was not used for longest, and the one used last, was
        written or read, in UTC; None where there is no file.
    """

    n_files: int
    n_bytes: int
    oldest: datetime | None
    newest: datetime | None


class VoteCache:
    """Votes that were computed before, in a folder.

    The votes of a labeling function on a chunk of items are found again as long
    as its version, the classes and the values in the columns that it reads are
    the same. A declared labeling function says which columns it reads; one of
    kind "row" may read any, so that all count. Item ids count only where they
    are such a column, and neither the place of the chunk nor its neighbours do:
    appending items leaves all chunks but the last as they were.

    Files are written whole or not at all, carry check sums, and one that cannot
    be read is computed again: deleting any of them is safe, also while somebody
    reads. Several runs may share a cache.

    Parameters
    ----------
    folder : str or path
        Made when the first votes are written.

    Notes
    -----
    A chunk has a folder, named by the fingerprint of its values. In it are
    Parquet files with the columns ``function`` (a key for version and classes)
    and ``votes`` (one byte for each item, or two from 128 classes on, little
    end first).

    Examples
    --------
    >>> cache = VoteCache("votes")
    >>> cache
    VoteCache('votes')
    >>> cache.info().n_files
    0
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def load(
        self, chunk: str, keys: Sequence[str], n_items: int, schema: LabelSchema
    ) -> dict[str, CodeArray]:
        """Return the votes on a chunk that are there, by key.

        Parameters
        ----------
        chunk : str
            `rows_fingerprint` of the chunk.
        keys : sequence of str
            `column_key` of each labeling function.
        n_items : int
            Number of items in the chunk.
        schema : LabelSchema
            The classes.

        Returns
        -------
        dict of str to numpy.ndarray of shape (n_items,)
            Read-only codes, for those keys that were found.

        Warns
        -----
        DataWarning
            If a file is damaged; its votes are then computed again.
        """
        folder = self.folder / chunk
        try:
            names = set(os.listdir(folder))
        except OSError:  # no such folder, or one that may not be read
            return {}
        found: dict[str, CodeArray] = {}
        for path in self._candidates(folder, names, keys):
            missing = [key for key in keys if key not in found]
            if not missing:
                break
            held = _read_or_warn(path, chunk, missing, n_items, schema)
            if held:
                found |= held
                with suppress(OSError):  # what is used is not old
                    os.utime(path)
        return found

    def store(self, chunk: str, columns: Mapping[str, CodeArray]) -> None:
        """Write votes on a chunk.

        Parameters
        ----------
        chunk : str
            `rows_fingerprint` of the chunk.
        columns : mapping of str to numpy.ndarray of shape (n_items,)
            Codes by `column_key`.

        Raises
        ------
        WriteError
            If a file cannot be written.
        """
        if len(columns) >= _SHARED_FROM:
            together = hashlib.sha256("".join(sorted(columns)).encode()).hexdigest()[:32]
            _write(self.folder / chunk / f"several-{together}.parquet", chunk, columns)
            return
        for key, codes in columns.items():
            _write(self.folder / chunk / f"{key}.parquet", chunk, {key: codes})

    def info(self) -> CacheInfo:
        """Return how many files there are, their size, and when they were last used."""
        return _sum_up([stat for _, stat in self._files()])

    def clear(self, older_than: timedelta | None = None) -> CacheInfo:
        """Remove votes, so that they are computed again when needed.

        Parameters
        ----------
        older_than : datetime.timedelta, optional
            Remove only what was neither written nor read for so long; by
            default everything.

        Returns
        -------
        CacheInfo
            What was removed. Files that are not of a cache stay.

        Raises
        ------
        ParameterError
            If `older_than` is negative or no timedelta.

        Examples
        --------
        >>> VoteCache("votes").clear(older_than=timedelta(days=30)).n_files
        0
        """
        if older_than is not None and (
            not isinstance(older_than, timedelta) or older_than < timedelta()
        ):
            raise ParameterError(
                wrong_value("older_than", older_than, "a timedelta of at least 0, or None")
            )
        before = time.time() - older_than.total_seconds() if older_than else float("inf")
        removed = []
        for path, stat in list(self._files()):
            if stat.st_mtime < before:
                with suppress(FileNotFoundError):
                    path.unlink()
                    removed.append(stat)
        for folder in self._chunks():
            with suppress(OSError):  # not empty
                folder.rmdir()
        return _sum_up(removed)

    def _candidates(self, folder: Path, names: set[str], keys: Sequence[str]) -> Iterator[Path]:
        """Yield the files that may hold a key: by name, then those used last."""
        alone = (f"{key}.parquet" for key in dict.fromkeys(keys))
        yield from (folder / name for name in alone if name in names)
        shared = [folder / name for name in names if _SHARED.fullmatch(name)]
        yield from sorted(shared, key=lambda path: (-_used_at(path), path.name))

    def _chunks(self) -> list[Path]:
        try:
            return [p for p in self.folder.iterdir() if _CHUNK.fullmatch(p.name) and p.is_dir()]
        except OSError:
            return []

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        places = [(chunk, (_COLUMN, _SHARED, _ASIDE)) for chunk in self._chunks()]
        for folder, patterns in [*places, (self.folder, (_FIRST_FORMAT, _ASIDE))]:
            with suppress(OSError):
                for path in sorted(folder.iterdir()):
                    if any(pattern.fullmatch(path.name) for pattern in patterns):
                        yield path, path.stat()

    def __repr__(self) -> str:
        return f"VoteCache({str(self.folder)!r})"


def column_key(lf_version: str, schema: LabelSchema, *also: str) -> str:
    """Return 32 hexadecimal digits that name the votes of a labeling function on any items.

    Parameters
    ----------
    lf_version : str
        The labeling function's version.
    schema : LabelSchema
        The classes, whose order gives the codes.
    *also : str
        What else the votes depend on.
    """
    key = json.dumps([_FORMAT, lf_version, list(schema.classes), *also])
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _write(path: Path, chunk: str, columns: Mapping[str, CodeArray]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # As bytes: Parquet keeps 8-bit integers as 32-bit ones, five times as slow.
    votes = [codes.astype(codes.dtype.newbyteorder("<"), copy=False) for codes in columns.values()]
    table = pa.table(
        {
            "function": pa.array(list(columns), type=pa.string()),
            "votes": pa.array([codes.tobytes() for codes in votes], type=pa.binary()),
        }
    ).replace_schema_metadata({"weaklabel": _FORMAT, "chunk": chunk})
    # Not flushed: what a power cut tears has the wrong check sum and is computed again.
    with atomic_write(path, durable=False) as aside:
        pq.write_table(
            table,
            aside,
            compression="zstd",
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
        )


def _read_or_warn(
    path: Path, chunk: str, keys: Sequence[str], n_items: int, schema: LabelSchema
) -> dict[str, CodeArray]:
    import pyarrow as pa

    try:
        return _read(path, chunk, keys, n_items, schema)
    except FileNotFoundError:  # removed since the folder was listed
        return {}
    except (pa.ArrowException, OSError, FileFormatError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        warnings.warn(
            f"cached votes in {path} cannot be read and are computed again: {reason}",
            DataWarning,
            stacklevel=3,
        )
        return {}


def _read(
    path: Path, chunk: str, keys: Sequence[str], n_items: int, schema: LabelSchema
) -> dict[str, CodeArray]:
    table = _checked_table(path, chunk)
    places = {key: i for i, key in enumerate(table.column("function").to_pylist())}
    if path.stem in keys and list(places) != [path.stem]:
        raise FileFormatError("it belongs to another labeling function")
    votes = table.column("votes")
    return {
        key: _codes(votes[places[key]].as_buffer(), n_items, schema)
        for key in keys
        if key in places
    }


def _checked_table(path: Path, chunk: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        metadata = file.schema_arrow.metadata or {}
        table = file.read(use_threads=False)
    if metadata.get(b"weaklabel") != _FORMAT.encode() or metadata.get(b"chunk") != chunk.encode():
        raise FileFormatError("it belongs to other votes")
    wanted = pa.schema([("function", pa.string()), ("votes", pa.binary())])
    if not table.schema.equals(wanted) or any(c.null_count for c in table.columns):
        raise FileFormatError("it has other columns than function and votes")
    return table


def _codes(content: pa.Buffer, n_items: int, schema: LabelSchema) -> CodeArray:
    stored = np.dtype(schema.dtype).newbyteorder("<")
    if content.size != n_items * stored.itemsize:
        n_votes = content.size / stored.itemsize
        raise FileFormatError(f"it has {n_votes:g} votes, must have {n_items}")
    codes: CodeArray = np.frombuffer(content, dtype=stored).astype(schema.dtype, copy=False)
    if len(codes) and not (codes.min() >= ABSTAIN and codes.max() < schema.n_classes):
        raise FileFormatError(f"it has votes outside [-1, {schema.n_classes})")
    return codes


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _sum_up(stats: Sequence[os.stat_result]) -> CacheInfo:
    times = [datetime.fromtimestamp(stat.st_mtime, UTC) for stat in stats]
    n_bytes = sum(stat.st_size for stat in stats)
    return CacheInfo(len(stats), n_bytes, min(times, default=None), max(times, default=None))
