"""build_dataset: soft labels and decisions merged, and dealt out to splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    CodeArray,
    DecisionLog,
    FloatArray,
    IntArray,
    Items,
    LabelSchema,
    SoftLabels,
    Votes,
    as_items,
)
from weaklabel.core._check import check_fraction
from weaklabel.core._ids import match_item_ids
from weaklabel.dataset._dataset import Dataset, own_columns
from weaklabel.dataset._split import UNLABELED, check_splits, grouped_split
from weaklabel.errors import DatasetError, ParameterError
from weaklabel.files import Json
from weaklabel.io import columns_beside
from weaklabel.near_duplicates import near_duplicate_groups

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["build_dataset"]

_SPLITS = {"train": 0.8, "valid": 0.1, "test": 0.1}


def build_dataset(
    items: object,
    soft: SoftLabels,
    decisions: DecisionLog | None = None,
    *,
    id_column: str | None = None,
    votes: Votes | None = None,
    min_confidence: float = 0.0,
    keep_uncovered: bool = True,
    splits: Mapping[str, float] | None = None,
    groups: npt.ArrayLike | None = None,
    text_columns: Sequence[str] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the items with their final labels, each with its provenance, in splits.

    Where all reviewers of an item agree, their answer is its label; elsewhere
    the label is the most probable class of `soft`. An item on which reviewers
    disagree keeps the model's label and is marked "disputed".

    Parameters
    ----------
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        What to train on, as anything that `as_items` takes; their columns are kept.
    soft : SoftLabels
        Posteriors of these items, and maybe others.
    decisions : DecisionLog, optional
        What reviewers answered. Decisions on items that are not in `items` are
        counted in ``Dataset.review["elsewhere"]``.
    id_column : str, optional
        The column with the ids, as when the votes were made; see `as_items`.
    votes : VoteMatrix or SoftVotes, optional
        Votes on these items; needed to tell which are uncovered.
    min_confidence : float
        In [0, 1]; items whose largest probability is smaller are in no split.
    keep_uncovered : bool
        Whether items without a vote and without a decision may be in a split.
    splits : mapping of str to float, optional
        Share of each split, summing to 1; by default train 0.8, valid 0.1, test 0.1.
    groups : array_like of int, shape (n_items,), optional
        Items with the same number stay in one split; by default near-duplicates
        of the texts, or rows with equal values where there is no text.
    text_columns : sequence of str, optional
        The columns to compare for that; by default "text" where there is one,
        else every column of texts that does not just repeat the ids.
    seed : int
        Seed of the splits.

    Returns
    -------
    Dataset
        In the order of `items`. Undecided items (an exact tie), items below
        `min_confidence` and uncovered ones, if so asked, stay in the table, in
        the split "unlabeled". A column of the items that is called like one of
        the data set's own (``label``, ``split``, …) becomes ``item_<name>``.

    Raises
    ------
    DatasetError
        If there is no item, or `groups` does not fit.
    ItemsError
        If an item has no soft label or no row in `votes`, or a column is missing.
    DecisionsError
        If a decision's label is no class.
    ParameterError
        If `splits` is no partition, or `keep_uncovered` is false without votes.

    Examples
    --------
    >>> from weaklabel import Decision, LabelSchema, as_items
    >>> items = as_items([{"item_id": "a", "text": "free!"}, {"item_id": "b", "text": "hello"}])
    >>> soft = SoftLabels([[0.2, 0.8], [0.3, 0.7]], ["a", "b"], LabelSchema(["ham", "spam"]))
    >>> log = DecisionLog([Decision("b", "ham", "ann", "2026-05-04T10:15:00+00:00")])
    >>> data = build_dataset(items, soft, log, splits={"train": 1.0})
    >>> data
    Dataset(2 items: train 2; 1 decided by review)
    >>> data.to_pandas()[["label", "confidence", "provenance"]]
            label  confidence  provenance
    item_id
    a        spam         0.8       given
    b         ham         1.0  review:ann
    """
    asked = dict(_SPLITS if splits is None else splits)
    check_splits(asked)
    check_fraction("min_confidence", min_confidence)
    items = as_items(items, id_column)
    if not items.n_items:
        raise DatasetError("a data set has 0 items, must have at least one. Check the filter.")
    log = decisions if decisions is not None else DecisionLog()
    model = soft.take(match_item_ids(items.item_ids, soft.item_ids, "soft labels"))
    gold = log.gold(items.item_ids.tolist(), soft.schema)
    posterior, codes = _merged(model, gold)
    used = (codes >= 0) & ((gold >= 0) | (posterior.max(axis=1) >= min_confidence))
    if not keep_uncovered:
        used &= (gold >= 0) | _covered(items, votes)
    member = _groups(items, groups, text_columns, seed)
    parts = grouped_split(np.where(used, codes, -1), member, items.item_ids, asked, seed=seed)
    columns = {
        **_label_columns(soft.schema, codes, posterior),
        "provenance": _provenance(items, log, gold, soft.provenance),
        "review": _review_marks(items, log, gold),
        "split": [[*asked, UNLABELED][part] for part in parts],
    }
    policy: dict[str, Json] = {
        "splits": [[name, float(share)] for name, share in asked.items()],
        "min_confidence": float(min_confidence),
        "keep_uncovered": bool(keep_uncovered),
        "groups": "given" if groups is not None else "near-duplicates",
        "seed": int(seed),
    }
    return Dataset(_table(items, soft.schema, columns), soft.schema, policy, _counts(items, log))


def _merged(soft: SoftLabels, gold: CodeArray) -> tuple[FloatArray, CodeArray]:
    """Return posterior and codes with the rows that people decided made one-hot."""
    decided = np.flatnonzero(gold >= 0)
    posterior = soft.posterior.copy()
    posterior[decided] = 0.0
    posterior[decided, gold[decided]] = 1.0
    return posterior, np.where(gold >= 0, gold, soft.labels).astype(soft.schema.dtype)


def _covered(items: Items, votes: Votes | None) -> BoolArray:
    if votes is None:
        raise ParameterError(
            "keep_uncovered is False without votes, must be True. Give votes=, which tells what "
            "is covered."
        )
    return votes.covered[match_item_ids(items.item_ids, votes.item_ids, "votes")]


def _groups(
    items: Items, groups: npt.ArrayLike | None, text_columns: Sequence[str] | None, seed: int
) -> IntArray:
    if groups is not None:
        given = np.asarray(groups)
        if given.shape != (items.n_items,) or given.dtype.kind not in "iu":
            raise DatasetError(
                f"groups has shape {given.shape} and dtype {given.dtype}, must be "
                f"({items.n_items},) integers. Give one group number for each item."
            )
        return given.astype(np.int64)
    names = _text_columns(items) if text_columns is None else list(text_columns)
    if not names:
        return _equal_rows(items)
    columns = [items.texts(name) for name in names]
    texts = ["\n".join(values) for values in zip(*columns, strict=True)]
    return near_duplicate_groups(texts, seed=seed)


def _text_columns(items: Items) -> list[str]:
    import pyarrow.types as pt

    if "text" in items.column_names:
        return ["text"]
    ids = items.item_ids.tolist()
    kinds = [(f.name, f.type) for f in items.table.schema]
    texts = [name for name, kind in kinds if pt.is_string(kind) or pt.is_large_string(kind)]
    return [name for name in texts if items.column(name) != ids]


def _equal_rows(items: Items) -> IntArray:
    ids = items.item_ids.tolist()
    columns = [items.column(name) for name in items.column_names]
    columns = [values for values in columns if [str(v) for v in values] != ids]
    if not columns:
        return np.arange(items.n_items)
    number: dict[str, int] = {}
    rows = (repr(row) for row in zip(*columns, strict=True))
    return np.array([number.setdefault(row, len(number)) for row in rows], dtype=np.int64)


def _label_columns(schema: LabelSchema, codes: CodeArray, proba: FloatArray) -> dict[str, object]:
    return {
        "label": schema.decode(codes),
        "label_code": codes.astype(np.int64),
        **{f"p_{name}": proba[:, y] for y, name in enumerate(schema.classes)},
        "confidence": proba.max(axis=1),
    }


def _provenance(items: Items, log: DecisionLog, gold: CodeArray, model: str) -> list[str]:
    agreed = log.agreed()
    keys = items.item_ids.tolist()
    return [
        f"review:{agreed[key].reviewer}" if code >= 0 else model
        for key, code in zip(keys, gold, strict=True)
    ]


def _review_marks(items: Items, log: DecisionLog, gold: CodeArray) -> list[str]:
    disputed = set(log.disputed())
    skipped = {d.item_id for d in log.on_items if d.label is None}
    return [
        "agreed"
        if code >= 0
        else "disputed"
        if key in disputed
        else "skipped"
        if key in skipped
        else ""
        for key, code in zip(items.item_ids.tolist(), gold, strict=True)
    ]


def _counts(items: Items, log: DecisionLog) -> dict[str, int]:
    here = set(items.item_ids.tolist())
    return {
        "decisions": len(log),
        "standing": len(log.standing),
        "agreed": sum(key in here for key in log.agreed()),
        "disputed": sum(key in here for key in log.disputed()),
        "skipped": sum(d.label is None and d.item_id in here for d in log.on_items),
        "elsewhere": sum(d.item_id not in here for d in log.standing),
    }


def _table(items: Items, schema: LabelSchema, columns: Mapping[str, object]) -> pa.Table:
    import pyarrow as pa

    texts = ("label", "provenance", "review", "split")
    ids = pa.array(items.item_ids.tolist(), type=pa.string())
    own = columns_beside(items, own_columns(schema)).replace_schema_metadata(None)
    table = pa.table({"item_id": ids})
    for field in own.schema:
        table = table.append_column(field, own.column(field.name))
    for name, values in columns.items():
        kind = pa.string() if name in texts else None
        table = table.append_column(name, pa.array(values, type=kind))
    return table
