"""Checks of the arguments that several label models share, in words that name the model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["check_class_prior", "check_em_parameters"]

_SUM_TOLERANCE = 1e-6


def check_em_parameters(owner: str, max_iter: int, tol: float) -> None:
    """Raise ParameterError unless `max_iter` and `tol` can steer an iteration."""
    check_int(f"max_iter of {owner}", max_iter, 1, "Give the largest number of iterations.")
    check_number(f"tol of {owner}", tol, 0.0, advice="Use the default 1e-4.")


def check_class_prior(
    owner: str, class_prior: Sequence[float] | FloatArray | None, n_classes: int
) -> FloatArray | None:
    """Return `class_prior` as an array that sums to 1, or None where none is given.

    Raises ParameterError unless it is `n_classes` positive numbers that sum to 1.
    """
    if class_prior is None:
        return None
    try:
        prior = np.asarray(class_prior, dtype=np.float64)
        good = prior.shape == (n_classes,) and bool((prior > 0).all())
        good = good and abs(float(prior.sum()) - 1.0) <= _SUM_TOLERANCE
    except (TypeError, ValueError):
        good = False
    if not good:
        raise ParameterError(
            wrong_value(
                f"class_prior of {owner}",
                class_prior,
                f"{n_classes} positive numbers that sum to 1, one for each class",
                "Use None to estimate it from the votes.",
            )
        )
    return np.asarray(prior / prior.sum(), dtype=np.float64)
