"""Table files: CSV, JSONL and Parquet found by name, typed alike, and read in batches."""

from weaklabel.table_files._csv_types import CsvType, csv_type, typed_csv_column
from weaklabel.table_files._find import PathLike, find_files
from weaklabel.table_files._stream import TableStream, rechunked, scan_tables

__all__ = [
    "CsvType",
    "PathLike",
    "TableStream",
    "csv_type",
    "find_files",
    "rechunked",
    "scan_tables",
    "typed_csv_column",
]
