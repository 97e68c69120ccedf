"""collect_votes: votes that are in a frame, here or on a cluster, as a VoteMatrix."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.apply._batch import FAILURES, ITEM_ID, merge_failures
from weaklabel.apply.engines import cluster_engine, engine_for
from weaklabel.core import CodeArray, LabelSchema, StringArray, VoteMatrix, as_items
from weaklabel.core._ids import STRING, check_item_ids, match_item_ids
from weaklabel.errors import DataWarning, ItemsError, VotesError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["collect_votes", "failure_texts", "vote_codes", "vote_columns", "warn_of_packed"]


def collect_votes(
    votes: object,
    schema: LabelSchema | Sequence[str],
    *,
    item_ids: Iterable[object] | None = None,
) -> VoteMatrix:
    """Return the votes in a frame, ordered by item id, whatever the order of its rows.

    Parameters
    ----------
    votes : Spark DataFrame, Dask DataFrame, Ray Dataset, data frame or Arrow table
        What `apply` returned on a cluster, or what became of it: a column "item_id",
        and one with class codes for each labeling function. It is computed, and all
        votes come to this process.
    schema : LabelSchema or sequence of str
        The classes, in the order that they were applied with.
    item_ids : iterable of str, optional
        The items that are wanted, in this order; by default all of them, by id.

    Returns
    -------
    VoteMatrix

    Raises
    ------
    ItemsError
        If there is no column "item_id", an id is missing or occurs twice, or an item
        that is wanted has no votes.
    VotesError
        If a column holds something else than class codes.

    Warns
    -----
    DataWarning
        If labeling functions failed on items, with ``on_error="abstain"``.

    See Also
    --------
    weaklabel.cluster.count_votes : all that a label model learns from, without the rows.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"item_id": ["b", "a"], "link": [1, -1], "praise": [-1, 0]})
    >>> votes = collect_votes(table, ["ham", "spam"])
    >>> votes.item_ids, votes.codes.tolist()
    (array(['a', 'b'], dtype=StringDType()), [[-1, 0], [1, -1]])
    """
    classes = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    ids: list[str] = []
    parts: list[CodeArray] = []
    failures: list[str] = []
    names: tuple[str, ...] = ()
    for batch in _batches(votes):
        names = vote_columns(batch.schema)
        ids += batch.column(ITEM_ID).cast("string").to_pylist()
        parts.append(vote_codes(batch, classes))
        failures += failure_texts(batch)
    n_items = len(ids)
    if n_items == 0:
        raise ItemsError("votes is empty, must have at least one row. Check the filter.")
    found = check_item_ids(ids, n_items, "item_id of the votes")
    order = _order(found, item_ids)
    warn_of_packed(failures, n_items, stacklevel=3)
    return VoteMatrix(np.concatenate(parts)[order], found[order], names, classes)


def vote_columns(schema: pa.Schema) -> tuple[str, ...]:
    """Return the names of the labeling functions whose votes have `schema`.

    Raises
    ------
    ItemsError
        If there is no column "item_id".
    VotesError
        If there is no other, or one does not hold integers.
    """
    import pyarrow as pa

    if ITEM_ID not in schema.names:
        shown = ", ".join(repr(name) for name in schema.names)
        raise ItemsError(
            f"votes have no column {ITEM_ID!r}, they have {shown}. Give what apply returned."
        )
    names = tuple(name for name in schema.names if name not in (ITEM_ID, FAILURES))
    if not names:
        raise VotesError(f"votes have only the column {ITEM_ID!r}, must have some of votes.")
    for name in names:
        if not pa.types.is_integer(schema.field(name).type):
            raise VotesError(
                f"column {name!r} of the votes holds {schema.field(name).type}, must hold "
                f"integers: class codes, -1 for abstain. Select {ITEM_ID!r} and the votes only."
            )
    return names


def vote_codes(batch: pa.RecordBatch, schema: LabelSchema) -> CodeArray:
    """Return the codes in a batch of votes, shape (n_items, n_lfs).

    Raises
    ------
    VotesError
        If a vote is missing, or its code is no class.
    """
    columns = []
    for name in vote_columns(batch.schema):
        column = batch.column(name)
        if column.null_count:
            raise VotesError(
                f"column {name!r} of the votes has {column.null_count} missing values, must have "
                "none: -1 means abstain. Join the votes of the same items only."
            )
        codes = column.to_numpy(zero_copy_only=False)
        if len(codes) and not (codes.min() >= -1 and codes.max() < schema.n_classes):
            bad = codes[(codes < -1) | (codes >= schema.n_classes)][0]
            raise VotesError(
                f"column {name!r} of the votes has the code {bad}, must be in [-1, "
                f"{schema.n_classes}) where -1 means abstain. Give the classes that the votes "
                "were made with."
            )
        columns.append(codes.astype(schema.dtype))
    return np.stack(columns, axis=1)


def failure_texts(batch: pa.RecordBatch) -> list[str]:
    """Return what is in the column of failures, without nulls."""
    if FAILURES not in batch.schema.names:
        return []
    return [str(text) for text in batch.column(FAILURES).drop_null().to_pylist()]


def warn_of_packed(packed: Iterable[str], n_items: int, stacklevel: int) -> None:
    """Warn of failures that travelled with the votes, as `apply` warns of its own."""
    merged = merge_failures(packed)
    if merged:
        listed = "; ".join(
            f"{name!r} on {count} of {n_items} items, for example {cause}"
            for name, (count, cause) in merged.items()
        )
        warnings.warn(
            f"labeling functions raised, which counts as abstain: {listed}",
            DataWarning,
            stacklevel=stacklevel,
        )


def _batches(votes: object) -> Iterator[pa.RecordBatch]:
    engine = cluster_engine(engine_for(votes))
    if engine is None:
        yield from as_items(votes, ITEM_ID).table.to_batches()
        return
    names = engine.column_names(votes)
    yield from engine.batches(votes, names)


def _order(found: StringArray, item_ids: Iterable[object] | None) -> np.ndarray:
    if item_ids is None:
        return np.argsort(found, kind="stable")
    wanted = np.array([str(value) for value in item_ids], dtype=STRING)
    return match_item_ids(wanted, found, "votes")
