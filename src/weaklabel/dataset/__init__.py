"""Dataset: labels merged, dealt out to splits, and kept in versions that do not change."""

from weaklabel.dataset._build import build_dataset
from weaklabel.dataset._dataset import Dataset
from weaklabel.dataset._diff import diff_versions
from weaklabel.dataset._split import grouped_split
from weaklabel.dataset._version import (
    DatasetVersion,
    list_versions,
    read_version,
    verify_version,
    write_version,
)

__all__ = [
    "Dataset",
    "DatasetVersion",
    "build_dataset",
    "diff_versions",
    "grouped_split",
    "list_versions",
    "read_version",
    "verify_version",
    "write_version",
]
