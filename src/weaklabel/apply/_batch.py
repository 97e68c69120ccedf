"""BatchApplier: the votes on one Arrow record batch of items; what every engine maps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from weaklabel.apply._columns import ColumnVotes, columns_of
from weaklabel.apply._options import OnError
from weaklabel.apply._rows import ItemRows
from weaklabel.core import Items, LabelSchema
from weaklabel.core._ids import check_item_ids
from weaklabel.errors import ParameterError
from weaklabel.lf import LabelingFunction
from weaklabel.lf._pickling import dump_functions, load_functions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FAILURES", "ITEM_ID", "BatchApplier", "merge_failures", "pack_failures"]

#: The column of votes with the ids of the items.
ITEM_ID = "item_id"

#: The column that carries failures: JSON in the first row of a batch that has some, else null.
FAILURES = "weaklabel_failures"


@dataclass(frozen=True, slots=True, eq=False)
class BatchApplier:
    """A function from a record batch of items to a record batch of their votes.

    It holds nothing of any framework and can be pickled, so that each engine only has to
    map it over its batches, wherever they are.

    Parameters
    ----------
    lfs : tuple of LabelingFunction
        With distinct names, none of them that of a column of its own.
    schema : LabelSchema
        The classes.
    id_column : str
        The column with the user's ids.
    on_error : {"raise", "abstain"}
        What happens where a labeling function raises.
    chunk_rows : int
        `map` cuts larger batches into pieces of so many items.

    Raises
    ------
    ParameterError
        If a labeling function is named "item_id" or "weaklabel_failures".

    Notes
    -----
    The votes have a column "item_id" of strings and one of int8 (int16 above 127 classes)
    for each labeling function, under its name. With ``on_error="abstain"`` failures travel in
    one more column, "weaklabel_failures", because Spark, Dask and Ray drop the metadata of a
    schema: the first row of a batch has their counts and first causes, all others null.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from weaklabel.lf import keyword_lf
    >>> lfs = (keyword_lf("win", "spam", name="win"),)
    >>> applier = BatchApplier(lfs, LabelSchema(["ham", "spam"]), "key", "raise")
    >>> batch = pa.RecordBatch.from_pydict({"key": [7, 8], "text": ["Win!", "nice"]})
    >>> applier(batch).to_pydict()
    {'item_id': ['7', '8'], 'win': [1, -1]}
    """

    lfs: tuple[LabelingFunction, ...]
    schema: LabelSchema
    id_column: str
    on_error: OnError
    chunk_rows: int = 65_536

    def __post_init__(self) -> None:
        for lf in self.lfs:
            if lf.name in (ITEM_ID, FAILURES):
                raise ParameterError(
                    f"labeling function {lf.name!r} has the name of a column of the votes, must "
                    "have another. Rename it with name=."
                )

    @property
    def arrow_schema(self) -> pa.Schema:
        """The columns of the votes; classes and versions are in the metadata."""
        import pyarrow as pa

        code = pa.int8() if self.schema.dtype.itemsize == 1 else pa.int16()
        fields = [pa.field(ITEM_ID, pa.string(), nullable=False)]
        fields += [pa.field(lf.name, code, nullable=False) for lf in self.lfs]
        if self.on_error == "abstain":
            fields.append(pa.field(FAILURES, pa.string()))
        header = {
            "classes": list(self.schema.classes),
            "versions": {lf.name: lf.version for lf in self.lfs},
        }
        return pa.schema(fields, {"weaklabel": json.dumps(header)})

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the votes on the items of `batch`, in their order.

        Raises
        ------
        ItemsError
            If an id is missing, or occurs twice in the batch.
        LabelingFunctionError, AnswerError
            As `apply` says.
        """
        import pyarrow as pa

        rows = ItemRows(self.items_of(batch), is_fatal=self.on_error == "raise")
        columns = list(columns_of(self.lfs, rows, self.schema))
        arrays = [pa.array(rows.item_ids.tolist(), pa.string())]
        arrays += [pa.array(column.codes) for column in columns]
        if self.on_error == "abstain":
            failures = pack_failures(_failures_of(self.lfs, columns))
            texts = [failures, *[None] * (batch.num_rows - 1)][: batch.num_rows]
            arrays.append(pa.array(texts, pa.string()))
        return pa.RecordBatch.from_arrays(arrays, schema=self.arrow_schema)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the code of functions that another process could not import."""
        rest = (self.schema, self.id_column, self.on_error, self.chunk_rows)
        return _rebuilt, (dump_functions(self.lfs), *rest)

    def map(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the votes on `batches`: what an engine maps over the batches of a partition."""
        for batch in batches:
            for start in range(0, max(batch.num_rows, 1), self.chunk_rows):
                yield self(batch.slice(start, self.chunk_rows))

    def items_of(self, batch: pa.RecordBatch) -> Items:
        """Return the items of a batch, under the user's ids."""
        import pyarrow as pa

        table = pa.Table.from_batches([batch])
        ids = table.column(self.id_column).to_pylist()
        where = f"id column {self.id_column!r}"
        return Items(table, check_item_ids(ids, table.num_rows, where))


def _rebuilt(functions: bytes, *rest: Any) -> BatchApplier:
    return BatchApplier(load_functions(functions), *rest)


def pack_failures(failures: Mapping[str, tuple[int, str]]) -> str | None:
    """Return counts and first causes by labeling function as a text, None where there are none."""
    return json.dumps(failures, ensure_ascii=False) if failures else None


def merge_failures(packed: Iterable[str]) -> dict[str, tuple[int, str]]:
    """Return the sums of the counts that `pack_failures` made, with the first cause of each."""
    merged: dict[str, tuple[int, str]] = {}
    for text in packed:
        for name, (count, cause) in json.loads(text).items():
            before, first = merged.get(name, (0, cause))
            merged[name] = (before + count, first)
    return merged


def _failures_of(
    lfs: Sequence[LabelingFunction], columns: Sequence[ColumnVotes]
) -> dict[str, tuple[int, str]]:
    return {
        lf.name: (column.n_failures, column.first_failure)
        for lf, column in zip(lfs, columns, strict=True)
        if column.n_failures
    }
