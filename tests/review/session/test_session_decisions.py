"""Decisions hold what was shown, each of a group its own part."""

from dataclasses import replace

import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError
from weaklabel.review.session._own_answers import group_of, was_applied
from weaklabel.review.session._session_decisions import (
    check_retry,
    decision_on,
    group_decisions,
    remark_on,
    remarked,
)
from weaklabel.review.session._session_results import GroupMember, GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import OtherAnswer, Showing

QUEUE = ReviewQueue(
    ["a", "b", "c"],
    ["error", "outlier", "error"],
    [3, 2, 1],
    [["why"]] * 3,
    [[0.2, 0.8], [0.9, 0.1], [0.9, 0.1]],
    LabelSchema(["ham", "spam"]),
)
ITEMS = [{"item_id": i, "text": f"text of {i}"} for i in "abc"]
SOURCE = SessionSource.of_arguments(QUEUE, ITEMS, None, guidelines=("Be kind.", "3"))


def first(key: str = "k", showing: Showing = Showing()) -> Decision:  # noqa: B008 # frozen
    item = replace(SOURCE.of(0, showing), comment="sure", cause="data error")
    return decision_on(
        item,
        "ham",
        reviewer="ann",
        source=SOURCE,
        showing=showing,
        seconds=6.0,
        dataset_version="v7",
        key=key,
    )


def grouped(
    preview: GroupPreview, said: dict[str, tuple[str, str]] | None = None
) -> list[Decision]:
    return group_decisions(first(), preview, SOURCE, SOURCE.stratum, said or {})


def test_a_decision_says_what_was_shown_and_where() -> None:
    found, item = first(), SOURCE.of(0)
    assert (found.item_id, found.label, found.reviewer, found.proposed) == (
        "a",
        "ham",
        "ann",
        "spam",
    )
    assert (found.stratum, found.comment, found.cause) == ("error", "sure", "data error")
    assert (found.seconds, found.blind, found.dataset_version, found.key) == (6.0, False, "v7", "k")
    assert found.text_hash == item.text_hash()
    assert found.shown == item.shown()
    assert found.gold is False


def test_a_gold_check_is_stored_as_one_and_shown_as_another_thing() -> None:
    how = Showing(blind=True, gold=True, stratum="gold check", shown_stratum="random")
    found = first(showing=how)
    assert (found.gold, found.blind, found.stratum) == (True, True, "gold check")
    assert SOURCE.of(0, how).stratum == "random"
    assert found.proposed == "spam"
    assert "label" not in (found.shown or {})


def test_who_saw_the_answers_of_others_was_not_blind() -> None:
    other = OtherAnswer("bob", "spam", "", "", "")
    how = Showing(blind=True, stratum="adjudication", others=(other,))
    found = first(showing=how)
    assert (found.blind, found.stratum, found.gold) == (False, "adjudication", False)
    assert (found.shown or {})["others"][0]["reviewer"] == "bob"


def test_members_of_a_group_get_the_class_and_what_was_shown_of_them() -> None:
    preview = GroupPreview("a", (GroupMember("c", "ham", "text"), GroupMember("b", "ham", "t")), 0)
    one, two, three = grouped(preview)
    assert [d.item_id for d in (one, two, three)] == ["a", "c", "b"]
    assert [d.key for d in (one, two, three)] == ["k", "k#2", "k#3"]
    assert [d.seconds for d in (one, two, three)] == [2.0, 2.0, 2.0]
    assert [d.stratum for d in (one, two, three)] == ["error", "error", "outlier"]
    assert [d.proposed for d in (one, two, three)] == ["spam", "ham", "ham"]
    assert [d.comment for d in (one, two, three)] == ["sure", "", ""]
    assert (two.label, two.cause, two.dataset_version) == ("ham", "", "v7")
    assert two.text_hash == SOURCE.of(2).text_hash()
    assert {**SOURCE.of(0).shown(), "group": one.shown["group"]} == one.shown  # type: ignore[index]
    seen = dict(two.shown or {})
    assert seen.pop("group") == one.shown["group"]  # type: ignore[index]
    assert seen == {"label": "ham", "n_characters": 4, "guidelines": "3"}
    assert len({group_of(d) for d in (one, two, three)}) == 1
    assert [was_applied(d) for d in (one, two, three)] == [False, True, True]
    assert group_of(one) != group_of(grouped(preview)[0])


def test_members_of_a_group_keep_what_was_said_of_them() -> None:
    preview = GroupPreview("a", (GroupMember("c", "ham", "text"), GroupMember("b", "ham", "t")), 0)
    found = grouped(preview, {"b": ("odd", "data error"), "a": ("no", "")})
    assert [(d.comment, d.cause) for d in found] == [
        ("sure", "data error"),
        ("", ""),
        ("odd", "data error"),
    ]


def test_a_remark_changes_nothing_else() -> None:
    at = "2026-05-04T10:15:00+00:00"
    before = replace(first(), decided_at=at, salt="ab")
    after = remarked(before, "hm", "", "k2")
    assert (after.comment, after.cause, after.key, after.salt) == ("hm", "", "k2", "")
    assert replace(after, comment="sure", cause="data error", key="k", decided_at=at) == before
    assert remarked(before.erased(), "hm", "", "").comment == "hm"


def test_a_remark_on_an_item_is_no_answer() -> None:
    found = remark_on("a", "lf_wrong", reviewer="ann", key="k", about="f")
    assert (found.kind, found.about, found.key, found.label) == ("lf_wrong", "f", "k", None)
    assert remark_on("a", "note", reviewer="ann", key="", comment="x").comment == "x"


def test_a_key_is_one_answer() -> None:
    check_retry(first(), "k", label="ham", item_id="a")
    check_retry(first().undone(), "k", label=None, kind="undo")
    for wrong in (
        {"label": "spam"},
        {"label": "ham", "item_id": "b"},
        {"label": None, "kind": "undo"},
    ):
        with pytest.raises(DecisionsError, match="key 'k' is that of another decision, on 'a'"):
            check_retry(first(), "k", **wrong)  # type: ignore[arg-type]
