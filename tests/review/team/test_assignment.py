"""Leases are taken a few at once, and never more than an item owes answers."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from weaklabel.core import Decision
from weaklabel.errors import WriteError
from weaklabel.review import DecisionStore
from weaklabel.review.team._assignment import Assignment
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._lease_plan import Team
from weaklabel.review.team._leases import read_leases
from weaklabel.review.team._log_feed import LogFeed
from weaklabel.review.team._settings import Rule, TeamSettings

IDS = [f"i{n:03}" for n in range(60)]
OPEN = np.ones(len(IDS), dtype=np.bool_)
NAMES = [f"r{n}" for n in range(8)]
TEAM = Team({"ann", "bob", "cy", "eve", *NAMES}, {"eve"})
Say = Callable[..., Decision]
Make = Callable[..., Assignment]


@pytest.fixture
def assign(clock: Any) -> Make:
    def make(store: DecisionStore, rule: Rule = (1, 1), batch: int = 4) -> Assignment:
        demand = Demand({item: n for n, item in enumerate(IDS)}, lambda _: rule)
        feed = LogFeed(store, demand.take, threading.RLock())
        settings = TeamSettings(batch=batch, lease_seconds=100)
        return Assignment(store, IDS, demand, feed, settings, clock)

    return make


def held(store: DecisionStore, now: float) -> Counter[str]:
    with store.transaction(writing=False) as connection:
        assert connection is not None
        return Counter(lease.item_id for lease in read_leases(connection, now))


def test_a_few_items_are_taken_at_once_in_the_order_of_the_queue(
    store: DecisionStore, assign: Make
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    assert gives.supply("ann", OPEN) == [0, 1, 2, 3, 4]
    gives.ensure("bob", TEAM)
    assert gives.supply("bob", OPEN) == [5, 6, 7, 8, 9]


def test_more_are_taken_when_few_are_left_and_not_before(
    store: DecisionStore, assign: Make, said: Say
) -> None:
    gives = assign(store)
    gives.ensure("cy", TEAM)
    for n in range(4):
        store.append([said(IDS[n], "cy", "ham")])
        gives.feed.read()
        gives.ensure("cy", TEAM)
        assert gives.n_taken("cy") == (2 if n == 3 else 1)
    assert gives.supply("cy", OPEN) == [4, 5, 6, 7, 8]


def test_those_who_begin_together_take_more_at_different_times(
    store: DecisionStore, assign: Make, said: Say
) -> None:
    gives = assign(store)
    first_taken = {}
    for name in ("ann", "bob", "cy"):
        gives.ensure(name, TEAM)
        for n in range(5):
            (place, *_) = gives.supply(name, ~gives.demand.done(name))
            store.append([said(IDS[place], name, "ham")])
            gives.feed.read()
            gives.ensure(name, TEAM)
            if gives.n_taken(name) == 2:
                first_taken[name] = n
                break
    assert len(set(first_taken.values())) > 1


def test_nothing_is_asked_of_the_store_where_nothing_can_be_had(
    store: DecisionStore, assign: Make
) -> None:
    gives = assign(store, batch=60)
    gives.ensure("ann", TEAM)
    for _ in range(3):
        gives.ensure("bob", TEAM)
    assert gives.supply("bob", OPEN) == []
    assert gives.n_taken("bob") == 1


def test_leases_are_renewed_while_the_reviewer_works_and_lost_afterwards(
    store: DecisionStore, assign: Make, clock: Any
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    clock.time += 60
    gives.ensure("ann", TEAM)
    clock.time += 60
    gives.ensure("bob", TEAM)
    assert gives.supply("bob", OPEN) == [5, 6, 7, 8, 9]
    clock.time += 50
    gives.ensure("eve", TEAM)
    assert gives.supply("eve", OPEN) == [0, 1, 2, 3, 4]
    gives.ensure("ann", TEAM)
    assert gives.supply("ann", OPEN) == [10, 11, 12, 13, 14]


def test_what_ended_and_nobody_took_is_kept(store: DecisionStore, assign: Make, clock: Any) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    clock.time += 5000
    gives.ensure("ann", TEAM)
    assert gives.supply("ann", OPEN) == [0, 1, 2, 3, 4]
    assert not held(store, clock()) - Counter(IDS[:5])


def test_what_was_given_once_is_remembered_by_every_server(
    store: DecisionStore, assign: Make, clock: Any
) -> None:
    assign(store).ensure("ann", TEAM)
    clock.time += 500
    other = assign(store)
    assert other.kind("ann", 0) == ""
    other.recall("ann")
    assert other.kind("ann", 0) == "first"
    assert other.kind("ann", 50) == ""
    assert not other.holds("ann", 0)


def test_after_a_week_it_is_forgotten(store: DecisionStore, assign: Make, clock: Any) -> None:
    assign(store).ensure("ann", TEAM)
    clock.time += 8 * 86400
    assign(store).ensure("bob", TEAM)
    other = assign(store)
    other.recall("ann")
    assert other.kind("ann", 0) == ""


def test_leases_of_who_is_not_in_the_team_hold_nothing(store: DecisionStore, assign: Make) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    gives.ensure("bob", Team({"bob"}, ()))
    assert gives.supply("bob", OPEN) == [0, 1, 2, 3, 4]


def test_what_a_session_knows_before_the_log_is_left_out(
    store: DecisionStore, assign: Make
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    is_open = OPEN.copy()
    is_open[1] = False
    assert gives.supply("ann", is_open) == [0, 2, 3, 4]


def test_near_duplicates_are_held_apart_until_they_are_released(
    store: DecisionStore, assign: Make
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    gives.take_group("ann", TEAM, [1, 20, 30])
    assert [gives.kind("ann", place) for place in (1, 20, 30)] == ["first", "group", "group"]
    assert 20 not in gives.supply("ann", OPEN)
    assert gives.holds("ann", 20)
    gives.release_group("ann", TEAM)
    assert gives.kind("ann", 20) == ""
    assert not gives.holds("ann", 20)
    assert gives.holds("ann", 1)


def test_enough_is_held_besides_near_duplicates_that_may_be_done_in_one_go(
    store: DecisionStore, assign: Make
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    gives.take_group("ann", TEAM, list(range(1, 5)))
    assert len(set(gives.supply("ann", OPEN)) - set(range(1, 5))) >= 2


def test_an_item_is_taken_back_before_its_answer_is_withdrawn_and_comes_first(
    store: DecisionStore, assign: Make, said: Say
) -> None:
    gives = assign(store)
    gives.ensure("ann", TEAM)
    answer = said(IDS[0], "ann", "ham")
    store.append([answer])
    gives.reclaim("ann", TEAM, [0])
    store.append([answer.undone()])
    gives.feed.read()
    gives.ensure("bob", TEAM)
    assert gives.supply("ann", OPEN)[0] == 0
    assert 0 not in gives.supply("bob", OPEN)


def test_if_the_store_fails_nothing_has_changed(
    store: DecisionStore, assign: Make, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    gives = assign(store)

    def fails(*_: object) -> None:
        raise WriteError("the disk is full")

    with monkeypatch.context() as full:
        full.setattr("weaklabel.review.team._assignment.write_leases", fails)
        with pytest.raises(WriteError):
            gives.ensure("ann", TEAM)
    assert gives.supply("ann", OPEN) == []
    gives.ensure("bob", TEAM)
    assert held(store, clock()) == Counter(IDS[:5])


@pytest.mark.parametrize("rule", [(1, 1), (2, 3)])
def test_threads_at_two_servers_take_no_item_more_often_than_it_owes(
    store: DecisionStore,
    location: str,
    open_store: Callable[..., DecisionStore],
    assign: Make,
    clock: Any,
    rule: Rule,
) -> None:
    servers = [assign(store, rule), assign(open_store(location), rule)]
    ready = threading.Barrier(len(NAMES))
    errors: list[BaseException] = []

    def take(n: int) -> None:
        try:
            ready.wait(30)
            servers[n % 2].ensure(NAMES[n], TEAM)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(len(NAMES))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    counts = held(store, clock())
    assert counts.total() == 5 * len(NAMES)
    assert set(counts.values()) == {rule[0]}
