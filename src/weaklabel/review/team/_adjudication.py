"""Adjudication: what an expert sees of the others, and which expert may settle an item."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.session._turn import OtherAnswer, Showing

__all__ = ["adjudicating", "has_adjudicated", "may_adjudicate"]


def adjudicating(standing: Mapping[str, Decision], expert: str) -> Showing:
    """Return how an item that others disagree on is put before an expert.

    Parameters
    ----------
    standing : mapping of str to Decision
        What stands on the item, by reviewer.
    expert : str
        Whose own answer is left out.
    """
    others = tuple(
        OtherAnswer(who, said.label, said.comment, said.cause, said.kind)
        for who, said in sorted(standing.items())
        if who != expert and not said.gold
    )
    return Showing(stratum=ADJUDICATION, others=others)


def has_adjudicated(standing: Mapping[str, Decision], expert: str) -> bool:
    """Return whether an expert has said all that is to be asked as an expert.

    An own answer as a reviewer is no adjudication; who skipped or passed on the item is not
    asked again.
    """
    own = standing.get(expert)
    return own is not None and (own.stratum == ADJUDICATION or own.label is None)


def may_adjudicate(standing: Mapping[str, Decision], expert: str, experts: Collection[str]) -> bool:
    """Return whether an item that waits for an expert may go to this one.

    To whom it was passed by name first, as long as these can; to experts who answered it
    themselves only where there is no other.

    Parameters
    ----------
    standing : mapping of str to Decision
        What stands on the item, by reviewer.
    expert : str
        Who asks.
    experts : collection of str
        All of the team.

    Examples
    --------
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = {"ann": Decision("a", "ham", "ann", at), "bob": Decision("a", "spam", "bob", at)}
    >>> may_adjudicate(said, "ann", ["ann", "eve"]), may_adjudicate(said, "ann", ["ann", "bob"])
    (False, True)
    """
    if has_adjudicated(standing, expert):
        return False
    unbiased = [name for name in experts if name not in standing]
    named = {d.about for d in standing.values() if d.kind == "escalation"}.intersection(unbiased)
    if named:
        return expert in named
    return expert in unbiased or not unbiased
