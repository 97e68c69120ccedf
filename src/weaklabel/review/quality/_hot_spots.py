"""hot_spots: the strata, classes and groups of items on which answers differ most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import BoolArray, IntArray
from weaklabel.core._answer_table import AnswerTable
from weaklabel.core._numerics import wilson_interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["hot_spots"]

_COLUMNS = ["kind", "name", "items", "disputed", "share", "low", "high"]


def hot_spots(
    table: AnswerTable,
    strata: Iterable[tuple[str, str]],
    groups: Mapping[str, str],
    z: float,
) -> pd.DataFrame:
    """Return where answers differ, by stratum, by two classes and by group of items.

    Parameters
    ----------
    table : AnswerTable
        The answers.
    strata : iterable of (item_id, stratum)
        Under which strata each item was shown; an item may have several.
    groups : mapping of str to str
        The group of an item.
    z : float
        Normal quantile of the interval.

    Returns
    -------
    pandas.DataFrame
        As of `Agreement.hot_spots`.
    """
    counts = table.counts()
    shared = counts.sum(axis=1) >= 2
    disputed = shared & ((counts > 0).sum(axis=1) >= 2)
    item_at = {key: i for i, key in enumerate(table.item_ids)}
    rows = [
        *_by_name("stratum", strata, item_at, shared, disputed),
        *_by_classes(table, counts[shared] > 0),
        *_by_name("group", groups.items(), item_at, shared, disputed),
    ]
    return _frame(rows, z)


def _by_name(
    kind: str,
    names: Iterable[tuple[str, str]],
    item_at: Mapping[str, int],
    shared: BoolArray,
    disputed: BoolArray,
) -> list[tuple[str, str, int, int]]:
    members: dict[str, set[int]] = {}
    for item_id, name in names:
        if name and item_id in item_at and shared[item_at[item_id]]:
            members.setdefault(name, set()).add(item_at[item_id])
    return [
        (kind, name, len(items), int(disputed[list(items)].sum()))
        for name, items in members.items()
    ]


def _by_classes(table: AnswerTable, given: BoolArray) -> list[tuple[str, str, int, int]]:
    """Return every two classes that one item got; `given` is (n_shared_items, n_classes)."""
    both = given.T.astype(np.int64) @ given.astype(np.int64)
    each: IntArray = both.diagonal()
    names = table.schema.classes
    first, second = np.nonzero(np.triu(both, 1))
    return [
        (
            "classes",
            f"{names[a]} / {names[b]}",
            int(each[a] + each[b] - both[a, b]),
            int(both[a, b]),
        )
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]


def _frame(rows: list[tuple[str, str, int, int]], z: float) -> pd.DataFrame:
    import pandas as pd

    disputed, items = (np.array([row[c] for row in rows], dtype=np.int64) for c in (3, 2))
    low, high = wilson_interval(disputed, items, z)
    cells = zip(rows, low.tolist(), high.tolist(), strict=True)
    full = [(*row, row[3] / row[2], at_least, at_most) for row, at_least, at_most in cells]
    kinds = ("stratum", "classes", "group")
    # By the lower bound: one disputed item of one is no hot spot yet.
    full.sort(key=lambda row: (kinds.index(row[0]), -row[5], row[1]))
    frame = pd.DataFrame(full, columns=_COLUMNS)
    return frame.astype({"items": "int64", "disputed": "int64"})
