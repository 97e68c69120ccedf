"""ReviewQueue: the items that a person should look at, in order, each with its reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import CodeArray, FloatArray, StringArray
from weaklabel.core._check import read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import check_item_ids
from weaklabel.core._labels import check_proba
from weaklabel.core._schema import LabelSchema
from weaklabel.errors import LabelsError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReviewQueue"]


@dataclass(frozen=True, slots=True, eq=False)
class ReviewQueue:
    """Items for review, most urgent first.

    Parameters
    ----------
    item_ids : iterable of str
        Distinct ids, in the order in which they should be reviewed.
    strata : sequence of str
        For each item the stratum that chose it, such as "margin" or "random".
    scores : array_like of float, shape (n_items,)
        Score within its stratum; higher is more urgent. Scores of different
        strata cannot be compared.
    reasons : sequence of sequence of str
        For each item, in words, why it is here; at least one.
    posterior : array_like of float, shape (n_items, n_classes)
        What the labels say now; the proposed label is its most probable class.
    schema : LabelSchema
        The classes of the posterior's columns.

    Raises
    ------
    ItemsError
        If an id is missing or occurs twice.
    LabelsError
        If the lengths differ, an item has no reason, or a row is no distribution.
    """

    item_ids: StringArray
    strata: tuple[str, ...]
    scores: FloatArray
    reasons: tuple[tuple[str, ...], ...]
    posterior: FloatArray
    schema: LabelSchema

    def __init__(
        self,
        item_ids: Iterable[object],
        strata: Sequence[str],
        scores: npt.ArrayLike,
        reasons: Sequence[Sequence[str]],
        posterior: npt.ArrayLike,
        schema: LabelSchema,
    ) -> None:
        proba = check_proba(posterior, schema.n_classes, "posterior")
        urgency = np.array(scores, dtype=np.float64)
        if not len(strata) == len(urgency) == len(reasons) == len(proba):
            raise LabelsError(
                f"a review queue has {len(strata)} strata, {len(urgency)} scores, {len(reasons)} "
                f"reasons and {len(proba)} posteriors, must have one of each for each item."
            )
        words = tuple(tuple(r) for r in reasons)
        if not all(words):
            raise LabelsError(
                f"reasons[{words.index(())}] is empty, must say why the item is here."
            )
        object.__setattr__(self, "item_ids", check_item_ids(item_ids, len(proba)))
        object.__setattr__(self, "strata", tuple(strata))
        object.__setattr__(self, "scores", read_only(urgency))
        object.__setattr__(self, "reasons", words)
        object.__setattr__(self, "posterior", read_only(proba))
        object.__setattr__(self, "schema", schema)

    @property
    def n_items(self) -> int:
        """Number of items to review."""
        return len(self.posterior)

    @property
    def proposed(self) -> CodeArray:
        """Proposed code of each item: the most probable class, the first of them on a tie."""
        best = self.posterior.argmax(axis=1) if self.n_items else np.empty(0)
        return best.astype(self.schema.dtype)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each item: stratum, score, proposed label, probability, reasons."""
        import pandas as pd

        return pd.DataFrame(
            {
                "stratum": list(self.strata),
                "score": self.scores,
                "proposed": self.schema.decode(self.proposed),
                "probability": self.posterior.max(axis=1, initial=0.0),
                "reasons": ["; ".join(words) for words in self.reasons],
            },
            index=pd.Index(self.item_ids.tolist(), name="item_id"),
        )

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {stratum}" for stratum, n in Counter(self.strata).items())
        return (
            f"ReviewQueue({self.n_items} items: {counts})"
            if self.n_items
            else "ReviewQueue(0 items)"
        )

    def _repr_html_(self) -> str:
        proposed = self.schema.decode(self.proposed)
        rows = "".join(
            f"<tr><th>{escape(key)}</th><td>{escape(proposed[i] or '')}</td>"
            f"<td>{self.posterior[i].max():.2f}</td><td>{escape(self.strata[i])}</td>"
            f"<td>{escape('; '.join(self.reasons[i]))}</td></tr>"
            for i, key in enumerate(self.item_ids[:10].tolist())
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th><th>proposed</th>"
            f"<th>p</th><th>stratum</th><th>reasons</th></tr></thead><tbody>{rows}</tbody></table></div>"
        )
