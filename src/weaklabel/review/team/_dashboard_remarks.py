"""What reviewers remarked: root causes, labeling functions that are wrong, flags, guidelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from weaklabel.core import Decision, DecisionLog
from weaklabel.core._numerics import wilson_interval
from weaklabel.review.session._session_item import Json
from weaklabel.review.team._dashboard_work import Work, bounds, number, table

__all__ = ["cause_figures", "flag_figures", "function_figures", "version_figures", "with_versions"]

#: Item ids that a row names, and rows of a table.
_NAMED, _ROWS = 20, 100


def cause_figures(work: Work) -> list[Json]:
    """Return for each root cause that was given how often, the most frequent first.

    Each has ``cause``, ``items``, ``reviewers``, and ``wrong``: on how many of the items the
    answer is another class than the proposed one.
    """
    items: dict[str, set[str]] = {}
    who: dict[str, set[str]] = {}
    wrong: dict[str, set[str]] = {}
    for decision in _with_cause(work):
        items.setdefault(decision.cause, set()).add(decision.item_id)
        who.setdefault(decision.cause, set()).add(decision.reviewer)
        if decision.label is not None and decision.proposed not in (None, decision.label):
            wrong.setdefault(decision.cause, set()).add(decision.item_id)
    rows: list[Json] = [
        {
            "cause": cause,
            "items": len(on),
            "reviewers": len(who[cause]),
            "wrong": len(wrong.get(cause, ())),
        }
        for cause, on in sorted(items.items(), key=lambda each: (-len(each[1]), each[0]))
    ]
    return rows


def _with_cause(work: Work) -> list[Decision]:
    """Return what stands with a cause: answers, skips, escalations, and notes without an answer."""
    answered = {(d.item_id, d.reviewer) for d in work.standing}
    notes = {(d.item_id, d.reviewer): d for d in work.log if d.kind == "note"}
    left = [note for key, note in notes.items() if key not in answered]
    return [d for d in (*work.standing, *work.escalated, *left) if d.cause]


def function_figures(log: DecisionLog) -> dict[str, Json]:
    """Return the labeling functions that reviewers marked as wrong, the most marked first.

    Each row has ``function``, ``items``, and ``named``: the first 20 item ids.
    """
    marked = sorted(log.wrong_functions().items(), key=lambda each: (-len(each[1]), each[0]))
    rows: list[dict[str, Json]] = [
        {"function": name, "items": len(items), "named": list[Json](items[:_NAMED])}
        for name, items in marked
        if items
    ]
    return table(rows, _ROWS)


def flag_figures(log: DecisionLog) -> dict[str, Json]:
    """Return how many ``items`` are flagged, and the first 20 ids of them, ``named``."""
    items = log.flagged()
    return {"items": len(items), "named": list[Json](items[:_NAMED])}


def version_figures(work: Work) -> dict[str, dict[str, Json]]:
    """Return what was answered under each version of the guidelines, "" for none, by version.

    Each has ``answers``, ``reviewers``, and of items with two or more answers under it
    ``shared``, ``disputed`` (answers differ), ``share``, ``low``, ``high``.
    """
    by_version: dict[str, list[Decision]] = {}
    for decision in work.ordinary:
        if decision.label is not None:
            by_version.setdefault(_version_of(decision), []).append(decision)
    return {version: _of_version(answers) for version, answers in by_version.items()}


def with_versions(
    figures: Mapping[str, dict[str, Json]], versions: Iterable[tuple[str, str]] = ()
) -> dict[str, Json]:
    """Return a table of the versions, the present one first, with those without an answer.

    Parameters
    ----------
    figures : mapping of str to dict
        As of `version_figures`.
    versions : iterable of (version, since)
        The versions there were, in any order; the latest is the present one.

    Returns
    -------
    dict
        A table; its rows have ``version``, ``since`` (None where nobody knows) and ``present``,
        too. Versions of which only answers tell come last.
    """
    since = dict(sorted(versions, key=lambda each: each[1]))
    present = next(reversed(since), None)
    names = [*reversed(since), *sorted(figures.keys() - since.keys(), reverse=True)]
    rows = [
        {
            "version": name,
            "since": since.get(name) or None,
            "present": name == present,
            **(figures.get(name) or _of_version([])),
        }
        for name in names
    ]
    return table(rows, _ROWS)


def _of_version(answers: list[Decision]) -> dict[str, Json]:
    labels: dict[str, list[str | None]] = {}
    for decision in answers:
        labels.setdefault(decision.item_id, []).append(decision.label)
    shared = [said for said in labels.values() if len(said) > 1]
    disputed = sum(len(set(said)) > 1 for said in shared)
    low, high = wilson_interval(disputed, len(shared))
    return {
        "answers": len(answers),
        "reviewers": len({d.reviewer for d in answers}),
        "shared": len(shared),
        "disputed": disputed,
        "share": number(disputed / len(shared)) if shared else None,
        **bounds(low, high),
    }


def _version_of(decision: Decision) -> str:
    """Return the version of the guidelines that was shown, "" where none is known."""
    text = getattr(decision.shown, "text", "")
    head, found, rest = text.partition('"guidelines":"')
    version = rest.partition('"')[0]
    # To parse all that was shown takes seconds for a hundred thousand answers. A quote inside a
    # JSON text is escaped, so that what was found is a name; of the outermost mapping, if no
    # other one begins before it.
    if found and "{" not in head[1:] and "\\" not in version:
        return version
    parsed = None if decision.shown is None else decision.shown.get("guidelines")
    return parsed if isinstance(parsed, str) else ""
