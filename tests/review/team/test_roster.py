"""Who is in the team right now, without asking the store at every message."""

from typing import Any

from weaklabel.review import DecisionStore
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._roster import Roster


def test_it_knows_names_roles_and_experts(file_store: DecisionStore, clock: Any) -> None:
    people = Reviewers(file_store)
    for name, role in (("ann", "reviewer"), ("eve", "expert"), ("lea", "lead")):
        people.add(name, role)
    roster = Roster(people, clock)
    assert roster.names() == {"ann", "eve", "lea"}
    assert roster.experts() == {"eve", "lea"}
    assert roster.roles() == {"ann": "reviewer", "eve": "expert", "lea": "lead"}
    found = roster.get("ann")
    assert found is not None
    assert found.role == "reviewer"
    assert roster.get("nobody") is None


def test_a_change_is_seen_after_a_second(file_store: DecisionStore, clock: Any) -> None:
    people = Reviewers(file_store)
    people.add("ann")
    roster = Roster(people, clock)
    assert roster.names() == {"ann"}
    people.revoke("ann")
    assert roster.names() == {"ann"}
    clock.time += 1.0
    assert roster.names() == frozenset()
    assert roster.get("ann") is None


def test_a_clock_that_is_set_back_stops_nothing(file_store: DecisionStore, clock: Any) -> None:
    people = Reviewers(file_store)
    roster = Roster(people, clock)
    assert roster.names() == frozenset()
    people.add("ann")
    clock.time -= 1000.0
    assert roster.names() == {"ann"}


def test_what_is_to_be_forgotten_is_read_anew_at_once(
    file_store: DecisionStore, clock: Any
) -> None:
    people = Reviewers(file_store)
    roster = Roster(people, clock)
    assert roster.get("ann") is None
    people.add("ann")
    roster.forget()
    assert roster.get("ann") is not None
