"""An item is data that JSON can hold, whatever strangers wrote into it."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from weaklabel.review.session._highlights import Highlight
from weaklabel.review.session._session_item import (
    Chip,
    Field,
    Fold,
    NearDuplicate,
    SessionItem,
    plain,
)
from weaklabel.review.session._turn import OtherAnswer

ITEM = SessionItem(
    position=0,
    total=3,
    item_id="<b>",
    fields=(Field("text", "free <script>"), Field("n", 3)),
    stratum="error",
    proposed="spam",
    probabilities={"ham": 0.4, "spam": 0.6},
    reasons=("undecided",),
    votes=(Chip("prize", "spam", 0.9, "v1"),),
    n_abstained=2,
    highlights=(Highlight("text", 0, 4, "prize"),),
    near_duplicates=(NearDuplicate("z", "free!"),),
    n_near_duplicates=7,
    guidelines="Be kind.",
    guidelines_version="3",
    blind=False,
)


def test_to_dict_is_strict_json_with_all_of_it() -> None:
    found = json.loads(json.dumps(ITEM.to_dict(), allow_nan=False))
    assert set(found) == set(SessionItem.__dataclass_fields__)
    assert found["fields"] == [
        {"name": "text", "value": "free <script>", "fold": None, "is_image": False},
        {"name": "n", "value": 3, "fold": None, "is_image": False},
    ]
    assert (found["flagged"], found["wrong_functions"], found["others"]) == (False, [], [])
    assert found["votes"] == [
        {"function": "prize", "label": "spam", "precision": 0.9, "version": "v1"}
    ]
    assert found["highlights"] == [{"column": "text", "start": 0, "end": 4, "function": "prize"}]
    assert found["near_duplicates"] == [{"item_id": "z", "excerpt": "free!"}]


def test_a_folded_text_comes_along_cut_and_the_item_keeps_it() -> None:
    item = replace(ITEM, fields=(Field("text", "abcdef", Fold(6, 2)), Field("n", 3)))
    assert item.to_dict(folded=True)["fields"][0] == {  # type: ignore[index]
        "name": "text",
        "value": "ab",
        "fold": {"length": 6, "first": 2},
        "is_image": False,
    }
    assert item.to_dict()["fields"][0]["value"] == "abcdef"  # type: ignore[index]


def test_what_is_stored_is_what_was_seen_without_the_text() -> None:
    assert ITEM.shown() == {
        "columns": ["text", "n"],
        "label": "spam",
        "probabilities": {"ham": 0.4, "spam": 0.6},
        "reasons": ["undecided"],
        "votes": [{"function": "prize", "label": "spam", "precision": 0.9, "version": "v1"}],
        "n_abstained": 2,
        "guidelines": "3",
        "near_duplicates": ["z"],
    }
    hidden = replace(ITEM, blind=True).shown()
    assert set(hidden) == {"columns", "guidelines", "near_duplicates"}


def test_what_others_said_is_shown_and_kept() -> None:
    other = OtherAnswer("<b>", None, "hard", "ambiguous item", "escalation")
    item = replace(ITEM, others=(other,), wrong_functions=("f",), flagged=True)
    said = {
        "reviewer": "<b>",
        "label": None,
        "comment": "hard",
        "cause": "ambiguous item",
        "kind": "escalation",
    }
    found = json.loads(json.dumps(item.to_dict()))
    assert (found["others"], found["wrong_functions"], found["flagged"]) == ([said], ["f"], True)
    assert item.shown() == {**ITEM.shown(), "others": [said]}


def test_the_hash_can_be_made_again_from_the_fields() -> None:
    text = '{"n":3,"text":"free <script>"}'
    assert ITEM.text_hash() == hashlib.sha256(text.encode()).hexdigest()
    assert replace(ITEM, fields=ITEM.fields[::-1]).text_hash() == ITEM.text_hash()
    assert replace(ITEM, fields=ITEM.fields[:1]).text_hash() != ITEM.text_hash()


def test_values_of_tables_become_plain() -> None:
    given = {
        "d": date(2026, 5, 4),
        "t": datetime(2026, 5, 4, tzinfo=UTC),
        "x": [2**53, -(2**60), Decimal("1.50"), {"y": (float("nan"), float("-inf"))}],
        "b": b"\x00\xff",
        "ok": True,
        "s": "\u202e\x00<script>",
    }
    assert plain(given) == {
        "d": "2026-05-04",
        "t": "2026-05-04T00:00:00+00:00",
        "x": [2**53, str(-(2**60)), "1.50", {"y": [None, "-inf"]}],
        "b": "2 bytes",
        "ok": True,
        "s": "\u202e\x00<script>",
    }


def test_the_notebook_repr_runs_nothing() -> None:
    html = ITEM._repr_html_()
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;" in html
    assert "<script" not in html
