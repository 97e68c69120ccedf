"""How much a team still owes, all in all and by stratum."""

from collections.abc import Callable
from typing import Any

from weaklabel.core import Decision
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._gold_checks import GoldChecks
from weaklabel.review.team._owed_figures import OwedFigures
from weaklabel.review.team._settings import TeamSettings


def test_answers_items_and_what_waits_for_experts_are_counted_without_gold_checks(
    make_source: Callable[..., Any], said: Callable[..., Decision]
) -> None:
    source = make_source(4, strata=["error", "random", "error", "only gold"])
    settings = TeamSettings(n_answers=(2, 3), gold={"i003": "ham"})
    gold = GoldChecks(source, settings)
    demand = Demand(source.place, settings.rule_of, 2, gold.places.tolist())
    figures = OwedFigures(source, demand, gold)
    fresh = figures.now()
    assert (fresh.items, fresh.settled, fresh.answers, fresh.for_expert) == (3, 0, 6, 0)
    assert fresh.by_stratum == {"error": 4, "random": 2}
    demand.take(said("i000", "ann", "ham"))
    demand.take(said("i000", "bob", "ham"))
    demand.take(said("i001", "ann", kind="escalation"))
    demand.take(said("i003", "ann", "ham", gold=True))
    later = figures.now()
    assert (later.items, later.settled, later.answers, later.for_expert) == (3, 1, 2, 1)
    assert later.by_stratum == {"error": 2, "random": 0}
    assert later.left == 3


def test_an_empty_queue_owes_nothing(make_source: Callable[..., Any]) -> None:
    source = make_source(0)
    demand = Demand(source.place, TeamSettings().rule_of)
    owed = OwedFigures(source, demand, GoldChecks(source, TeamSettings())).now()
    assert (owed.items, owed.left, owed.by_stratum) == (0, 0, {})
