"""Gold: the classes that are known of some items, as one code for each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from weaklabel.core import BoolArray, CodeArray, FloatArray, LabelSchema
from weaklabel.errors import LabelsError

__all__ = ["Gold", "check_gold", "overwrite"]

#: Class names, codes, or None / NaN / -1 for "unknown", one for each item.
Gold: TypeAlias = Sequence[str | int | None] | npt.NDArray[Any]


def check_gold(gold: Gold, n_items: int, schema: LabelSchema) -> CodeArray:
    """Return `gold` as one class code for each item, -1 where the class is unknown.

    Parameters
    ----------
    gold : sequence of str, int or None, shape (n_items,)
        Class names or codes; None, NaN or -1 for "unknown".
    n_items : int
        How many there must be.
    schema : LabelSchema
        The classes.

    Returns
    -------
    numpy.ndarray of int8 or int16, shape (n_items,)

    Raises
    ------
    LabelsError
        If it is no sequence with one entry for each item.
    SchemaError
        If an entry is neither a class nor unknown.

    Examples
    --------
    >>> check_gold(["spam", None, 0], 3, LabelSchema(["ham", "spam"]))
    array([ 1, -1,  0], dtype=int8)
    """
    values = _as_array(gold)
    if values.shape != (n_items,):
        raise LabelsError(
            f"gold has shape {values.shape}, must be ({n_items},). Give one class for each item, "
            "in the order of the items, and None where it is unknown."
        )
    if values.dtype.kind == "i" and bool(((values >= -1) & (values < schema.n_classes)).all()):
        return values.astype(schema.dtype)
    return schema.encode(values.tolist())


def overwrite(posterior: FloatArray, gold: CodeArray) -> FloatArray:
    """Return `posterior` with certainty where the class is known.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        Probabilities; every row sums to 1.
    gold : numpy.ndarray of int8 or int16, shape (n_items,)
        Class codes, -1 where unknown.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
    """
    known: BoolArray = np.asarray(gold >= 0)
    result = posterior.copy()
    result[known] = 0.0
    result[known, gold[known]] = 1.0
    return result


def _as_array(gold: object) -> npt.NDArray[Any]:
    if isinstance(gold, (str, bytes, Mapping, Set)):
        raise LabelsError(
            f"gold is a {type(gold).__name__}, must be a sequence with one class for each item. "
            "Give a list in the order of the items, with None where the class is unknown."
        )
    if isinstance(gold, np.ndarray):
        return gold
    # As objects, or ["spam", -1] would become two texts.
    return np.asarray(gold, dtype=object)
