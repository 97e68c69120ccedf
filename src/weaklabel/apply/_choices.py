"""choices_of: what one rule answers to whole Arrow columns, and the codes that stand for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weaklabel.apply._rows import ItemRows
from weaklabel.core import ABSTAIN, CodeArray, LabelSchema, StringArray
from weaklabel.lf import LabelingFunction
from weaklabel.lf._answer import codes_of
from weaklabel.lf._rule import ArrowRule, Choices

__all__ = ["choices_of", "codes_of_choices"]


def choices_of(lf: LabelingFunction, rows: ItemRows) -> Choices | None:
    """Return the answers of `lf` where its rule reads Arrow columns, else None.

    A rule that raises is asked again in the form that finds the item at fault.
    """
    rule = lf.rule
    if not isinstance(rule, ArrowRule):
        return None
    table = rows.items.table
    try:
        return rule.choose({name: table.column(name) for name in lf.columns})
    except Exception:  # whatever a user's function raises
        return None


def codes_of_choices(
    choices: Choices, schema: LabelSchema, lf_name: str, item_ids: StringArray | Sequence[str]
) -> CodeArray:
    """Return the codes of answers of which each different one is kept once.

    Parameters
    ----------
    choices : Choices
        The answers, and which item has which.
    schema : LabelSchema
        The classes that are allowed.
    lf_name : str
        The labeling function, for the message.
    item_ids : numpy.ndarray of StringDType, or sequence of str, length n_items
        The items, for the message.

    Returns
    -------
    numpy.ndarray of int8 or int16, shape (n_items,)
        Class codes, -1 where it abstains.

    Raises
    ------
    AnswerError
        If an answer that an item has is no class.

    Examples
    --------
    >>> choices = Choices(("spam", "typo"), np.array([0, -1, 0]))
    >>> codes_of_choices(choices, LabelSchema(["ham", "spam"]), "has_link", "abc")
    array([ 1, -1,  1], dtype=int8)
    """
    answers, places = choices
    is_used = np.bincount(places + 1, minlength=len(answers) + 1)[1:] > 0
    used = [a if u else None for a, u in zip(answers, is_used.tolist(), strict=True)]
    codes = np.full(len(answers) + 1, ABSTAIN, dtype=schema.dtype)  # the last one is for -1
    codes[:-1] = codes_of(used, schema, lf_name, _FirstItems(places, item_ids))
    return codes[places]


class _FirstItems(Sequence[str]):
    """The id of the first item that has each answer, looked for when asked."""

    def __init__(self, places: np.ndarray, item_ids: StringArray | Sequence[str]) -> None:
        self._places, self._item_ids = places, item_ids

    def __getitem__(self, answer: int) -> str:  # type: ignore[override]  # slices are not asked for
        return self._item_ids[int(np.argmax(self._places == answer))]

    def __len__(self) -> int:
        return int(self._places.max(initial=-1)) + 1
