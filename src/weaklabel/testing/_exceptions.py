"""Laws that a label model breaks on purpose, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["EXCEPTIONS"]

#: By class name of the model, then by name of the law.
EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "PrecisionNaiveBayes": {
        "objective_never_falls": (
            "An estimated class prior is the mean posterior, which is not the maximum of the "
            "objective: votes are weighed against it. With class_prior given the law holds."
        ),
    },
}
