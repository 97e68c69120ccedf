"""lookup_lf: votes by the value that a column has, from a table of values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._answer import check_label
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._rule import Choices, check_column, default_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["LookupRule", "lookup_lf"]


@dataclass(frozen=True, slots=True)
class LookupRule:
    """Votes the class that `table` has for the value in `column`."""

    table: Mapping[object, str | int]
    column: str
    case_sensitive: bool
    kind: str = "lookup"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that is looked up."""
        return (self.column,)

    @property
    def settings(self) -> Mapping[str, Any]:
        """The table in a fixed order, the column and how text is compared."""
        entries = sorted(self.table.items(), key=lambda entry: (repr(entry[0]), str(entry[1])))
        return {
            "values": tuple(entries),
            "column": self.column,
            "case_sensitive": self.case_sensitive,
        }

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:  # noqa: ARG002 - the contract of rules
        """Return the class of each value, None for unknown values and nulls."""
        find = self.table.get
        values = columns[self.column]
        if self.case_sensitive:
            return [find(value) for value in values]
        return [find(v.casefold() if isinstance(v, str) else v) for v in values]

    def choose(self, columns: Mapping[str, pa.ChunkedArray]) -> Choices | None:
        """Return the same, each distinct value looked up once; None for lists and the like."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = columns[self.column]
        try:
            encoded = pc.dictionary_encode(column).combine_chunks()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        values = encoded.dictionary.to_pylist()
        answers = self.vote_columns({self.column: values}, len(values))
        places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return Choices(answers, places.astype(np.int64))


def lookup_lf(
    values: Mapping[Any, str | int] | Collection[Any],
    label: str | int | None = None,
    name: str | None = None,
    column: str = "text",
    case_sensitive: bool = False,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that votes by the value a column has.

    It abstains on values that are not listed and where the value is missing.

    Parameters
    ----------
    values : mapping from value to class, or collection of values
        A collection needs `label`, the class of them all. The whole value must
        be equal: 7 and "7" are different.
    label : str or int, optional
        Class name or code, for a collection only.
    name : str, optional
        By default made of column and label.
    column : str
        The column to look up.
    case_sensitive : bool
        Whether upper and lower case differ; if not, texts are compared by
        `str.casefold`.
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "lookup".

    Raises
    ------
    ParameterError
        If there are no values, one is null, or the classes are wrong or missing.

    Examples
    --------
    >>> known = lookup_lf({"Ann": "ham", "xX_promo_Xx": "spam"}, column="author")
    >>> known({"author": "ann"}), known({"author": "Bob"})
    ('ham', None)
    >>> lookup_lf(["US", "CA"], "north_america", column="country").name
    'lookup_country_north_america'
    """
    check_column("column", column)
    table = _table(values, label, case_sensitive)
    rule = LookupRule(table, column, bool(case_sensitive))
    words = [] if label is None else [table[next(iter(table))]]
    return LabelingFunction(
        default_name("lookup", [column], *words) if name is None else name,
        rule=rule,
        description=(
            f"{column} is one of {len(table)} known values" if description is None else description
        ),
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )


def _table(values: Any, label: object, case_sensitive: bool) -> dict[object, str | int]:
    table: dict[object, str | int] = {}
    for value, given in _entries(values, label):
        checked = check_label("label" if label is not None else f"values[{value!r}]", given)
        if value is None or value != value:
            raise ParameterError(
                wrong_value("values", value, "values that are not null", "Leave it out.")
            )
        key = value.casefold() if isinstance(value, str) and not case_sensitive else value
        if table.setdefault(key, checked) != checked:
            raise ParameterError(
                f"values has {key!r} for both {table[key]!r} and {checked!r}, must have one class. "
                "Set case_sensitive=True, or drop one."
            )
    if not table:
        raise ParameterError(
            wrong_value("values", values, "one value or more", "Give the values to look for.")
        )
    return table


def _entries(values: Any, label: object) -> list[tuple[Any, object]]:
    if isinstance(values, Mapping):
        if label is not None:
            raise ParameterError(
                wrong_value(
                    "label", label, "left out where values is a mapping", "The mapping has classes."
                )
            )
        return list(values.items())
    if isinstance(values, (str, bytes)) or not isinstance(values, Collection):
        raise ParameterError(
            wrong_value(
                "values",
                values,
                "a mapping from value to class, or a list of values",
                "Put a single value in a list.",
            )
        )
    if label is None:
        raise ParameterError(
            wrong_value(
                "label", label, "a class name or code where values is a list", "Name the class."
            )
        )
    return [(value, label) for value in values]
