"""diff_versions: which items came, went, or have another label, and by whom."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from weaklabel.dataset._dataset import Dataset
from weaklabel.dataset._version import DatasetVersion, read_version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["diff_versions"]

_FIELDS = ("label", "provenance", "split")


def diff_versions(
    before: Dataset | DatasetVersion | str | os.PathLike[str],
    after: Dataset | DatasetVersion | str | os.PathLike[str],
) -> pd.DataFrame:
    """Return one row for each item that differs between two versions.

    Parameters
    ----------
    before, after : Dataset, DatasetVersion or path-like
        The versions, or their folders.

    Returns
    -------
    pandas.DataFrame
        Sorted by item id, which is the index; ``change`` is "added", "removed",
        or the names of what differs ("label, provenance"), and label,
        provenance and split each have a column ``_before`` and ``_after``,
        missing where there is no such item.

    Raises
    ------
    DatasetError
        If a version does not match its manifest.
    """
    import pandas as pd

    old, new = (_rows(version) for version in (before, after))
    missing = dict.fromkeys(_FIELDS)
    rows, ids = [], []
    for key in sorted(old.keys() | new.keys()):
        change = _change(old.get(key), new.get(key))
        if change:
            pairs = old.get(key, missing), new.get(key, missing)
            ids.append(key)
            rows.append([change, *(side[name] for name in _FIELDS for side in pairs)])
    names = ["change", *(f"{name}_{when}" for name in _FIELDS for when in ("before", "after"))]
    return pd.DataFrame(rows, columns=names, index=pd.Index(ids, name="item_id"), dtype=object)


def _rows(
    version: Dataset | DatasetVersion | str | os.PathLike[str],
) -> dict[str, dict[str, str | None]]:
    if isinstance(version, DatasetVersion):
        version = version.path
    dataset = version if isinstance(version, Dataset) else read_version(version)
    rows = dataset.table.select(["item_id", *_FIELDS]).to_pylist()
    return {row.pop("item_id"): row for row in rows}


def _change(old: dict[str, str | None] | None, new: dict[str, str | None] | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return ", ".join(name for name in _FIELDS if old[name] != new[name])
