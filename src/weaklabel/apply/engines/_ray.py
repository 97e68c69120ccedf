"""The engine for Ray Datasets: ``map_batches``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from weaklabel.apply.engines._cluster import PartitionFunction

__all__ = ["RayEngine"]


class RayEngine:
    """Maps a function over the blocks of a Ray Dataset; imports nothing of Ray."""

    name = "ray"
    described = "a Ray Dataset"

    def column_names(self, frame: Any) -> list[str]:
        """Return the names of the columns; Ray may read the first block for them."""
        return list(frame.columns() or [])

    def map_partitions(
        self, frame: Any, function: PartitionFunction, columns: list[str], schema: pa.Schema
    ) -> Any:
        """Return the lazy Dataset of what `function` yields."""
        mapped = partial(_map_table, function=function, schema=schema.remove_metadata())
        chosen = frame.select_columns(columns)
        return chosen.map_batches(mapped, batch_format="pyarrow", batch_size=None)

    def batches(self, frame: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Compute some columns and yield their rows."""
        chosen = frame.select_columns(columns)
        for table in chosen.iter_batches(batch_format="pyarrow", batch_size=None):
            yield from table.to_batches()


def _map_table(table: pa.Table, function: PartitionFunction, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    found = list(function(table.replace_schema_metadata().to_batches()))
    return pa.Table.from_batches([b.replace_schema_metadata() for b in found], schema)
