"""What the fields of a decision may hold, and errors in words where they hold something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core._json_mapping import JsonMapping
from weaklabel.errors import DecisionsError, ParameterError, wrong_value

if TYPE_CHECKING:
    from weaklabel.core._decision import Decision

__all__ = [
    "CAUSES",
    "KINDS",
    "check_about",
    "check_cause",
    "check_no_answer",
    "check_time",
    "check_types",
    "checked_seconds",
    "checked_shown",
]

#: Why a label was wrong, or an item could not be answered, in a reviewer's judgement.
CAUSES = (
    "labeling function bug",
    "ambiguous item",
    "guideline gap",
    "out of scope",
    "data error",
)

#: What a decision is: "" an answer, "escalation" what stands in place of an answer and passes the
#: item to an expert, "undo" what withdraws either of them, "erasure" what tells that the payloads
#: of the item's decisions before it were erased. The others are remarks beside the answer: "note"
#: holds comment and cause of an item without one, "flag" and "lf_wrong" (this labeling function
#: is wrong here) are withdrawn by "unflag" and "lf_ok".
KINDS = ("", "undo", "erasure", "escalation", "note", "flag", "unflag", "lf_wrong", "lf_ok")

_TEXTS = ("text_hash", "dataset_version", "key", "kind", "salt", "payload_hash", "about")
_MARKS = ("blind", "gold")


def check_cause(value: object) -> None:
    """Raise DecisionsError unless it is one of `CAUSES`, or empty."""
    if not isinstance(value, str) or value not in ("", *CAUSES):
        raise DecisionsError(
            wrong_value(
                "cause",
                value,
                f"one of {list(CAUSES)}",
                "Leave it empty where no cause is known.",
            )
        )


def check_time(value: object) -> None:
    """Raise DecisionsError unless it is an ISO 8601 time with its offset."""
    try:
        aware = datetime.fromisoformat(value).tzinfo is not None  # type: ignore[arg-type] # caught
    except (TypeError, ValueError):
        aware = False
    if not aware:
        raise DecisionsError(
            wrong_value(
                "decided_at",
                value,
                "an ISO 8601 time with its offset",
                "For example '2026-05-04T10:15:00+00:00'.",
            )
        )


def check_types(decision: Decision) -> None:
    """Raise DecisionsError where a text is none, a mark neither yes nor no, or the kind unknown."""
    for name in _TEXTS:
        value = getattr(decision, name)
        if not isinstance(value, str):
            raise DecisionsError(wrong_value(name, value, "a text", "Leave it empty for none."))
    for name in _MARKS:
        value = getattr(decision, name)
        if value is not True and value is not False:
            raise DecisionsError(wrong_value(name, value, "True or False"))
    if decision.kind not in KINDS:
        raise DecisionsError(
            wrong_value("kind", decision.kind, f"one of {list(KINDS)}", "An answer has none.")
        )
    if not decision.salt.isascii():
        raise DecisionsError(wrong_value("salt", decision.salt, "ASCII", "Let the store make it."))


def checked_seconds(value: Any) -> float:
    """Return seconds as a float, or raise DecisionsError."""
    is_number = isinstance(value, (int, float, np.integer, np.floating))
    if not is_number or isinstance(value, bool) or not 0.0 <= float(value) < float("inf"):
        raise DecisionsError(
            wrong_value("seconds", value, "a number in [0, inf)", "None says: not measured.")
        )
    return float(value) + 0.0  # not -0.0, which SQLite would not keep


def checked_shown(value: object) -> JsonMapping:
    """Return what was shown, frozen, or raise DecisionsError."""
    if not isinstance(value, Mapping):
        raise DecisionsError(wrong_value("shown", value, "a mapping or None"))
    try:
        return JsonMapping(value)
    except ParameterError as error:
        raise DecisionsError(f"shown of a decision cannot be kept: {error}") from None


def check_no_answer(decision: Decision) -> None:
    """Raise DecisionsError where what is no answer holds what only an answer may."""
    if decision.kind == "escalation":
        _check_empty(decision, ("label",), "An escalation is no answer.")
        return
    said = "An undo, an erasure and a remark are no answers."
    _check_empty(decision, ("label", "proposed", "stratum", "blind", "gold"), said)
    if decision.kind != "note":
        _check_empty(decision, ("cause",), said)
    if decision.kind == "erasure":
        said = "An erasure has a comment at most, which stays for good."
        _check_empty(decision, ("text_hash", "shown", "salt"), said)


def _check_empty(decision: Decision, names: Sequence[str], advice: str) -> None:
    if any(getattr(decision, name) not in (None, "", False) for name in names):
        *first, last = [name.replace("proposed", "proposed label") for name in names]
        listed = f"{', '.join(first)} or {last}" if first else last
        allowed = f"empty where there is a {listed}"
        raise DecisionsError(wrong_value("kind", decision.kind, allowed, advice))


def check_about(decision: Decision) -> None:
    """Raise DecisionsError where `about` does not fit the kind."""
    is_of_function = decision.kind in ("lf_wrong", "lf_ok")
    if is_of_function and not decision.about.strip():
        raise DecisionsError(
            wrong_value("about", decision.about, f"a labeling function for kind {decision.kind!r}")
        )
    if decision.about and not is_of_function and decision.kind != "escalation":
        allowed = "empty but for the kinds 'escalation', 'lf_wrong' and 'lf_ok'"
        raise DecisionsError(wrong_value("about", decision.about, allowed))
