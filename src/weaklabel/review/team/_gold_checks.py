"""GoldChecks: items whose class is known, mixed into what a reviewer does, and not to be told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from weaklabel.core import BoolArray, IntArray, LabelSchema, ReviewQueue
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Showing
from weaklabel.review.team._chance import chance
from weaklabel.review.team._settings import TeamSettings

__all__ = ["GOLD_CHECK", "GoldChecks", "queue_with_gold"]

#: Stratum that an answer to a gold check is stored with.
GOLD_CHECK = "gold check"

#: Items that a screen may hold before they are answered.
_AHEAD = 12


class GoldChecks:
    """Which gold check each reviewer gets when; the same on every server and after a restart.

    A check is shown as a blind item of a stratum that has blind items, "random" if it is one of
    them. Where nothing else in the queue is blind, a check can be known by that.

    Parameters
    ----------
    source : SessionSource
        The queue; every gold item must be in it.
    settings : TeamSettings
        Gold items, rate and seed.

    Raises
    ------
    ParameterError
        If a gold item is not in the queue, or its class is none of the queue's.
    """

    def __init__(self, source: SessionSource, settings: TeamSettings) -> None:
        _check_gold(settings.gold, source.place, source.queue.schema)
        self._rate, self._seed, self._ids = settings.gold_rate, settings.seed, source.ids
        #: Whether one answer settles an item, as it seems to do with a check.
        self.settles = settings.n_answers == (1, 1)
        #: Of the gold items in the queue, sorted.
        self.places: IntArray = np.array(
            sorted(source.place[item_id] for item_id in settings.gold), dtype=np.int64
        )
        self._set = frozenset(self.places.tolist())
        self._strata = _blind_strata(source)
        self._orders: dict[str, list[int]] = {}

    def is_gold(self, place: int) -> bool:
        """Return whether the item at a place is a gold check, and nothing else."""
        return place in self._set

    def showing(self, place: int) -> Showing:
        """Return how a gold check is put before a reviewer: as any blind item."""
        drawn = chance(self._seed, "stratum", self._ids[place])
        shown = self._strata[int(drawn * len(self._strata))]
        return Showing(blind=True, gold=True, stratum=GOLD_CHECK, shown_stratum=shown)

    def may_see(self, reviewer: str, place: int, is_open: BoolArray, n_given: int) -> bool:
        """Return whether it is a check among the next items of a reviewer.

        No later one: who asks for one item after the other would find the checks by that.

        Parameters
        ----------
        reviewer : str
            Who.
        place : int
            Of the item.
        is_open : numpy.ndarray of bool, shape (n_items,)
            What the reviewer has not done.
        n_given : int
            How many other items the reviewer was given and has not done.
        """
        return place in self.mixed(reviewer, n_given * [-1], is_open, _AHEAD)

    def length(self, reviewer: str, n_ordinary: int, is_open: BoolArray, n: int) -> int:
        """Return how many items a reviewer has with so many ordinary ones, checks too; `n` at most."""
        return len(self.mixed(reviewer, n_ordinary * [-1], is_open, n))

    def mixed(
        self, reviewer: str, ordinary: Sequence[int], is_open: BoolArray, n: int
    ) -> list[int]:
        """Return the next `n` places for a reviewer: ordinary ones, and checks where they are due.

        Parameters
        ----------
        reviewer : str
            Who.
        ordinary : sequence of int
            Places without checks, in their order. After the last of them comes no check.
        is_open : numpy.ndarray of bool, shape (n_items,)
            What the reviewer has not done.
        n : int
            How many at most.
        """
        if not self._rate or not len(self.places):
            return list(ordinary[:n])
        n_done, checks = _n_done(is_open), iter(self._open(reviewer, is_open))
        n_checked = self.n_checked(is_open)
        return list(self._mix(reviewer, ordinary, checks, n_done, n_checked, n))

    def planned(self, reviewer: str, n_owed: int, is_open: BoolArray) -> Counter[str]:
        """Return how many checks a reviewer would get who did all that is owed, by the stratum shown.

        One less after each check, and as many as before after each other item that was owed.
        """
        n_checked = self.n_checked(is_open)
        n_items = _n_done(is_open) - n_checked + n_owed
        n_checks = -1
        while (found := self._n_among(reviewer, n_items + max(n_checks, 0))) > n_checks:
            n_checks = found
        coming = self._open(reviewer, is_open)[: max(n_checks - n_checked, 0)]
        return Counter(self.showing(place).shown_stratum or "" for place in coming)

    def n_checked(self, is_open: BoolArray) -> int:
        """Return how many checks a reviewer did."""
        return int((~is_open[self.places]).sum())

    def _n_among(self, reviewer: str, n: int) -> int:
        return min(self._n_due(reviewer, n - 1), len(self.places)) if n and self._rate else 0

    def _mix(
        self,
        reviewer: str,
        ordinary: Sequence[int],
        checks: Iterator[int],
        n_done: int,
        n_checked: int,
        n: int,
    ) -> Iterator[int]:
        rest = list(reversed(ordinary))
        for done in range(n_done, n_done + n):
            if not rest:
                return
            check = next(checks, None) if self._n_due(reviewer, done) > n_checked else None
            if check is None:
                yield rest.pop()
            else:
                n_checked += 1
                yield check

    def _n_due(self, reviewer: str, n_done: int) -> int:
        """Return how many checks come among the first `n_done` + 1 items of a reviewer.

        One in each run of 1 / rate items, at a random place of the run.
        """
        whole, part = divmod((n_done + 1) * self._rate, 1.0)
        return int(whole) + (chance(self._seed, "place", reviewer, int(whole)) < part)

    def _open(self, reviewer: str, is_open: BoolArray) -> list[int]:
        order = self._orders.get(reviewer)
        if order is None:
            drawn = {p: chance(self._seed, "check", reviewer, self._ids[p]) for p in self._set}
            order = self._orders[reviewer] = sorted(drawn, key=drawn.__getitem__)
        return [place for place in order if is_open[place]]


def queue_with_gold(queue: ReviewQueue, gold: Mapping[str, str], seed: int = 0) -> ReviewQueue:
    """Return a queue that also has the gold items which are not in it, at random places.

    The others keep their order. Their items, and votes where there are any, must be among those
    that the session is given.

    Parameters
    ----------
    queue : ReviewQueue
        What is to be reviewed.
    gold : mapping of str to str
        Classes by item id.
    seed : int
        Chooses the places.

    Returns
    -------
    ReviewQueue
        `queue` itself where it has them all.

    Examples
    --------
    >>> schema = LabelSchema(["ham", "spam"])
    >>> queue = ReviewQueue(["a"], ["error"], [1], [["undecided"]], [[0.5, 0.5]], schema)
    >>> sorted(queue_with_gold(queue, {"a": "ham", "b": "spam"}).item_ids.tolist())
    ['a', 'b']
    """
    known = set(queue.item_ids.tolist())
    added = sorted(item_id for item_id in gold if item_id not in known)
    if not added:
        return queue
    n, k = queue.n_items, queue.schema.n_classes
    places = np.arange(n + len(added), dtype=np.float64)
    places[n:] = [chance(seed, "queue", item_id) * n for item_id in added]
    order = np.argsort(places, kind="stable").tolist()
    ids = [*queue.item_ids.tolist(), *added]
    strata = [*queue.strata, *len(added) * [GOLD_CHECK]]
    reasons = [*queue.reasons, *len(added) * [("its class is known",)]]
    scores = np.concatenate([queue.scores, np.zeros(len(added))])
    posterior = np.concatenate([queue.posterior, np.full((len(added), k), 1 / k)])
    return ReviewQueue(
        [ids[i] for i in order],
        [strata[i] for i in order],
        scores[order],
        [reasons[i] for i in order],
        posterior[order],
        queue.schema,
    )


def _n_done(is_open: BoolArray) -> int:
    return len(is_open) - int(np.count_nonzero(is_open))


def _blind_strata(source: SessionSource) -> tuple[str, ...]:
    """Return the strata that a check may be shown as."""
    strata = set(source.queue.strata) - {GOLD_CHECK}
    blind = sorted(strata & source.blind)
    return ("random",) if "random" in blind or not strata else tuple(blind or sorted(strata))


def _check_gold(gold: Mapping[str, str], place: Mapping[str, int], schema: LabelSchema) -> None:
    for item_id, label in gold.items():
        if item_id not in place:
            advice = "Put gold items into it: queue_with_gold(queue, gold)."
            raise ParameterError(
                wrong_value(
                    "item of gold", item_id, f"one of the {len(place)} of the queue", advice
                )
            )
        if label not in schema.classes:
            raise ParameterError(
                wrong_value(f"gold[{item_id!r}]", label, f"one of {list(schema.classes)}")
            )
