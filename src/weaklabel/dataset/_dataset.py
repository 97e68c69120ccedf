"""Dataset: items with their final labels, each label with its provenance, in splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import CodeArray, FloatArray, LabelSchema, StringArray
from weaklabel.core._html import escape
from weaklabel.core._ids import check_item_ids
from weaklabel.dataset._split import UNLABELED
from weaklabel.errors import DatasetError, wrong_value
from weaklabel.files import Json

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["Dataset", "own_columns"]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """What a model is trained on: one row for each item, with label, origin and split.

    `build_dataset` makes one, `write_version` stores it.

    Parameters
    ----------
    table : pyarrow.Table
        The item's own columns and these: ``item_id``; ``label``, the class name,
        missing where undecided; ``label_code``, its code, -1 where undecided;
        ``p_<class>``; ``confidence``, the largest of them; ``provenance``, such
        as "model:LabelModel" or "review:ann"; ``review``, one of "agreed",
        "disputed", "skipped" and "" (not reviewed); ``split``, "unlabeled" where
        the item is in none.
    schema : LabelSchema
        The classes.
    policy : mapping of str to JSON value
        How it was built: splits, thresholds, seed.
    review : mapping of str to int
        Counts of decisions; "elsewhere" are decisions on items that are not here.

    Raises
    ------
    DatasetError
        If a column is missing, or a label is no class.
    ItemsError
        If an id is missing or occurs twice.
    """

    table: pa.Table
    schema: LabelSchema
    policy: Mapping[str, Json]
    review: Mapping[str, int]

    def __init__(
        self,
        table: pa.Table,
        schema: LabelSchema,
        policy: Mapping[str, Json],
        review: Mapping[str, int],
    ) -> None:
        for name in own_columns(schema):
            if table.column_names.count(name) != 1:
                raise DatasetError(
                    f"table of a data set has {table.column_names.count(name)} columns {name!r}, "
                    "must have one. Make it with build_dataset."
                )
        codes = table.column("label_code").to_pylist()
        for code, label in zip(codes, table.column("label").to_pylist(), strict=True):
            if code is None or not -1 <= code < schema.n_classes or schema.name(code) != label:
                raise DatasetError(
                    wrong_value("label of a data set", label, f"class {code} of {schema!r}")
                )
        check_item_ids(table.column("item_id").to_pylist(), table.num_rows)
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "schema", schema)
        object.__setattr__(self, "policy", dict(policy))
        object.__setattr__(self, "review", dict(review))

    @property
    def n_items(self) -> int:
        """Number of items, in splits or not."""
        return int(self.table.num_rows)

    @property
    def item_ids(self) -> StringArray:
        """Ids of the items, shape (n_items,)."""
        return check_item_ids(self.table.column("item_id").to_pylist(), self.n_items)

    @property
    def codes(self) -> CodeArray:
        """Class code of each item, -1 where undecided, shape (n_items,)."""
        codes: CodeArray = self.table.column("label_code").to_numpy().astype(self.schema.dtype)
        return codes

    @property
    def posterior(self) -> FloatArray:
        """P(class) of each item, one-hot where a person decided, shape (n_items, n_classes)."""
        return np.column_stack(
            [self.table.column(f"p_{name}").to_numpy() for name in self.schema.classes]
        )

    @property
    def provenance(self) -> tuple[str, ...]:
        """Where the label of each item comes from."""
        return tuple(self.table.column("provenance").to_pylist())

    @property
    def split_names(self) -> tuple[str, ...]:
        """Names of the splits in the order asked for, "unlabeled" last if anything is in it."""
        asked = self.policy.get("splits")
        present = dict.fromkeys(self.table.column("split").to_pylist())
        # A list of pairs, because the keys of an object lose their order in the manifest.
        pairs = asked if isinstance(asked, list) else []
        names = dict.fromkeys(str(pair[0]) for pair in pairs if isinstance(pair, list))
        names.update({name: None for name in sorted(present) if name != UNLABELED})
        return (*names, UNLABELED) if UNLABELED in present else tuple(names)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Number of items by split, class ("" where undecided), provenance and review."""
        return {
            "split": dict.fromkeys(self.split_names, 0) | self._count("split"),
            "label": dict.fromkeys(self.schema.classes, 0) | self._count("label"),
            "provenance": self._count("provenance"),
            "review": self._count("review"),
        }

    def split(self, name: str) -> pa.Table:
        """Return the rows of one split, in the order of the table.

        Raises DatasetError with the splits that exist if `name` is none of them.
        """
        if name not in self.split_names:
            shown = ", ".join(repr(n) for n in self.split_names)
            raise DatasetError(wrong_value("split", name, f"one of {shown}"))
        inside = [value == name for value in self.table.column("split").to_pylist()]
        return self.table.filter(np.array(inside, dtype=np.bool_))

    def to_pandas(self) -> pd.DataFrame:
        """Return the table as a pandas DataFrame, item ids as index."""
        frame: pd.DataFrame = self.table.to_pandas()
        return frame.set_index("item_id")

    def _count(self, column: str) -> dict[str, int]:
        values: list[Any] = self.table.column(column).to_pylist()
        return {key or "": n for key, n in sorted(Counter(v or "" for v in values).items())}

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        splits = ", ".join(f"{name} {n}" for name, n in self.counts["split"].items())
        reviewed = self.counts["review"].get("agreed", 0)
        elsewhere = self.review.get("elsewhere", 0)
        rest = f", {elsewhere} decisions on items that are not here" if elsewhere else ""
        return f"Dataset({self.n_items} items: {splits}; {reviewed} decided by review{rest})"

    def _repr_html_(self) -> str:
        names = [*own_columns(self.schema), *self.table.column_names]
        names = list(dict.fromkeys(n for n in names if not n.startswith("p_")))[:12]
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        rows = "".join(
            "<tr>" + "".join(f"<td>{_shown(row[name])}</td>" for name in names) + "</tr>"
            for row in self.table.slice(0, 8).to_pylist()
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def own_columns(schema: LabelSchema) -> list[str]:
    """Return the names of the columns that every data set has beside the item's own."""
    probabilities = [f"p_{name}" for name in schema.classes]
    rest = ["confidence", "provenance", "review", "split"]
    return ["item_id", "label", "label_code", *probabilities, *rest]


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return escape("" if value is None else str(value), 200)
