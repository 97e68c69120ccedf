"""What each reviewer did, how fast, and how right: one row for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from statistics import median

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._numerics import wilson_interval
from weaklabel.review.quality._reviewer_quality import reviewer_quality
from weaklabel.review.session._own_answers import group_of
from weaklabel.review.session._progress_figures import rate_per_minute
from weaklabel.review.session._session_item import Json
from weaklabel.review.team._dashboard_work import Work, bounds, number

__all__ = ["people_figures", "with_roles"]

#: Answers that the present rate is taken from: a few minutes of work.
_RECENT = 50


def people_figures(
    work: Work, schema: LabelSchema, gold: Mapping[str, str]
) -> dict[str, dict[str, Json]]:
    """Return one row for each reviewer in the log, by name.

    Parameters
    ----------
    work : Work
        The decisions.
    schema : LabelSchema
        The classes.
    gold : mapping of str to str
        The class of an item that is a gold check.

    Returns
    -------
    dict
        ``answers`` and ``skips`` that stand, ``skip`` (share of both), ``rate_per_minute`` (of
        the last 50), ``seconds_median`` (of answers given one by one), ``escalations`` and ``flags``
        that stand, ``last_at``; and three shares, each with ``right``, ``of``, ``share``,
        ``low``, ``high``: ``gold`` (checks answered as known), ``others`` (as most others
        answered, ties left out), ``upheld`` (as an adjudicator settled).
    """
    by_name: dict[str, list[Decision]] = {}
    for decision in work.standing:
        by_name.setdefault(decision.reviewer, []).append(decision)
    escalations = Counter(d.reviewer for d in work.escalated)
    flags = _flags(work.log)
    checked = _matches(work.checks, gold)
    upheld = _matches(work.ordinary, work.settled)
    others = _as_others(work, schema)
    return {
        name: {
            "reviewer": name,
            **_pace(by_name.get(name, [])),
            "escalations": escalations[name],
            "flags": flags[name],
            "gold": _share(*checked.get(name, (0, 0))),
            "others": _share(*others.get(name, (0, 0))),
            "upheld": _share(*upheld.get(name, (0, 0))),
        }
        for name in work.log.reviewers
    }


def with_roles(
    rows: Mapping[str, Mapping[str, Json]],
    roles: Mapping[str, str],
    leases: Iterable[tuple[str, str]],
) -> list[dict[str, Json]]:
    """Return the rows sorted by name, each with ``role`` and ``holds`` (items leased).

    Who is registered and did nothing yet has a row of nothing; who has answers and is not
    registered has the role "".
    """
    held = Counter(who for _, who in leases)
    return [
        {**rows.get(name, _nobody(name)), "role": roles.get(name, ""), "holds": held[name]}
        for name in sorted({*rows, *roles})
    ]


def _nobody(name: str) -> dict[str, Json]:
    shares: dict[str, Json] = {of: _share(0, 0) for of in ("gold", "others", "upheld")}
    return {"reviewer": name, **_pace([]), "escalations": 0, "flags": 0, **shares}


def _pace(standing: list[Decision]) -> dict[str, Json]:
    skips = sum(d.label is None for d in standing)
    # What was answered as a group has a part of the seconds of one answer.
    seconds = [d.seconds for d in standing if d.seconds is not None and not group_of(d)]
    return {
        "answers": len(standing) - skips,
        "skips": skips,
        "skip": _share(skips, len(standing)),
        "rate_per_minute": number(rate_per_minute(d.seconds for d in standing[-_RECENT:])),
        "seconds_median": number(median(seconds)) if seconds else None,
        "last_at": standing[-1].decided_at if standing else None,
    }


def _share(right: int, of: int) -> dict[str, Json]:
    low, high = wilson_interval(right, of)
    share = number(right / of) if of else None
    return {"right": right, "of": of, "share": share, **bounds(low, high)}


def _matches(answers: Iterable[Decision], truth: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Return how many answers of each reviewer are the known ones, of how many."""
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    for decision in answers:
        if decision.label is not None and decision.item_id in truth:
            of[decision.reviewer] += 1
            right[decision.reviewer] += decision.label == truth[decision.item_id]
    return {name: (right[name], n) for name, n in of.items()}


def _as_others(work: Work, schema: LabelSchema) -> dict[str, tuple[int, int]]:
    if not work.ordinary:
        return {}
    found = reviewer_quality(DecisionLog(work.ordinary), schema).reviewers
    pairs = found[["with_others", "compared"]].to_numpy().tolist()
    return {name: (int(a), int(b)) for name, (a, b) in zip(found.index, pairs, strict=True)}


def _flags(log: DecisionLog) -> Counter[str]:
    standing = {(d.item_id, d.reviewer): d.kind for d in log if d.kind in ("flag", "unflag")}
    return Counter(who for (_, who), kind in standing.items() if kind == "flag")
