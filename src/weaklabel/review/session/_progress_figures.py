"""ProgressFigures: how far one reviewer is in a queue, and what the answers found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from weaklabel.core import BoolArray, Decision, IntArray
from weaklabel.errors import WeaklabelError
from weaklabel.review.session._own_answers import was_applied

__all__ = ["Estimate", "ProgressFigures", "estimate_words", "rate_per_minute"]


class _Words(Protocol):
    """What says in words how right the labels are, as `AccuracyEstimate`."""

    def words(self) -> str:
        """Return sentences."""


#: Returns how right the labels are.
Estimate: TypeAlias = Callable[[], str | _Words]


class ProgressFigures:
    """Counts that each answer changes a little.

    Parameters
    ----------
    strata : sequence of str
        The stratum of each item of the queue.
    blind : collection of str
        Strata whose proposals are hidden. How many of them were wrong is not said before all of
        the stratum is done: a count that goes up right after an answer gives the proposal away.
    groups : numpy.ndarray of int, shape (n_items,), or None
        The group of near-duplicates of each item of the queue.
    """

    def __init__(
        self, strata: Sequence[str], blind: Collection[str] = (), groups: IntArray | None = None
    ) -> None:
        self._strata = strata
        self._blind = frozenset(blind)
        self._groups = groups
        #: Whether each item of the queue has no answer, skip or escalation, shape (n_items,).
        self.open: BoolArray = np.ones(len(strata), dtype=np.bool_)
        self._left = Counter(strata)
        self._answered: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()
        self._escalated: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._labels: dict[int, Counter[str]] = {}
        self._shared = self._agreed = 0

    def add(self, i: int, decision: Decision) -> None:
        """Count the answer, skip or escalation of the item at place `i` of the queue."""
        self._count(i, decision, 1)

    def remove(self, i: int, decision: Decision) -> None:
        """Take back what `add` counted."""
        self._count(i, decision, -1)

    def summary(self) -> dict[str, Any]:
        """Return the figures; errors are answers that differ from the proposed class.

        Answers to items whose proposal was hidden count among the errors only where all of their
        stratum is hidden.

        ``near_duplicates`` has the groups in which two or more items were answered one by one,
        and in how many of them all answers are the same: what was answered in one go agrees with
        itself.
        """
        shared = {"groups": self._shared, "agreed": self._agreed}
        return {
            "answered": self._answered.total(),
            "skipped": self._skipped.total(),
            "escalated": self._escalated.total(),
            "left": self._left.total(),
            "strata": {name: self._stratum(name) for name in sorted(self._left)},
            "near_duplicates": None if self._groups is None else shared,
        }

    def _stratum(self, name: str) -> dict[str, int | None]:
        is_hidden = name in self._blind and self._left[name]
        return {
            "answered": self._answered[name],
            "skipped": self._skipped[name],
            "escalated": self._escalated[name],
            "left": self._left[name],
            "errors": None if is_hidden else self._errors[name],
        }

    def _count(self, i: int, decision: Decision, by: int) -> None:
        stratum, label = self._strata[i], decision.label
        self.open[i] = by < 0
        self._left[stratum] -= by
        if label is None:
            passed = self._escalated if decision.kind else self._skipped
            passed[stratum] += by
            return
        self._answered[stratum] += by
        # What was hidden though its stratum is not, such as a gold check, would be given away.
        is_told = not decision.blind or stratum in self._blind
        if is_told and decision.proposed is not None and decision.proposed != label:
            self._errors[stratum] += by
        if self._groups is not None and not was_applied(decision):
            self._count_group(int(self._groups[i]), label, by)

    def _count_group(self, group: int, label: str, by: int) -> None:
        labels = self._labels.setdefault(group, Counter())
        for step in (-1, 1):
            is_shared = labels.total() > 1
            self._shared += step * is_shared
            self._agreed += step * (is_shared and len(labels) == 1)
            if step < 0:
                labels[label] += by
                if not labels[label]:
                    del labels[label]


def rate_per_minute(seconds: Iterable[float | None]) -> float | None:
    """Return items per minute from how long each took; None where nobody knows.

    Examples
    --------
    >>> rate_per_minute([2.0, None, 4.0]), rate_per_minute([None]), rate_per_minute([0.0])
    (20.0, None, None)
    """
    known = [each for each in seconds if each is not None]
    total = sum(known)
    return 60 * len(known) / total if total > 0 else None


def estimate_words(estimate: Estimate | None) -> str | None:
    """Return the words of an estimate, or why there is none yet; None without one."""
    if estimate is None:
        return None
    try:
        found = estimate()
    except WeaklabelError as error:  # of too few answers, for example: no reason to stop
        return str(error)
    return found if isinstance(found, str) else found.words()
