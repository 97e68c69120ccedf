"""What calls give back says what was stored."""

import json

from weaklabel.core import Decision
from weaklabel.review.session._session_results import Answered, GroupMember, GroupPreview

HAM = Decision("a", "ham", "ann", "2026-05-04T10:15:00+00:00")


def test_answers_skips_and_undos_are_told_apart() -> None:
    skip = Decision("b", None, "ann", HAM.decided_at)
    assert Answered.of([HAM]) == Answered("answer", ("a",), "ham")
    assert Answered.of([skip]) == Answered("skip", ("b",), None)
    passed = Decision("b", None, "ann", HAM.decided_at, kind="escalation", about="eve")
    assert Answered.of([passed]) == Answered("escalation", ("b",), None)
    assert Answered.of([HAM.undone(), skip.undone()]) == Answered("undo", ("a", "b"), None)


def test_both_are_strict_json() -> None:
    preview = GroupPreview("a", (GroupMember("b", "ham", "<b>\x00"),), 2)
    assert json.loads(json.dumps(preview.to_dict())) == {
        "item_id": "a",
        "members": [{"item_id": "b", "proposed": "ham", "excerpt": "<b>\x00"}],
        "n_more": 2,
    }
    answered = json.loads(json.dumps(Answered.of([HAM]).to_dict()))
    assert answered == {"kind": "answer", "item_ids": ["a"], "label": "ham"}
