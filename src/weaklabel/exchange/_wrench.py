"""read_wrench: a data set in WRENCH's folder format, with its votes and gold labels."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from weaklabel.core import CodeArray, Items, LabelSchema, StringArray, VoteMatrix
from weaklabel.errors import FileFormatError, SchemaError

__all__ = ["WrenchData", "read_wrench"]

_SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True, eq=False)
class WrenchData:
    """A data set in WRENCH's format.

    Parameters
    ----------
    items : Items
        One column for each field under "data" ("text" in text classification).
    votes : VoteMatrix
        The published votes, in the order of `items`.
    gold : numpy.ndarray of int8 or int16, shape (n_items,)
        Gold codes, -1 where unknown; never for fitting.
    split : numpy.ndarray of str, shape (n_items,)
        "train", "valid" or "test".
    schema : LabelSchema
        The classes of label.json, in the order of their codes.
    """

    items: Items
    votes: VoteMatrix
    gold: CodeArray
    split: StringArray
    schema: LabelSchema

    def __repr__(self) -> str:
        counts = ", ".join(f"{int((self.split == s).sum())} {s}" for s in _SPLITS)
        return (
            f"WrenchData({self.items.n_items} items ({counts}), "
            f"{self.votes.n_lfs} labeling functions, {self.schema.n_classes} classes)"
        )


def read_wrench(
    folder: str | os.PathLike[str], *, lf_names: Sequence[str] | None = None
) -> WrenchData:
    """Return the data set in a WRENCH folder.

    Parameters
    ----------
    folder : path
        Has label.json, train.json, valid.json and test.json. label.json maps each
        code to a class name. Each split maps a key to ``{"label": code,
        "weak_labels": [code, …], "data": {"text": …}}``, -1 meaning abstain or
        unknown.
    lf_names : sequence of str, optional
        Names of the labeling functions, which the format does not carry; by
        default "lf_0", "lf_1", ….

    Returns
    -------
    WrenchData
        Train, valid and test, in this order; item ids are the split and the key,
        such as "train-0".

    Raises
    ------
    FileFormatError
        If a file is missing, damaged or not in this format.

    References
    ----------
    .. [1] J. Zhang et al., "WRENCH: A Comprehensive Benchmark for Weak
       Supervision", NeurIPS Datasets and Benchmarks, 2021.
       https://arxiv.org/abs/2109.11377
    """
    import pyarrow as pa

    root = Path(folder)
    schema = _read_schema(root / "label.json")
    rows = {s: _read_rows(root / f"{s}.json") for s in _SPLITS}
    ids = [f"{s}-{key}" for s in _SPLITS for key in rows[s]]
    flat = [row for s in _SPLITS for row in rows[s].values()]
    if not flat:
        raise FileFormatError(f"{root} has no items in train.json, valid.json and test.json.")
    places = [f"{root / s}.json item {key!r}" for s in _SPLITS for key in rows[s]]
    n_lfs = len(flat[0]["weak_labels"])
    for row, place in zip(flat, places, strict=True):
        _check_codes(row, place, n_lfs, schema)
    names = list(dict.fromkeys(name for row in flat for name in row["data"]))
    try:
        table = pa.table({name: [row["data"].get(name) for row in flat] for name in names})
    except (pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError) as error:
        raise FileFormatError(
            f"The fields under 'data' in {root} make no table: {error}."
        ) from error
    codes = np.array([row["weak_labels"] for row in flat], dtype=schema.dtype)
    return WrenchData(
        items=Items(table, ids),
        votes=VoteMatrix(codes.reshape(len(flat), n_lfs), ids, lf_names, schema),
        gold=np.array([row["label"] for row in flat], dtype=schema.dtype),
        split=np.array([s for s in _SPLITS for _ in rows[s]], dtype=np.dtypes.StringDType()),
        schema=schema,
    )


def _read_schema(path: Path) -> LabelSchema:
    names = _read_object(path)
    wanted = [str(code) for code in range(len(names))]
    if set(names) != set(wanted):
        shown = ", ".join(repr(code) for code in list(names)[:10])
        raise FileFormatError(
            f"{path} has the codes {shown}, must have '0', '1', … without a gap, each with a name."
        )
    try:
        return LabelSchema([names[code] for code in wanted])
    except SchemaError as error:
        raise FileFormatError(f"{path}: {error}") from error


def _read_rows(path: Path) -> dict[str, dict[str, Any]]:
    rows = _read_object(path)
    for key, row in rows.items():
        place = f"{path} item {key!r}"
        if not isinstance(row, Mapping):
            raise FileFormatError(f"{place} is a {type(row).__name__}, must be an object.")
        for field, kind in (("label", int), ("weak_labels", list), ("data", dict)):
            if not isinstance(row.get(field), kind):
                raise FileFormatError(
                    f"{place} has {field!r} {row.get(field)!r}, must be {_KIND_NAMES[kind]}. "
                    "Check that the folder is in WRENCH's text format."
                )
    return rows


_KIND_NAMES: dict[type, str] = {
    int: "a class code",
    list: "a list of class codes",
    dict: "an object with the fields of the item",
}


def _check_codes(row: Mapping[str, Any], place: str, n_lfs: int, schema: LabelSchema) -> None:
    votes = row["weak_labels"]
    if len(votes) != n_lfs:
        raise FileFormatError(
            f"{place} has {len(votes)} weak labels, must have {n_lfs} like the first item."
        )
    for field, code in [("label", row["label"]), *(("weak_labels", v) for v in votes)]:
        whole = isinstance(code, int) and not isinstance(code, bool)
        if not (whole and -1 <= code < schema.n_classes):
            raise FileFormatError(
                f"{place} has the code {code!r} in {field!r}, must be in "
                f"[-1, {schema.n_classes}) where -1 means abstain or unknown."
            )


def _read_object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileFormatError(
            f"{path} does not exist. A WRENCH folder has label.json, train.json, valid.json "
            "and test.json."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise FileFormatError(f"{path} is no valid JSON file: {error}.") from error
    if not isinstance(content, dict):
        raise FileFormatError(f"{path} holds a JSON {type(content).__name__}, must be an object.")
    return content
