"""rank_for_review: the items most worth a person's time, from four sides, each with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from weaklabel.core import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    LabelSchema,
    ReviewQueue,
    SoftLabels,
    StringArray,
    VoteMatrix,
)
from weaklabel.core._check import check_int, check_number
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import margin
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import LabelsError, ParameterError, wrong_value
from weaklabel.triage import _reasons

__all__ = ["rank_for_review"]

#: Fewer random items would not tell how good the labels are.
_LEAST_RANDOM_SHARE = 0.2
_STRATA = ("margin", "label_issue", "uncovered")


@dataclass(frozen=True, slots=True)
class _Signals:
    """What is known of every item, in the order of their ids."""

    item_ids: StringArray
    posterior: FloatArray
    pred_probs: FloatArray
    proposed: FloatArray
    labels: CodeArray
    covered: BoolArray
    open_: BoolArray
    quality: FloatArray
    schema: LabelSchema


def rank_for_review(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    budget: int = 100,
    *,
    proposed: SoftLabels | None = None,
    decided: Iterable[str] = (),
    random_share: float = 0.2,
    seed: int = 0,
) -> ReviewQueue:
    """Return the items that a person should look at, each with its reasons in words.

    No single signal finds all wrong labels: a label model hides the mistakes it
    is sure of, a classifier those it has learned. So the queue is filled from
    four strata:

    - ``random``: a uniform sample of all undecided items, drawn before the others.
      Decisions on these items alone estimate the accuracy of the labels without bias;
    - ``margin``: votes point two ways: the margins of the label model's and of the
      proposed label are small on average;
    - ``label_issue``: the held-out classifier contradicts the label model's label
      (cleanlab's adjusted normalized margin);
    - ``uncovered``: no labeling function votes; the classifier's least certain first.

    Parameters
    ----------
    soft : SoftLabels
        The label model's posterior.
    votes : VoteMatrix
        The votes behind it.
    pred_probs : SoftLabels
        Out-of-fold probabilities, such as ``refine(...).pred_probs``. Never a
        label model's posterior, by which its own labels have no errors.
    budget : int
        How many items to choose, at least 1; all that are open if there are fewer.
    proposed : SoftLabels, optional
        The labels that the reviewer is shown, such as ``refine(...).soft``; by
        default `soft`.
    decided : iterable of str
        Ids of items that need no review any more; unknown ids are ignored.
    random_share : float
        Share of the random stratum in [0.2, 1], rounded up to whole items.
    seed : int
        Seed of the random sample.

    Returns
    -------
    ReviewQueue
        The strata are spread evenly over the queue, each in the order of its
        scores, so that whoever stops early has seen some of each. Scores are
        1 - mean margin, 1 - quality and 1 - margin of the classifier, in [0, 1];
        random items have score 0. An item that several strata chose appears
        once, with the reasons of all.

    Raises
    ------
    ItemsError
        If `votes`, `pred_probs` or `proposed` lack an item of `soft`.
    LabelsError
        If they have other classes, or `pred_probs` comes from a label model.
    VotesError
        If `votes` are soft.
    ParameterError
        If `budget`, `random_share` or `seed` is outside what is allowed.

    Notes
    -----
    After the random items, the three other strata take turns; one that runs out
    leaves its turns to the others. Ties are broken by item id, and neither the
    ranking nor the sample depends on the order of the rows. Time
    O(n_items log n_items + n_votes).

    Examples
    --------
    >>> ids = ["a", "b", "c", "d"]
    >>> votes = VoteMatrix.from_array([[1, 1], [1, 0], [0, 0], [-1, -1]], ["ham", "spam"],
    ...                               item_ids=ids)
    >>> soft = SoftLabels([[0.1, 0.9], [0.5, 0.5], [0.8, 0.2], [0.4, 0.6]], ids, votes.schema)
    >>> held_out = SoftLabels([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9], [0.3, 0.7]], ids, votes.schema)
    >>> queue = rank_for_review(soft, votes, held_out, budget=4)
    >>> sorted(queue.item_ids.tolist())
    ['a', 'b', 'c', 'd']
    >>> queue.reasons[queue.item_ids.tolist().index("d")][0]
    'no labeling function votes; classifier says spam 0.70'
    """
    votes = require_hard(votes, "rank_for_review")
    budget, seed = check_int("budget", budget, 1), check_int("seed", seed, 0)
    share = _checked_share(random_share)
    shown = soft if proposed is None else proposed
    signals = _signals(soft, votes, pred_probs, shown, decided)
    urgency = _urgency(signals)
    n_random = min(math.ceil(share * budget - 1e-9), budget)
    sample = _random_sample(signals.open_, n_random, seed)
    chosen = dict.fromkeys(sample.tolist(), "random")
    named = {i: {"random"} for i in chosen}
    rankings = [_ranking(urgency[stratum], signals.open_) for stratum in _STRATA]
    for i, stratum in _take_turns(rankings, budget - len(chosen), set(chosen)):
        chosen.setdefault(i, stratum)
        named.setdefault(i, set()).add(stratum)
    order = _spread(chosen)
    return _queue(order, chosen, named, urgency, signals, votes)


def _checked_share(random_share: float) -> float:
    advice = "A random slice of at least a fifth keeps the accuracy estimate honest."
    return check_number("random_share", random_share, _LEAST_RANDOM_SHARE, 1.0, advice)


def _signals(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    proposed: SoftLabels,
    decided: Iterable[str],
) -> _Signals:
    from weaklabel.triage._cleanlab import label_quality

    if isinstance(decided, str):
        raise ParameterError(wrong_value("decided", decided, "several item ids", "Give a list."))
    for name, noun in (("votes", votes), ("pred_probs", pred_probs), ("proposed", proposed)):
        if noun.schema != soft.schema:
            raise LabelsError(
                f"{name} has classes {list(noun.schema.classes)}, must have those of soft, "
                f"{list(soft.schema.classes)}. Use the same schema throughout."
            )
    if pred_probs is soft or pred_probs.provenance.startswith("model:"):
        raise LabelsError(
            f"pred_probs comes from {pred_probs.provenance!r}, must be out-of-fold probabilities of a "
            "classifier. Use refine(...).pred_probs."
        )
    order = np.argsort(soft.item_ids, kind="stable")
    ids = soft.item_ids[order]
    covered = votes.covered[match_item_ids(ids, votes.item_ids, "votes")]
    held_out = pred_probs.posterior[match_item_ids(ids, pred_probs.item_ids, "pred_probs")]
    shown = proposed.posterior[match_item_ids(ids, proposed.item_ids, "proposed labels")]
    labels = np.where(covered, soft.labels[order], -1).astype(soft.schema.dtype)
    closed = set(decided)
    open_ = np.array([key not in closed for key in ids.tolist()], dtype=np.bool_)
    quality = label_quality(labels, held_out)
    return _Signals(
        ids, soft.posterior[order], held_out, shown, labels, covered, open_, quality, soft.schema
    )


def _urgency(signals: _Signals) -> dict[str, FloatArray]:
    """Return the score of every item in each stratum; NaN where it is not of the stratum."""
    covered = signals.covered
    return {
        "margin": np.where(covered, 1 - _mean_margin(signals), np.nan),
        "label_issue": 1 - signals.quality,
        "uncovered": np.where(covered, np.nan, 1 - margin(signals.pred_probs)),
        "random": np.zeros(len(covered)),
    }


def _mean_margin(signals: _Signals) -> FloatArray:
    """Return the mean margin of label model and proposed label.

    A label model may be sure of an item and wrong, where the proposed label, which has
    seen the content, is torn; and the other way round. The mean finds both.
    """
    return np.asarray((margin(signals.posterior) + margin(signals.proposed)) / 2)


def _random_sample(open_: BoolArray, n_random: int, seed: int) -> IntArray:
    candidates = np.flatnonzero(open_)
    rng = np.random.default_rng(seed)
    return rng.permutation(candidates)[:n_random]


def _ranking(urgency: FloatArray, open_: BoolArray) -> IntArray:
    members = np.flatnonzero(open_ & np.isfinite(urgency))
    return members[np.argsort(-urgency[members], kind="stable")]


def _take_turns(
    rankings: list[IntArray], n_wanted: int, taken: set[int]
) -> Iterator[tuple[int, str]]:
    """Yield (item, stratum) until `n_wanted` new items are found, or none is left.

    Items that were taken before are yielded as well, but do not use up the turn.
    """
    waiting = {s: iter(r.tolist()) for s, r in zip(_STRATA, rankings, strict=True)}
    while n_wanted > 0 and waiting:
        for stratum in list(waiting):
            for i in waiting[stratum]:
                yield i, stratum
                if i not in taken:
                    taken.add(i)
                    n_wanted -= 1
                    break
            else:
                del waiting[stratum]
            if n_wanted == 0:
                return


def _spread(chosen: dict[int, str]) -> list[int]:
    """Return the chosen items so that every stratum is spread evenly over the queue."""
    members: dict[str, list[int]] = {}
    for i, stratum in chosen.items():
        members.setdefault(stratum, []).append(i)
    places = [
        ((rank + 0.5) / len(items), _place(stratum), i)
        for stratum, items in members.items()
        for rank, i in enumerate(items)
    ]
    return [i for _, _, i in sorted(places)]


def _place(stratum: str) -> int:
    return _STRATA.index(stratum) if stratum in _STRATA else len(_STRATA)


def _queue(
    order: list[int],
    chosen: dict[int, str],
    named: dict[int, set[str]],
    urgency: dict[str, FloatArray],
    signals: _Signals,
    votes: VoteMatrix,
) -> ReviewQueue:
    from weaklabel.triage._cleanlab import label_issues

    flagged = label_issues(signals.labels, signals.pred_probs)
    ids = signals.item_ids[order]
    rows = votes.take(match_item_ids(ids, votes.item_ids, "votes"))
    counts = _reasons.vote_counts(rows.codes, votes.n_classes)
    reasons = [
        _reasons_of(i, chosen[i], named[i], bool(flagged[i]), counts[place], signals)
        for place, i in enumerate(order)
    ]
    return ReviewQueue(
        ids,
        [chosen[i] for i in order],
        [urgency[chosen[i]][i] for i in order],
        reasons,
        signals.proposed[order],
        signals.schema,
    )


def _reasons_of(
    i: int, stratum: str, named: set[str], flagged: bool, counts: IntArray, signals: _Signals
) -> list[str]:
    classes = signals.schema.classes
    q, p, label = signals.posterior[i], signals.pred_probs[i], int(signals.labels[i])
    contradicted = label >= 0 and int(p.argmax()) != label
    words: dict[str, str | None] = {
        "margin": _undecided(i, signals) if "margin" in named else None,
        "label_issue": _reasons.disagreement_reason(q, p, label, classes)
        if "label_issue" in named or contradicted
        else None,
        "flagged": _reasons.FLAGGED if flagged else None,
        "uncovered": None if signals.covered[i] else _reasons.uncovered_reason(p, classes),
        "conflict": _reasons.conflict_reason(counts, classes),
        "random": _reasons.RANDOM if "random" in named else None,
    }
    first = [words.pop(stratum)]
    return [reason for reason in [*first, *words.values()] if reason is not None]


def _undecided(i: int, signals: _Signals) -> str:
    """Return the reason for a small margin, of whichever of the two labels is less decided."""
    q, shown, classes = signals.posterior[i], signals.proposed[i], signals.schema.classes
    if margin(shown[None, :])[0] < margin(q[None, :])[0]:
        return _reasons.undecided_reason(shown, classes, "proposed label")
    return _reasons.undecided_reason(q, classes)
