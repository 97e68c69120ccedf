"""The engine for DuckDB relations: fetched in Arrow batches while the query runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from weaklabel.apply.engines._stream import ItemStream
from weaklabel.errors import ItemsError
from weaklabel.table_files import rechunked

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["stream_of_relation"]


def stream_of_relation(relation: Any) -> ItemStream:
    """Return the rows of a DuckDB relation as a stream of items; imports nothing of DuckDB.

    Only the columns that labeling functions read are asked of the query, so that DuckDB need
    not read the others.
    """
    names = [str(name) for name in relation.columns]
    repeated = [name for i, name in enumerate(names) if name in names[:i]]
    if repeated:
        raise ItemsError(
            f"items has two columns {repeated[0]!r}, must have distinct names. Rename one."
        )

    def batches(columns: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        chosen = relation.project(", ".join(_quoted(name) for name in columns))
        reader = _reader(chosen, n_rows)
        yield from rechunked((pa.Table.from_batches([b]) for b in reader), reader.schema, n_rows)

    return ItemStream(tuple(names), None, batches)


def _reader(relation: Any, n_rows: int) -> Any:
    if hasattr(relation, "to_arrow_reader"):  # since DuckDB 1.4; the older name warns
        return relation.to_arrow_reader(n_rows)
    return relation.fetch_arrow_reader(n_rows)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
