"""Each part of a reply keeps to its bytes."""

import json
from typing import Any

import pytest

from weaklabel.review.desk._reply_parts import (
    answered_dict,
    group_dict,
    text_piece,
)
from weaklabel.review.desk._short_names import short_name
from weaklabel.review.session._session_results import Answered, GroupMember, GroupPreview

SMILE = "\U0001f600"


def test_of_many_answered_items_some_are_named_and_all_counted() -> None:
    found = answered_dict(Answered("answer", tuple(f"i{n}" for n in range(500)), "spam" * 1000))
    assert found["n_items"] == 500
    assert found["item_ids"] == [f"i{n}" for n in range(60)]
    assert found["label"] == short_name("spam" * 1000)


@pytest.mark.parametrize("text", ["x" * 120_000, SMILE * 120_000, "\x00é" * 60_000])
def test_pieces_of_a_text_are_all_of_it(text: str) -> None:
    found, n_pieces = "", 0
    while len(found) < len(text):
        piece: Any = text_piece(text, len(found), 50_000)
        assert piece["start"] == len(found)
        assert piece["length"] == len(text)
        assert len(json.dumps(piece)) <= 50_000
        found, n_pieces = found + piece["text"], n_pieces + 1
    assert found == text
    assert n_pieces < 50


def test_a_piece_has_50000_characters_at_most() -> None:
    piece: Any = text_piece("x" * 60_000, 0, 10**6)
    assert len(piece["text"]) == 50_000


def test_after_the_end_of_a_text_comes_nothing() -> None:
    assert text_piece("abc", 2**53, 1000) == {"start": 2**53, "text": "", "length": 3}


def test_a_group_has_all_its_members_and_as_much_of_each_as_fits() -> None:
    members = tuple(GroupMember(f"i{n}", "spam", SMILE * 200) for n in range(50))
    whole: Any = group_dict(GroupPreview("a", members, 7), 10**6)
    assert whole == GroupPreview("a", members, 7).to_dict()
    small: Any = group_dict(GroupPreview("a", members, 7), 45_000)
    assert len(json.dumps(small["members"])) <= 45_000
    assert [each["item_id"] for each in small["members"]] == [f"i{n}" for n in range(50)]
    assert small["members"][0]["excerpt"] == SMILE * 59 + "…"
