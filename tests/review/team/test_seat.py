"""One reviewer of a team at the desk."""

from collections.abc import Callable
from typing import Any

import pytest

from weaklabel.core import Decision
from weaklabel.review import DecisionStore
from weaklabel.review.desk._messages import parse_message
from weaklabel.review.team._seat import Seat
from weaklabel.review.team._team_desk import TeamDesk

Say = Callable[..., Decision]


@pytest.fixture
def desk(
    team: Callable[..., TeamDesk], file_store: DecisionStore, make_source: Callable[..., Any]
) -> TeamDesk:
    strata = ["random" if n == 4 else "error" for n in range(30)]
    return team(file_store, make_source(30, strata=strata, groups=[n % 2 for n in range(30)]))


def seat_of(desk: TeamDesk, name: str) -> Seat:
    assert desk.reply(name, {"do": "open"})["ok"]
    return desk._seats[name]


def test_it_knows_what_the_next_undo_withdraws(desk: TeamDesk, screen: Callable[..., Any]) -> None:
    ann = screen(desk, "ann")
    assert seat_of(desk, "ann").latest() == []
    ann.answer()
    ann.answer()
    assert seat_of(desk, "ann").latest() == [1]


def test_it_finds_near_duplicates_of_the_item_of_a_message_but_no_blind_ones(
    desk: TeamDesk,
) -> None:
    seat = seat_of(desk, "ann")
    assert seat.group_of(parse_message({"do": "group"})) == [2, *range(6, 30, 2)]
    asked = parse_message({"do": "group", "item_id": "i001"})
    assert seat.group_of(asked) == list(range(3, 30, 2))
    assert seat.group_of(parse_message({"do": "group", "item_id": "i004"})) == []


def test_an_item_of_somebody_else_is_strange_and_the_own_ones_are_not(desk: TeamDesk) -> None:
    ann, bob = seat_of(desk, "ann"), seat_of(desk, "bob")
    message = parse_message({"do": "goto", "item_id": "i000"})
    assert (ann.is_strange(message), bob.is_strange(message)) == (False, True)
    assert not bob.is_strange(parse_message({"do": "goto", "item_id": "no such item"}))
    assert not bob.is_strange(parse_message({"do": "open"}))


def test_items_are_numbered_in_the_order_in_which_the_reviewer_does_them(desk: TeamDesk) -> None:
    seat = seat_of(desk, "ann")
    reply: dict[str, Any] = {
        "screen": {
            "item": {"item_id": "x", "state": "open", "position": 17, "total": 30},
            "ahead": [{"item_id": "y", "state": "open", "position": 4, "total": 30}],
            "progress": {"left": 5},
        }
    }
    found: Any = seat.numbered(reply, 10)
    assert found["screen"]["item"] == {"item_id": "x", "state": "open", "position": 10, "total": 15}
    assert [item["position"] for item in found["screen"]["ahead"]] == [11]
    assert reply["screen"]["item"]["position"] == 17, "what the conversation keeps is left alone"


def test_an_item_that_was_done_has_the_number_of_its_answer(
    desk: TeamDesk, screen: Callable[..., Any]
) -> None:
    ann = screen(desk, "ann")
    for _ in range(3):
        ann.answer()
    assert ann.send("goto", item_id="i001")["screen"]["item"]["position"] == 1


def test_an_error_has_no_items_to_number(desk: TeamDesk) -> None:
    reply: dict[str, Any] = {"ok": False, "error": {"code": "stale", "message": ""}}
    assert seat_of(desk, "ann").numbered(reply, 3) is reply
