"""Adjudicators: reviewers who settle what others disagree on, and saw what these said."""

from __future__ import annotations

from collections.abc import Sequence

from weaklabel.core import DecisionLog
from weaklabel.core._check import check_type
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["check_adjudicators", "without_adjudicators"]


def check_adjudicators(names: Sequence[str]) -> frozenset[str]:
    """Return the names as a set, or raise ParameterError; they need not have answered yet."""
    if isinstance(names, str):
        raise ParameterError(
            wrong_value("adjudicators", names, "a list of names", f"Write [{names!r}].")
        )
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise ParameterError(
                wrong_value("adjudicators", list(names), "a list of names of reviewers")
            )
    return frozenset(names)


def without_adjudicators(decisions: DecisionLog, names: Sequence[str]) -> DecisionLog:
    """Return the decisions that were made without seeing those of others.

    What adjudicators decided is left out, by name or by the stratum "adjudication". Raises
    ParameterError as `check_adjudicators`.
    """
    check_type("decisions", decisions, DecisionLog)
    left_out = check_adjudicators(names)
    return DecisionLog(
        d for d in decisions if d.reviewer not in left_out and d.stratum != ADJUDICATION
    )
