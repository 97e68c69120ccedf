"""as_answers: what a function of many items gave, as one answer for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from weaklabel.errors import LabelingFunctionError

__all__ = ["as_answers"]


def as_answers(found: Any, n_items: int) -> list[Any]:
    """Return the answers of a function of many items, None where one is missing.

    Parameters
    ----------
    found : sequence, array or Series of length `n_items`
        Class names, codes and nulls. An array of floats stands for codes, since
        that is what libraries make of integers with gaps.
    n_items : int
        How many answers there must be.

    Raises
    ------
    LabelingFunctionError
        If it is no sequence, or has another length.

    Examples
    --------
    >>> as_answers(np.array([1.0, np.nan]), 2), as_answers(("spam", None), 2)
    ([1, None], ['spam', None])
    """
    if isinstance(found, (str, bytes, dict)) or not isinstance(found, Iterable):
        raise LabelingFunctionError(
            f"the function gave {type(found).__name__} for {n_items} items, must give a list or an array "
            "with one answer for each."
        )
    answers = _listed(found)
    if len(answers) != n_items:
        raise LabelingFunctionError(
            f"the function gave {len(answers)} answers for {n_items} items, must give one for each."
        )
    return [None if answer is None or _is_missing(answer) else answer for answer in answers]


def _listed(found: Any) -> list[Any]:
    array = found.to_numpy() if hasattr(found, "to_numpy") else found
    if isinstance(array, np.ndarray) and array.ndim == 1:
        floats = array.dtype.kind == "f"
        whole = floats and bool(np.all(np.isnan(array) | (array == np.round(array))))
        values: list[Any] = array.tolist()
        return [int(v) if v == v and abs(v) < 2**53 else None for v in values] if whole else values
    return list(found)


def _is_missing(answer: Any) -> bool:
    """Return whether it is NaN, NaT or pandas' NA, whose comparison has no truth."""
    try:
        return bool(answer != answer)
    except TypeError:  # pandas' NA
        return True
    except ValueError:  # an array, which is no answer
        return False
