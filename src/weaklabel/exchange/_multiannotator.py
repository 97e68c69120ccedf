"""to_multiannotator and from_multiannotator: cleanlab's tables of several reviewers, and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._answer_table import answer_table
from weaklabel.core._check import check_choice, check_type
from weaklabel.errors import DecisionsError, ParameterError, SchemaError, wrong_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["from_multiannotator", "to_multiannotator"]

_FORMS = ("wide", "long")
#: Columns of cleanlab's long form.
_LONG = ("task", "annotator", "label")


def to_multiannotator(
    decisions: DecisionLog, schema: LabelSchema, *, form: Literal["wide", "long"] = "wide"
) -> pd.DataFrame:
    """Return the standing answers as a table that cleanlab's `multiannotator` functions take.

    Skips are left out, and with them items and reviewers without any answer, which cleanlab
    refuses.

    Parameters
    ----------
    decisions : DecisionLog
        The answers.
    schema : LabelSchema
        The classes: cleanlab wants their codes.
    form : {"wide", "long"}
        One row for each item and one column for each reviewer, float64 with NaN where there is
        no answer (`labels_multiannotator`); or one row for each answer, with the columns "task",
        "annotator" and "label" (what its `convert_long_to_wide_dataset` takes).

    Returns
    -------
    pandas.DataFrame
        Items and reviewers sorted. Take the probabilities in the order of the index of the wide
        table.

    Raises
    ------
    DecisionsError
        If an answer is no class of `schema`.
    ParameterError
        If an argument is wrong.

    Examples
    --------
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> log = DecisionLog(
    ...     [Decision("a", "ham", "ann", at), Decision("a", "spam", "bob", at)]
    ...     + [Decision("b", "spam", "ann", at), Decision("b", None, "bob", at)]
    ... )
    >>> to_multiannotator(log, LabelSchema(["ham", "spam"]))
         ann  bob
    a    0.0  1.0
    b    1.0  NaN
    """
    import pandas as pd

    check_choice("form", form, _FORMS)
    check_type("decisions", decisions, DecisionLog)
    answers = DecisionLog(d for d in decisions.standing if d.label is not None)
    table = answer_table(answers, schema)
    if form == "long":
        columns = (
            [table.item_ids[i] for i in table.items.tolist()],
            [table.reviewers[j] for j in table.who.tolist()],
            table.codes.astype(np.int64),
        )
        return pd.DataFrame(dict(zip(_LONG, columns, strict=True)))
    codes = table.wide().astype(np.float64)
    codes[codes < 0] = np.nan
    return pd.DataFrame(codes, index=list(table.item_ids), columns=list(table.reviewers))


def from_multiannotator(
    table: pd.DataFrame,
    schema: LabelSchema,
    *,
    decided_at: str,
    form: Literal["wide", "long"] = "wide",
    stratum: str = "",
) -> DecisionLog:
    """Return a table of several annotators' labels as decisions.

    Parameters
    ----------
    table : pandas.DataFrame
        As `to_multiannotator` gives it: wide, with item ids as index and reviewers as columns, or
        long, with the columns "task", "annotator" and "label". Labels are names of classes or
        codes; None, NaN or pandas.NA is no answer. Ids and names may be whole numbers.
    schema : LabelSchema
        The classes.
    decided_at : str
        When, for all: the table does not say. An ISO 8601 time with its offset.
    form : {"wide", "long"}
        Which of the two.
    stratum : str
        Why the items were shown; "random" only if they were drawn at random.

    Returns
    -------
    DecisionLog
        In the order of the rows, and in a wide table of its columns.

    Raises
    ------
    DecisionsError
        If an id or a name is missing, two rows are of the same item and reviewer, a label is no
        class, or `decided_at` is no time with an offset.
    ParameterError
        If another argument is wrong, or the long form lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"ann": [0, 1], "bob": [1, None]}, index=["a", "b"])
    >>> log = from_multiannotator(
    ...     wide, LabelSchema(["ham", "spam"]), decided_at="2026-05-04T10:15:00+00:00"
    ... )
    >>> [(d.item_id, d.reviewer, d.label) for d in log]
    [('a', 'ann', 'ham'), ('a', 'bob', 'spam'), ('b', 'ann', 'spam')]
    """
    import pandas as pd

    check_choice("form", form, _FORMS)
    check_type("table", table, pd.DataFrame)
    check_type("schema", schema, LabelSchema)
    cells = _long_cells(table) if form == "long" else _wide_cells(table)
    decisions: dict[tuple[str, str], Decision] = {}
    for where, task, annotator, label in cells:
        item_id, reviewer = _name(where, "item id", task), _name(where, "reviewer", annotator)
        if (item_id, reviewer) in decisions:
            raise DecisionsError(
                f"table[{where}] is a second label of {reviewer!r} for {item_id!r}. Keep one row for "
                "each item and reviewer."
            )
        name = _class(where, label, schema)
        decisions[item_id, reviewer] = Decision(
            item_id, name, reviewer, decided_at, stratum=stratum
        )
    return DecisionLog(decisions.values())


def _wide_cells(table: pd.DataFrame) -> Iterator[tuple[str, object, object, object]]:
    columns = table.columns.tolist()
    values = [table.iloc[:, j].tolist() for j in range(len(columns))]
    for i, task in enumerate(table.index.tolist()):
        for annotator, column in zip(columns, values, strict=True):
            if not _missing(column[i]):
                yield f"{task!r}, {annotator!r}", task, annotator, column[i]


def _long_cells(table: pd.DataFrame) -> Iterator[tuple[str, object, object, object]]:
    if absent := [name for name in _LONG if name not in table.columns]:
        raise ParameterError(
            f"table has the columns {table.columns.tolist()}, must have {list(_LONG)}: it lacks "
            f"{absent}. Rename the columns, or give form='wide'."
        )
    rows = zip(*(table[name].tolist() for name in _LONG), strict=True)
    for i, (task, annotator, label) in enumerate(rows):
        if not _missing(label):
            yield f"row {i}", task, annotator, label


def _missing(value: object) -> bool:
    import pandas as pd

    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _name(where: str, what: str, value: object) -> str:
    """Return an id or a name as text; whole numbers as cleanlab's own tables have them."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    raise DecisionsError(
        wrong_value(f"{what} of table[{where}]", value, "a non-empty text or a whole number")
    )


def _class(where: str, label: object, schema: LabelSchema) -> str:
    try:
        name = schema.name(int(schema.encode([label])[0]))
    except SchemaError as error:
        raise DecisionsError(f"table[{where}] is no class: {error}") from error
    if name is None:
        raise DecisionsError(
            f"table[{where}] is -1, must be a class. Leave the cell empty (NaN) where there is no answer."
        )
    return name
