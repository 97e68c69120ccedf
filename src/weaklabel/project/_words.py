"""What stages found, in words: lines of text from their facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from weaklabel.core import DecisionLog

__all__ = ["answer_words", "decision_words", "label_words", "queue_words"]

#: How the labels were reached that answers to other items changed.
_WAYS = {
    "same votes": "with the same votes",
    "same functions": "with a vote of the same function",
    "content": "by content",
}


def label_words(
    applied: Mapping[str, Any], fitted: Mapping[str, Any], refined: Mapping[str, Any]
) -> list[str]:
    """Return how many items have votes, how right the labels are where gold says, and class shares.

    Parameters
    ----------
    applied, fitted, refined : mapping
        Facts of the stages apply, fit and refine.
    """
    coverage = f"covered by at least one labeling function {applied['coverage']:.3f}"
    lines = [f"Items {applied['items']}, {coverage}"]
    if fitted.get("accuracy_covered") is not None:
        lines.append(f"Label model accuracy on covered items  {fitted['accuracy_covered']:.3f}")
    if refined.get("accuracy") is not None:
        lines.append(
            f"Label model accuracy on all items      {refined['accuracy_label_model']:.3f}"
        )
        lines.append(f"Refined labels' accuracy on all items  {refined['accuracy']:.3f}")
    shares = ", ".join(f"{name} {share:.3f}" for name, share in refined["class_shares"].items())
    return [*lines, f"Refined labels: {shares}"]


def answer_words(refined: Mapping[str, Any]) -> list[str]:
    """Return what answers changed, what they estimate, and the causes that reviewers gave.

    Parameters
    ----------
    refined : mapping
        Facts of the stage refine.
    """
    lines = []
    if "flipped" in refined:
        counts = ", ".join(f"{n} {_WAYS.get(way, way)}" for way, n in refined["flipped"].items())
        lines.append(f"Labels that answers changed: {counts}")
        lines += [
            f"Precision of {name} by the labels: {before:.2f} before, {now:.2f} now"
            for name, (before, now) in refined["moved"].items()
        ]
    if "estimate" in refined:
        lines += [refined["estimate"]["words"], refined["estimate"]["advice"]]
    causes = refined.get("causes") or refined.get("elsewhere")  # the first ends with the second
    return [*lines, causes] if causes else lines


def decision_words(log: DecisionLog) -> str:
    """Return how many decisions there are, and what reviewers said beside their answers."""
    n_items = len({d.item_id for d in log})
    said = [f"decisions: {len(log)} on {n_items} items, {len(log.disputed())} disputed"]
    escalated = {d.item_id for d in log.escalated()} - log.agreed().keys()
    for count, words in ((len(escalated), "wait for an expert"), (len(log.flagged()), "flagged")):
        if count:
            said.append(f"{count} {words}")
    wrong = [f"{name} on {len(ids)}" for name, ids in log.wrong_functions().items()]
    return "\n".join(
        [", ".join(said), *(["said to be wrong: " + ", ".join(wrong)] if wrong else [])]
    )


def queue_words(triaged: Mapping[str, Any]) -> list[str]:
    """Return what the review set holds, what it would find by gold, and what else stands out.

    Parameters
    ----------
    triaged : mapping
        Facts of the stage triage.
    """
    strata = ", ".join(f"{n} {name}" for name, n in triaged["strata"].items())
    lines = [f"Review set: {triaged['queue']} items ({strata})"]
    found = triaged.get("yield")
    if found:
        times = f", {found['wrong'] / found['chance']:.1f} times chance" if found["chance"] else ""
        lines.append(
            f"Wrong labels in the review set: {found['wrong']} of {found['reviewed']}; "
            f"as many random items would hold {found['chance']:.1f}{times}"
        )
    lines += _health_words(triaged)
    if triaged.get("kept"):
        kept = ", ".join(triaged["kept"])
        lines.append(f"The answers in the previous review set are kept in {kept}")
    return lines


def _health_words(triaged: Mapping[str, Any]) -> list[str]:
    sample = triaged.get("health_sample")
    where = f" (in a sample of {sample:,} items)" if sample else ""
    heads = {
        "looks_wrong": "Labeling function to look at",
        "uncovered": f"Worth a labeling function{where}",
        "contradicted": "Answer to look at again",
    }
    return [f"{head}: {words}" for name, head in heads.items() for words in triaged.get(name, [])]
