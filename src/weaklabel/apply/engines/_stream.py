"""ItemStream: items that come in Arrow batches and are never together in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.apply._inputs import check_columns, columns_read
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply._report import ApplyReport
from weaklabel.apply._tally import Tally
from weaklabel.apply.engines._chunks import votes_by_chunk, warn_of_failures
from weaklabel.core import CodeArray, Items, LabelSchema, StringArray, VoteMatrix
from weaklabel.core._ids import STRING, check_item_ids
from weaklabel.core._items import content_ids
from weaklabel.errors import ItemsError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.table_files import rechunked

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ItemStream", "apply_to_stream", "stream_of_items"]


@dataclass(frozen=True, slots=True, eq=False)
class ItemStream:
    """Items that are read in chunks, as often as they are asked for.

    Parameters
    ----------
    column_names : tuple of str
        Names of the columns.
    n_items : int or None
        Number of items, where it is known without reading them.
    batches : callable
        From names of columns and a number of rows to an iterator of record batches of
        so many rows, only the last one shorter.
    """

    column_names: tuple[str, ...]
    n_items: int | None
    batches: Callable[[Sequence[str], int], Iterator[pa.RecordBatch]]

    def chunks(
        self, lfs: Sequence[LabelingFunction], id_column: str | None, n_rows: int
    ) -> Iterator[Items]:
        """Yield the items in chunks, with the columns that `lfs` read.

        Parameters
        ----------
        lfs : sequence of LabelingFunction
            What will be applied.
        id_column : str, optional
            The column with the user's ids; by default "item_id" where there is one,
            else hashes of all columns, as `as_items` gives them to the whole.
        n_rows : int
            Items of each chunk.

        Raises
        ------
        ItemsError
            If there is no such column, there are no items, or an id is missing or occurs
            twice in a chunk.
        """
        ids = self._id_column(id_column)
        columns = self.column_names if ids is None else columns_read(lfs, ids, self.column_names)
        seen: dict[str, int] = {}
        n_items = 0
        for batch in self.batches(columns, n_rows):
            yield _items(batch, ids, n_items, seen)
            n_items += batch.num_rows
        if n_items == 0:
            raise ItemsError(
                "items is empty, must have at least one row. Check the file or the filter."
            )

    def _id_column(self, id_column: str | None) -> str | None:
        if id_column is None:
            return "item_id" if "item_id" in self.column_names else None
        if id_column not in self.column_names:
            shown = ", ".join(repr(name) for name in self.column_names)
            raise ItemsError(
                wrong_value(
                    "id_column",
                    id_column,
                    f"one of {shown}",
                    "Name another column, or leave it out to use content hashes.",
                )
            )
        return id_column


def stream_of_items(items: Items) -> ItemStream:
    """Return items that are in memory as a stream."""

    def batches(columns: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
        chosen = items.table.select(list(columns))
        yield from rechunked([chosen], chosen.schema, n_rows)

    return ItemStream(items.column_names, items.n_items, batches)


def apply_to_stream(
    functions: Sequence[LabelingFunction],
    stream: ItemStream,
    classes: LabelSchema,
    id_column: str | None,
    options: ApplyOptions,
) -> ApplyReport:
    """Return the votes on a stream of items; only they and the ids are all in memory.

    Parameters
    ----------
    functions : sequence of LabelingFunction
        With distinct names.
    stream : ItemStream
        The items.
    classes : LabelSchema
        The classes.
    id_column : str, optional
        The column with the user's ids.
    options : ApplyOptions
        How to run them.

    Returns
    -------
    ApplyReport

    Raises
    ------
    ItemsError
        If a column that is needed does not exist, or ids are wrong.
    LabelingFunctionError, AnswerError
        As `apply` says.
    """
    check_columns(functions, stream.column_names)
    names = [lf.name for lf in functions]
    tally = Tally(names)
    chunks = stream.chunks(functions, id_column, options.chunk_rows)
    table = _GrowingVotes(stream.n_items, len(names), classes)
    for chunk, votes in votes_by_chunk(functions, chunks, stream.n_items, classes, options, tally):
        table.add(chunk.item_ids, votes)
    codes, item_ids = table.whole()
    warn_of_failures(tally, len(codes), stacklevel=4)
    return tally.report(VoteMatrix(codes, item_ids, names, classes))


class _GrowingVotes:
    """Votes and ids that come in chunks, in arrays that are doubled when they are full.

    Where the number of items is known they are made once: nothing is ever there twice.
    """

    def __init__(self, n_items: int | None, n_lfs: int, schema: LabelSchema) -> None:
        n_rows = 1024 if n_items is None else n_items
        self._codes: CodeArray = np.empty((n_rows, n_lfs), dtype=schema.dtype, order="F")
        self._ids: StringArray = np.empty(n_rows, dtype=STRING)
        self._n_items = 0

    def add(self, item_ids: StringArray, codes: CodeArray) -> None:
        """Add the items of a chunk."""
        stop = self._n_items + len(item_ids)
        if stop > len(self._ids):
            self._resize(max(stop, 2 * len(self._ids)))
        self._codes[self._n_items : stop] = codes
        self._ids[self._n_items : stop] = item_ids
        self._n_items = stop

    def whole(self) -> tuple[CodeArray, StringArray]:
        """Return all codes, which nobody may change any more, and all ids."""
        if self._n_items < len(self._ids):
            self._resize(self._n_items)
        self._codes.flags.writeable = False  # so that VoteMatrix need not copy it
        return self._codes, self._ids

    def _resize(self, n_rows: int) -> None:
        codes = np.empty((n_rows, self._codes.shape[1]), dtype=self._codes.dtype, order="F")
        codes[: self._n_items] = self._codes[: self._n_items]
        ids = np.empty(n_rows, dtype=STRING)
        ids[: self._n_items] = self._ids[: self._n_items]
        self._codes, self._ids = codes, ids


def _items(batch: pa.RecordBatch, id_column: str | None, start: int, seen: dict[str, int]) -> Items:
    import pyarrow as pa

    table = pa.Table.from_batches([batch])
    if id_column is None:
        return Items(table, content_ids(table, seen))
    where = f"id column {id_column!r} from row {start}"
    return Items(table, check_item_ids(table.column(id_column).to_pylist(), table.num_rows, where))
