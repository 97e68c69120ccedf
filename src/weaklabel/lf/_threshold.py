"""threshold_lf: votes for a class where a number is above or below a bound."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._answer import check_label
from weaklabel.lf._arrow_numbers import are_above, are_below, numbers_of
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._rule import Choices, check_column, default_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ThresholdRule", "threshold_lf"]


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """Votes `label` where ``above < value < below``."""

    column: str
    label: str | int
    above: float | None
    below: float | None
    kind: str = "threshold"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column of numbers."""
        return (self.column,)

    @property
    def settings(self) -> Mapping[str, Any]:
        """Column, label and bounds."""
        return {
            "column": self.column,
            "label": self.label,
            "above": self.above,
            "below": self.below,
        }

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:  # noqa: ARG002 - the contract of rules
        """Return the label strictly between the bounds, None elsewhere and for nulls."""
        low, high, label = self.above, self.below, self.label
        values = columns[self.column]
        if low is None:
            return [label if v is not None and v < high else None for v in values]
        if high is None:
            return [label if v is not None and v > low else None for v in values]
        return [label if v is not None and low < v < high else None for v in values]

    def choose(self, columns: Mapping[str, pa.ChunkedArray]) -> Choices | None:
        """Return the same of an Arrow column of numbers; None for any other type."""
        found = numbers_of(columns[self.column])
        if found is None:
            return None
        values, chosen = found
        for bound, compared in ((self.above, are_above), (self.below, are_below)):
            if bound is not None:
                beyond = compared(values, bound)
                if beyond is None:
                    return None
                chosen = chosen & beyond
        return Choices((self.label,), np.where(chosen, 0, -1))


def threshold_lf(
    column: str,
    label: str | int,
    name: str | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that votes `label` where a number is beyond a bound.

    It abstains elsewhere, on the bound itself, and where the number is missing
    or NaN. A text in the column is an error when it is applied.

    Parameters
    ----------
    column : str
        The column of numbers.
    label : str or int
        Class name or code.
    name : str, optional
        By default made of column, bounds and label.
    above, below : float, optional
        Votes where the value is strictly above, strictly below; with both,
        strictly between. At least one is needed.
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "threshold".

    Raises
    ------
    ParameterError
        If there is no bound, a bound is no finite number, or no number is
        strictly between the two.

    Examples
    --------
    >>> large = threshold_lf("radius", "malignant", above=17)
    >>> large.name
    'threshold_radius_above_17_malignant'
    >>> large({"radius": 17.5}), large({"radius": 17}), large({"radius": None})
    ('malignant', None, None)
    """
    checked = check_label("label", label)
    check_column("column", column)
    low, high = _bound("above", above), _bound("below", below)
    if low is None and high is None:
        raise ParameterError(
            "above and below are both left out, must be at least one of them. Give a bound."
        )
    if low is not None and high is not None and low >= high:
        raise ParameterError(
            wrong_value("above", above, f"less than below, which is {below!r}", "Swap the two.")
        )
    bounds = [(w, v) for w, v in (("above", above), ("below", below)) if v is not None]
    words = [str(word) for bound in bounds for word in bound]
    return LabelingFunction(
        default_name("threshold", [column], *words, checked) if name is None else name,
        rule=ThresholdRule(column, checked, low, high),
        description=(
            f"{column} is {' and '.join(f'{w} {v}' for w, v in bounds)}"
            if description is None
            else description
        ),
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )


def _bound(argument: str, value: float | None) -> float | None:
    if value is None:
        return None
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not real or not math.isfinite(value):
        raise ParameterError(wrong_value(argument, value, "a finite number"))
    return int(value) if isinstance(value, numbers.Integral) else float(value)
