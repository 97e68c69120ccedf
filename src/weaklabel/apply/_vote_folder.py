"""VoteFolder: votes in Parquet parts beside the ids of their items, for more than memory holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.apply._batch import ITEM_ID
from weaklabel.apply._collect import vote_codes
from weaklabel.core import LabelSchema, StringArray, VoteMatrix
from weaklabel.core._html import escape
from weaklabel.core._ids import STRING, check_item_ids
from weaklabel.errors import FileFormatError
from weaklabel.files import write_text_atomic

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MANIFEST", "VoteFolder", "part_name", "write_manifest"]

#: Written last: a folder without it is not finished. Begins with "_", so that readers of
#: whole folders (Spark, Dask, DuckDB's globs, ours) take the parts only.
MANIFEST = "_votes.json"

_KIND = "weaklabel votes in parts"
_FORMAT_VERSION = 1


class VoteFolder:
    """Votes in a folder of Parquet files, one for each chunk of items, in their order.

    `apply_to_folder` writes it. Each part has a column "item_id" and one of class codes for
    each labeling function, as `apply` gives them on a cluster: Spark, Dask, DuckDB and Polars
    read it as it is.

    Parameters
    ----------
    path : path-like
        A folder that `apply_to_folder` finished.

    Raises
    ------
    FileFormatError
        If there is no such folder, it is not finished, or of a newer format.

    Examples
    --------
    >>> VoteFolder("no/such/folder")
    Traceback (most recent call last):
    ...
    weaklabel.errors.FileFormatError: no/such/folder is no folder of votes that is finished. \
Write it with apply_to_folder; a run that was stopped goes on when it is started again.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        manifest = _manifest(self.path)
        self.schema = LabelSchema(manifest["classes"])
        self.lf_names: tuple[str, ...] = tuple(manifest["lf_names"])
        self.n_items = int(manifest["n_items"])
        self.parts = tuple(self.path / name for name in manifest["parts"])

    def batches(self) -> Iterator[VoteMatrix]:
        """Yield the votes of one part after the other, for ``fit_batches`` and `predict`.

        Raises
        ------
        FileFormatError
            If a part is missing or damaged.
        """
        for path in self.parts:
            batch = read_part(path)
            if tuple(name for name in batch.schema.names if name != ITEM_ID) != self.lf_names:
                raise FileFormatError(
                    f"{path} has other labeling functions than {self.path / MANIFEST} names. "
                    "Write the folder again with apply_to_folder."
                )
            yield VoteMatrix(
                vote_codes(batch, self.schema), _ids(batch), self.lf_names, self.schema
            )

    def item_ids(self) -> StringArray:
        """Return the ids of all items, in the order in which they were read.

        Raises
        ------
        ItemsError
            If one occurs twice.
        """
        ids = np.concatenate([_ids(read_part(path)) for path in self.parts])
        return check_item_ids(ids, self.n_items, "item_id")

    def votes(self) -> VoteMatrix:
        """Return all votes, in the order in which the items were read.

        Raises
        ------
        ItemsError
            If an id occurs twice.
        """
        codes = np.empty((self.n_items, len(self.lf_names)), self.schema.dtype, order="F")
        ids = np.empty(self.n_items, dtype=STRING)
        start = 0
        for part in self.batches():
            stop = start + part.n_items
            codes[start:stop], ids[start:stop] = part.codes, part.item_ids
            start = stop
        codes.flags.writeable = False  # so that VoteMatrix need not copy it
        return VoteMatrix(codes, ids, self.lf_names, self.schema)

    def __repr__(self) -> str:
        return (
            f"VoteFolder({str(self.path)!r}, {self.n_items} items x {len(self.lf_names)} labeling "
            f"functions in {len(self.parts)} parts)"
        )

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


def _ids(batch: pa.RecordBatch) -> StringArray:
    return np.array(batch.column(ITEM_ID).to_pylist(), dtype=STRING)


def part_name(i: int) -> str:
    """Return the name of part `i`; names sort as numbers do up to a million parts."""
    return f"part-{i:06d}.parquet"


def read_part(path: Path) -> pa.RecordBatch:
    """Return the rows of a part.

    Raises
    ------
    FileFormatError
        If it is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read().combine_chunks()
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "damaged"
        raise FileFormatError(
            f"{path} cannot be read: {reason}. Write it again with apply_to_folder."
        ) from error
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def write_manifest(
    folder: Path, schema: LabelSchema, lf_names: tuple[str, ...], n_items: int, parts: list[str]
) -> None:
    """Write the file that says that `folder` is finished, and what is in it."""
    manifest = {
        "kind": _KIND,
        "format_version": _FORMAT_VERSION,
        "classes": list(schema.classes),
        "lf_names": list(lf_names),
        "n_items": n_items,
        "parts": parts,
    }
    write_text_atomic(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except OSError as error:
        raise FileFormatError(
            f"{folder} is no folder of votes that is finished. Write it with apply_to_folder; a "
            "run that was stopped goes on when it is started again."
        ) from error
    except ValueError as error:
        raise _damaged(folder) from error
    if not isinstance(manifest, dict) or manifest.get("kind") != _KIND:
        raise _damaged(folder)
    if manifest.get("format_version", 0) > _FORMAT_VERSION:
        raise FileFormatError(
            f"{folder} has format {manifest['format_version']}, must be at most {_FORMAT_VERSION} "
            "for this version of weaklabel. Install a newer one."
        )
    names = manifest.get("parts")
    if not isinstance(names, list) or any(name != part_name(i) for i, name in enumerate(names)):
        raise _damaged(folder)
    if not {"classes", "lf_names", "n_items"} <= set(manifest):
        raise _damaged(folder)
    return manifest


def _damaged(folder: Path) -> FileFormatError:
    return FileFormatError(
        f"{folder / MANIFEST} is damaged or of another kind. Write the folder again with "
        "apply_to_folder."
    )
