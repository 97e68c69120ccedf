"""An answer reaches the near-duplicates that were shown, and no other item."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_group import checked_preview, preview_of
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_results import GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import OtherAnswer, QueueOrder, Showing

AT = "2026-05-04T10:15:00+00:00"
IDS = ["a", "b", "c", "d"]
QUEUE = ReviewQueue(
    IDS,
    ["error", "error", "random", "error"],
    [0] * 4,
    [["why"]] * 4,
    [[0.2, 0.8]] * 4,
    LabelSchema(["ham", "spam"]),
)
ITEMS = [{"item_id": i, "text": f"text of {i}"} for i in IDS]
SOURCE = SessionSource.of_arguments(QUEUE, ITEMS, None, groups=[0] * 4, blind=["random"])


class Turn(QueueOrder):
    def __init__(self, hidden: int | None = None, how: Showing | None = None) -> None:
        self._hidden, self._how = hidden, how

    def may_see(self, place: int) -> bool:
        return place != self._hidden

    def showing(self, place: int) -> Showing:
        return self._how if self._how is not None and place == 1 else Showing()


@pytest.fixture
def record(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> SessionRecord:
    return SessionRecord(SOURCE, open_store(tmp_path / "log.sqlite"), "ann", ())


def members(record: SessionRecord, turn: Turn | None = None, source: SessionSource = SOURCE) -> str:
    preview = preview_of(source.of(0), source, record, turn or Turn())
    assert preview.n_more == 0
    return "".join(member.item_id for member in preview.members)


def test_members_are_open_and_shown_plainly(record: SessionRecord) -> None:
    assert members(record) == "bd"
    record.keep([Decision("d", None, "ann", AT)])
    assert members(record) == "b"


def test_what_anyone_passed_to_an_expert_is_no_member(record: SessionRecord) -> None:
    passed = Decision("b", None, "bob", AT, kind="escalation")
    record.take([passed])
    assert members(record) == "d"
    record.take([passed.undone()])
    assert members(record) == "bd"


@pytest.mark.parametrize(
    "how",
    [
        Showing(blind=True),
        Showing(gold=True),
        Showing(others=(OtherAnswer("bob", "ham", "", "", ""),)),
    ],
)
def test_what_needs_a_look_of_its_own_is_no_member(record: SessionRecord, how: Showing) -> None:
    assert members(record, Turn(how=how)) == "d"
    assert members(record, Turn(how=Showing(stratum="x"))) == "bd"
    assert members(record, Turn(hidden=3)) == "b"


def test_a_blind_item_and_one_without_groups_have_no_members(record: SessionRecord) -> None:
    blind = replace(SOURCE.of(0), blind=True)
    assert preview_of(blind, SOURCE, record, Turn()) == GroupPreview("a", (), 0)
    assert members(record, source=SessionSource.of_arguments(QUEUE, ITEMS, None)) == ""


def test_only_what_was_shown_confirmed_and_is_open_is_answered(record: SessionRecord) -> None:
    item = SOURCE.of(0)
    preview = preview_of(item, SOURCE, record, Turn())
    assert checked_preview(preview, item, record, True) is preview
    for given, confirmed, words in (
        (None, True, "the group of 'a' was not shown"),
        (GroupPreview("a", (), 0), True, "item 'a' has no open near-duplicates"),
        (preview, False, "confirmed is False, must be True to answer 3 items"),
        (preview, 1, "confirmed is 1, must be True to answer 3 items"),
    ):
        with pytest.raises(DecisionsError, match=words):
            checked_preview(given, item, record, confirmed)  # type: ignore[arg-type]
    record.keep([Decision("b", "ham", "ann", AT)])
    with pytest.raises(DecisionsError, match="item 'b' of the group is no longer open"):
        checked_preview(preview, item, record, True)
