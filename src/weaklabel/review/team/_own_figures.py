"""OwnFigures: what one reviewer of a team did, by the strata that the reviewer saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from weaklabel.core import Decision
from weaklabel.review.session._session_item import Json

__all__ = ["OwnFigures"]

_KINDS = ("answered", "skipped", "escalated", "errors")


class OwnFigures:
    """Counts of one reviewer's standing answers, in which gold checks cannot be told apart.

    Parameters
    ----------
    shown : callable
        Returns the stratum that the reviewer saw, of a place of the queue and a decision on it.
    """

    def __init__(self, shown: Callable[[int, Decision], str]) -> None:
        self._shown = shown
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _KINDS}

    def change(self, place: int, before: Decision | None, after: Decision | None) -> None:
        """Count what stands on an item now in place of what stood there."""
        for decision, by in ((before, -1), (after, 1)):
            if decision is not None:
                stratum = self._shown(place, decision)
                for name in _names(decision):
                    self._counts[name][stratum] += by

    @property
    def answered(self) -> int:
        """How many answers stand."""
        return self._counts["answered"].total()

    def of(self, stratum: str, *, is_blind: bool) -> dict[str, Json]:
        """Return the counts of a stratum; no errors of a blind one, which would give it away."""
        counts: dict[str, Json] = {name: self._counts[name][stratum] for name in _KINDS}
        return counts | {"errors": None} if is_blind else counts

    @property
    def strata(self) -> set[str]:
        """The strata in which something stands."""
        return {name for counts in self._counts.values() for name, n in counts.items() if n}


def _names(decision: Decision) -> tuple[str, ...]:
    if decision.kind == "escalation":
        return ("escalated",)
    if decision.label is None:
        return ("skipped",)
    # Of an item whose proposal was hidden the count would tell it right after the answer.
    is_error = not decision.blind and decision.proposed not in (None, decision.label)
    return ("answered", "errors") if is_error else ("answered",)
