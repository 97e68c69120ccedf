"""Whatever a client sends is a message, or is refused in words."""

import json

import pytest

from weaklabel.review.desk._messages import MAX_TEXT, Message, MessageError, parse_message

KEY = "abcdefgh"


def test_a_message_has_the_fields_that_were_sent() -> None:
    sent = {"do": "answer", "key": KEY, "item_id": "a", "seconds": 1.5, "label": "spam"}
    assert parse_message(sent) == Message("answer", KEY, "a", 1.5, None, "spam")


def test_none_for_item_seconds_and_reviewer_counts_as_left_out() -> None:
    sent = {"do": "skip", "key": KEY, "item_id": None, "seconds": None, "reviewer": None}
    assert parse_message(sent) == Message("skip", KEY)


@pytest.mark.parametrize(
    ("do", "stores"),
    [("accept", True), ("undo", True), ("flag", True), ("open", False), ("group", False)],
)
def test_what_stores_says_so(do: str, stores: bool) -> None:
    assert Message(do).stores is stores


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (None, "message is None, must be an object"),
        ("open", "message is 'open', must be an object"),
        ([["do", "open"]], "message is a list"),
        (b"open", "message is of type bytes"),
        ({}, '"do" of a message is None, must be one of'),
        ({"do": "Open"}, "\"do\" of a message is 'Open'"),
        ({"do": "__init__"}, "\"do\" of a message is '__init__'"),
        ({"do": ["open"]}, '"do" of a message is a list'),
        ({"do": {"open": 1}}, '"do" of a message is an object'),
        ({"do": 10**5000}, '"do" of a message is an integer beyond'),
        (
            {"do": "open", "label": "spam"},
            "message 'open' has a field 'label', may have do, item_id",
        ),
        ({"do": "open", "confirmed": True}, "has a field 'confirmed'"),
        ({"do": "open", 7: 7}, "has a field 7, may have"),
        ({"do": "open", "x" * 10**6: 7}, r"'x{60}'… \(1000000 characters\)"),
        ({"do": "answer", "key": KEY}, "message 'answer' has no \"label\", must have one"),
        ({"do": "answer", "label": "spam"}, 'has no "key"'),
        ({"do": "goto"}, 'has no "item_id"'),
        ({"do": "goto", "item_id": None}, "\"item_id\" of message 'goto' is None, must be a text"),
        ({"do": "skip", "key": "short"}, "is 'short', must be 8 to 64 letters, digits"),
        ({"do": "skip", "key": KEY + "#2"}, "must be 8 to 64"),
        ({"do": "skip", "key": KEY + "\n"}, "must be 8 to 64"),
        ({"do": "skip", "key": "é" * 8}, "must be 8 to 64"),
        ({"do": "skip", "key": "a" * 65}, "must be 8 to 64"),
        ({"do": "skip", "key": None}, "is None, must be 8 to 64"),
        ({"do": "skip", "key": KEY, "seconds": float("nan")}, "is nan, must be a finite number"),
        ({"do": "skip", "key": KEY, "seconds": float("inf")}, "must be a finite number"),
        ({"do": "skip", "key": KEY, "seconds": 10**400}, "is an integer beyond 2.*53, must be a"),
        ({"do": "skip", "key": KEY, "seconds": True}, "is True, must be a finite number"),
        ({"do": "skip", "key": KEY, "seconds": "1"}, "is '1', must be a finite number"),
        ({"do": "answer", "key": KEY, "label": True}, "is True, must be a class"),
        ({"do": "answer", "key": KEY, "label": -1}, "is -1, must be a class"),
        ({"do": "answer", "key": KEY, "label": 1.0}, "is 1.0, must be a class"),
        ({"do": "answer", "key": KEY, "label": None}, "is None, must be a class"),
        ({"do": "comment", "key": KEY, "text": "x" * (MAX_TEXT + 1)}, "at most 10000 characters"),
        ({"do": "comment", "key": KEY, "text": "\U0001f600" * 5001}, "at most 10000 characters"),
        ({"do": "comment", "key": KEY, "text": "half \ud800"}, "must be a text"),
        ({"do": "comment", "key": KEY, "text": 7}, "is 7, must be a text"),
        ({"do": "flag", "key": KEY, "on": 1}, "is 1, must be true or false"),
        ({"do": "flag", "key": KEY}, 'has no "on"'),
        ({"do": "text", "item_id": "a", "field": "t", "start": -1}, "must be an integer of at lea"),
        ({"do": "text", "item_id": "a", "field": "t", "start": 1.5}, "must be an integer of at"),
        ({"do": "text", "item_id": "a", "field": "t", "start": 2**70}, "must be an integer of at"),
    ],
)
def test_what_is_no_message_is_refused_in_words(sent: object, words: str) -> None:
    with pytest.raises(MessageError, match=words) as caught:
        parse_message(sent)
    assert len(str(caught.value)) < 600
    str(caught.value).encode("utf-8")


def test_what_is_nested_without_end_is_refused_too() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    for sent in (deep, {"do": deep}, {"do": "comment", "key": KEY, "text": deep}):
        with pytest.raises(MessageError, match="a list, must be"):
            parse_message(sent)
    while deep:  # taken apart, because Python would free it level by level on its stack
        deep = deep[0]  # type: ignore[assignment]


@pytest.mark.parametrize("text", ["", "x" * MAX_TEXT, "\U0001f600" * 5000, "a\x00b", "\u202edcba"])
def test_any_text_up_to_the_limit_is_taken_as_it_is(text: str) -> None:
    sent = json.loads(json.dumps({"do": "comment", "key": KEY, "text": text}))
    assert parse_message(sent).text == text
