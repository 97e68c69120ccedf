"""What classifiers and models share: the classes they name, and when they are sure of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.errors import LabelingFunctionError, ParameterError, wrong_value
from weaklabel.lf._answer import check_label

__all__ = ["check_classes", "sure_codes"]


def check_classes(classes: Sequence[str | int]) -> tuple[str | int, ...]:
    """Return the classes of the columns of probabilities, or raise ParameterError."""
    if isinstance(classes, str) or len(classes) < 2:
        raise ParameterError(
            wrong_value(
                "classes",
                classes,
                "a class for each column of predict_proba",
                "Name them in order.",
            )
        )
    return tuple(check_label(f"classes[{i}]", label) for i, label in enumerate(classes))


def sure_codes(
    proba: FloatArray, min_probability: float, source: str = "predict_proba"
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the column that is highest and at least `min_probability`, -1 where none or two are.

    Raises
    ------
    LabelingFunctionError
        If a probability is no finite number.

    Examples
    --------
    >>> sure_codes(np.array([[0.1, 0.9], [0.5, 0.5], [0.3, 0.7]]), 0.8)
    array([ 1, -1, -1])
    """
    if not np.isfinite(proba).all():
        raise LabelingFunctionError(f"{source} gave NaN or infinity, must give probabilities.")
    top = proba.max(axis=1)
    alone = (proba == top[:, None]).sum(axis=1) == 1
    return np.where(alone & (top >= min_probability), proba.argmax(axis=1), -1)
