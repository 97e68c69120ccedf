"""ApplyReport: the votes, and what it took to get them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from weaklabel.core import VoteMatrix
from weaklabel.core._html import escape

__all__ = ["ApplyReport"]


@dataclass(frozen=True, slots=True, repr=False)
class ApplyReport:
    """Votes, and for each labeling function the time, the failures and whether it ran.

    Parameters
    ----------
    votes : VoteMatrix
        The votes of all labeling functions.
    seconds : mapping of str to float
        Wall time of each labeling function, by name, without preprocessors;
        the time to read its votes where they came from the cache.
    failures : mapping of str to int
        Number of items on which each labeling function, or a preprocessor that
        it names, raised and which so became an abstain; 0 for all without
        ``on_error="abstain"``.
    recomputed : tuple of str
        Names of those that ran, be it on a part of the items; all votes of the
        others came from the cache.
    first_failures : mapping of str to str
        For each labeling function that failed: the first item and cause, in words.
    preprocessing_seconds : mapping of str to float
        Wall time of each preprocessor, by name.
    n_computed : mapping of str to int
        Number of items on which each labeling function ran; its votes on the
        others came from the cache.
    how : mapping of str to str
        For each labeling function: how it ran and in which processes, in the words of
        `plan`; "from the cache" where it did not.
    """

    votes: VoteMatrix
    seconds: Mapping[str, float]
    failures: Mapping[str, int]
    recomputed: tuple[str, ...]
    first_failures: Mapping[str, str]
    preprocessing_seconds: Mapping[str, float]
    n_computed: Mapping[str, int] = field(default_factory=dict)
    how: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        width = max(map(len, self.how), default=0)
        lines = [f"  {name:{width}}  {how}" for name, how in self.how.items()]
        return "\n".join([self._counted(), *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(name)}</th><td>{self.seconds[name]:.3f}</td>"
            f"<td>{self.failures[name]}</td>"
            f"<td>{self._ran(name)}</td>"
            f"<td>{escape(self.how.get(name, ''))}</td>"
            f"<td>{escape(self.first_failures.get(name, ''))}</td></tr>"
            for name in self.votes.lf_names
        )
        return (
            f"<div><p>{escape(self._counted())}</p><table><thead><tr>"
            "<th>labeling function</th><th>seconds</th><th>failures</th><th>ran</th>"
            "<th>how it ran</th><th>first failure</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _counted(self) -> str:
        total = sum(self.seconds.values()) + sum(self.preprocessing_seconds.values())
        return (
            f"ApplyReport({self.votes.n_items} items x {self.votes.n_lfs} labeling functions in "
            f"{total:.2f} s, {len(self.recomputed)} recomputed, "
            f"{sum(self.failures.values())} failures)"
        )

    def _ran(self, name: str) -> str:
        if name not in self.recomputed:
            return "from the cache"
        n_items = self.n_computed.get(name, self.votes.n_items)
        return "yes" if n_items == self.votes.n_items else f"on {n_items} items"
