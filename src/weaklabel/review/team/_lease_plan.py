"""LeasePlan: which items a reviewer should hold next, from what is owed and what others hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

import numpy as np

from weaklabel.core import BoolArray, IntArray
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.team._adjudication import has_adjudicated, may_adjudicate
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._leases import Lease

__all__ = ["Around", "Team", "around", "chosen", "group_members", "is_done", "reclaimed"]


class Team(NamedTuple):
    """Who may work now; leases of anybody else hold nothing."""

    names: Collection[str]
    experts: Collection[str]


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What is owed, and what others hold of it, as one reviewer finds it.

    Parameters
    ----------
    demand : Demand
        What the log says.
    reviewer : str
        Who finds it.
    team : Team
        Who may work.
    left : numpy.ndarray of int, shape (n_items,)
        Answers that each item owes, less those that others hold.
    waits : numpy.ndarray of bool, shape (n_items,)
        Whether an item waits for an expert, and no other expert holds it.
    held : set of int
        Places that others hold for an answer which is still to come.
    """

    demand: Demand
    reviewer: str
    team: Team
    left: IntArray
    waits: BoolArray
    held: frozenset[int]

    def is_free(self, place: int, kind: str) -> bool:
        """Return whether the reviewer may hold an item without taking it from others."""
        if kind == ADJUDICATION:
            standing = self.demand.standing(place)
            return bool(self.waits[place]) and may_adjudicate(
                standing, self.reviewer, self.team.experts
            )
        return bool(self.left[place] > 0)

    def kind(self, place: int) -> str:
        """Return whether the reviewer would be the first to answer an item."""
        said = self.demand.standing(place).items()
        is_second = place in self.held or any(
            who != self.reviewer and answer.label is not None for who, answer in said
        )
        return "second" if is_second else "first"


def around(
    demand: Demand, leases: Iterable[Lease], reviewer: str, team: Team, now: float
) -> Around:
    """Return what a reviewer finds; leases that have ended, or whose answer is there, hold nothing."""
    left, waits, held = demand.need.copy(), demand.for_expert.copy(), set()
    for lease in leases:
        place = demand.place.get(lease.item_id)
        is_other = lease.reviewer != reviewer and lease.reviewer in team.names
        if place is None or not is_other or lease.expires_at <= now or is_done(demand, lease):
            continue
        if lease.kind == ADJUDICATION:
            waits[place] = False
        else:
            left[place] -= 1
            held.add(place)
    return Around(demand, reviewer, team, left, waits, frozenset(held))


def is_done(demand: Demand, lease: Lease) -> bool:
    """Return whether the reviewer of a lease has given what it was for."""
    standing = demand.standing(demand.place[lease.item_id])
    if lease.kind == ADJUDICATION:
        return has_adjudicated(standing, lease.reviewer)
    return lease.reviewer in standing


def chosen(found: Around, n: int, without: Collection[int] = ()) -> list[tuple[int, str]]:
    """Return the next `n` places for a reviewer, each with the kind of its lease.

    Experts get what was passed to them, then what is disputed, then what everybody gets, each
    in the order of the queue.

    Parameters
    ----------
    found : Around
        What there is.
    n : int
        How many at most.
    without : collection of int
        Places to leave out.
    """
    taken: list[tuple[int, str]] = []
    for place, kind in chain(_for_expert(found), _ordinary(found, n + len(without))):
        if len(taken) >= n:
            break
        if place not in without:
            taken.append((place, kind))
    return taken


def reclaimed(found: Around, places: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield those places that would be free for the reviewer again if the answer were withdrawn."""
    demand, reviewer = found.demand, found.reviewer
    for place in places:
        own = demand.standing(place).get(reviewer)
        if own is None:
            continue
        owed = demand.without(place, reviewer)
        n_held = demand.need[place] - found.left[place]
        is_held_by_expert = demand.for_expert[place] and not found.waits[place]
        if owed.for_expert and reviewer in found.team.experts and not is_held_by_expert:
            yield place, ADJUDICATION
        elif owed.need > n_held:
            yield place, "second" if own.blind else "first"


def group_members(found: Around, places: Sequence[int], n: int) -> list[int]:
    """Return the first `n` places that one answer settles, and that nobody else has a part in."""
    demand, done = found.demand, found.demand.done(found.reviewer)
    free = (
        place
        for place in places
        if demand.need[place] == found.left[place] == 1
        and not done[place]
        and found.kind(place) == "first"
    )
    return list(islice(free, n))


def _for_expert(found: Around) -> Iterator[tuple[int, str]]:
    if found.reviewer not in found.team.experts or not found.waits.any():
        return
    escalated = found.demand.escalated
    for some in (found.waits & escalated, found.waits & ~escalated):
        for place in np.flatnonzero(some).tolist():
            if found.is_free(place, ADJUDICATION):
                yield place, ADJUDICATION


def _ordinary(found: Around, n: int) -> Iterator[tuple[int, str]]:
    is_free = (found.left > 0) & ~found.demand.done(found.reviewer)
    for place in np.flatnonzero(is_free)[:n].tolist():
        yield place, found.kind(place)
