"""Tally: seconds, failures and what ran, summed over chunks of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from weaklabel.apply._columns import ColumnVotes
from weaklabel.apply._plan import plan_of
from weaklabel.apply._report import ApplyReport
from weaklabel.core import VoteMatrix
from weaklabel.lf import LabelingFunction

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Tally"]


class Tally:
    """Sums for each labeling function, until they are a report.

    Parameters
    ----------
    names : sequence of str
        Names of the labeling functions.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.seconds = dict.fromkeys(names, 0.0)
        self.failures = dict.fromkeys(names, 0)
        self.n_computed = dict.fromkeys(names, 0)
        self.first_failures: dict[str, str] = {}
        self.preprocessing_seconds: dict[str, float] = {}
        self.how: dict[str, str] = {}

    def add(self, j: int, column: ColumnVotes, n_items: int) -> None:
        """Count that labeling function `j` ran on a chunk of `n_items` items."""
        name = self._names[j]
        self.seconds[name] += column.seconds
        self.failures[name] += column.n_failures
        self.n_computed[name] += n_items
        if column.n_failures:
            self.first_failures.setdefault(name, column.first_failure)

    def add_known(self, j: int, seconds: float) -> None:
        """Count that the votes of labeling function `j` on a chunk were read."""
        self.seconds[self._names[j]] += seconds

    def add_preprocessing(self, seconds: Mapping[str, float]) -> None:
        """Count the time of each preprocessor on a chunk."""
        for name, spent in seconds.items():
            before = self.preprocessing_seconds.get(name, 0.0)
            self.preprocessing_seconds[name] = before + spent

    def add_plan(
        self, lfs: Sequence[LabelingFunction], chunk: pa.Table, where: Mapping[str, str]
    ) -> None:
        """Note how labeling functions ran together on a chunk; the first chunk of each counts.

        `where` says in which processes, in words, by name; those that it does not name ran in
        this one.
        """
        if any(lf.name not in self.how for lf in lfs):
            for entry in plan_of(lfs, chunk, where).functions:
                self.how.setdefault(entry.name, entry.how)

    def report(self, votes: VoteMatrix) -> ApplyReport:
        """Return the sums with the votes."""
        return ApplyReport(
            votes,
            self.seconds,
            self.failures,
            tuple(name for name in self._names if self.n_computed[name]),
            {
                name: self.first_failures[name]
                for name in self._names
                if name in self.first_failures
            },
            self.preprocessing_seconds,
            self.n_computed,
            {name: how for name in self._names if (how := self._how(name))},
        )

    def _how(self, name: str) -> str:
        return self.how.get(name, "") if self.n_computed[name] else "from the cache"
