"""rank_for_review: the items most worth a person's time, from several sides, each with its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    CodeArray,
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
from weaklabel.triage._correction import fit_correction
from weaklabel.triage._error_odds import error_odds
from weaklabel.triage._gain import OTHERS, gain_order, pattern_belief, pattern_gain
from weaklabel.triage._queue_reasons import Evidence, reasons_of
from weaklabel.triage._review_state import ReviewState, review_state
from weaklabel.triage._signals import near_duplicate_conflict
from weaklabel.triage._strata import by_turns, counts_of, descending, shares_of

__all__ = ["rank_for_review"]

#: Fewer random items would not tell how good the labels are.
_LEAST_RANDOM_SHARE = 0.1
#: From so many answers on, which signal to trust is learned from them.
_ENOUGH_ANSWERS = 10
#: Most of a queue that items take on which reviewers disagree.
_MOST_DISPUTED = 0.1
_STRATA = ("disputed", "error", "pattern", "uncovered", "contradiction", "outlier", "random")


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
    says something of other items as well. So the queue is filled from several strata:

    - ``random``: a uniform sample of all open items, drawn before the others. Answers to these
      items alone estimate the accuracy of the labels without bias;
    - ``error``: labels whose review is expected to correct most labels, their own and those of
      open items with the same votes, here mostly their own. How probable it is that a label
      is wrong is learned from the answers, see `error_odds`; before there are ten, four
      rankings take turns (the label model's margin and probability of the label, the
      held-out classifier's contradiction of it by cleanlab, votes and content together);
    - ``pattern``: the same, where most of what the answer corrects are other items, see
      `pattern_gain`;
    - ``uncovered``: no labeling function votes; the classifier's least certain first;
    - ``contradiction``: near-duplicates have other labels (only with `groups`);
    - ``outlier``: the classifier can place the item in no class, by cleanlab;
    - ``disputed``: reviewers disagree; up to a tenth of the queue.

    Parameters
    ----------
    soft : SoftLabels
        The labels before `apply_decisions`: ``refine(...).soft``, or the label model's.
        What is learned from the answers is when these are wrong.
    votes : VoteMatrix
        The votes behind it.
    pred_probs : SoftLabels
        Out-of-fold probabilities, such as ``refine(...).pred_probs``. Never a
        label model's posterior, by which its own labels have no errors.
    budget : int
        How many items to choose, at least 1; all that are open if there are fewer.
    proposed : SoftLabels, optional
        The labels that the reviewer is shown and whose errors are to be found, such as
        ``apply_decisions(...).soft``; by default `soft`. Labels that answers to other items
        have corrected already are then not looked for again.
    decisions : DecisionLog, optional
        The answers so far. Their items are not chosen again, and they say where to look next;
        those to other items are ignored, skips and disputes close an item and teach nothing.
    groups : array_like of int, shape (n_items,), optional
        Near-duplicate group of each item of `soft`, in its order, such as
        ``refine(...).groups``. One item of a group is chosen, at
        random excepted, and none where one was answered, as long as there are others.
    random_share : float
        Share of the random stratum in [0.1, 1], rounded up to whole items.
    seed : int
        Seed of the random samples.

    Returns
    -------
    ReviewQueue
        The strata are spread evenly over the queue, each in the order of its
        scores, so that whoever stops early has seen some of each. Scores are how many labels
        an answer is expected to correct, those of other items counted half ("error",
        "pattern"), 1 - margin of the classifier ("uncovered"), the share of near-duplicates
        that have another label ("contradiction"), how far no class fits ("outlier"), and 0.

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
    Where `proposed` are other labels than `soft`, the probability that one is wrong is the mean
    of two estimates, that of `error_odds` and that of the correction (`fit_correction`), or
    the latter alone where the label was corrected.
    Neither the ranking nor the samples depend on the order of the rows. Time O(n_items log
    n_items + n_votes).

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
    log = decisions or DecisionLog()
    state = review_state(soft, votes, pred_probs, shown, log)
    near = _checked_groups(groups, soft, state)
    scores = _scores(state, near, learns=proposed is not None)
    n_random = min(math.ceil(share * budget - 1e-9), budget)
    rng = np.random.default_rng(seed)
    chosen = dict.fromkeys(_random_sample(state.open_, n_random, rng), "random")
    n_disputed = min(math.ceil(_MOST_DISPUTED * budget), budget - len(chosen))
    chosen |= dict.fromkeys(state.disputed[:n_disputed].tolist(), "disputed")
    rankings = _rankings(state, scores, rng)
    wanted = _wanted(state, rankings, budget - len(chosen), rng)
    _fill(chosen, rankings, wanted, near, state.answered, budget)
    return _queue(_named(chosen, scores), scores, state, votes, log)


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """What the strata go by, of every item."""

    wrong: FloatArray
    gain: FloatArray
    uncertain: FloatArray
    conflict: FloatArray
    odd: FloatArray
    now: FloatArray

    def of(self, stratum: str) -> FloatArray:
        """Return the scores of one stratum."""
        named = {
            "error": self.wrong + OTHERS * self.gain,
            "pattern": self.wrong + OTHERS * self.gain,
            "uncovered": self.uncertain,
            "contradiction": self.conflict,
            "outlier": self.odd,
        }
        return named.get(stratum, np.zeros(len(self.wrong)))


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


def _scores(state: ReviewState, groups: IntArray | None, *, learns: bool) -> _Scores:
    from weaklabel.triage._cleanlab import prediction_typicality

    correction = fit_correction(
        state.posterior, state.pred_probs, state.patterns, state.answered, state.answers
    )
    now = correction.posterior(state.posterior, state.pred_probs, state.patterns)
    labels = state.proposed.argmax(axis=1).astype(state.schema.dtype)
    covered = np.where(state.covered, labels, -1).astype(state.schema.dtype)
    belief = pattern_belief(now, state.patterns.of, state.open_, state.n_reviewed)
    conflict = np.zeros(len(labels))
    if groups is not None:
        conflict = near_duplicate_conflict(groups, labels)
    return _Scores(
        _wrong(state, now, labels, learns=learns),
        np.where(state.covered, pattern_gain(belief)[state.patterns.of], 0.0),
        1.0 - margin(state.pred_probs),
        conflict,
        1.0 - prediction_typicality(covered, state.pred_probs),
        now,
    )


def _wrong(state: ReviewState, now: FloatArray, labels: CodeArray, *, learns: bool) -> FloatArray:
    """Return the probability that the label in question of each item is wrong."""
    odds = error_odds(state.features, state.patterns.of, state.answered, state.wrong)
    if not learns:
        return odds
    doubt = 1.0 - now[np.arange(len(labels)), labels]
    return np.where(labels != state.labels, doubt, 0.5 * (odds + doubt))


def _random_sample(open_: BoolArray, n_random: int, rng: np.random.Generator) -> list[int]:
    found: list[int] = rng.permutation(np.flatnonzero(open_))[:n_random].tolist()
    return found


def _rankings(
    state: ReviewState, scores: _Scores, rng: np.random.Generator
) -> dict[str, Iterator[int]]:
    """Return the open items of each stratum that has some, most urgent first."""
    members = {
        "uncovered": state.open_ & ~state.covered,
        "contradiction": state.open_ & (scores.conflict > 0),
        "outlier": state.open_ & (scores.odd > scores.odd.min(initial=1.0)),
    }
    found: dict[str, Iterator[int]] = {}
    if state.open_.any():
        found["error"] = _most_gain(state, scores, rng)
    for name, among in members.items():
        if among.any():
            found[name] = descending(scores.of(name), np.flatnonzero(among))
    return found


def _most_gain(state: ReviewState, scores: _Scores, rng: np.random.Generator) -> Iterator[int]:
    belief = pattern_belief(scores.now, state.patterns.of, state.open_, state.n_reviewed)
    teaches = np.zeros(state.patterns.n_patterns, dtype=np.bool_)
    teaches[state.patterns.owner] = True
    order = gain_order(scores.wrong, state.patterns.of, belief, state.open_, teaches, rng)
    if len(state.answered) >= _ENOUGH_ANSWERS:
        return order
    places = np.flatnonzero(state.open_)
    return by_turns([*(descending(column, places) for column in state.features.T), order])


def _wanted(
    state: ReviewState,
    rankings: dict[str, Iterator[int]],
    n_wanted: int,
    rng: np.random.Generator,
) -> dict[str, int]:
    """Return how many items each stratum is to choose."""
    if not rankings:
        return {}
    answers = {name: _counted(state.n_answers, name) for name in rankings}
    wrong = {name: _counted(state.n_wrong, name) for name in rankings}
    return counts_of(shares_of(answers, wrong), n_wanted, rng)


def _counted(counts: Mapping[str, int], stratum: str) -> int:
    """Return the count of a stratum; what "pattern" found is the ranking's of "error"."""
    more = counts.get("pattern", 0) if stratum == "error" else 0
    return counts.get(stratum, 0) + more


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


def _named(chosen: dict[int, str], scores: _Scores) -> dict[int, str]:
    """Return the chosen items so that every stratum is spread evenly over the queue."""
    members: dict[str, list[int]] = {}
    for i, stratum in chosen.items():
        mostly_others = stratum == "error" and OTHERS * scores.gain[i] > scores.wrong[i]
        members.setdefault("pattern" if mostly_others else stratum, []).append(i)
    places = [
        ((rank + 0.5) / len(items), _STRATA.index(stratum), i, stratum)
        for stratum, items in members.items()
        for rank, i in enumerate(descending(scores.of(stratum), np.array(items)))
    ]
    return {i: stratum for _, _, i, stratum in sorted(places)}


def _queue(
    chosen: dict[int, str],
    scores: _Scores,
    state: ReviewState,
    votes: VoteMatrix,
    decisions: DecisionLog,
) -> ReviewQueue:
    order = list(chosen)
    evidence = Evidence(
        state,
        scores.wrong,
        scores.gain,
        scores.conflict,
        len(state.answered) >= _ENOUGH_ANSWERS,
        decisions,
    )
    return ReviewQueue(
        state.item_ids[order],
        list(chosen.values()),
        [float(scores.of(stratum)[i]) for i, stratum in chosen.items()],
        reasons_of(chosen, evidence, votes),
        state.proposed[order],
        state.schema,
    )
