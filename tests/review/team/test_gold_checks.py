"""Gold checks: when each reviewer gets which, and that nothing tells them from other items."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.errors import ParameterError
from weaklabel.review.team._gold_checks import GOLD_CHECK, GoldChecks, queue_with_gold
from weaklabel.review.team._settings import TeamSettings

Source = Callable[..., Any]
N = 200
GOLD = {f"i{n:03}": "ham" for n in range(0, N, 5)}


def checks(make_source: Source, rate: float = 0.2, seed: int = 0, **more: Any) -> GoldChecks:
    settings = TeamSettings(gold=GOLD, gold_rate=rate, seed=seed)
    return GoldChecks(make_source(N, **more), settings)


def worked_through(gold: GoldChecks, reviewer: str, n: int) -> list[int]:
    """Return what a reviewer gets who does one item after the other."""
    is_open, found = np.ones(N, dtype=np.bool_), []
    for _ in range(n):
        ordinary = [p for p in np.flatnonzero(is_open).tolist() if not gold.is_gold(p)]
        (place,) = gold.mixed(reviewer, ordinary, is_open, 1)
        is_open[place] = False
        found.append(place)
    return found


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
def test_of_what_a_reviewer_does_the_given_share_are_checks_and_none_twice(
    make_source: Source, rate: float
) -> None:
    gold = checks(make_source, rate)
    places = worked_through(gold, "ann", 60)
    assert sum(map(gold.is_gold, places)) == pytest.approx(60 * rate, abs=1)
    assert len(set(places)) == 60


def test_what_is_announced_is_what_comes(make_source: Source) -> None:
    gold = checks(make_source)
    is_open = np.ones(N, dtype=np.bool_)
    ordinary = [p for p in range(N) if not gold.is_gold(p)]
    assert gold.mixed("ann", ordinary, is_open, 30) == worked_through(gold, "ann", 30)


def test_reviewers_and_seeds_have_their_own_checks_at_their_own_places(make_source: Source) -> None:
    one, two = checks(make_source), checks(make_source, seed=1)
    found = [
        [(n, p) for n, p in enumerate(worked_through(gold, who, 50)) if gold.is_gold(p)]
        for gold, who in ((one, "ann"), (one, "bob"), (two, "ann"), (checks(make_source), "ann"))
    ]
    assert found[0] == found[3]
    assert found[0] != found[1]
    assert found[0] != found[2]


def test_when_all_checks_are_done_only_ordinary_items_come(make_source: Source) -> None:
    gold = checks(make_source, 0.9)
    places = worked_through(gold, "ann", 80)
    assert sum(map(gold.is_gold, places)) == len(GOLD)
    assert not any(map(gold.is_gold, places[60:]))


def test_after_the_last_ordinary_item_comes_no_check(make_source: Source) -> None:
    gold = checks(make_source, 0.5)
    assert gold.mixed("ann", [], np.ones(N, dtype=np.bool_), 5) == []


def test_without_a_rate_there_are_none(make_source: Source) -> None:
    gold = checks(make_source, 0.0)
    assert gold.mixed("ann", [1, 2, 3], np.ones(N, dtype=np.bool_), 2) == [1, 2]
    assert gold.planned("ann", 100, np.ones(N, dtype=np.bool_)).total() == 0


def test_a_check_is_shown_as_a_blind_item_of_the_stratum_random(make_source: Source) -> None:
    strata = ["random" if n % 2 else "error" for n in range(N)]
    showing = checks(make_source, strata=strata).showing(0)
    assert (showing.blind, showing.gold, showing.others) == (True, True, ())
    assert (showing.stratum, showing.shown_stratum) == (GOLD_CHECK, "random")


def test_where_other_strata_are_blind_it_is_shown_as_one_of_them(make_source: Source) -> None:
    strata = ["audit" if n % 2 else "error" for n in range(N)]
    gold = checks(make_source, strata=strata, blind=["audit", "elsewhere"])
    assert {gold.showing(p).shown_stratum for p in gold.places.tolist()} == {"audit"}


def test_where_nothing_is_blind_it_is_shown_as_items_of_the_queue(make_source: Source) -> None:
    strata = ["margin" if n % 2 else "error" for n in range(N)]
    gold = checks(make_source, strata=strata, blind=[])
    assert {gold.showing(p).shown_stratum for p in gold.places.tolist()} == {"margin", "error"}


@pytest.mark.parametrize("n_done", [0, 3, 60])
def test_a_reviewer_may_see_the_checks_among_the_items_given_and_no_others(
    make_source: Source, n_done: int
) -> None:
    gold = checks(make_source)
    is_open = np.ones(N, dtype=np.bool_)
    is_open[worked_through(gold, "ann", n_done)] = False
    ordinary = [p for p in np.flatnonzero(is_open).tolist() if not gold.is_gold(p)]
    for n_given in (0, 1, 6):
        coming = gold.mixed("ann", ordinary[:n_given], is_open, N)
        seen = {p for p in gold.places.tolist() if gold.may_see("ann", p, is_open, n_given)}
        assert seen == set(filter(gold.is_gold, coming))
        assert gold.length("ann", n_given, is_open, N) == len(coming)


def test_planned_checks_are_one_less_after_a_check_and_as_many_after_another_item(
    make_source: Source,
) -> None:
    gold = checks(make_source, 0.3)
    is_open, n_owed = np.ones(N, dtype=np.bool_), N - len(GOLD)
    for place in worked_through(gold, "ann", 100):
        before = gold.planned("ann", n_owed, is_open).total() + n_owed
        is_open[place] = False
        n_owed -= not gold.is_gold(place)
        assert gold.planned("ann", n_owed, is_open).total() + n_owed == before - 1


def test_planned_checks_are_counted_by_the_strata_in_which_they_come(make_source: Source) -> None:
    strata = ["margin" if n % 2 else "error" for n in range(N)]
    gold = checks(make_source, strata=strata, blind=[])
    is_open = np.ones(N, dtype=np.bool_)
    planned = gold.planned("ann", 60, is_open)
    coming = [p for p in worked_through(gold, "ann", planned.total() + 60) if gold.is_gold(p)]
    assert planned == Counter(gold.showing(place).shown_stratum for place in coming)
    assert len(planned) == 2


def test_gold_must_be_in_the_queue_and_its_class_in_the_schema(make_source: Source) -> None:
    for wrong, words in (({"no": "ham"}, "queue_with_gold"), ({"i001": "no"}, "one of")):
        with pytest.raises(ParameterError, match=words):
            GoldChecks(make_source(3), TeamSettings(gold=wrong))


def queue(n: int) -> ReviewQueue:
    schema = LabelSchema(["ham", "spam"])
    ids = [f"q{m}" for m in range(n)]
    posterior = np.tile([0.2, 0.8], (n, 1))
    return ReviewQueue(ids, n * ["error"], range(n), n * [["why"]], posterior, schema)


def test_gold_items_are_put_into_a_queue_anywhere_and_the_rest_keeps_its_order() -> None:
    gold = {f"g{m}": "ham" for m in range(10)} | {"q3": "ham"}
    mixed = queue_with_gold(queue(90), gold)
    ids = mixed.item_ids.tolist()
    assert [i for i in ids if i.startswith("q")] == [f"q{m}" for m in range(90)]
    places = [n for n, i in enumerate(ids) if i.startswith("g")]
    assert len(places) == 10
    assert min(places) < 40
    assert max(places) > 60
    assert {mixed.strata[n] for n in places} == {GOLD_CHECK}
    assert mixed.strata[ids.index("q3")] == "error"
    assert mixed.scores[ids.index("q7")] == 7
    assert mixed.posterior[ids.index("q7")].tolist() == [0.2, 0.8]


def test_a_queue_that_has_its_gold_stays_what_it_is() -> None:
    same = queue(3)
    assert queue_with_gold(same, {"q1": "ham"}) is same
    assert queue_with_gold(queue(0), {"g": "ham"}).item_ids.tolist() == ["g"]
