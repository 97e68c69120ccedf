"""What every law is written with: one way to fit, to compare and to fail."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterable

import numpy as np

from weaklabel.core import FloatArray, Votes
from weaklabel.errors import WeaklabelWarning
from weaklabel.models import BaseLabelModel

__all__ = ["TOLERANCE", "fitted", "fitted_in_batches", "fresh", "require", "require_close"]

#: An iteration whose sums come in another order may end a little apart.
TOLERANCE = 1e-6


def require(condition: bool, message: str) -> None:
    """Raise AssertionError with `message` unless `condition` holds."""
    if not condition:
        raise AssertionError(message)


def require_close(
    given: FloatArray, expected: FloatArray, message: str, tolerance: float = TOLERANCE
) -> None:
    """Raise AssertionError unless the arrays have one shape and differ by `tolerance` at most."""
    require(given.shape == expected.shape, f"{message}: shape {given.shape}, not {expected.shape}")
    worst = float(np.abs(given - expected).max(initial=0.0))
    require(worst <= tolerance, f"{message}: probabilities differ by {worst:.3g}")


def fresh(model: BaseLabelModel) -> BaseLabelModel:
    """Return a deep copy, so that a check leaves the caller's model alone."""
    return copy.deepcopy(model)


def fitted(model: BaseLabelModel, votes: Votes) -> BaseLabelModel:
    """Return a copy of `model` fitted on `votes`; what it warns of is not the law's business."""
    copied = fresh(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeaklabelWarning)
        copied.fit(votes)
    return copied


def fitted_in_batches(model: BaseLabelModel, batches: Iterable[Votes]) -> BaseLabelModel:
    """Return a copy of `model` fitted on `batches`, one after the other."""
    copied = fresh(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeaklabelWarning)
        copied.fit_batches(batches)
    return copied
