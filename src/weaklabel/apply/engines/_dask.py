"""The engine for Dask DataFrames: ``map_partitions``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from weaklabel.apply.engines._cluster import PartitionFunction

__all__ = ["DaskEngine"]


class DaskEngine:
    """Maps a function over the partitions of a Dask DataFrame; imports nothing of Dask."""

    name = "dask"
    described = "a Dask DataFrame"

    def column_names(self, frame: Any) -> list[str]:
        """Return the names of the columns."""
        return [str(name) for name in frame.columns]

    def map_partitions(
        self, frame: Any, function: PartitionFunction, columns: list[str], schema: pa.Schema
    ) -> Any:
        """Return the lazy DataFrame of what `function` yields.

        The index is not kept, so that neither are divisions: rows are known by their ids.
        """
        mapped = partial(_map_frame, function=function, schema=schema.remove_metadata())
        meta = _to_pandas(schema.empty_table())
        return frame[columns].map_partitions(mapped, meta=meta, clear_divisions=True)

    def batches(self, frame: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Compute some columns and yield their rows."""
        yield from _to_arrow(frame[columns].compute()).to_batches()


def _map_frame(frame: pd.DataFrame, function: PartitionFunction, schema: pa.Schema) -> Any:
    import pyarrow as pa

    found = list(function(_to_arrow(frame).to_batches()))
    return _to_pandas(pa.Table.from_batches([b.replace_schema_metadata() for b in found], schema))


def _to_arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a partition as in-memory pandas frames become tables: NaN is null, no index."""
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def _to_pandas(table: pa.Table) -> Any:
    return table.to_pandas(split_blocks=True)
