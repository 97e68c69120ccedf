"""What the desk of a team knows of the log."""

from collections.abc import Callable
from typing import Any

import pytest

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review.team._gold_checks import GoldChecks
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_log import TeamLog

Say = Callable[..., Decision]


@pytest.fixture
def log(file_store: DecisionStore, make_source: Callable[..., Any]) -> TeamLog:
    source = make_source(4, strata=["error", "random", "error", "error"])
    settings = TeamSettings(gold={"i003": "ham"})
    return TeamLog(source, file_store, settings, GoldChecks(source, settings))


def test_reading_keeps_up_what_is_owed_and_what_each_reviewer_did(
    log: TeamLog, file_store: DecisionStore, said: Say
) -> None:
    answer = said("i000", "ann", "ham", stratum="error")
    file_store.append([answer, said("i001", "bob", stratum="random")])
    log.feed.read()
    assert log.demand.need.tolist() == [0, 1, 1, 0]
    assert log.own("ann").of("error", is_blind=False)["answered"] == 1
    assert log.own("bob").of("random", is_blind=False)["skipped"] == 1
    file_store.append([answer.undone()])
    log.feed.read()
    assert log.own("ann").answered == 0


def test_a_gold_check_is_counted_as_the_stratum_that_was_seen(
    log: TeamLog, file_store: DecisionStore, said: Say
) -> None:
    file_store.append([said("i003", "ann", "ham", stratum="gold check", gold=True)])
    log.feed.read()
    assert log.own("ann").strata == {"random"}


def test_each_reviewer_gets_own_decisions_and_erasures_once(
    log: TeamLog, file_store: DecisionStore, said: Say
) -> None:
    file_store.append(
        [
            said("i000", "ann", "ham", comment="secret"),
            said("i000", "bob", "ham"),
            said("elsewhere", "ann", "ham"),
            said("i001", "ann", kind="flag"),
        ]
    )
    file_store.erase("i000", "asked for", by="lea")
    log.feed.read()
    assert [(d.item_id, d.kind) for d in log.mail("ann")] == [
        ("i000", ""),
        ("elsewhere", ""),
        ("i001", "flag"),
        ("i000", "erasure"),
    ]
    assert log.mail("ann") == []
    assert [d.kind for d in log.mail("bob")] == ["", "erasure"]
    assert log.mail("nobody") == []
