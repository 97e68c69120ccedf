"""Figures follow each answer, and what is taken back leaves no trace."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import Decision
from weaklabel.errors import DecisionsError
from weaklabel.review.session._progress_figures import (
    ProgressFigures,
    estimate_words,
    rate_per_minute,
)

STRATA = ["error", "error", "random", "random"]
HAM = Decision("a", "ham", "ann", "2026-05-04T10:15:00+00:00", proposed="ham")
SPAM = replace(HAM, label="spam")
SKIP = replace(HAM, label=None)
PASSED = replace(SKIP, kind="escalation", about="eve")


def test_answers_skips_and_errors_are_counted_by_stratum() -> None:
    figures = ProgressFigures(STRATA)
    figures.add(0, SPAM)
    figures.add(1, SKIP)
    figures.add(2, HAM)
    found = figures.summary()
    assert (found["answered"], found["skipped"], found["left"]) == (2, 1, 1)
    assert found["strata"] == {
        "error": {"answered": 1, "skipped": 1, "escalated": 0, "left": 0, "errors": 1},
        "random": {"answered": 1, "skipped": 0, "escalated": 0, "left": 1, "errors": 0},
    }
    assert found["near_duplicates"] is None
    assert figures.open.tolist() == [False, False, False, True]


def test_an_escalation_is_neither_answer_nor_skip_and_not_open() -> None:
    figures = ProgressFigures(STRATA)
    figures.add(1, PASSED)
    found = figures.summary()
    assert [found[n] for n in ("answered", "skipped", "escalated", "left")] == [0, 0, 1, 3]
    assert found["strata"]["error"]["escalated"] == 1
    assert not figures.open[1]
    figures.remove(1, PASSED)
    assert figures.summary() == ProgressFigures(STRATA).summary()


def test_a_hidden_error_in_an_open_stratum_is_not_told() -> None:
    """A gold check among other items, and what a second reviewer sees blind."""
    figures = ProgressFigures(STRATA, {"random"})
    figures.add(0, replace(SPAM, blind=True))
    figures.add(1, SPAM)
    assert figures.summary()["strata"]["error"]["errors"] == 1
    figures.add(2, replace(SPAM, blind=True))
    figures.add(3, replace(SPAM, blind=True))
    assert figures.summary()["strata"]["random"]["errors"] == 2


def test_an_answer_without_a_proposal_is_no_error() -> None:
    figures = ProgressFigures(STRATA)
    figures.add(0, replace(SPAM, proposed=None))
    assert figures.summary()["strata"]["error"]["errors"] == 0


def test_errors_of_a_blind_stratum_are_told_when_it_is_done() -> None:
    figures = ProgressFigures(STRATA, {"random"})
    figures.add(2, SPAM)
    assert figures.summary()["strata"]["random"]["errors"] is None
    figures.add(3, HAM)
    assert figures.summary()["strata"]["random"]["errors"] == 1


def test_what_is_taken_back_was_never_there() -> None:
    figures = ProgressFigures(STRATA, groups=np.array([0, 0, 0, 1]))
    before = figures.summary()
    steps = [(0, HAM), (1, SPAM), (2, SKIP), (3, HAM)]
    for i, decision in steps:
        figures.add(i, decision)
    for i, decision in steps:
        figures.remove(i, decision)
    assert figures.summary() == before
    assert figures.open.all()


def test_agreement_of_near_duplicates_counts_groups_answered_twice() -> None:
    figures = ProgressFigures(STRATA, groups=np.array([0, 0, 0, 1]))

    def now() -> tuple[int, int]:
        found = figures.summary()["near_duplicates"]
        return found["groups"], found["agreed"]

    figures.add(3, HAM)
    figures.add(0, HAM)
    assert now() == (0, 0)
    figures.add(1, HAM)
    assert now() == (1, 1)
    figures.add(2, SPAM)
    assert now() == (1, 0)
    figures.remove(2, SPAM)
    assert now() == (1, 1)


def test_what_was_answered_in_one_go_does_not_agree_with_itself() -> None:
    figures = ProgressFigures(STRATA, groups=np.array([0, 0, 0, 1]))
    shown = {"group": {"action": "g", "of": "a"}}
    figures.add(0, replace(HAM, shown=shown))
    figures.add(1, replace(HAM, item_id="b", shown=shown))
    assert figures.summary()["near_duplicates"] == {"groups": 0, "agreed": 0}
    figures.add(2, replace(SPAM, item_id="c"))
    assert figures.summary()["near_duplicates"] == {"groups": 1, "agreed": 0}


def test_the_rate_is_of_the_times_that_are_known() -> None:
    assert rate_per_minute([3.0, None, 1.0]) == 30.0
    assert rate_per_minute([]) is rate_per_minute([0.0]) is None


class Estimate:
    def words(self) -> str:
        return "90 % are right."


def refuse() -> str:
    raise DecisionsError("no random answers yet.")


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (None, None),
        (lambda: "in words", "in words"),
        (Estimate, "90 % are right."),
        (refuse, "no random answers yet."),
    ],
)
def test_an_estimate_is_words_or_why_there_are_none(
    estimate: Callable[[], str] | None, words: str | None
) -> None:
    assert estimate_words(estimate) == words
