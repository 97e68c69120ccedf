"""What comes next for one reviewer of a team, and how it is put before them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import FileFormatError
from weaklabel.review import DecisionStore
from weaklabel.review.session._turn import Showing, Turn
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk

Say = Callable[..., Decision]
OPEN = np.ones(20, dtype=np.bool_)


@pytest.fixture
def desk(team: Callable[..., TeamDesk], file_store: DecisionStore) -> TeamDesk:
    return team(file_store, 20, overlap=1.0)


def turn_of(desk: TeamDesk, name: str) -> Any:
    """Return the turn of somebody who is at the desk."""
    assert desk.reply(name, {"do": "open"})["ok"]
    found: Turn = desk._seats[name].turn
    return found


def test_it_gives_what_is_held_wherever_it_is_asked_to_begin(desk: TeamDesk) -> None:
    turn = turn_of(desk, "ann")
    assert list(turn.upcoming(0, 3, OPEN)) == [0, 1, 2] == list(turn.upcoming(17, 3, OPEN))


def test_only_what_was_given_or_done_may_be_seen(
    desk: TeamDesk, file_store: DecisionStore, said: Say
) -> None:
    turn = turn_of(desk, "ann")
    file_store.append([said("i015", "ann", "ham")])
    turn_of(desk, "ann")
    assert [turn.may_see(place) for place in (0, 6, 15, 19)] == [True, True, True, False]
    turn.is_grouping = True
    assert [turn.may_see(place) for place in (0, 15)] == [True, False]


def test_first_second_and_settling_are_shown_each_in_its_way(
    desk: TeamDesk, file_store: DecisionStore, said: Say
) -> None:
    assert turn_of(desk, "ann").showing(0) == Showing()
    assert turn_of(desk, "bob").showing(0) == Showing(blind=True)
    file_store.append([said("i000", "ann", "ham"), said("i000", "bob", "spam", blind=True)])
    eve = turn_of(desk, "eve").showing(0)
    assert (eve.stratum, [o.reviewer for o in eve.others]) == (ADJUDICATION, ["ann", "bob"])
    assert turn_of(desk, "ann").showing(0) == Showing()
    assert turn_of(desk, "bob").showing(0) == Showing(blind=True)


def test_a_log_that_cannot_be_read_stops_nobody_who_has_items(
    desk: TeamDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    turn = turn_of(desk, "ann")

    def fails(_: object) -> None:
        raise FileFormatError("the server went away")

    with monkeypatch.context() as away:
        away.setattr("weaklabel.review.team._log_feed.LogFeed.read", fails)
        assert list(turn.upcoming(0, 1, OPEN)) == [0]
    assert "the server went away" in caplog.text


def test_progress_says_what_the_team_owes_and_what_the_reviewer_did(
    desk: TeamDesk, file_store: DecisionStore, said: Say
) -> None:
    file_store.append([said("i000", "ann", "ham", proposed="spam", stratum="error")])
    progress = turn_of(desk, "ann").progress()
    assert progress["left"] == 39
    assert progress["strata"] == {
        "error": {"answered": 1, "skipped": 0, "escalated": 0, "errors": 1, "left": 39}
    }
    assert progress["team"]["reviewers"] == 5


def test_settings_of_a_desk_reach_its_turns(
    team: Callable[..., TeamDesk], file_store: DecisionStore
) -> None:
    desk = team(file_store, 20, overlap=1.0, blind_seconds=False)
    assert TeamSettings().blind_seconds
    turn_of(desk, "ann")
    assert turn_of(desk, "bob").showing(0) == Showing()


def test_a_check_may_be_seen_when_it_was_handed_out_here_or_elsewhere_and_not_before(
    team: Callable[..., TeamDesk], file_store: DecisionStore
) -> None:
    gold = {f"i{n:03}": "ham" for n in range(12, 20)}
    handed_out, asked = (
        turn_of(team(file_store, 20, gold=gold, gold_rate=0.3), "ann") for _ in range(2)
    )
    coming = set(handed_out.upcoming(0, 20, OPEN)) & set(range(12, 20))
    assert coming
    for place in range(20):
        asked.recall(place)
    for turn in (handed_out, asked):
        assert {place for place in range(12, 20) if turn.may_see(place)} == coming
