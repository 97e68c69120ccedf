"""estimate_accuracy: how right the labels of a data set are, from the random answers of a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from weaklabel.core import BoolArray, CodeArray, DecisionLog, FloatArray, IntArray, SoftLabels
from weaklabel.core._check import check_int, check_number, check_type
from weaklabel.errors import DecisionsError, ItemsError, ParameterError, wrong_value
from weaklabel.triage._accuracy_estimate import AccuracyEstimate, ClassAccuracy, StratumYield
from weaklabel.triage._audit_sample import RANDOM_STRATUM, AuditSample, read_audit, share_against
from weaklabel.triage._intervals import answers_to_halve, unanswered_wrong

__all__ = ["estimate_accuracy"]

#: Answers to chosen items that "recent" looks back on: half of what a default queue holds.
_RECENT = 50


def estimate_accuracy(
    decisions: DecisionLog,
    labels: SoftLabels,
    *,
    held_out: SoftLabels | None = None,
    queue_starts: Sequence[int] | None = None,
    confidence: float = 0.95,
) -> AccuracyEstimate:
    """Return the accuracy of the labels now, with an interval, from the random answers.

    An item whose reviewers agree has their answer as its label, and counts as
    right. How many of the others are right is estimated from the answers of the
    stratum "random" alone: items drawn uniformly from those that had no answer
    when the queue was made.

    Parameters
    ----------
    decisions : DecisionLog
        All answers, in order, whatever their stratum.
    labels : SoftLabels
        The labels of the whole data set now. They may have learned from the answers:
        those of answered items are not looked at, except that a disputed item counts
        to its class.
    held_out : SoftLabels, optional
        Labels of now of the answered items, each made *without its own answer*; all
        random ones must be there. Make them in five folds of the answered items,
        each fold labeled without its answers. By default an answer is held against
        ``Decision.proposed``, the label that was shown, which says how good labels
        were *then*. Where labels do not learn from answers, give `labels`.
    queue_starts : sequence of int, optional
        How many decisions the log held when each queue was made, from 0 upward:
        ``[0]`` for a single queue. By default it is not known, and the interval is
        made wide enough for one queue and for a new one at every answer.
    confidence : float
        Of the interval, in [0.5, 0.999].

    Returns
    -------
    AccuracyEstimate
        With ``words()``, ``advice()`` and figures by class.

    Raises
    ------
    DecisionsError
        If there is no random answer, or none with a label to hold it against, or an
        answer is no class of `labels`.
    ItemsError
        If `labels` has no items.
    LabelsError
        If `held_out` has other classes, or lacks a random item that was answered.
    ParameterError
        If `queue_starts` does not fit the log, `confidence` is out of range, or an argument
        is of another type.

    Notes
    -----
    *Why not simply the share of right random answers.* The chosen items of a queue
    look wrong, and many are. Once answered they are right, and what is left is
    better than what the random items were drawn from. So the wrong labels among
    all items that were unanswered then are estimated, and those that answers found
    since are subtracted (`Rounds` and `unanswered_wrong` have the equations). This is
    the stratified estimator of [1]_: of the answered items all is known, and the
    queues are independent samples of the others. To cut these by class as well made
    the interval a tenth narrower on one of four data sets and wider on three, so
    each class has its own figures, and the total does without.

    *The interval* is Wilson's score interval [2]_ with the finite population
    correction, within what the answers leave possible. The normal one (estimate
    and 1.96 standard errors) fails for few answers and high accuracy [3]_.
    In simulated reviews of eight real data sets, 500 of each with 20 to 300 random
    answers in up to five queues of `rank_for_review`, it held the truth 95 times in
    100, both of labels that stay as they are and of those of `apply_decisions` (by
    data set 92.8 to 96.0 and 93.8 to 97.2, with a standard error of 1; ``benchmarks/audit.py``).
    For one lucky count it may be 91 or 98: counts are whole numbers.

    *Held-out labels.* A label that has learned from the answer agrees with it, and
    must not be held against it: the labels of `apply_decisions` are the answers, so
    that none would be wrong. Labels that were shown are those of then: held against
    them, the interval held the truth of labels that learn 83 to 95 times in 100. Folds
    have slightly fewer answers to learn from; the mean error was below half a point
    on each data set. What remains is the variance of cross-validation [4]_, of which no
    interval from counts knows: where few answers turn the labels of large groups, how
    many are right depends on which items were drawn. `apply_decisions` moves
    large groups slowly, and it hardly shows. Labels that follow the answers
    further, by adding them to the posterior of all items with the same votes as if it
    were three answers, held the truth 92 to 95 times in 100.

    *What counts how.* A disputed item counts by the share of its standing answers
    that contradict the label: to leave it out would praise the labels, since
    disputes are about hard items. A skipped item is left out and stays unanswered;
    if skips are many and hard, the accuracy is overstated, so ``words()`` counts
    them. An item without a label (an exact tie) is not right. A chosen item whose
    label is not known (no `proposed`, not in `held_out`) counts as found to be right,
    which understates the accuracy. Reviewers are taken to be right.

    Time O(n_items + n_decisions log n_decisions).

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley, 1977, chapters 2 to 5.
    .. [2] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", J. Am. Stat. Assoc. 22, 1927. https://doi.org/10.2307/2276774
    .. [3] L. D. Brown, T. T. Cai and A. DasGupta, "Interval Estimation for a Binomial
       Proportion", Statistical Science 16(2), 2001. https://doi.org/10.1214/ss/1009213286
    .. [4] S. Bates, T. Hastie and R. Tibshirani, "Cross-Validation: What Does It Estimate
       and How Well Does It Do It?", J. Am. Stat. Assoc. 119, 2024.
       https://doi.org/10.1080/01621459.2023.2197686

    Examples
    --------
    Eight of 100 items were drawn and one label was wrong; two were chosen, both wrong:

    >>> from weaklabel.core import Decision, LabelSchema
    >>> schema, at = LabelSchema(["ham", "spam"]), "2026-05-04T10:15:00+00:00"
    >>> labels = SoftLabels([[0.9, 0.1]] * 100, None, schema)
    >>> log = DecisionLog(
    ...     Decision(str(i), "spam" if i in (7, 8, 9) else "ham", "ann", at, "ham",
    ...              "random" if i < 8 else "margin")
    ...     for i in range(10)
    ... )
    >>> estimate_accuracy(log, labels, queue_starts=[0])
    AccuracyEstimate(90.5 %, 95 % interval 57.2 % to 100 %; 8 random answers, 10 of 100 items answered)

    Answers to items that were chosen because they look wrong estimate nothing:

    >>> estimate_accuracy(DecisionLog(log.decisions[8:]), labels)
    Traceback (most recent call last):
    weaklabel.errors.DecisionsError: decisions have 0 answers of the stratum 'random' on items ...
    """
    check_type("decisions", decisions, DecisionLog)
    check_type("labels", labels, SoftLabels)
    level = check_number("confidence", confidence, 0.5, 0.999)
    if not labels.n_items:
        raise ItemsError("labels has 0 items, must have at least one. Give the whole data set.")
    starts = _checked_starts(queue_starts, len(decisions))
    sample = read_audit(decisions, labels, held_out)
    _require_random(sample)
    audit = _Audit(sample, _views(sample, starts), level)
    codes = labels.labels
    is_open = np.ones(labels.n_items, dtype=np.bool_)
    is_open[sample.rows] = False
    n_open = int(is_open.sum())
    wrong = audit.open_wrong(n_open)
    accuracy, low, high = _right(wrong + audit.lost_to_disputes(), labels.n_items)
    open_accuracy, open_low, open_high = _right(wrong, n_open)
    yields, recent = _yields(decisions, set(labels.item_ids[sample.rows].tolist()))
    return AccuracyEstimate(
        accuracy=accuracy,
        low=low,
        high=high,
        confidence=level,
        open_accuracy=open_accuracy,
        open_low=open_low,
        open_high=open_high,
        basis="shown" if held_out is None else "held out",
        n_items=labels.n_items,
        n_answered=int((sample.answer >= 0).sum()),
        n_random=int(sample.counts.sum()),
        n_random_wrong=float(sample.wrong[sample.counts].sum()),
        n_skipped=sample.n_skipped,
        n_disputed=int((sample.answer < 0).sum()),
        n_not_shown=int(((sample.drawn_at >= 0) & ~sample.counts).sum()),
        n_elsewhere=sample.n_elsewhere,
        n_to_halve=answers_to_halve(sample.rounds(audit.views[0], n_open), n_open, level),
        queues_known=starts is not None,
        by_class=tuple(
            _class_accuracy(name, c, audit, codes, is_open)
            for c, name in enumerate(labels.schema.classes)
        ),
        yields=yields,
        recent=recent,
        n_escalated=sample.n_escalated,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Audit:
    """The sample, the places in the log at which queues may have been made, the confidence."""

    sample: AuditSample
    views: list[IntArray]
    confidence: float

    def open_wrong(self, n_open: int, among: BoolArray | None = None) -> FloatArray:
        """Return the wrong labels among unanswered items by the first view, and the
        most and the fewest by all views."""
        found = [
            unanswered_wrong(self.sample.rounds(view, n_open, among), n_open, self.confidence)
            for view in self.views
        ]
        most, fewest = max(high for *_, high in found), min(low for _, low, _ in found)
        return np.array([found[0][0], most, fewest])

    def lost_to_disputes(self, among: BoolArray | None = None) -> float:
        """Return how many disputed items, which keep the model's label, count as wrong."""
        disputed = self.sample.answer < 0
        shares = self.sample.wrong[disputed if among is None else disputed & among]
        return float(np.nan_to_num(shares, nan=1.0).sum())


def _right(wrong: FloatArray, n_items: int) -> tuple[float, float, float]:
    """Return the share of right labels and its bounds; NaN and everything where there are none."""
    if not n_items:
        return float("nan"), 0.0, 1.0
    right, low, high = 1.0 - wrong / n_items
    return float(right), float(low), float(high)


def _checked_starts(queue_starts: Sequence[int] | None, n_decisions: int) -> IntArray | None:
    if queue_starts is None:
        return None
    starts = [check_int(f"queue_starts[{i}]", s, 0) for i, s in enumerate(queue_starts)]
    if not starts or starts[0] != 0 or starts != sorted(starts) or starts[-1] > n_decisions:
        allowed = f"0 first, and ascending to at most the {n_decisions} decisions of the log"
        advice = "Give how many decisions there were when each queue was made."
        raise ParameterError(wrong_value("queue_starts", list(queue_starts), allowed, advice))
    return np.unique(np.array(starts, dtype=np.int64))


def _require_random(sample: AuditSample) -> None:
    if sample.counts.any():
        return
    if (sample.drawn_at >= 0).any():
        raise DecisionsError(
            "decisions do not say which label was shown with the random items, must say it for "
            "one at least. Give held_out, labels that were made without the item's own answer."
        )
    left_out = (sample.n_skipped, "were skipped"), (sample.n_escalated, "wait for an expert")
    said = ", ".join(f"{count} {words}" for count, words in left_out if count)
    skipped = f" ({said})" if said else ""
    raise DecisionsError(
        f"decisions have 0 answers of the stratum {RANDOM_STRATUM!r} on items of labels{skipped}, "
        "must have at least one. Answer the random items of the queue: others were chosen because "
        "they look wrong, and say nothing of the rest."
    )


def _views(sample: AuditSample, starts: IntArray | None) -> list[IntArray]:
    """Return at which places of the log queues were made, one array for each possibility.

    Where it is not known, each random item may have been drawn when it was shown, or
    all at the very beginning; what is true lies between. The first gives the estimate,
    since it subtracts less of what was found, and so does not overstate the accuracy.
    """
    if starts is not None:
        return [starts]
    return [np.unique(sample.drawn_at[sample.counts]), np.zeros(1, dtype=np.int64)]


def _class_accuracy(
    name: str, code: int, audit: _Audit, codes: CodeArray, is_open: BoolArray
) -> ClassAccuracy:
    sample = audit.sample
    among = sample.compared == code
    drawn = among & sample.counts
    n_open = int((codes[is_open] == code).sum())
    keeps = (sample.answer < 0) & (codes[sample.rows] == code)  # disputed: the model's label stays
    n_items = n_open + int((sample.answer == code).sum()) + int(keeps.sum())
    wrong = audit.open_wrong(n_open, among) + audit.lost_to_disputes(keeps)
    accuracy, low, high = _right(wrong, n_items)
    n_wrong = float(sample.wrong[drawn].sum())
    return ClassAccuracy(name, accuracy, low, high, n_items, int(drawn.sum()), n_wrong)


def _yields(
    decisions: DecisionLog, answered: set[str]
) -> tuple[tuple[StratumYield, ...], StratumYield]:
    """Return what the answers found by stratum, and what the last ones to chosen items found."""
    answers: dict[str, list[str]] = {}
    for d in decisions.on_items:
        if d.label is not None:
            answers.setdefault(d.item_id, []).append(d.label)
    found: dict[str, list[float]] = {}
    chosen: list[float] = []
    seen: set[str] = set()
    for d in decisions:
        if d.item_id in answered and d.proposed and not d.gold and d.item_id not in seen:
            seen.add(d.item_id)
            wrong = share_against(d.proposed, answers[d.item_id])
            found.setdefault(d.stratum, []).append(wrong)
            if d.stratum != RANDOM_STRATUM:
                chosen.append(wrong)
    last = chosen[-_RECENT:]
    return (
        tuple(StratumYield(s, len(found[s]), sum(found[s])) for s in sorted(found)),
        StratumYield("recent", len(last), sum(last)),
    )
