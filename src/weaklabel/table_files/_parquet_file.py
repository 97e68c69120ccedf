"""ParquetFile: a Parquet file with the columns and rows that its last bytes tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

__all__ = ["ParquetFile", "scan_parquet"]


@dataclass(frozen=True, slots=True, eq=False)
class ParquetFile:
    """A Parquet file of which only the last bytes were read.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    schema : pyarrow.Schema
        Its columns.
    n_rows : int
        Number of rows.
    """

    path: Path
    schema: pa.Schema
    n_rows: int

    def tables(self, columns: Sequence[str], n_rows: int) -> Iterator[pa.Table]:
        """Yield some of its columns, in tables of `n_rows` rows or less."""
        # Without pre_buffer=False Arrow keeps every row group that it has read.
        with pyarrow.parquet.ParquetFile(self.path, pre_buffer=False) as file:
            for batch in file.iter_batches(n_rows, columns=list(columns)):
                yield pa.Table.from_batches([batch])


def scan_parquet(path: Path) -> ParquetFile:
    """Return a Parquet file; Arrow's own errors say if it is none."""
    with pyarrow.parquet.ParquetFile(path) as file:
        return ParquetFile(path, file.schema_arrow, int(file.metadata.num_rows))
