"""Names of any size and content go to a screen, and are known again when they come back."""

import json

import pytest

from weaklabel.review.desk._messages import parse_message
from weaklabel.review.desk._short_names import (
    fitting,
    full_name,
    is_shortened,
    short_name,
    unicode_text,
)

HOSTILE = [
    "N" * 1_000_000,
    "N" * 399,
    "\x00" * 67,
    "é" * 1000,
    "\U0001f600" * 10_000,
    "half \ud800",
    "half ?",
    "half �",
    "\u202e" * 500,
    "x… (012345678901)",
    "two\nlines" * 100,
]


@pytest.mark.parametrize("name", ["text", "", "a" * 398, "é" * 66, "\U0001f600" * 33])
def test_a_name_of_ordinary_length_stays_as_it_is(name: str) -> None:
    assert short_name(name) == name
    assert not is_shortened(name)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_short_unicode_and_found_again(name: str) -> None:
    shown = short_name(name)
    assert len(json.dumps(shown)) <= 402
    shown.encode("utf-8")
    assert full_name(shown, reversed(HOSTILE)) == name
    parse_message({"do": "goto", "item_id": shown})


def test_names_that_begin_alike_stay_apart() -> None:
    names = ["N" * 1_000_000 + end for end in "abc"]
    assert len({short_name(name) for name in names}) == 3


def test_no_name_can_be_made_that_is_taken_for_another_one() -> None:
    long = "A" * 1000
    forged = short_name(long)
    for names in ([forged, long], [long, forged]):
        assert full_name(short_name(long), names) == long
        assert full_name(short_name(forged), names) == forged


def test_a_whole_name_is_found_too_and_another_is_not() -> None:
    assert full_name("N" * 1000, ["N" * 1000]) == "N" * 1000
    assert full_name("NN", ["N" * 1000]) is None
    assert full_name("N… (012345678901)", ["N" * 1000]) is None


@pytest.mark.parametrize(
    "text", ["abc" * 100, "\x00a" * 100, "é" * 100, "a" * 90 + "\U0001f600" * 9]
)
@pytest.mark.parametrize("max_bytes", [0, 1, 2, 3, 14, 50, 150])
def test_the_beginning_that_fits_is_as_long_as_it_can_be_nearly(text: str, max_bytes: int) -> None:
    found = fitting(text, max_bytes)
    assert text.startswith(found)
    assert not found or len(json.dumps(found)) <= max_bytes
    assert len(json.dumps(text[: 2 * len(found) + 13])) > max_bytes


def test_a_text_that_fits_is_whole() -> None:
    assert fitting("a" * 98, 100) == "a" * 98


def test_each_half_of_a_pair_is_replaced_by_one_character() -> None:
    assert unicode_text("a\ud83db\udc00\ud800") == "a�b��"
    assert unicode_text("a\U0001f600\x00") == "a\U0001f600\x00"
