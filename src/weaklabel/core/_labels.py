"""SoftLabels: for every item, a probability for every class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from weaklabel.core import _numerics
from weaklabel.core._arrays import CodeArray, FloatArray, StringArray
from weaklabel.core._check import read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import check_item_ids, default_item_ids
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.errors import LabelsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SoftLabels", "check_proba"]

_SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SoftLabels:
    """Posterior over the classes of ``n_items`` items.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class); every row is finite, non-negative and sums to 1.
    item_ids : iterable of str, or None
        Distinct ids, one for each item; None gives "0", "1", ….
    schema : LabelSchema
        The classes of the columns.
    provenance : str
        Where the labels come from, such as "model:DawidSkene" or "refine".

    Raises
    ------
    LabelsError
        If a row is no probability distribution, or shapes do not fit.

    Examples
    --------
    >>> soft = SoftLabels([[0.9, 0.1], [0.5, 0.5]], ["a", "b"], LabelSchema(["ham", "spam"]))
    >>> soft.labels
    array([ 0, -1], dtype=int8)
    >>> soft.margin
    array([0.8, 0. ])
    """

    posterior: FloatArray
    item_ids: StringArray
    schema: LabelSchema
    provenance: str

    def __init__(
        self,
        posterior: npt.ArrayLike,
        item_ids: Iterable[object] | None,
        schema: LabelSchema,
        provenance: str = "given",
    ) -> None:
        proba = check_proba(posterior, schema.n_classes, "posterior")
        n_items = len(proba)
        ids = default_item_ids(n_items) if item_ids is None else check_item_ids(item_ids, n_items)
        object.__setattr__(self, "posterior", read_only(proba))
        object.__setattr__(self, "item_ids", read_only(ids))
        object.__setattr__(self, "schema", schema)
        object.__setattr__(self, "provenance", provenance)

    @property
    def n_items(self) -> int:
        """Number of items (rows)."""
        return len(self.posterior)

    @property
    def labels(self) -> CodeArray:
        """Most probable code of each item, -1 on an exact tie, shape (n_items,)."""
        best, tied = _numerics.tied_argmax(self.posterior)
        return np.where(tied, ABSTAIN, best).astype(self.schema.dtype)

    @property
    def confidence(self) -> FloatArray:
        """Largest probability of each item, in [1 / n_classes, 1]."""
        return np.asarray(self.posterior.max(axis=1, initial=0.0))

    @property
    def margin(self) -> FloatArray:
        """Largest minus second largest probability of each item, in [0, 1]."""
        return _numerics.margin(self.posterior)

    @property
    def entropy(self) -> FloatArray:
        """Entropy of each item in nats, in [0, log n_classes]."""
        return _numerics.entropy(self.posterior)

    def take(self, positions: npt.ArrayLike) -> SoftLabels:
        """Return the items at `positions` (or where a mask is true), in that order."""
        index = np.asarray(positions)
        return SoftLabels(self.posterior[index], self.item_ids[index], self.schema, self.provenance)

    def to_pandas(self) -> pd.DataFrame:
        """Return label, confidence and one ``p_<class>`` column each, item ids as index."""
        import pandas as pd

        frame = pd.DataFrame(index=pd.Index(self.item_ids.tolist(), name="item_id"))
        frame["label"] = self.schema.decode(self.labels)
        frame["confidence"] = self.confidence
        for y, name in enumerate(self.schema.classes):
            frame[f"p_{name}"] = self.posterior[:, y]
        return frame

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        labels = self.labels
        shares = ", ".join(
            f"{name} {100 * np.count_nonzero(labels == y) / max(self.n_items, 1):.1f} %"
            for y, name in list(enumerate(self.schema.classes))[:5]
        )
        shares = shares if self.n_items else "no items"
        return f"SoftLabels({self.n_items} items: {shares}; {self.provenance})"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>p({escape(name)})</th>" for name in self.schema.classes[:20])
        rows = "".join(
            f"<tr><th>{escape(key)}</th>" + "".join(f"<td>{p:.3f}</td>" for p in row[:20]) + "</tr>"
            for key, row in zip(self.item_ids[:8].tolist(), self.posterior[:8], strict=True)
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th>{head}</tr>"
            f"</thead><tbody>{rows}</tbody></table></div>"
        )


def check_proba(proba: npt.ArrayLike, n_classes: int, argument: str) -> FloatArray:
    """Return `proba` as float64 of shape (n, n_classes) with rows that sum to 1.

    Raises LabelsError naming the first row that is no probability distribution.
    """
    array = np.array(proba, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != n_classes:
        raise LabelsError(
            f"{argument} has shape {array.shape}, must be (n_items, {n_classes}). "
            "Give one column for each class."
        )
    total = array.sum(axis=1)
    good = (
        np.isfinite(array).all(axis=1)
        & (array >= 0).all(axis=1)
        & (np.abs(total - 1) <= _SUM_TOLERANCE)
    )
    if not good.all():
        i = int(np.flatnonzero(~good)[0])
        shown = ", ".join(f"{p:g}" for p in array[i, :5])
        raise LabelsError(
            f"{argument}[{i}] is [{shown}], must be finite, non-negative and sum to 1. "
            "Normalize every row."
        )
    return array
