"""What labeling functions read of the items, known before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from weaklabel.errors import ItemsError, wrong_value
from weaklabel.lf import LabelingFunction

__all__ = ["check_columns", "columns_read", "id_column_of"]


def check_columns(lfs: Iterable[LabelingFunction], column_names: Sequence[str]) -> None:
    """Raise ItemsError unless all columns that `lfs` are known to read are in `column_names`."""
    for lf in lfs:
        for column in lf.columns:
            if column not in column_names:
                raise ItemsError(
                    f"labeling function {lf.name!r} reads column {column!r}, the items have "
                    f"{_shown(column_names)}. Rename the column, or give the labeling function "
                    "another."
                )


def columns_read(
    lfs: Sequence[LabelingFunction], id_column: str, column_names: Sequence[str]
) -> list[str]:
    """Return the columns to load: the id, and what `lfs` read, in the order of `column_names`.

    All of them where a labeling function sees whole items or does not say what it reads.
    """
    if any(lf.rule is None or not lf.columns for lf in lfs):
        return list(column_names)
    wanted = {id_column, *(column for lf in lfs for column in lf.columns)}
    return [name for name in column_names if name in wanted]


def id_column_of(id_column: str | None, column_names: Sequence[str], where: str) -> str:
    """Return the column with the user's ids; the default is "item_id".

    Parameters
    ----------
    id_column : str, optional
        What the user named.
    column_names : sequence of str
        The columns that there are.
    where : str
        What the items are, for the message ("a Spark DataFrame").

    Raises
    ------
    ItemsError
        If there is no such column. Rows in many places cannot be told apart by a hash of
        their content: nobody sees how often an equal row occurred elsewhere.
    """
    if id_column is not None and id_column not in column_names:
        raise ItemsError(
            wrong_value(
                "id_column",
                id_column,
                f"one of {_shown(column_names)}",
                "Name the column that holds a distinct id for each item.",
            )
        )
    if id_column is None and "item_id" not in column_names:
        raise ItemsError(
            f"items in {where} have no ids, must have a column of distinct ids: equal rows in "
            f"different places cannot be told apart. Name it with id_column=, one of "
            f"{_shown(column_names)}."
        )
    return "item_id" if id_column is None else id_column


def _shown(column_names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in column_names)
