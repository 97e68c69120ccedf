"""What waits: which items of the queue need an answer, another one, or an expert."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from weaklabel.core import Decision
from weaklabel.review.session._session_item import Json
from weaklabel.review.team._dashboard_work import Work
from weaklabel.review.team._outcome import outcome
from weaklabel.review.team._settings import Rule, TeamSettings

__all__ = ["waiting_figures", "with_leases"]

#: Items of each kind that are named.
_NAMED = 20
_STATES = ("settled", "started", "adjudication", "escalated", "given_up")

#: All that the state of an item depends on: the rule, and of each decision kind, class, stratum.
_Case: TypeAlias = tuple[Rule, tuple[tuple[str, str | None, str], ...]]


def waiting_figures(
    work: Work, item_ids: Collection[str], settings: TeamSettings
) -> dict[str, Json]:
    """Return how many items of the queue are in which state; each is in one.

    Parameters
    ----------
    work : Work
        The decisions.
    item_ids : collection of str
        The items of the queue; decisions on others are passed over.
    settings : TeamSettings
        How many answers an item gets, and which ones are gold checks.

    Returns
    -------
    dict
        ``items`` in all, without ``checks``, the gold checks among them; ``settled``; ``started`` (a
        further answer can settle it); ``adjudication`` (none can, or several skipped it);
        ``escalated``; ``given_up`` (experts differ, or cannot say); ``open`` (nobody answered);
        and ``named``: for each but the open and settled ones the first 20 item ids, sorted.
    """
    found: dict[str, list[str]] = {state: [] for state in _STATES}
    for item, state in _states(work, settings).items():
        if state != "open" and item in item_ids:
            found[state].append(item)
    n_checks = sum(item in item_ids for item in settings.gold)
    n_items = len(item_ids) - n_checks
    counts: dict[str, Json] = {state: len(items) for state, items in found.items()}
    named = {state: list[Json](sorted(found[state])[:_NAMED]) for state in _STATES[1:]}
    return {
        "items": n_items,
        "checks": n_checks,
        **counts,
        "open": n_items - sum(map(len, found.values())),
        "named": dict(named),
    }


def with_leases(waits: dict[str, Json], leases: Iterable[tuple[str, str]]) -> dict[str, Json]:
    """Return the figures with ``leased``: how many items are held by somebody now."""
    return {**waits, "leased": len({item for item, _ in leases})}


def _states(work: Work, settings: TeamSettings) -> dict[str, str]:
    """Return the state of every item on which something stands, gold checks left out."""
    said: dict[str, list[Decision]] = {}
    for decision in (*work.standing, *work.escalated):
        if not decision.gold and decision.item_id not in settings.gold:
            said.setdefault(decision.item_id, []).append(decision)
    # A hundred thousand items are of a few cases.
    known: dict[_Case, str] = {}
    states: dict[str, str] = {}
    for item, decisions in said.items():
        rule = settings.rule_of(item)
        case = rule, tuple((d.kind, d.label, d.stratum) for d in decisions)
        state = known.get(case)
        if state is None:
            state = known[case] = _state(decisions, rule, settings.n_skips)
        states[item] = state
    return states


def _state(decisions: Sequence[Decision], rule: Rule, n_skips: int) -> str:
    found = outcome(decisions, rule, n_skips)
    if found.label is not None:
        return "settled"
    if found.for_expert:
        is_passed_on = any(d.kind == "escalation" for d in decisions)
        return "escalated" if is_passed_on else "adjudication"
    if found.need:
        return "started" if any(d.label is not None for d in decisions) else "open"
    return "given_up"
