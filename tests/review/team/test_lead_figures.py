"""What the lead of a team sees is read from the store, each decision once."""

from collections.abc import Callable
from typing import Any

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review.desk._guideline_versions import record_guidelines
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.team._dashboard import QueueFacts
from weaklabel.review.team._lead_figures import LeadFigures
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._roster import Roster
from weaklabel.review.team._settings import TeamSettings


def figures(store: DecisionStore, source: Any, clock: Any) -> LeadFigures:
    facts = QueueFacts.of_source(source, TeamSettings(), "spam")
    return LeadFigures(store, facts, Roster(Reviewers(store), clock), clock)


def test_there_are_figures_before_anything_was_stored(
    store: DecisionStore, make_source: Callable[..., Any], clock: Any
) -> None:
    assert isinstance(figures(store, make_source(3), clock).now(), dict)


def test_log_leases_people_and_guidelines_reach_the_dashboard(
    store: DecisionStore,
    make_source: Callable[..., Any],
    clock: Any,
    said: Callable[..., Decision],
    team: Callable[..., Any],
    screen: Callable[..., Any],
) -> None:
    desk = team(store, 10)
    assert screen(desk, "bob").at
    record_guidelines(store, Guidelines.of(("look twice", "v7")))
    lead = figures(store, make_source(10), clock)
    store.append([said("i009", "ann", "ham")])
    assert lead._log().decisions[-1].item_id == "i009"
    store.append([said("i008", "ann", "ham")])
    assert [d.item_id for d in lead._log()] == ["i009", "i008"]
    leases, versions = lead._tables()
    assert ("i000", "bob") in leases
    assert [version for version, _ in versions] == ["v7"]
    assert "ann" in str(lead.now())
