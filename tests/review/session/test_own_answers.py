"""What stands of one reviewer is what the log says, after every decision."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import CAUSES, Decision, DecisionLog
from weaklabel.core._decision import KINDS
from weaklabel.review.session._own_answers import OwnAnswers, group_of, numbered, was_applied

AT = "2026-05-04T10:15:00+00:00"


def grouped(item: str, action: str = "g", of: str = "a", key: str = "") -> Decision:
    shown = {"group": {"action": action, "of": of}}
    return Decision(item, "ham", "ann", AT, shown=shown, key=key)


def any_decisions(seed: int) -> Iterator[Decision]:
    rng = np.random.default_rng(seed)
    labels = ["ham", "spam", None]
    kinds = ["", "", "", "undo", "undo", *KINDS[2:]]
    sizes = (4, 2, 3, len(kinds), 2)
    for i, j, k, n, f in zip(*(rng.integers(size, size=120) for size in sizes), strict=True):
        item, who, kind = "abcd"[i], ["ann", "bob"][j], kinds[n]
        about = "fg"[f] if kind.startswith("lf") else ""
        comment = ["", "hm"][f] if kind in ("", "note", "escalation") else ""
        label = None if kind else labels[k]
        yield Decision(item, label, who, AT, comment=comment, kind=kind, about=about)


@pytest.mark.parametrize("seed", range(5))
def test_it_says_what_the_log_says(seed: int) -> None:
    log: list[Decision] = []
    own = OwnAnswers("ann")
    for decision in any_decisions(seed):
        log.append(decision)
        own.take(decision)
        of_ann = [d for d in log if d.reviewer == "ann"]
        whole, alone = DecisionLog(log), DecisionLog(of_ann)
        last = {d.item_id: d for d in of_ann if d.can_stand or d.kind == "undo"}
        stands = [d for d in of_ann if d.can_stand and d is last[d.item_id]]
        for each in (own, OwnAnswers("ann", log)):
            found = list(each.standing.values())
            assert [_bare(d) for d in found] == [_bare(d) for d in stands]
            assert [_bare(d) for d in each.last()] == [_bare(d) for d in stands[::-1]]
            latest = whole.latest("ann")
            assert [_bare(d) for d in each.latest()] == [_bare(d) for d in [latest] if d]
            assert each.flagged == set(alone.flagged())
            wrong = {i: sorted(each.wrong_functions(i)) for i in "abcd"}
            assert wrong == {
                i: [f for f, items in alone.wrong_functions().items() if i in items] for i in "abcd"
            }
            passed = {d.item_id for d in whole.escalated()}
            assert {i for i in "abcd" if each.is_escalated(i)} == passed


def _bare(decision: Decision) -> Decision:
    return replace(decision, comment="")  # an erasure takes it, which a log is read without


def said(kind: str, comment: str = "", cause: str = "", item: str = "a") -> Decision:
    return Decision(item, None, "ann", AT, comment=comment, cause=cause, kind=kind)


def test_what_was_said_last_is_kept_with_an_answer_or_without() -> None:
    own = OwnAnswers("ann", [said("note", "hm", CAUSES[0])])
    assert own.said == {"a": ("hm", CAUSES[0])}
    own.take(replace(said("", "sure"), label="ham"))
    assert own.said == {"a": ("sure", "")}
    own.take(said("undo"))
    assert own.said == {"a": ("sure", "")}
    own.take(said("note"))
    assert own.said == {}


def test_an_erasure_of_anyone_takes_what_was_said_and_shown() -> None:
    given = replace(said("", "secret", CAUSES[0]), label="ham", shown={"label": "ham"})
    own = OwnAnswers("ann", [given, said("note", "kept", item="b")])
    own.take(Decision("a", None, "eve", AT, comment="asked", kind="erasure"))
    assert own.said == {"a": ("", CAUSES[0]), "b": ("kept", "")}
    (left,) = own.standing.values()
    assert (left.label, left.comment, left.shown) == ("ham", "", None)


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
