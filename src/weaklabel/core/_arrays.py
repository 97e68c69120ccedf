"""Named types of the arrays that flow between the stages."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["BoolArray", "CodeArray", "FloatArray", "IntArray", "StringArray"]

#: Probabilities, scores and log-probabilities.
FloatArray: TypeAlias = npt.NDArray[np.float64]
#: Class codes and votes: -1 (abstain, unknown) or 0..n_classes-1; int8, or int16 above 127 classes.
CodeArray: TypeAlias = npt.NDArray[np.int8] | npt.NDArray[np.int16]
#: Positions and counts.
IntArray: TypeAlias = npt.NDArray[np.int64]
#: Masks.
BoolArray: TypeAlias = npt.NDArray[np.bool_]
#: Item ids; NumPy's variable-width ``StringDType``, which its annotations cannot name yet.
StringArray: TypeAlias = npt.NDArray[Any]
