"""rank_for_review: the items most worth a person's time, from four sides, each with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    DecisionLog,
    FloatArray,
    IntArray,
    ReviewQueue,
    SoftLabels,
    VoteMatrix,
)
from weaklabel.core._check import check_int, check_number
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import margin
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import ItemsError, wrong_value
from weaklabel.triage import _reasons
from weaklabel.triage._correction import fit_correction
from weaklabel.triage._error_odds import error_odds
from weaklabel.triage._review_state import ReviewState, review_state
from weaklabel.triage._strata import by_turns, pattern_order, shares_of

__all__ = ["rank_for_review"]

#: Fewer random items would not tell how good the labels are.
_LEAST_RANDOM_SHARE = 0.1
#: From so many answers on, which signal to trust is learned from them.
_ENOUGH_ANSWERS = 10
_STRATA = ("error", "pattern", "uncovered")


def rank_for_review(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    budget: int = 100,
    *,
    proposed: SoftLabels | None = None,
    decisions: DecisionLog | None = None,
    groups: npt.ArrayLike | None = None,
    random_share: float = 0.1,
    seed: int = 0,
) -> ReviewQueue:
    """Return the items that a person should look at, each with its reasons in words.

    No single signal finds wrong labels best on all data, and an answer is worth more where it
    says something of other items as well. So the queue is filled from four strata:

    - ``random``: a uniform sample of all open items, drawn before the others. Answers to these
      items alone estimate the accuracy of the labels without bias;
    - ``error``: labels that are probably wrong. Before there are ten answers, four rankings take
      turns (the label model's margin and probability of the label, the held-out classifier's
      contradiction of it by cleanlab, votes and content together); then what the answers say
      of these signals and of items with the same votes, see `error_odds`;
    - ``pattern``: items with votes that many doubtful items have, one drawn at random from each
      such pattern: their answers move all of them (`apply_decisions`);
    - ``uncovered``: no labeling function votes; the classifier's least certain first.

    Parameters
    ----------
    soft : SoftLabels
        The labels whose errors are to be found: ``refine(...).soft``, or the label model's.
        Before `apply_decisions`: what is learned is when they are wrong.
    votes : VoteMatrix
        The votes behind it.
    pred_probs : SoftLabels
        Out-of-fold probabilities, such as ``refine(...).pred_probs``. Never a
        label model's posterior, by which its own labels have no errors.
    budget : int
        How many items to choose, at least 1; all that are open if there are fewer.
    proposed : SoftLabels, optional
        The labels that the reviewer is shown, such as ``apply_decisions(...).soft``; by
        default `soft`.
    decisions : DecisionLog, optional
        The answers so far. Their items are not chosen again, and they say where to look next;
        those to other items are ignored, skips and disputes close an item and teach nothing.
    groups : array_like of int, shape (n_items,), optional
        Near-duplicate group of each item of `soft`, in its order, as of
        `weaklabel.near_duplicates.near_duplicate_groups`. One item of a group is chosen, at
        random excepted, and none where one was answered, as long as there are others.
    random_share : float
        Share of the random stratum in [0.1, 1], rounded up to whole items.
    seed : int
        Seed of the random samples.

    Returns
    -------
    ReviewQueue
        The strata are spread evenly over the queue, each in the order of its
        scores, so that whoever stops early has seen some of each. Scores are
        the probability that the label is wrong ("error"), how many labels of the same votes
        are expected to be wrong by answer to them ("pattern"), 1 - margin of the classifier
        ("uncovered"), and 0.

    Raises
    ------
    ItemsError
        If `votes`, `pred_probs` or `proposed` lack an item of `soft`, or `groups` does not
        have one number for each.
    LabelsError
        If they have other classes, or `pred_probs` comes from a label model.
    VotesError
        If `votes` are soft.
    DecisionsError
        If an answer is no class.
    ParameterError
        If `budget`, `random_share` or `seed` is outside what is allowed.

    Notes
    -----
    How the rest of the budget is divided goes by the wrong labels that each stratum has found,
    see `shares_of`. Ask for few items at a time, 10 to 25, and rank again with the answers:
    on the data sets of ``benchmarks/triage.py`` that finds half as many again as 100 at once.
    Ties are broken by item id, and neither the ranking nor the samples depend on the order of
    the rows. Time O(n_items log n_items + n_votes).

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
    """
    votes = require_hard(votes, "rank_for_review")
    budget, seed = check_int("budget", budget, 1), check_int("seed", seed, 0)
    share = _checked_share(random_share)
    shown = soft if proposed is None else proposed
    state = review_state(soft, votes, pred_probs, shown, decisions or DecisionLog())
    near = _checked_groups(groups, soft, state)
    scores = _scores(state)
    n_random = min(math.ceil(share * budget - 1e-9), budget)
    rng = np.random.default_rng(seed)
    chosen = dict.fromkeys(_random_sample(state.open_, n_random, rng), "random")
    rankings = _rankings(state, scores, seed)
    wanted = _wanted(state, rankings, budget - len(chosen))
    _fill(chosen, rankings, wanted, near, state.answered, budget)
    order = _spread(chosen)
    return _queue(order, chosen, scores, state, votes)


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """What the strata go by, of every item."""

    odds: FloatArray
    doubt: FloatArray
    worth: FloatArray
    pattern_size: IntArray
    uncertain: FloatArray


def _checked_share(random_share: float) -> float:
    advice = "A random slice of at least a tenth keeps the accuracy estimate honest."
    return check_number("random_share", random_share, _LEAST_RANDOM_SHARE, 1.0, advice)


def _checked_groups(
    groups: npt.ArrayLike | None, soft: SoftLabels, state: ReviewState
) -> IntArray | None:
    if groups is None:
        return None
    given = np.asarray(groups)
    if given.shape != (soft.n_items,) or given.dtype.kind not in "iu":
        raise ItemsError(
            wrong_value(
                "groups",
                f"{given.dtype} of shape {given.shape}",
                f"integers of shape ({soft.n_items},)",
                "Give the group of each item of soft.",
            )
        )
    place = match_item_ids(state.item_ids, soft.item_ids, "soft labels")
    return np.asarray(given[place].astype(np.int64))


def _scores(state: ReviewState) -> _Scores:
    odds = error_odds(state.features, state.patterns, state.answered, state.wrong)
    correction = fit_correction(
        state.posterior, state.pred_probs, state.patterns, state.answered, state.answers
    )
    now = correction.posterior(state.posterior, state.pred_probs, state.patterns)
    doubt = np.where(state.covered, 1.0 - now.max(axis=1), 0.0)
    n_patterns = int(state.patterns.max(initial=-1)) + 1
    mass = np.bincount(state.patterns, doubt, minlength=n_patterns)
    size = np.bincount(state.patterns[state.open_], minlength=n_patterns)
    worth = mass / (1 + state.n_reviewed)
    return _Scores(
        odds,
        doubt,
        worth[state.patterns],
        size[state.patterns],
        1.0 - margin(state.pred_probs),
    )


def _random_sample(open_: BoolArray, n_random: int, rng: np.random.Generator) -> list[int]:
    found: list[int] = rng.permutation(np.flatnonzero(open_))[:n_random].tolist()
    return found


def _rankings(state: ReviewState, scores: _Scores, seed: int) -> dict[str, Iterator[int]]:
    """Return the open items of each stratum that has some, most urgent first."""
    found: dict[str, Iterator[int]] = {}
    inside, outside = state.open_ & state.covered, state.open_ & ~state.covered
    if state.open_.any():
        found["error"] = _likely_wrong(state, scores)
    if inside.any():
        found["pattern"] = pattern_order(
            scores.doubt, state.patterns, inside, state.n_reviewed, seed
        )
    if outside.any():
        found["uncovered"] = iter(_descending(scores.uncertain, outside).tolist())
    return found


def _likely_wrong(state: ReviewState, scores: _Scores) -> Iterator[int]:
    if len(state.answered) >= _ENOUGH_ANSWERS:
        return iter(_descending(scores.odds, state.open_).tolist())
    return by_turns([_descending(column, state.open_) for column in state.features.T])


def _descending(scores: FloatArray, members: BoolArray) -> IntArray:
    places = np.flatnonzero(members)
    return np.asarray(places[np.argsort(-scores[places], kind="stable")])


def _wanted(
    state: ReviewState, rankings: dict[str, Iterator[int]], n_wanted: int
) -> dict[str, int]:
    """Return how many items each stratum is to choose: its share, rounded."""
    if not rankings:
        return {}
    answers = {name: state.n_answers.get(name, 0) for name in rankings}
    wrong = {name: state.n_wrong.get(name, 0) for name in rankings}
    shares = shares_of(answers, wrong)
    counts = {name: math.floor(share * n_wanted) for name, share in shares.items()}
    by_rest = sorted(shares, key=lambda name: counts[name] - shares[name] * n_wanted)
    for name in by_rest[: n_wanted - sum(counts.values())]:
        counts[name] += 1
    return counts


def _fill(
    chosen: dict[int, str],
    rankings: dict[str, Iterator[int]],
    wanted: dict[str, int],
    groups: IntArray | None,
    answered: IntArray,
    budget: int,
) -> None:
    """Add what each stratum chooses, then what is missing from those that have more."""
    taken = set() if groups is None else {int(groups[i]) for i in [*chosen, *answered.tolist()]}
    passed_over: list[tuple[int, str]] = []
    for limits in (wanted, dict.fromkeys(rankings, budget)):
        for name in rankings:
            n_left = min(limits[name], budget - len(chosen))
            while n_left > 0:
                i = next(rankings[name], None)
                if i is None:
                    break
                if i in chosen:
                    continue
                if groups is not None and int(groups[i]) in taken:
                    passed_over.append((i, name))
                    continue
                chosen[i] = name
                n_left -= 1
                if groups is not None:
                    taken.add(int(groups[i]))
    for i, name in passed_over:  # nothing else is left
        if len(chosen) < budget:
            chosen.setdefault(i, name)


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
    scores: _Scores,
    state: ReviewState,
    votes: VoteMatrix,
) -> ReviewQueue:
    from weaklabel.triage._cleanlab import label_issues

    labels = np.where(state.covered, state.labels, -1).astype(state.schema.dtype)
    flagged = label_issues(labels, state.pred_probs)
    ids = state.item_ids[order]
    rows = votes.take(match_item_ids(ids, votes.item_ids, "votes"))
    counts = _reasons.vote_counts(rows.codes, votes.n_classes)
    by_stratum = {
        "error": scores.odds,
        "pattern": scores.worth,
        "uncovered": scores.uncertain,
        "random": np.zeros(len(labels)),
    }
    return ReviewQueue(
        ids,
        [chosen[i] for i in order],
        [by_stratum[chosen[i]][i] for i in order],
        [
            _reasons_of(i, chosen[i], bool(flagged[i]), counts[place], scores, state)
            for place, i in enumerate(order)
        ],
        state.proposed[order],
        state.schema,
    )


def _reasons_of(
    i: int, stratum: str, flagged: bool, counts: IntArray, scores: _Scores, state: ReviewState
) -> list[str]:
    classes = state.schema.classes
    q, p, label = state.posterior[i], state.pred_probs[i], int(state.labels[i])
    own = {
        "random": _reasons.RANDOM,
        "error": _likely_words(scores.odds[i], len(state.answered)),
        "pattern": _pattern_words(int(scores.pattern_size[i]), scores.doubt[i]),
        "uncovered": _reasons.uncovered_reason(p, classes),
    }
    covered = bool(state.covered[i])
    words: Sequence[str | None] = [
        own[stratum],
        _undecided(i, state) if covered else None,
        _reasons.disagreement_reason(q, p, label, classes)
        if covered and int(p.argmax()) != label
        else None,
        _reasons.FLAGGED if flagged else None,
        own["uncovered"] if not covered and stratum != "uncovered" else None,
        _reasons.conflict_reason(counts, classes),
    ]
    return [reason for reason in words if reason is not None]


def _likely_words(odds: float, n_answers: int) -> str:
    if n_answers < _ENOUGH_ANSWERS:
        return "label among the most suspicious"
    return f"label wrong with probability {odds:.2f}, by {n_answers} answers so far"


def _pattern_words(n_items: int, doubt: float) -> str:
    if n_items == 1:
        return f"doubtful votes: wrong with probability {doubt:.2f}"
    return (
        f"{n_items} open items have these votes, which are wrong with probability {doubt:.2f}: "
        "an answer moves all of them"
    )


def _undecided(i: int, state: ReviewState) -> str | None:
    """Return that a label is not decided, of whichever of the two labels is less so."""
    q, shown, classes = state.posterior[i], state.proposed[i], state.schema.classes
    margins = margin(np.stack([q, shown]))
    if margins.min() >= 0.5:
        return None
    if margins[1] < margins[0]:
        return _reasons.undecided_reason(shown, classes, "proposed label")
    return _reasons.undecided_reason(q, classes)
