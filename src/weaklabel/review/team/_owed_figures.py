"""OwedFigures: how much a team still owes, all in all and by stratum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._gold_checks import GoldChecks

__all__ = ["Owed", "OwedFigures"]


class Owed(NamedTuple):
    """What a team owed at one moment; gold checks are not part of it."""

    items: int
    settled: int
    answers: int
    for_expert: int
    by_stratum: dict[str, int]  # answers

    @property
    def left(self) -> int:
        """How many answers are to come, those of experts too."""
        return self.answers + self.for_expert


class OwedFigures:
    """Counts what a queue owes.

    Parameters
    ----------
    source : SessionSource
        The queue.
    demand : Demand
        What its items owe; to be held still while it is counted.
    gold : GoldChecks
        What owes nothing.
    """

    def __init__(self, source: SessionSource, demand: Demand, gold: GoldChecks) -> None:
        #: Strata whose proposals are hidden.
        self.blind = source.blind
        self._demand = demand
        strata = source.queue.strata
        self._is_item = np.ones(len(strata), dtype=np.bool_)
        self._is_item[gold.places] = False
        self._names = sorted(
            {s for s, is_item in zip(strata, self._is_item, strict=True) if is_item}
        )
        code = {name: n for n, name in enumerate(self._names)}
        self._codes = np.array([code.get(s, 0) for s in strata], dtype=np.int64)

    def now(self) -> Owed:
        """Return what is owed now."""
        demand = self._demand
        is_open = (demand.need > 0) | demand.for_expert
        n_items, n_open = int(self._is_item.sum()), int(np.count_nonzero(is_open))
        # Gold checks need nothing, so that whatever code they have counts nothing.
        owed = np.bincount(self._codes, weights=demand.need, minlength=len(self._names))
        by_stratum = dict(zip(self._names, owed.astype(np.int64).tolist(), strict=False))
        return Owed(n_items, n_items - n_open, demand.n_owed, demand.n_for_expert, by_stratum)
