"""Why an item should be reviewed, in words, from rows of probabilities and votes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from weaklabel.core import CodeArray, FloatArray, IntArray

__all__ = [
    "FEATURE_OUTLIER",
    "FLAGGED",
    "RANDOM",
    "accurate_conflict_reason",
    "class_reason",
    "confident_uncovered_reason",
    "conflict_reason",
    "contradiction_reason",
    "disagreement_reason",
    "disputed_reason",
    "doubt_reason",
    "entropy_reason",
    "function_reason",
    "gold_reason",
    "likely_wrong_reason",
    "near_duplicate_reason",
    "outlier_reason",
    "quality_reason",
    "region_reason",
    "same_votes_reason",
    "shown_classes",
    "too_few_votes",
    "uncovered_reason",
    "undecided_reason",
    "vote_counts",
]

FEATURE_OUTLIER = "unlike all other items: its nearest neighbors are far away"
FLAGGED = "flagged by cleanlab as a likely label error"
RANDOM = "random check"
#: A class is rare below a fifth of its even share.
_RARE = 5


def shown_classes(proba: FloatArray, classes: Sequence[str], n_shown: int = 2) -> str:
    """Return the most probable classes of one row, as in ``"spam 0.52, ham 0.48"``.

    Equally probable classes stay in the order of the schema.
    """
    best = np.argsort(-proba, kind="stable")[:n_shown]
    return ", ".join(f"{classes[y]} {proba[y]:.2f}" for y in best)


def likely_wrong_reason(wrong: float, n_answers: int) -> str:
    """Return how probable it is that the label is wrong, where answers tell.

    Examples
    --------
    >>> likely_wrong_reason(0.834, 30)
    'label wrong with probability 0.83, by 30 answers so far'
    >>> likely_wrong_reason(0.834, 0)
    'label among the most suspicious'
    """
    if not n_answers:
        return "label among the most suspicious"
    return f"label wrong with probability {wrong:.2f}, by {n_answers} answers so far"


def same_votes_reason(n_open: int, gain: float) -> str:
    """Return what an answer is expected to change beside its own label.

    Examples
    --------
    >>> same_votes_reason(114, 1.94)
    '114 open items have these votes: an answer is expected to correct 1.9 of their labels'
    """
    return (
        f"{n_open:,} open items have these votes: an answer is expected to correct "
        f"{gain:.1f} of their labels"
    )


def contradiction_reason(label: str, conflict: float) -> str:
    """Return how many near-duplicates have another label.

    Examples
    --------
    >>> contradiction_reason("spam", 0.75)
    'near-duplicates contradict the label spam: 75 % of the group have another'
    """
    return (
        f"near-duplicates contradict the label {label}: {100 * conflict:.0f} % of the group "
        "have another"
    )


def disputed_reason(answers: Mapping[str, str]) -> str:
    """Return who answered what.

    Examples
    --------
    >>> disputed_reason({"bob": "spam", "ann": "ham"})
    'reviewers disagree: ann says ham, bob says spam'
    """
    said = ", ".join(f"{who} says {label}" for who, label in sorted(answers.items()))
    return f"reviewers disagree: {said}"


def undecided_reason(
    posterior: FloatArray, classes: Sequence[str], who: str = "label model"
) -> str:
    """Return that the label model, or `who` it is, hesitates between its first two classes.

    Examples
    --------
    >>> undecided_reason(np.array([0.48, 0.52]), ["ham", "spam"])
    'label model undecided: spam 0.52, ham 0.48'
    """
    return f"{who} undecided: {shown_classes(posterior, classes)}"


def disagreement_reason(
    posterior: FloatArray, pred_probs: FloatArray, label: int, classes: Sequence[str]
) -> str:
    """Return how the held-out classifier sees an item that the label model gives `label`.

    Where both prefer the same class, the classifier is merely unsure of it.

    Examples
    --------
    >>> q, p = np.array([0.12, 0.88]), np.array([0.97, 0.03])
    >>> disagreement_reason(q, p, 1, ["ham", "spam"])
    'held-out classifier says ham 0.97, label model spam 0.88'
    >>> disagreement_reason(q, q, 1, ["ham", "spam"])
    'held-out classifier gives the label spam only 0.88'
    """
    name = classes[label]
    if int(pred_probs.argmax()) == label:
        return f"held-out classifier gives the label {name} only {pred_probs[label]:.2f}"
    said = shown_classes(pred_probs, classes, 1)
    return f"held-out classifier says {said}, label model {name} {posterior[label]:.2f}"


def entropy_reason(posterior: FloatArray, classes: Sequence[str], who: str = "label model") -> str:
    """Return that the label model, or `who` it is, sees several classes, and which.

    Examples
    --------
    >>> entropy_reason(np.array([0.3, 0.3, 0.25, 0.15]), ["a", "b", "c", "d"])
    'label model spread over classes: a 0.30, b 0.30, c 0.25'
    """
    return f"{who} spread over classes: {shown_classes(posterior, classes, 3)}"


def doubt_reason(combined: FloatArray, label: int, classes: Sequence[str]) -> str:
    """Return what votes and classifier together make of the label.

    Examples
    --------
    >>> doubt_reason(np.array([0.7, 0.3]), 1, ["ham", "spam"])
    'votes and classifier together give the label spam only 0.30, ham 0.70'
    >>> doubt_reason(np.array([0.4, 0.6]), 1, ["ham", "spam"])
    'votes and classifier together give the label spam only 0.60'
    """
    said = (
        f"votes and classifier together give the label {classes[label]} only {combined[label]:.2f}"
    )
    if int(combined.argmax()) == label:
        return said
    return f"{said}, {shown_classes(combined, classes, 1)}"


def quality_reason(quality: float, label: int, classes: Sequence[str]) -> str:
    """Return the label quality that cleanlab gives the label.

    Examples
    --------
    >>> quality_reason(0.08, 1, ["ham", "spam"])
    'label spam has quality 0.08 of 1 by cleanlab'
    """
    return f"label {classes[label]} has quality {quality:.2f} of 1 by cleanlab"


def outlier_reason(pred_probs: FloatArray, classes: Sequence[str]) -> str:
    """Return that the classifier can place the item in no class.

    Examples
    --------
    >>> outlier_reason(np.array([0.36, 0.34, 0.3]), ["a", "b", "c"])
    'fits no class by the held-out classifier: a 0.36, b 0.34, c 0.30'
    """
    return f"fits no class by the held-out classifier: {shown_classes(pred_probs, classes, 3)}"


def near_duplicate_reason(label: int, counts: IntArray, classes: Sequence[str]) -> str | None:
    """Return how the labels of the item's near-duplicates differ, None where they agree.

    Parameters
    ----------
    label : int
        Code of the item's own label.
    counts : numpy.ndarray of int64, shape (n_classes,)
        How many labelled items of its group have each label, itself among them.
    classes : sequence of str
        Names of the classes.

    Returns
    -------
    str or None

    Examples
    --------
    >>> near_duplicate_reason(1, np.array([3, 1]), ["ham", "spam"])
    'near-duplicates have other labels: this one spam, 3 ham'
    """
    others = [int(y) for y in np.argsort(-counts, kind="stable") if counts[y] > 0 and y != label]
    if not others:
        return None
    shown = ", ".join(f"{counts[y]} {classes[y]}" for y in others[:3])
    more = f", {len(others) - 3} more labels" if len(others) > 3 else ""
    alike = f" and {counts[label] - 1} more" if counts[label] > 1 else ""
    return f"near-duplicates have other labels: this one{alike} {classes[label]}, {shown}{more}"


def accurate_conflict_reason(
    lf_names: Sequence[str],
    codes: CodeArray,
    precision: FloatArray,
    classes: Sequence[str],
) -> str | None:
    """Return which labeling functions that are usually right contradict each other.

    Parameters
    ----------
    lf_names : sequence of str, length n_lfs
        Names of the labeling functions.
    codes : numpy.ndarray of int8 or int16, shape (n_lfs,)
        Their votes on one item, -1 where they abstain.
    precision : numpy.ndarray of float64, shape (n_lfs, n_classes)
        P(true class ``v`` | labeling function ``j`` votes ``v``).
    classes : sequence of str
        Names of the classes.

    Returns
    -------
    str or None
        The most precise vote for each of the two classes with the most precise
        votes; None where all votes agree.

    Examples
    --------
    >>> accurate_conflict_reason(["link", "short", "thanks"], np.array([1, 1, 0], np.int8),
    ...                          np.array([[0.5, 0.93], [0.8, 0.7], [0.91, 0.5]]), ["ham", "spam"])
    'accurate labeling functions conflict: link (0.93) votes spam, thanks (0.91) votes ham'
    """
    voted = np.flatnonzero(codes >= 0)
    best: dict[int, int] = {}
    for j in voted[np.argsort(-precision[voted, codes[voted]], kind="stable")]:
        best.setdefault(int(codes[j]), int(j))
    if len(best) < 2:
        return None
    shown = ", ".join(
        f"{lf_names[j]} ({precision[j, v]:.2f}) votes {classes[v]}"
        for v, j in list(best.items())[:2]
    )
    return f"accurate labeling functions conflict: {shown}"


def confident_uncovered_reason(pred_probs: FloatArray, classes: Sequence[str]) -> str:
    """Return that the classifier is sure of an item that no labeling function reaches.

    Examples
    --------
    >>> confident_uncovered_reason(np.array([0.03, 0.97]), ["ham", "spam"])
    'no labeling function votes, yet the classifier is sure: spam 0.97'
    """
    said = shown_classes(pred_probs, classes, 1)
    return f"no labeling function votes, yet the classifier is sure: {said}"


def gold_reason(
    gold: int, posterior: FloatArray, pred_probs: FloatArray, classes: Sequence[str]
) -> str:
    """Return which other class label model and classifier agree on, against a person.

    Examples
    --------
    >>> gold_reason(0, np.array([0.1, 0.9]), np.array([0.2, 0.8]), ["ham", "spam"])
    'decided as ham, but label model says spam 0.90 and held-out classifier spam 0.80'
    """
    both = np.minimum(posterior, pred_probs)
    other = int(np.argmax(np.where(np.arange(len(both)) == gold, -1.0, both)))
    name = classes[other]
    return (
        f"decided as {classes[gold]}, but label model says {name} {posterior[other]:.2f} "
        f"and held-out classifier {name} {pred_probs[other]:.2f}"
    )


def uncovered_reason(pred_probs: FloatArray, classes: Sequence[str]) -> str:
    """Return that only the classifier says something.

    Examples
    --------
    >>> uncovered_reason(np.array([0.09, 0.91]), ["ham", "spam"])
    'no labeling function votes; classifier says spam 0.91'
    """
    return f"no labeling function votes; classifier says {shown_classes(pred_probs, classes, 1)}"


def conflict_reason(counts: IntArray, classes: Sequence[str]) -> str | None:
    """Return how the votes of one item are split, None where they agree.

    Examples
    --------
    >>> conflict_reason(np.array([1, 2]), ["ham", "spam"])
    'labeling functions conflict: 2 spam, 1 ham'
    """
    voted = [int(y) for y in np.argsort(-counts, kind="stable") if counts[y] > 0]
    if len(voted) < 2:
        return None
    shown = ", ".join(f"{counts[y]} {classes[y]}" for y in voted[:4])
    more = f", {len(voted) - 4} more classes" if len(voted) > 4 else ""
    return f"labeling functions conflict: {shown}{more}"


def function_reason(
    held_out: tuple[float, float, float], combined: tuple[float, float, float], learned: float
) -> str:
    """Return how the precision of a labeling function for one class compares, in words.

    Parameters
    ----------
    held_out : tuple of float
        Its precision by the held-out classifier, with the low and the high end of the
        interval.
    combined : tuple of float
        The same by classifier and votes together.
    learned : float
        What the label model believes.

    Examples
    --------
    >>> function_reason((0.41, 0.33, 0.49), (0.52, 0.44, 0.6), 0.9)
    'held-out classifier gives 0.41 [0.33, 0.49] where the label model believes 0.90, \
together with all votes 0.52 [0.44, 0.60]: this function looks wrong on items like these'
    >>> function_reason((0.41, 0.33, 0.49), (0.87, 0.79, 0.92), 0.9)
    'held-out classifier gives 0.41 [0.33, 0.49] where the label model believes 0.90, \
together with all votes 0.87 [0.79, 0.92]: look at these items, the classifier may be wrong'
    >>> function_reason((0.93, 0.86, 0.97), (0.97, 0.91, 0.99), 0.9)
    'held-out classifier gives 0.93 [0.86, 0.97], label model 0.90: no contradiction'
    """
    said = f"held-out classifier gives {_interval(held_out)}"
    if held_out[2] >= learned and combined[2] >= learned:
        return f"{said}, label model {learned:.2f}: no contradiction"
    verdict = (
        "this function looks wrong on items like these"
        if combined[2] < learned
        else "look at these items, the classifier may be wrong"
    )
    return (
        f"{said} where the label model believes {learned:.2f}, "
        f"together with all votes {_interval(combined)}: {verdict}"
    )


def class_reason(
    name: str, n_items: int, n_labelled: int, n_classes: int, rival: str, confusion: float
) -> str:
    """Return how large a class is, and with which other class it is confused.

    Parameters
    ----------
    name : str
        The class.
    n_items, n_labelled : int
        Items with its label, and with any.
    n_classes : int
        Number of classes.
    rival : str
        The other class that the classifier gives most of its items.
    confusion : float
        The mean probability of `rival` among them.

    Examples
    --------
    >>> class_reason("spam", 40, 2000, 2, "ham", 0.31)
    'spam: rare, 40 of 2,000 items (2.0 %); held-out classifier gives them ham 0.31 on average'
    >>> class_reason("spam", 0, 2000, 2, "ham", -1.0)
    'spam: no item has this label'
    """
    if not n_items:
        return f"{name}: no item has this label"
    rare = "rare, " if n_items * n_classes * _RARE < n_labelled else ""
    return (
        f"{name}: {rare}{n_items:,} of {n_labelled:,} items ({100 * n_items / n_labelled:.1f} %); "
        f"held-out classifier gives them {rival} {confusion:.2f} on average"
    )


def region_reason(
    n_items: int, share: float, words: Sequence[str], says: str, probability: float
) -> str:
    """Return where no labeling function votes, so that one can be written.

    Examples
    --------
    >>> region_reason(812, 0.041, ["subscribe", "channel"], "spam", 0.91)
    '812 items (4.1 %) without votes, with subscribe, channel; classifier says spam 0.91'
    >>> region_reason(12, 0.001, [], "ham", 0.6)
    '12 items (0.1 %) without votes, with no words of their own; classifier says ham 0.60'
    """
    shown = ", ".join(words) or "no words of their own"
    return (
        f"{n_items:,} items ({100 * share:.1f} %) without votes, with {shown}; "
        f"classifier says {says} {probability:.2f}"
    )


def too_few_votes(n_votes: int) -> str:
    """Return that a labeling function votes too rarely to be judged.

    Examples
    --------
    >>> too_few_votes(3)
    'votes 3 times: too few different items to judge'
    """
    times = "once" if n_votes == 1 else f"{n_votes} times"
    return f"votes {times}: too few different items to judge"


def _interval(span: tuple[float, float, float]) -> str:
    mean, low, high = span
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def vote_counts(codes: CodeArray, n_classes: int) -> IntArray:
    """Return how many votes each item has for each class, shape (n_items, n_classes)."""
    items, lfs = np.nonzero(codes >= 0)
    cells = items * n_classes + codes[items, lfs]
    return np.bincount(cells, minlength=len(codes) * n_classes).reshape(len(codes), n_classes)
