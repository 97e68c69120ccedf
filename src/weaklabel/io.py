"""Save and load the nouns as Parquet with a JSON header; nothing else reads or writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

import numpy as np

from weaklabel.core import (
    CodeArray,
    Decision,
    DecisionLog,
    FloatArray,
    Items,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    SoftVotes,
    SparseCodes,
    StringArray,
    VoteMatrix,
)
from weaklabel.errors import FileFormatError, WeaklabelError, wrong_value
from weaklabel.files import Json, atomic_write, canonical_json

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FORMAT_VERSION", "Noun", "columns_beside", "free_name", "load", "save"]

#: Version of the layout; files of a newer one are refused.
FORMAT_VERSION = 1

_KEY = b"weaklabel"

#: What can be saved.
Noun: TypeAlias = VoteMatrix | SoftVotes | SoftLabels | ReviewQueue | Items | DecisionLog
T = TypeVar("T", VoteMatrix, SoftVotes, SoftLabels, ReviewQueue, Items, DecisionLog)
_Header: TypeAlias = dict[str, Any]


def save(noun: Noun, path: str | os.PathLike[str]) -> None:
    """Write a noun to a Parquet file, whole or not at all.

    Any Parquet reader can open it: one row for each item (or decision), votes
    in one column for each labeling function and named after it, probabilities
    in columns ``p_<class>``; sparse and soft votes as lists, one entry for each vote. The key "weaklabel" of the schema's metadata holds
    a JSON header: the kind, the version of the format, the classes.

    Parameters
    ----------
    noun : VoteMatrix, SoftVotes, SoftLabels, ReviewQueue, Items or DecisionLog
        What to save.
    path : path-like
        The file; one that is there is replaced when the new one is complete.

    Raises
    ------
    WriteError
        If the system refuses; what was at `path` stays as it was.
    FileFormatError
        If Parquet has no form for a column, or a text is no Unicode.

    Examples
    --------
    >>> import tempfile
    >>> votes = VoteMatrix.from_array([[1, -1], [0, 0]], classes=["ham", "spam"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(votes, f"{folder}/votes.parquet")
    ...     load(f"{folder}/votes.parquet")
    VoteMatrix(2 items x 2 labeling functions, 2 classes, 100.0 % of items covered)
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = type(noun).__name__
    if kind not in _FORMS:
        raise FileFormatError(wrong_value("noun", noun, f"one of {', '.join(_FORMS)}"))
    with atomic_write(path) as aside:
        try:
            table, header = _FORMS[kind].write(noun)
            header = {"kind": kind, "format_version": FORMAT_VERSION, **header}
            metadata = {**(table.schema.metadata or {}), _KEY: canonical_json(header).encode()}
            pq.write_table(
                table.replace_schema_metadata(metadata),
                aside,
                compression="zstd",
                write_page_checksum=True,
            )
        except (pa.ArrowException, UnicodeEncodeError) as error:
            if isinstance(error, OSError):
                raise
            raise FileFormatError(
                f"cannot write this {kind} as Parquet: {error}. Convert or drop that column."
            ) from error


@overload
def load(path: str | os.PathLike[str]) -> Noun: ...
@overload
def load(path: str | os.PathLike[str], kind: type[T]) -> T: ...
def load(path: str | os.PathLike[str], kind: type[Any] | None = None) -> Any:
    """Return the noun in a file that `save` wrote.

    Parameters
    ----------
    path : path-like
        The file.
    kind : type, optional
        What it must hold, such as ``VoteMatrix``; by default any noun.

    Returns
    -------
    VoteMatrix, SoftVotes, SoftLabels, ReviewQueue, Items or DecisionLog
        What was saved, equal to it in every value.

    Raises
    ------
    FileFormatError
        If the file does not exist, is truncated, damaged, no Parquet, not
        written by weaklabel, of a newer format, or holds another noun.
    """
    name = os.fspath(path)
    table, header = _read(name)
    found = str(header.get("kind"))
    if kind is not None and found != kind.__name__:
        raise FileFormatError(
            f"{name} holds a {found}, must hold a {kind.__name__}. Name the other file."
        )
    if found not in _FORMS:
        raise FileFormatError(wrong_value(f"kind of {name}", found, f"one of {', '.join(_FORMS)}"))
    try:
        return _FORMS[found].read(table, header)
    except (WeaklabelError, KeyError, TypeError, ValueError, IndexError) as error:
        raise FileFormatError(
            f"{name} does not hold a sound {found}: {error} Make the file again."
        ) from error


def columns_beside(items: Items, reserved: Sequence[str]) -> pa.Table:
    """Return the columns of `items` under names that leave those in `reserved` free.

    A column called like a reserved name becomes ``item_<name>`` (with "_" after
    it as long as that is taken too); a column "item_id" that only repeats the
    item ids is left out.

    Parameters
    ----------
    items : Items
        What is about to be written with other columns beside it.
    reserved : sequence of str
        The names of those other columns.

    Returns
    -------
    pyarrow.Table
        The same rows.

    Examples
    --------
    >>> from weaklabel import as_items
    >>> items = as_items([{"item_id": "a", "text": "hi", "label": "x"}])
    >>> columns_beside(items, ["item_id", "label"]).column_names
    ['text', 'item_label']
    """
    table = items.table
    if "item_id" in reserved and "item_id" in table.column_names:
        same = [str(v) for v in items.column("item_id")] == items.item_ids.tolist()
        table = table.drop_columns(["item_id"]) if same else table
    taken = set(reserved) | set(table.column_names)
    names = []
    for name in table.column_names:
        names.append(free_name(f"item_{name}", taken) if name in reserved else name)
        taken.add(names[-1])
    return table.rename_columns(names)


def free_name(name: str, taken: set[str] | Sequence[str]) -> str:
    """Return `name` with as many "_" after it as make it differ from every one in `taken`."""
    while name in taken:
        name += "_"
    return name


def _read(name: str) -> tuple[pa.Table, _Header]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not os.path.isfile(name):
        what = "is a folder" if os.path.isdir(name) else "does not exist"
        raise FileFormatError(f"{name} {what}, must be a file that weaklabel saved.")
    try:
        with pq.ParquetFile(name, page_checksum_verification=True) as file:
            header = _header(name, (file.schema_arrow.metadata or {}).get(_KEY))
            return file.read(), header
    except (pa.ArrowException, OSError) as error:
        raise FileFormatError(
            f"{name} is no Parquet file, or is truncated or damaged: {error}. "
            "Make the file again, or restore it from a copy."
        ) from error


def _header(name: str, raw: bytes | None) -> _Header:
    if raw is None:
        raise FileFormatError(
            f"{name} is a Parquet file that weaklabel did not save. "
            "Read it as a data frame and give that to weaklabel.as_items."
        )
    try:
        header = json.loads(raw)
        version = int(header["format_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise FileFormatError(
            f"{name} has a header that cannot be read: {error!r}. Make the file again."
        ) from error
    if version > FORMAT_VERSION:
        raise FileFormatError(
            f"{name} has format {version}, must be at most {FORMAT_VERSION} for this version of "
            "weaklabel. Upgrade weaklabel."
        )
    return dict(header)


def _votes_table(votes: VoteMatrix) -> tuple[pa.Table, dict[str, Json]]:
    import pyarrow as pa

    header: dict[str, Json] = {
        "classes": list(votes.schema.classes),
        "lf_names": list(votes.lf_names),
        "sparse": votes.is_sparse,
    }
    ids = _ids_to_arrow(votes.item_ids)
    if isinstance(votes.store, SparseCodes):
        store = votes.store
        lists = [
            pa.LargeListArray.from_arrays(store.indptr, pa.array(values))
            for values in (store.lfs, store.codes)
        ]
        return pa.table([ids, *lists], names=["item_id", "lfs", "codes"]), header
    id_column = free_name("item_id", votes.lf_names)
    header["id_column"] = id_column
    columns = [pa.array(votes.store[:, j]) for j in range(votes.n_lfs)]
    return pa.table([ids, *columns], names=[id_column, *votes.lf_names]), header


def _votes(table: pa.Table, header: _Header) -> VoteMatrix:
    schema = LabelSchema(header["classes"])
    names = tuple(header["lf_names"])
    if header["sparse"]:
        ids = _ids_from_arrow(table.column("item_id"))
        counts = table.column("lfs").combine_chunks().value_lengths().to_numpy(zero_copy_only=False)
        lfs, codes = (
            table.column(name).combine_chunks().flatten().to_numpy(zero_copy_only=False)
            for name in ("lfs", "codes")
        )
        rows = np.repeat(np.arange(len(ids)), counts)
        shape = (len(ids), len(names))
        return VoteMatrix.from_entries(rows, lfs, codes, shape, schema, names, ids)
    ids = _ids_from_arrow(table.column(header["id_column"]))
    store: CodeArray = np.empty((len(ids), len(names)), dtype=schema.dtype, order="F")
    for j, name in enumerate(names):
        codes = table.column(name)
        if codes.null_count or codes.type != _code_type(schema):
            raise FileFormatError(
                f"column {name!r} is {codes.type} with {codes.null_count} missing values, "
                f"must be {_code_type(schema)} without any."
            )
        store[:, j] = codes.to_numpy()
    return VoteMatrix(store, ids, names, schema)


def _soft_votes_table(votes: SoftVotes) -> tuple[pa.Table, dict[str, Json]]:
    import pyarrow as pa

    columns = {"item_id": _ids_to_arrow(votes.item_ids), "lfs": pa.array(votes.lfs)}
    for y, name in enumerate(votes.schema.classes):
        columns[f"p_{name}"] = pa.array(votes.proba[:, y])
    for name in list(columns)[1:]:
        columns[name] = pa.LargeListArray.from_arrays(votes.indptr, columns[name])
    return pa.table(columns), {
        "classes": list(votes.schema.classes),
        "lf_names": list(votes.lf_names),
    }


def _soft_votes(table: pa.Table, header: _Header) -> SoftVotes:
    schema = LabelSchema(header["classes"])
    names = ["lfs", *(f"p_{name}" for name in schema.classes)]
    lists = [table.column(name).combine_chunks() for name in names]
    lengths = [column.value_lengths().to_numpy(zero_copy_only=False) for column in lists]
    for name, given in zip(names, lengths, strict=True):
        if not np.array_equal(given, lengths[0]):
            raise FileFormatError(f"column {name!r} has other lengths than 'lfs'.")
    indptr = np.concatenate([[0], np.cumsum(lengths[0])])
    lfs, *proba = (column.flatten().to_numpy(zero_copy_only=False) for column in lists)
    ids = _ids_from_arrow(table.column("item_id"))
    return SoftVotes(indptr, lfs, np.column_stack(proba), ids, header["lf_names"], schema)


def _soft_table(soft: SoftLabels) -> tuple[pa.Table, dict[str, Json]]:
    import pyarrow as pa

    columns = {"item_id": _ids_to_arrow(soft.item_ids), **_proba_columns(soft)}
    return pa.table(columns), {
        "classes": list(soft.schema.classes),
        "provenance": soft.provenance,
    }


def _soft(table: pa.Table, header: _Header) -> SoftLabels:
    schema = LabelSchema(header["classes"])
    ids = _ids_from_arrow(table.column("item_id"))
    return SoftLabels(_proba(table, schema), ids, schema, header["provenance"])


def _queue_table(queue: ReviewQueue) -> tuple[pa.Table, dict[str, Json]]:
    import pyarrow as pa

    words = pa.array([list(r) for r in queue.reasons], type=pa.list_(pa.string()))
    columns = {
        "item_id": _ids_to_arrow(queue.item_ids),
        "stratum": pa.array(queue.strata, type=pa.string()),
        "score": pa.array(queue.scores),
        "reasons": words,
        **_proba_columns(queue),
    }
    return pa.table(columns), {"classes": list(queue.schema.classes)}


def _queue(table: pa.Table, header: _Header) -> ReviewQueue:
    schema = LabelSchema(header["classes"])
    return ReviewQueue(
        _ids_from_arrow(table.column("item_id")),
        table.column("stratum").to_pylist(),
        table.column("score").to_numpy(),
        table.column("reasons").to_pylist(),
        _proba(table, schema),
        schema,
    )


def _items_table(items: Items) -> tuple[pa.Table, dict[str, Json]]:
    id_column = free_name("item_id", items.column_names)
    table = items.table.append_column(id_column, _ids_to_arrow(items.item_ids))
    return table, {"id_column": id_column}


def _items(table: pa.Table, header: _Header) -> Items:
    ids = _ids_from_arrow(table.column(header["id_column"]))
    metadata = {k: v for k, v in (table.schema.metadata or {}).items() if k != _KEY}
    table = table.drop_columns([header["id_column"]]).replace_schema_metadata(metadata or None)
    return Items(table, ids)


def _log_table(log: DecisionLog) -> tuple[pa.Table, dict[str, Json]]:
    import pyarrow as pa

    other = {"seconds": pa.float64(), "blind": pa.bool_(), "gold": pa.bool_()}
    names = [field.name for field in fields(Decision)]
    schema = pa.schema([(name, other.get(name, pa.string())) for name in names])
    rows = [decision.record() for decision in log]
    return pa.Table.from_pylist(rows, schema=schema), {"head_hash": log.head_hash}


def _log(table: pa.Table, header: _Header) -> DecisionLog:
    log = DecisionLog(Decision.of_record(row) for row in table.to_pylist())
    if log.head_hash != header["head_hash"]:
        raise FileFormatError(
            f"its decisions hash to {log.head_hash[:12]}, must be {header['head_hash'][:12]}."
        )
    return log


def _ids_to_arrow(ids: StringArray) -> pa.Array:
    import pyarrow as pa

    return pa.array(ids.tolist(), type=pa.string())


def _ids_from_arrow(column: pa.ChunkedArray) -> StringArray:
    values = column.to_pylist()
    if None in values:
        raise FileFormatError(f"the id in row {values.index(None)} is missing.")
    return np.array(values, dtype=np.dtypes.StringDType())


def _proba_columns(noun: SoftLabels | ReviewQueue) -> dict[str, FloatArray]:
    return {f"p_{name}": noun.posterior[:, y] for y, name in enumerate(noun.schema.classes)}


def _proba(table: pa.Table, schema: LabelSchema) -> FloatArray:
    columns = [table.column(f"p_{name}").to_numpy() for name in schema.classes]
    return np.column_stack(columns)


def _code_type(schema: LabelSchema) -> pa.DataType:
    import pyarrow as pa

    return pa.from_numpy_dtype(schema.dtype)


@dataclass(frozen=True, slots=True)
class _Form:
    """How one noun becomes a table and a header, and back."""

    write: Callable[[Any], tuple[Any, dict[str, Json]]]
    read: Callable[[Any, _Header], Noun]


_FORMS: dict[str, _Form] = {
    "VoteMatrix": _Form(_votes_table, _votes),
    "SoftVotes": _Form(_soft_votes_table, _soft_votes),
    "SoftLabels": _Form(_soft_table, _soft),
    "ReviewQueue": _Form(_queue_table, _queue),
    "Items": _Form(_items_table, _items),
    "DecisionLog": _Form(_log_table, _log),
}
