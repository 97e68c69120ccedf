"""What labeling functions matched is marked, and only where they voted."""

import pytest

from weaklabel.errors import ParameterError
from weaklabel.lf import keyword_lf, labeling_function, regex_lf
from weaklabel.review.session._highlights import highlights_of, matcher, pattern_matches

PRIZE = keyword_lf(["free", "win"], "spam", name="prize")
LINK = regex_lf(r"https?://\S*|$", "spam", name="link", column="body")


@labeling_function()
def short(item: object) -> None:
    """Is no pattern, so that it has no spans."""


def test_keyword_and_regex_functions_give_their_spans() -> None:
    find = pattern_matches([LINK, short, PRIZE])
    fields = {"text": "Win a free car", "body": "see http://a.b now", "n": 3}
    found = highlights_of(fields, find, None, "a")
    assert [tuple(h) for h in found] == [
        ("text", 0, 3, "prize"),
        ("text", 6, 10, "prize"),
        ("body", 4, 14, "link"),
    ]


def test_only_functions_that_voted_are_marked() -> None:
    fields = {"text": "free", "body": "http://a.b"}
    find = pattern_matches([PRIZE, LINK])
    assert {h.function for h in highlights_of(fields, find, ["link"], "a")} == {"link"}


def test_missing_and_numeric_fields_have_no_spans() -> None:
    find = pattern_matches([PRIZE, LINK])
    assert highlights_of({"text": None, "body": 3}, find, None, "a") == ()


def test_spans_count_code_points() -> None:
    (found,) = highlights_of({"text": "\U0001f600\u202e free"}, pattern_matches([PRIZE]), None, "a")
    assert (found.start, found.end) == (3, 7)


def test_of_a_huge_text_the_beginning_is_searched() -> None:
    text = "free " * 30 + "x" * 99_846 + " win" + "dow " + "win " * 1_000_000
    found = highlights_of({"text": text}, pattern_matches([PRIZE]), None, "a")
    assert len(found) == 30  # "win" of "window" is cut off there, and is no word


def test_an_item_is_not_painted_all_over() -> None:
    fields = {"text": "free " * 2000}
    assert len(highlights_of(fields, pattern_matches([PRIZE]), None, "a")) == 500


@pytest.mark.parametrize(
    "span", [("text", 2, 99, "f"), ("text", 2, 2, "f"), ("text", -1, 2, "f"), ("n", 0, 1, "f")]
)
def test_a_span_outside_of_the_text_is_refused(span: tuple[str, int, int, str]) -> None:
    with pytest.raises(ParameterError, match=r"a span that matches gave for item 'a' is .* must"):
        highlights_of({"text": "hello", "n": 3}, lambda _: [span], None, "a")


def test_matches_are_a_callable_or_labeling_functions() -> None:
    find = pattern_matches([PRIZE])
    assert matcher(find) is find
    assert matcher(None) is None
    made = matcher([PRIZE, short])
    assert made is not None
    assert list(made({"text": "free"})) == [("text", 0, 4, "prize")]
    for wrong in ("free", ["free"], 3):
        with pytest.raises(ParameterError, match=r"matches is .*, must be a callable, or a list"):
            matcher(wrong)  # type: ignore[arg-type]
