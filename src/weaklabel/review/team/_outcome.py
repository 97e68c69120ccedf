"""outcome: what the standing decisions on one item make of it, and what it still owes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.team._settings import Rule

__all__ = ["Outcome", "outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What can be of an item.

    Parameters
    ----------
    label : str or None
        The class that settles it; None where it is open, or nobody can say.
    need : int
        How many further answers of reviewers it owes: as few as can settle it.
    for_expert : bool
        Whether an expert must settle it.
    """

    label: str | None = None
    need: int = 0
    for_expert: bool = False


def outcome(standing: Collection[Decision], rule: Rule, n_skips: int = 2) -> Outcome:
    """Return what the standing decisions on one item make of it.

    The rule is that of `weaklabel.review.consensus`: an item waits for reviewers while their
    further answers can settle it. An escalation, or skips of `n_skips` reviewers, sends it to an
    expert before. What an expert says of it settles it, whatever comes later.

    Parameters
    ----------
    standing : collection of Decision
        Of each reviewer the standing answer, skip or escalation; gold checks are passed over.
    rule : tuple of int
        ``(k, n)``: `k` equal answers settle it, of which at most `n` are asked for.
    n_skips : int
        So many who cannot say are enough: reviewers, before it goes to an expert; experts, before
        it is given up.

    Returns
    -------
    Outcome

    Notes
    -----
    Experts who contradict each other leave an item without a label: nobody is asked again.

    Examples
    --------
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = [Decision("a", label, who, at) for who, label in [("ann", "ham"), ("bob", "spam")]]
    >>> outcome(said[:1], (2, 3)), outcome(said, (2, 3)), outcome(said, (2, 2))
    (Outcome(label=None, need=1, for_expert=False), Outcome(label=None, need=1, for_expert=False), \
Outcome(label=None, need=0, for_expert=True))
    """
    said = [d for d in standing if not d.gold]
    ruled = [d.label for d in said if d.is_answer and d.stratum == ADJUDICATION]
    labels = {label for label in ruled if label is not None}
    if labels:
        return Outcome(labels.pop() if len(labels) == 1 else None)
    if len(ruled) >= n_skips:
        return Outcome()
    if ruled or any(d.kind == "escalation" for d in said):
        return Outcome(for_expert=True)
    return _of_reviewers([d.label for d in said if d.is_answer], rule, n_skips)


def _of_reviewers(said: list[str | None], rule: Rule, n_skips: int) -> Outcome:
    k, n = rule
    counts = Counter(label for label in said if label is not None)
    answers = counts.total()
    label, most = counts.most_common(1)[0] if counts else (None, 0)
    # In whole numbers, as `consensus` does: of more than n answers the same share must be equal.
    if most >= k and most * n >= k * answers:
        return Outcome(label)
    is_hopeless = answers >= n or most + n - answers < k
    if is_hopeless or len(said) - answers >= n_skips:
        return Outcome(for_expert=True)
    return Outcome(need=k - most)
