"""apply_to_folder: votes on any number of items, written in parts as they are found."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from weaklabel.apply._apply import checked_lfs, checked_schema
from weaklabel.apply._batch import FAILURES, BatchApplier
from weaklabel.apply._cached_run import votes_key
from weaklabel.apply._fingerprint import RowsFingerprints
from weaklabel.apply._inputs import check_columns, id_column_of
from weaklabel.apply._options import ApplyOptions, OnError
from weaklabel.apply._tally import Tally
from weaklabel.apply._vote_folder import MANIFEST, VoteFolder, part_name, write_manifest
from weaklabel.apply.engines import (
    EngineName,
    engine_for,
    stream_of,
    votes_by_chunk,
    warn_of_failures,
)
from weaklabel.core import CodeArray, IntArray, Items, LabelSchema
from weaklabel.core._ids import has_equal, id_hashes
from weaklabel.errors import ItemsError, WriteError
from weaklabel.files import atomic_write
from weaklabel.lf import LabelingFunction

__all__ = ["apply_to_folder"]

_KEY = b"weaklabel_part"


def apply_to_folder(
    lfs: LabelingFunction | Iterable[LabelingFunction],
    items: object,
    schema: LabelSchema | Sequence[str],
    folder: str | os.PathLike[str],
    *,
    engine: EngineName = "auto",
    id_column: str | None = None,
    on_error: OnError = "raise",
    progress: bool | None = None,
    n_jobs: int = 1,
    timeout_seconds: float | None = None,
    chunk_rows: int = 65_536,
) -> VoteFolder:
    """Write the votes of labeling functions on items to a folder, part by part.

    Neither the items nor the votes are ever all in memory. A run that was stopped, by
    whatever means, goes on after the last part that it finished, and what comes out is the
    same; so does one after more rows were added at the end.

    Parameters
    ----------
    lfs, items, schema, on_error, progress, n_jobs, timeout_seconds
        As in `apply`, but for frames of Dask, Spark and Ray, which write their own files.
    folder : path-like
        Made if it does not exist; else it must be empty or hold votes. Parts of earlier runs
        that do not fit are replaced.
    engine : {"auto", "memory", "files", "duckdb"}
        As in `apply`.
    id_column : str, optional
        The column with the user's ids; by default "item_id", which then must exist.
    chunk_rows : int
        Items of each part.

    Returns
    -------
    VoteFolder

    Raises
    ------
    ParameterError, ItemsError, LabelingFunctionError, AnswerError
        As in `apply`; ParameterError for frames of Dask, Spark and Ray.
    ItemsError
        If there is no id column, or an id occurs twice.
    WriteError
        If the folder holds other files, or cannot be written.

    Warns
    -----
    DataWarning
        If labeling functions failed on items.

    Notes
    -----
    A part is known by the content of its rows, the versions of the labeling functions, and
    the classes, which are in its metadata: finished parts are read but not computed again.
    Of parts with failures, only ``on_error="abstain"`` writes any, and they are computed
    again.

    Examples
    --------
    >>> import tempfile
    >>> from weaklabel.lf import keyword_lf
    >>> items = [{"item_id": i, "text": t} for i, t in enumerate(["win!", "nice", "I win"])]
    >>> lfs = keyword_lf("win", "spam", name="win")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     votes = apply_to_folder(lfs, items, ["ham", "spam"], folder, chunk_rows=2)
    ...     votes.votes().codes[:, 0].tolist(), [path.name for path in votes.parts]
    ([1, -1, 1], ['part-000000.parquet', 'part-000001.parquet'])
    """
    functions, classes = checked_lfs(lfs), checked_schema(schema)
    options = ApplyOptions(on_error, None, progress, n_jobs, timeout_seconds, chunk_rows)
    stream = stream_of(items, engine_for(items, engine), id_column)
    check_columns(functions, stream.column_names)
    ids = id_column_of(id_column, stream.column_names, "files of votes")
    parts = _Parts(Path(folder), BatchApplier(functions, classes, ids, on_error))
    tally = Tally([lf.name for lf in functions])
    todo = parts.unfinished(stream.chunks(functions, ids, options.chunk_rows))
    n_failures = 0
    for chunk, votes in votes_by_chunk(functions, todo, stream.n_items, classes, options, tally):
        before, n_failures = n_failures, sum(tally.failures.values())
        parts.write(chunk, votes, is_final=n_failures == before)
    finished = parts.finish()
    warn_of_failures(tally, finished.n_items, stacklevel=2)
    return finished


class _Parts:
    """The parts of one run: which are there already, and where the others go."""

    def __init__(self, folder: Path, applier: BatchApplier) -> None:
        self._folder = folder
        self._applier = applier
        schema = applier.arrow_schema.remove_metadata()
        at = schema.get_field_index(FAILURES)
        self._schema = schema if at < 0 else schema.remove(at)  # the report tells of them
        self._known = json.dumps(_described(applier))
        # A function of whole columns sees their types, and can overflow in a narrow one.
        self._sees_types = any(lf.kind == "batch" for lf in applier.lfs)
        self._names: list[str] = []
        self._key = ""
        self._hashes: list[IntArray] = []
        _prepare(folder)

    def unfinished(self, chunks: Iterable[Items]) -> Iterator[Items]:
        """Yield the chunks whose part is not there, or is of something else."""
        for chunk in chunks:
            self._names.append(part_name(len(self._names)))
            self._hashes.append(id_hashes(chunk.item_ids.tolist()))
            rows = RowsFingerprints(chunk.table)
            content = f"{self._known} {rows.of(chunk.column_names, with_types=self._sees_types)}"
            self._key = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
            if _key_of(self._folder / self._names[-1]) != self._key:
                yield chunk

    def write(self, chunk: Items, votes: CodeArray, *, is_final: bool) -> None:
        """Write the part of the chunk that `unfinished` yielded last, whole or not at all.

        One that is not final has failures in it, and is computed again by the next run.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [pa.array(chunk.item_ids.tolist(), pa.string()), *map(pa.array, votes.T)]
        schema = self._schema.with_metadata({_KEY: self._key if is_final else ""})
        with atomic_write(self._folder / self._names[-1]) as aside:
            pq.write_table(pa.Table.from_arrays(columns, schema=schema), aside, compression="zstd")

    def finish(self) -> VoteFolder:
        """Write the manifest, if ids are distinct, and remove parts of a longer run before."""
        hashes = np.concatenate(self._hashes)
        lf_names = tuple(lf.name for lf in self._applier.lfs)
        write_manifest(self._folder, self._applier.schema, lf_names, len(hashes), self._names)
        written = VoteFolder(self._folder)
        if has_equal(hashes):
            try:
                written.item_ids()
            except ItemsError:
                (self._folder / MANIFEST).unlink()
                raise
        for path in self._folder.glob("part-*.parquet"):
            if path.name not in set(self._names):
                path.unlink()
        return written


def _described(applier: BatchApplier) -> list[object]:
    """Return all that decides the votes of a part but its rows."""
    keys = [(lf.name, votes_key(lf, applier.schema)) for lf in applier.lfs]
    return [keys, applier.id_column]


def _prepare(folder: Path) -> None:
    """Make the folder, and say that it is not finished; refuse one that holds other things."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(path.name for path in folder.iterdir())
        others = [
            name for name in names if name != MANIFEST and not name.startswith((".", "part-"))
        ]
        if others:
            raise WriteError(
                f"{folder} holds {others[0]!r}, must be empty or hold votes. Choose another folder."
            )
        (folder / MANIFEST).unlink(missing_ok=True)
    except FileExistsError as error:
        raise WriteError(f"{folder} is a file, must be a folder. Choose another name.") from error
    except OSError as error:
        if isinstance(error, WriteError):
            raise
        raise WriteError(f"{folder} cannot be written: {error.strerror}.") from error


def _key_of(path: Path) -> str | None:
    """Return what a part says that it was made from; None where it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            metadata = file.schema_arrow.metadata or {}
    except (pa.ArrowException, OSError):
        return None
    return str(metadata.get(_KEY, b"").decode("ascii", "replace"))
