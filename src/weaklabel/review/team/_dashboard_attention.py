"""What the lead of a team should do now, in words, from the figures of a dashboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from weaklabel.review.quality._phrases import counted, listed, percent
from weaklabel.review.session._session_item import Json

__all__ = ["attention"]

#: Where Krippendorff lets tentative conclusions begin (docs/how-to/read-agreement.md).
_ALPHA = 0.667
#: What a reviewer who knows the guidelines reaches on gold checks.
_GOLD = 0.9
#: Skips, disputes: shares from which it is worth to ask why.
_MANY_SKIPS, _MANY_DISPUTES = 0.2, 0.1
#: Cases below which nothing is said: of answers, and of marks on one thing.
_FEW_ANSWERS, _FEW_MARKS = 20, 3
#: A median below this, in seconds, is faster than a text is read.
_TOO_FAST = 1.0
_NAMED = 3


def attention(figures: dict[str, Any]) -> list[Json]:
    """Return what asks for action, the most urgent first.

    Parameters
    ----------
    figures : dict
        As of `dashboard_figures`: ``waits``, ``reviewers``, ``agreement``, ``hot_spots``, ``causes``,
        ``functions``, ``flagged``, ``unknown_classes``.

    Returns
    -------
    list of dict
        Each with ``level`` ("act", or "look" where it is not certain), ``about`` (which
        part of the dashboard has the figures), ``says`` and ``do``. Shares are judged by the end of
        their interval, so that what chance explains is not said of a person.
    """
    found = [
        *_experts(figures["waits"], figures["reviewers"]),
        *_unknown(figures["unknown_classes"]),
        *_people(figures["reviewers"]),
        *_agreement(figures["agreement"]),
        *_spots(figures["hot_spots"]),
        *_remarks(figures),
    ]
    return sorted(found, key=lambda each: each["level"] != "act")  # type: ignore[index, call-overload] # dicts


def _said(level: str, about: str, says: str, do: str) -> Json:
    return {"level": level, "about": about, "says": says, "do": do}


def _experts(waits: dict[str, Any], reviewers: list[dict[str, Any]]) -> Iterator[Json]:
    n = waits["adjudication"] + waits["escalated"]
    if n:
        has_expert = any(each["role"] in ("expert", "lead") for each in reviewers)
        yield _said(
            "act",
            "waits",
            f"Waiting for an expert, whom reviewers cannot replace: {counted(n, 'item')}.",
            "Ask an expert to review: such items come first."
            if has_expert
            else "Nobody has the role of an expert. Add one: weaklabel reviewers add NAME --role expert.",
        )


def _unknown(n: int) -> Iterator[Json]:
    if n:
        yield _said(
            "act",
            "agreement",
            f"{counted(n, 'answer')} have a class that the project has no longer, and count nowhere.",
            "Keep the class, or have these items answered again.",
        )


def _people(reviewers: list[dict[str, Any]]) -> Iterator[Json]:
    compared = sum(each["others"]["of"] for each in reviewers)
    usual = sum(each["others"]["right"] for each in reviewers) / max(compared, 1)
    for each in reviewers:
        yield from _rightness(each, usual)
        yield from _pace(each)


def _rightness(each: dict[str, Any], usual: float) -> Iterator[Json]:
    name, gold, others = each["reviewer"], each["gold"], each["others"]
    if gold["of"] and gold["high"] < _GOLD:
        yield _said(
            "act",
            "reviewers",
            f"{name} has {gold['right']} of {counted(gold['of'], 'gold check')} right.",
            "Go through the misses together, with the guidelines.",
        )
    elif others["of"] >= _FEW_ANSWERS and others["high"] < usual:
        yield _said(
            "look",
            "reviewers",
            f"{name} answers as the others in {percent(others['share'])}, the team in "
            f"{percent(usual)}.",
            "Look at the confusion with others before you judge: the only expert differs most.",
        )


def _pace(each: dict[str, Any]) -> Iterator[Json]:
    name, skip, seconds = each["reviewer"], each["skip"], each["seconds_median"]
    if skip["low"] > _MANY_SKIPS:
        yield _said(
            "look",
            "reviewers",
            f"{name} skips {percent(skip['share'])} of the items.",
            "Ask what is missing: knowledge of the field, or a rule in the guidelines.",
        )
    if seconds is not None and seconds < _TOO_FAST and each["answers"] >= _FEW_ANSWERS:
        yield _said(
            "look",
            "reviewers",
            f"Half of the answers of {name} took less than {seconds:.1f} seconds.",
            "Compare with the gold checks: the texts may be short, or nobody reads them.",
        )


def _agreement(measured: dict[str, Any]) -> Iterator[Json]:
    every, alpha = measured["all"], measured["all"]["alpha"]
    if not every["n_shared"]:
        if every["n_answers"] >= _FEW_ANSWERS:
            yield _said(
                "look",
                "agreement",
                "No item has answers of two reviewers, so that nobody knows how far they agree.",
                "Let some items be answered twice.",
            )
    elif alpha["value"] is not None and alpha["high"] < _ALPHA:
        yield _said(
            "act",
            "agreement",
            f"Reviewers agree too little for the labels to be relied on: alpha {alpha['value']:.2f}.",
            "Stop, settle the disputed items together, and put what you find into the guidelines.",
        )
    yield from _pull(measured)


def _pull(measured: dict[str, Any]) -> Iterator[Json]:
    every, blind = measured["all"]["observed"], measured["blind"]["observed"]
    if None not in (every["value"], blind["value"]) and blind["high"] < every["low"]:
        yield _said(
            "look",
            "agreement",
            f"Blind answers agree in {percent(blind['value'])}, all in {percent(every['value'])}: "
            "the proposal on screen pulls.",
            "Trust the blind figures, and let more items be answered blind.",
        )


def _spots(spots: dict[str, Any]) -> Iterator[Json]:
    for row in spots["classes"]["rows"][:_NAMED]:
        if row["low"] >= _MANY_DISPUTES and row["disputed"] >= _FEW_MARKS:
            yield _said(
                "act",
                "hot_spots",
                f"{row['name']}: disputed on {row['disputed']} of {counted(row['items'], 'item')}.",
                "Write a sentence into the guidelines that tells the two apart.",
            )
    for row in spots["group"]["rows"][:1]:
        if row["low"] >= _MANY_DISPUTES and row["disputed"] >= _FEW_MARKS:
            yield _said(
                "look",
                "hot_spots",
                f"Near-duplicates of {row['name']} are disputed on {row['disputed']} of "
                f"{counted(row['items'], 'item')}.",
                "Decide them once: with a labeling function, or a rule in the guidelines.",
            )


def _remarks(figures: dict[str, Any]) -> Iterator[Json]:
    marked = [f for f in figures["functions"]["rows"] if f["items"] >= _FEW_MARKS]
    if marked:
        names = listed([f"{f['function']} ({f['items']})" for f in marked], _NAMED)
        yield _said(
            "act",
            "functions",
            f"Reviewers marked labeling functions as wrong on several items: {names}.",
            "Open their items, correct the functions, and apply them again.",
        )
    gaps = sum(c["items"] for c in figures["causes"] if c["cause"] == "guideline gap")
    if gaps >= _FEW_MARKS:
        yield _said(
            "act",
            "causes",
            f"{counted(gaps, 'item')} showed a gap in the guidelines.",
            "Read the comments on them, and write a new version.",
        )
    if figures["flagged"]["items"]:
        yield _said(
            "look",
            "waits",
            f"Flagged: {counted(figures['flagged']['items'], 'item')}.",
            "Look at them, and take the flags off.",
        )
