"""Assignment: gives each reviewer the items to do next, and no item to more people than it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from weaklabel.core import BoolArray
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.team._chance import chance
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._lease_plan import (
    Around,
    Team,
    around,
    chosen,
    group_members,
    is_done,
    reclaimed,
)
from weaklabel.review.team._leases import Lease, clear_leases, read_leases, write_leases
from weaklabel.review.team._log_feed import LogFeed
from weaklabel.review.team._settings import TeamSettings

__all__ = ["GROUP", "Assignment"]

#: Kind of the leases of near-duplicates that one answer may reach.
GROUP = "group"
#: Near-duplicates that one answer may reach, as many as a session shows.
_MEMBERS = 50
#: So long after its end a lease still says that its reviewer was given the item: an answer that
#: was given while the network was away is taken then.
_KEPT_SECONDS = 7 * 86400.0
#: So often those are removed.
_SWEEP_SECONDS = 3600.0


@dataclass(slots=True)
class _Hand:
    """What one reviewer holds."""

    #: By place, in the order in which they come.
    supply: dict[int, Lease] = field(default_factory=dict)
    #: Near-duplicates of the item on the screen, by place.
    group: dict[int, Lease] = field(default_factory=dict)
    #: What the reviewer was ever given to answer, with the kind of the lease.
    given: dict[int, str] = field(default_factory=dict)
    #: How often the store was asked for more.
    n_taken: int = 0


def _n_done(is_open: BoolArray) -> int:
    return len(is_open) - int(np.count_nonzero(is_open))


def _alone(_reviewer: str, n_held: int, _is_open: BoolArray, n: int) -> int:
    """Return how many items somebody has who gets no checks."""
    return min(n_held, n)


#: Of a reviewer who was given nothing; never changed.
_EMPTY = _Hand()


class Assignment:
    """Leases of items to reviewers, a few at once, over a store that others may use too.

    What is owed follows from the log; what is held is in the table of leases. Both are read,
    and leases written, in one transaction that is alone to write, so that however many threads
    and servers do so, no item is held by more reviewers than it owes answers.

    Parameters
    ----------
    store : DecisionStore
        Log and leases.
    ids : sequence of str
        The items of the queue.
    demand : Demand
        What the items owe.
    feed : LogFeed
        Tells it of new decisions.
    settings : TeamSettings
        Length of leases, and items at once.
    clock : callable
        Returns seconds since 1970; those of two servers should agree to within a lease.
    n_with : callable
        Returns how many items somebody has with so many held ones, gold checks too: that of
        `GoldChecks.length`.

    Notes
    -----
    `lock` is never held while the store is asked, and whoever is within a transaction may take
    it: that order, and no other.
    """

    def __init__(
        self,
        store: DecisionStore,
        ids: Sequence[str],
        demand: Demand,
        feed: LogFeed,
        settings: TeamSettings,
        clock: Callable[[], float],
        n_with: Callable[[str, int, BoolArray, int], int] = _alone,
    ) -> None:
        #: Held while demand and hands are looked at or changed.
        self.lock = feed.lock
        self.demand, self.feed = demand, feed
        self._store, self._ids, self._clock = store, ids, clock
        self._seconds, self._batch = settings.lease_seconds, settings.batch
        self._n_with = n_with
        #: Items at hand when a batch was taken; of the one before, one is on the screen, one next.
        self._most = max(2, (settings.batch + 1) // 2) - 1 + settings.batch
        self._leases: list[Lease] = []
        self._hands: dict[str, _Hand] = {}
        self._swept_at = float("-inf")

    # What a reviewer holds, by memory alone

    def supply(self, reviewer: str, is_open: BoolArray) -> list[int]:
        """Return the places that a reviewer holds and that still owe something, in order.

        Parameters
        ----------
        reviewer : str
            Who.
        is_open : numpy.ndarray of bool, shape (n_items,)
            What the reviewer has not done, which may be ahead of the log.
        """
        with self.lock:
            hand = self._hands.get(reviewer, _EMPTY)
            return [
                place
                for place, lease in hand.supply.items()
                if (is_open[place] or lease.kind == ADJUDICATION) and self._is_owed(place, lease)
            ]

    def kind(self, reviewer: str, place: int) -> str:
        """Return what an item was given to a reviewer for, "" if it never was."""
        with self.lock:
            hand = self._hands.get(reviewer, _EMPTY)
            return GROUP if place in hand.group else hand.given.get(place, "")

    def given(self, reviewer: str) -> Mapping[int, str]:
        """Return what a reviewer was ever given to answer, by place; it goes on growing."""
        with self.lock:
            return self._hands.setdefault(reviewer, _Hand()).given

    def holds(self, reviewer: str, place: int) -> bool:
        """Return whether a reviewer holds an item, and it still owes an answer."""
        with self.lock:
            hand = self._hands.get(reviewer, _EMPTY)
            lease = hand.supply.get(place) or hand.group.get(place)
            return lease is not None and self._is_at_hand(place, lease)

    def n_taken(self, reviewer: str) -> int:
        """Return how often more was taken for a reviewer: what was figured out then may be old."""
        with self.lock:
            return self._hands.get(reviewer, _EMPTY).n_taken

    def n_shown(self, reviewer: str, is_open: BoolArray) -> int:
        """Return how many items somebody sees at once who has not done these.

        A batch is worked off, then there is another one. It depends on nothing else: what is a
        check must show neither in how many come, nor in when more come.
        """
        n_done = _n_done(is_open)
        # More are taken before an item is answered: the reply to the last of a batch has none yet.
        worked_off = self._worked_off(reviewer, n_done) or (self._batch if n_done else 0)
        return self._most - worked_off

    def _worked_off(self, reviewer: str, n_done: int) -> int:
        """Return how many of a batch are done; the first is shorter, by a length of their own.

        Those who start a shift together would else ask for more at the same moment, all shift long.
        """
        start = int(self._batch * chance(0, "first batch", reviewer))
        return (n_done + start) % self._batch

    # What is asked of the store

    def ensure(self, reviewer: str, team: Team) -> None:
        """Take more items for a reviewer where few are left, and keep those that are there.

        Parameters
        ----------
        reviewer : str
            Who.
        team : Team
            Who may work.

        Raises
        ------
        WriteError, FileFormatError
            If the store fails; nothing changed.
        """
        with self.lock:
            is_due = self._is_due(reviewer, team)
        if is_due:
            self._take(reviewer, team)

    def recall(self, reviewer: str) -> None:
        """Know what other servers gave to a reviewer; FileFormatError if the store fails."""
        with self._store.transaction(writing=False) as connection:
            stored = [] if connection is None else read_leases(connection, self._clock(), reviewer)
        with self.lock:
            self._give(reviewer, stored)

    def take_group(self, reviewer: str, team: Team, places: Sequence[int]) -> None:
        """Take near-duplicates that are free, until `release_group`; errors as of `ensure`.

        As many others as ever are held besides them, because they may be done in one go.
        """
        self._take(reviewer, team, group=places)

    def release_group(self, reviewer: str, team: Team) -> None:
        """Let go of near-duplicates that were taken and not answered; errors as of `ensure`."""
        with self.lock:
            has_group = bool(self._hands.get(reviewer, _EMPTY).group)
        if has_group:
            self._take(reviewer, team, keep_group=False)

    def reclaim(self, reviewer: str, team: Team, places: Sequence[int]) -> None:
        """Take items whose answer the reviewer is about to withdraw, before others can.

        They come first from then on. Errors as of `ensure`.
        """
        self._take(reviewer, team, back=places)

    # How it is done

    def _take(
        self,
        reviewer: str,
        team: Team,
        *,
        group: Sequence[int] = (),
        back: Sequence[int] = (),
        keep_group: bool = True,
    ) -> None:
        with self._store.transaction(writing=True) as connection:
            self.feed.read_within(connection)
            now = self._clock()
            stored = read_leases(connection, now, reviewer)
            with self.lock:
                found = around(self.demand, stored, reviewer, team, now)
                own = self._own(stored, found, now, keep_group)
                made = dict(reclaimed(found, back))
                made |= {p: kind for p, kind in own.items() if p not in made}
                made |= dict(chosen(found, self._n_wanted(reviewer, made, group), made))
                # Kinds of places that are held already stay what they are.
                made |= {p: GROUP for p in group_members(found, group, _MEMBERS) if p not in made}
                gone = [lease for lease in stored if self._is_gone(lease, reviewer, keep_group)]
            leases = self._leased(reviewer, made, now)
            clear_leases(connection, gone, ended_before=self._swept(now))
            write_leases(connection, list(leases.values()))
        others = [lease for lease in stored if lease.reviewer != reviewer]
        with self.lock:
            self._leases = [*others, *leases.values()]
            self._keep(reviewer, leases, stored)

    def _swept(self, now: float) -> float | None:
        """Return before when leases must have ended to be removed now; None for not now."""
        if 0.0 <= now - self._swept_at < _SWEEP_SECONDS:  # a clock may be set back
            return None
        self._swept_at = now
        return now - _KEPT_SECONDS

    def _own(
        self, stored: Iterable[Lease], found: Around, now: float, keep_group: bool
    ) -> dict[int, str]:
        """Return what the reviewer holds and goes on holding, in the order in which it comes."""
        hand = self._hands.get(found.reviewer, _EMPTY)
        order = {place: n for n, place in enumerate(hand.supply)}
        kinds = {
            self.demand.place[lease.item_id]: self._kind_now(lease, found, now)
            for lease in stored
            if lease.reviewer == found.reviewer
            and lease.item_id in self.demand.place
            and not is_done(self.demand, lease)
            and (keep_group or lease.kind != GROUP)
        }
        held = (place for place in kinds if found.is_free(place, kinds[place]))
        last = len(order)

        def rank(place: int) -> tuple[int, bool, int]:
            return order.get(place, last), kinds[place] != ADJUDICATION, place

        return {place: kinds[place] for place in sorted(held, key=rank)}

    def _kind_now(self, lease: Lease, found: Around, now: float) -> str:
        """Return the kind of an own lease; while it had ended somebody else may have been first."""
        has_ended = lease.kind == "first" and lease.expires_at <= now
        return found.kind(self.demand.place[lease.item_id]) if has_ended else lease.kind

    def _n_wanted(self, reviewer: str, held: dict[int, str], besides: Collection[int]) -> int:
        n_held = sum(kind != GROUP and place not in besides for place, kind in held.items())
        if self._has_enough(reviewer, n_held):
            return 0
        is_open, n = ~self.demand.done(reviewer), n_held
        while self._n_with(reviewer, n, is_open, self._most) < self._most:
            n += 1
        return n - n_held

    def _has_enough(self, reviewer: str, n_held: int) -> bool:
        is_open = ~self.demand.done(reviewer)
        n_enough = self._most - self._worked_off(reviewer, _n_done(is_open))
        return self._n_with(reviewer, n_held, is_open, n_enough) >= n_enough

    def _leased(self, reviewer: str, made: dict[int, str], now: float) -> dict[int, Lease]:
        until = now + self._seconds
        return {p: Lease(self._ids[p], reviewer, kind, until) for p, kind in made.items()}

    def _is_gone(self, lease: Lease, reviewer: str, keep_group: bool) -> bool:
        if lease.reviewer != reviewer or lease.item_id not in self.demand.place:
            return False
        return is_done(self.demand, lease) or (lease.kind == GROUP and not keep_group)

    def _keep(self, reviewer: str, leases: dict[int, Lease], stored: Iterable[Lease]) -> None:
        hand = self._hands.setdefault(reviewer, _Hand())
        hand.supply = {p: lease for p, lease in leases.items() if lease.kind != GROUP}
        hand.group = {p: lease for p, lease in leases.items() if lease.kind == GROUP}
        hand.n_taken += 1
        self._give(reviewer, stored)
        self._give(reviewer, leases.values())

    def _give(self, reviewer: str, leases: Iterable[Lease]) -> None:
        """Know what a reviewer was given, also what ended: an answer that comes late is taken."""
        given = self._hands.setdefault(reviewer, _Hand()).given
        for lease in leases:
            is_own = lease.reviewer == reviewer and lease.kind != GROUP
            if is_own and lease.item_id in self.demand.place:
                given[self.demand.place[lease.item_id]] = lease.kind

    def _is_due(self, reviewer: str, team: Team) -> bool:
        hand = self._hands.get(reviewer, _EMPTY)
        if not hand.n_taken:
            return True
        now = self._clock()
        at_hand = {p: h for p, h in hand.supply.items() if self._is_at_hand(p, h)}
        ends = [lease.expires_at for lease in (*at_hand.values(), *hand.group.values())]
        if ends and min(ends) - now < self._seconds / 2:
            return True
        if self._has_enough(reviewer, len(at_hand)):
            return False
        # By what is known of others' leases; where somebody else let go, their end is awaited.
        found = around(self.demand, self._leases, reviewer, team, now)
        return bool(chosen(found, 1, at_hand))

    def _is_at_hand(self, place: int, lease: Lease) -> bool:
        return not is_done(self.demand, lease) and self._is_owed(place, lease)

    def _is_owed(self, place: int, lease: Lease) -> bool:
        if lease.kind == ADJUDICATION:
            return bool(self.demand.for_expert[place]) and not is_done(self.demand, lease)
        return bool(self.demand.need[place] > 0)
