"""A whole review by twelve people at two servers, and what must hold after each thing they do."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review import DecisionStore
from weaklabel.review.team._leases import Lease, read_leases
from weaklabel.review.team._outcome import outcome
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk

N_ITEMS = 400
SETTINGS = {
    "overlap": TeamSettings(
        overlap=0.2,
        gold={f"i{n:03}": "ham" for n in range(5, N_ITEMS, 20)},
        gold_rate=0.05,
        lease_seconds=100,
        batch=4,
    ),
    "two of three": TeamSettings(n_answers=(2, 3), lease_seconds=100, batch=3, seed=1),
}


@dataclass
class Review:
    """People at desks, what they are told, and what must be true of it."""

    store: DecisionStore
    settings: TeamSettings
    clock: Any
    screens: list[Any]
    rng: random.Random
    acknowledged: list[str] = field(default_factory=list)
    #: Items that were answered, or may have been, by somebody whose lease had ended.
    late: set[str] = field(default_factory=set)
    n_asked: int = 0
    last: int = 0
    leases: list[Lease] = field(default_factory=list)
    standing: dict[str, dict[str, Decision]] = field(default_factory=lambda: defaultdict(dict))

    def step(self) -> None:
        """Let somebody do something, and time pass."""
        self.clock.time += self.rng.expovariate(1 / 2)
        screen = self.rng.choice(self.screens)
        if self.rng.random() < 0.02:
            self.clock.time += self.rng.choice([30, 60, 120])  # a break, in which leases end
        before = self.held()
        self._act(screen)
        self._read()
        self._check_leases(before)

    def _act(self, screen: Any) -> None:
        if not screen.reply or screen.item is None or self.rng.random() < 0.3:
            screen.send("open")  # else on what was there before, however long ago
        item = screen.item
        if item is None:
            return
        self._note_lateness(screen, item)
        do = self.rng.choices(
            ["answer", "skip", "escalate", "undo", "back", "nothing"], [80, 5, 3, 6, 3, 3]
        )[0]
        if do == "answer":
            label = "ham" if self.rng.random() < 0.8 else "spam"
            fields = {"label": label, "item_id": item["item_id"]}
        elif do in ("skip", "escalate"):
            fields = {"item_id": item["item_id"]}
        elif do == "nothing":
            return
        else:
            fields = {}
        if do == "back":
            screen.send("back")
            return
        self.n_asked += 1
        key = f"simulated-{self.n_asked:08}"
        for _ in range(self.rng.choice([1, 1, 1, 2])):  # the network lost the first reply
            reply = screen.ask(do, key=key, **fields)
        if reply["ok"]:
            self.acknowledged.append(key)
        else:
            assert reply["error"]["code"] == "refused", reply
            assert do == "undo", reply

    def _note_lateness(self, screen: Any, item: dict[str, Any]) -> None:
        """Remember items that were on a screen although their lease had ended, or after a skip."""
        if item["state"] != "answered" and screen.name not in self.held().get(item["item_id"], {}):
            self.late.add(item["item_id"])

    def held(self) -> dict[str, dict[str, str]]:
        """Return who holds what now, with the kind of the lease; not who has answered."""
        held: dict[str, dict[str, str]] = defaultdict(dict)
        for lease in self.leases:
            own = self.standing[lease.item_id].get(lease.reviewer)
            is_ruled = own is not None and (own.stratum == ADJUDICATION or own.label is None)
            is_done = is_ruled if lease.kind == ADJUDICATION else own is not None
            is_in = lease.reviewer in (screen.name for screen in self.screens)
            if is_in and lease.expires_at > self.clock() and not is_done:
                held[lease.item_id][lease.reviewer] = lease.kind
        return held

    def _read(self) -> None:
        """Know what stands and who has what."""
        found, self.last = self.store.since(self.last)
        for decision in found:
            if decision.can_stand:
                self.standing[decision.item_id][decision.reviewer] = decision
            elif decision.kind == "undo":
                self.standing[decision.item_id].pop(decision.reviewer, None)
        with self.store.transaction(writing=False) as connection:
            assert connection is not None
            self.leases = read_leases(connection, self.clock())

    def _check_leases(self, before: dict[str, dict[str, str]]) -> None:
        """What was newly taken was owed: no item is held by more people than it needs."""
        for item_id, holders in self.held().items():
            new = [holders[who] for who in holders.keys() - before.get(item_id, {}).keys()]
            if not new or item_id in self.late:
                continue
            assert item_id not in self.settings.gold, "checks are not leased"
            said = self.standing[item_id].values()
            owed = outcome(said, self.settings.rule_of(item_id), self.settings.n_skips)
            n_rulings = sum(kind == ADJUDICATION for kind in holders.values())
            if ADJUDICATION in new:
                assert (owed.for_expert, n_rulings) == (True, 1), (item_id, holders, owed)
            if set(new) - {ADJUDICATION}:
                assert len(holders) - n_rulings <= owed.need, (item_id, holders, owed)


def begin(
    store: DecisionStore, other: DecisionStore, make_source: Any, screen: Any, clock: Any, name: str
) -> Review:
    people = Reviewers(store)
    names = [f"reviewer {n:02}" for n in range(12)]
    for n, who in enumerate(names):
        people.add(who, "expert" if n < 2 else "reviewer")
    settings = SETTINGS[name]
    strata = ["random" if n % 5 == 0 else "error" for n in range(N_ITEMS)]
    items = make_source(N_ITEMS, strata=strata)
    desks = [TeamDesk(items, one, settings, clock=clock) for one in (store, other)]
    screens = [screen(desks[n % 2], who) for n, who in enumerate(names)]
    return Review(store, settings, clock, screens, random.Random(0))  # noqa: S311 # no secrets


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_a_review_by_twelve_people_at_two_servers_ends_and_loses_nothing(
    name: str,
    store: DecisionStore,
    location: str,
    open_store: Callable[..., DecisionStore],
    make_source: Callable[..., Any],
    screen: Callable[..., Any],
    clock: Any,
) -> None:
    review = begin(store, open_store(location), make_source, screen, clock, name)
    people = Reviewers(store)
    n_steps = 0
    while any(s.send("open")["screen"]["item"] for s in review.screens[::3]) and n_steps < 6000:
        for _ in range(40):
            review.step()
            n_steps += 1
        if n_steps == 400:  # somebody leaves for good, in the middle of it
            people.revoke(review.screens.pop().name)
            clock.time += 1
    for _ in range(5):  # what was left behind ends, and the others do it
        clock.time += 200
        for one in review.screens:
            while one.send("open")["screen"]["item"] is not None:
                one.answer("ham")
    assert len(review.late) < N_ITEMS / 3, "else little was checked"
    log = store.log()
    settings = review.settings
    assert store.verify() == log.head_hash

    keys = Counter(decision.key for decision in log)
    assert all(keys[key] == 1 for key in review.acknowledged), "no answer is lost or doubled"

    standing: dict[str, dict[str, Decision]] = defaultdict(dict)
    for decision in (*log.standing, *log.escalated()):
        standing[decision.item_id][decision.reviewer] = decision
    for item_id in (f"i{n:03}" for n in range(N_ITEMS)):
        said = standing[item_id].values()
        if item_id in settings.gold:
            assert all(d.gold and d.stratum == "gold check" for d in said)
            continue
        assert not any(d.gold for d in said)
        owed = outcome(said, settings.rule_of(item_id), settings.n_skips)
        assert owed.need == 0, f"{item_id} is settled, or waits for an expert who can say"
        answered = [d for d in said if d.label is not None and d.stratum != ADJUDICATION]
        n_most = settings.rule_of(item_id)[1]
        assert len(answered) <= n_most or item_id in review.late, (item_id, answered)
        seen = [d for d in answered if not d.blind]
        assert len(seen) <= 1 or item_id in review.late, f"one person saw the proposal of {item_id}"
    experts = {"reviewer 00", "reviewer 01"}
    rulings = [d for d in log if d.stratum == ADJUDICATION]
    assert rulings
    assert {d.reviewer for d in rulings} <= experts
    for check in (d for d in log if d.gold and d.is_answer):
        assert check.blind
    shares = Counter(d.reviewer for d in log.standing if d.gold)
    totals = Counter(d.reviewer for d in log.standing)
    assert sum(shares.values()) == pytest.approx(settings.gold_rate * totals.total(), abs=12)
