"""What stands of one reviewer is what the log says, after every decision."""

from collections.abc import Iterator

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog
from weaklabel.review._own_answers import OwnAnswers, group_of, numbered, was_applied

AT = "2026-05-04T10:15:00+00:00"


def grouped(item: str, action: str = "g", of: str = "a", key: str = "") -> Decision:
    shown = {"group": {"action": action, "of": of}}
    return Decision(item, "ham", "ann", AT, shown=shown, key=key)


def any_decisions(seed: int) -> Iterator[Decision]:
    rng = np.random.default_rng(seed)
    labels, kinds = ["ham", "spam", None], ["", "", "undo", "erasure"]
    for i, j, k, n in zip(*(rng.integers(size, size=40) for size in (4, 2, 3, 4)), strict=True):
        given = Decision("abcd"[i], labels[k], ["ann", "bob"][j], AT)
        if kinds[n] == "erasure":
            yield Decision(given.item_id, None, given.reviewer, AT, kind="erasure")
        else:
            yield given.undone() if kinds[n] else given


@pytest.mark.parametrize("seed", range(5))
def test_it_says_what_the_log_says(seed: int) -> None:
    log: list[Decision] = []
    own = OwnAnswers("ann")
    for decision in any_decisions(seed):
        log.append(decision)
        if decision.reviewer == "ann":
            own.take(decision)
        standing = [d for d in DecisionLog(log).standing if d.reviewer == "ann"]
        assert list(own.standing.values()) == standing
        assert list(OwnAnswers("ann", log).standing.values()) == standing
        latest = DecisionLog(log).latest("ann")
        assert own.latest() == (() if latest is None else (latest,))
        assert list(own.last()) == standing[::-1]


def test_a_group_is_the_latest_as_a_whole_and_alone() -> None:
    before, after = Decision("z", "ham", "ann", AT), grouped("q", action="h", of="q")
    group = (grouped("a"), grouped("b"), grouped("c"))
    own = OwnAnswers("ann", [before, *group])
    assert own.latest() == group
    own.take(after)
    assert own.latest() == (after,)
    own.take(after.undone())
    own.take(Decision("b", "spam", "ann", AT))  # answered anew: no longer of the group
    assert [d.item_id for d in own.latest()] == ["b"]


def test_two_answers_by_themselves_are_no_group() -> None:
    own = OwnAnswers("ann", [Decision("a", "ham", "ann", AT), Decision("b", "ham", "ann", AT)])
    assert [d.item_id for d in own.latest()] == ["b"]


def test_decisions_are_found_by_key_even_when_undone() -> None:
    group = (grouped("a", key="k"), grouped("b", key="k#2"))
    own = OwnAnswers("ann", [*group, *(d.undone() for d in group)])
    assert own.of_key("k") == group
    assert own.of_key("other") == own.of_key("") == ()
    assert [numbered("k", n) for n in range(3)] == ["k", "k#2", "k#3"]


def test_words_that_look_like_a_group_are_none() -> None:
    told = Decision("a", "ham", "ann", AT, shown={"reasons": ['"group":{"action":"g"}']})
    odd = Decision("a", "ham", "ann", AT, shown={"votes": {"group": {"action": "g"}}})
    assert group_of(told) == group_of(odd) == group_of(Decision("a", "ham", "ann", AT)) == ""
    assert group_of(grouped("a")) == "g"
    assert [was_applied(d) for d in (told, grouped("a"), grouped("b"))] == [False, False, True]
