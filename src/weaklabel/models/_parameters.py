"""Checks of the arguments that several label models share, in words that name the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from weaklabel.core import FloatArray, IntArray
from weaklabel.core._check import check_int, check_number
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["ColumnGroups", "check_class_prior", "check_column_groups", "check_em_parameters"]

#: Names of labeling functions that share one vote's weight, group by group.
ColumnGroups: TypeAlias = Mapping[str, Sequence[str]] | Sequence[Sequence[str]]

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


def check_column_groups(
    owner: str, column_groups: ColumnGroups | None, lf_names: tuple[str, ...]
) -> IntArray | None:
    """Return the group of each labeling function, -1 for one in none; None without groups.

    Raises ParameterError unless they are groups of names in `lf_names`, each in one at most.
    """
    if column_groups is None:
        return None
    position = {name: j for j, name in enumerate(lf_names)}
    group_of = np.full(len(lf_names), -1, dtype=np.int64)
    for g, (place, names) in enumerate(_groups(owner, column_groups)):
        for name in names:
            j = position.get(name, -1)
            if j < 0 or group_of[j] >= 0:
                raise ParameterError(_wrong_column(owner, place, name, lf_names))
            group_of[j] = g
    return group_of


def _groups(owner: str, column_groups: object) -> list[tuple[str, list[str]]]:
    """Return the groups with their places, or raise ParameterError."""
    groups: list[tuple[object, object]] = []
    if isinstance(column_groups, Mapping):
        groups = list(column_groups.items())
    elif isinstance(column_groups, Sequence) and not isinstance(column_groups, str):
        groups = list(enumerate(column_groups))
    if not groups or not all(_are_names(names) for _, names in groups):
        raise ParameterError(
            wrong_value(
                f"column_groups of {owner}",
                column_groups,
                "a mapping of group names to lists of labeling functions, or a list of such lists",
                "Use None if no labeling functions share a weight.",
            )
        )
    return [(f"[{place!r}]", list(names)) for place, names in groups if isinstance(names, Sequence)]


def _are_names(names: object) -> bool:
    if isinstance(names, str) or not isinstance(names, Sequence) or not names:
        return False
    return all(isinstance(name, str) for name in names)


def _wrong_column(owner: str, place: str, name: str, lf_names: tuple[str, ...]) -> str:
    if name in lf_names:
        return (
            f"column_groups of {owner} is wrong: {name!r} in column_groups{place} is in a group "
            "already, must be in one at most."
        )
    shown = ", ".join(repr(n) for n in lf_names[:10]) + (", …" if len(lf_names) > 10 else "")
    return (
        f"column_groups of {owner} is wrong: {name!r} in column_groups{place} is no labeling "
        f"function of votes, must be one of {shown}."
    )
