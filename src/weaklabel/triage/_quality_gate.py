"""check_quality: whether a batch may pass, from how many of its random items are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from weaklabel.core import DecisionLog
from weaklabel.core._check import check_choice, check_fraction, check_number
from weaklabel.core._html import escape
from weaklabel.errors import DecisionsError
from weaklabel.triage._accuracy_estimate import AccuracyEstimate, percent
from weaklabel.triage._audit_sample import RANDOM_STRATUM, share_against
from weaklabel.triage._intervals import wilson

__all__ = ["QualityCheck", "check_quality"]

_EVIDENCE = ("share", "surely_wrong", "surely_right")


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """The verdict on a batch or a data set.

    Parameters
    ----------
    passed : bool
        Whether it passed.
    wrong, low, high : float
        Share of wrong labels and its interval, in [0, 1].
    max_wrong : float
        The share that is allowed.
    decided_by : {"share", "surely_wrong", "surely_right"}
        Which of the three figures was held against it.
    n_random : int
        Random answers behind them.
    confidence : float
        Of the interval, in (0, 1).
    """

    passed: bool
    wrong: float
    low: float
    high: float
    max_wrong: float
    decided_by: str
    n_random: int
    confidence: float

    def words(self) -> str:
        """Return the verdict and its reason in a sentence."""
        name, figure = {
            "share": ("share of wrong labels", self.wrong),
            "surely_wrong": ("lower end of the interval of wrong labels", self.low),
            "surely_right": ("upper end of the interval of wrong labels", self.high),
        }[self.decided_by]
        compared = "at most" if self.passed else "more than"
        return (
            f"{'Passed' if self.passed else 'Failed'}: the {name}, {percent(figure)}, is {compared} "
            f"the allowed {percent(self.max_wrong)} ({self.n_random} random answers; "
            f"{percent(self.wrong)} wrong, {percent(self.confidence)} interval "
            f"{percent(self.low)} to {percent(self.high)})."
        )

    def __repr__(self) -> str:
        return f"QualityCheck({self.words()})"

    def _repr_html_(self) -> str:
        return f"<div><p>{escape(self.words())}</p></div>"


def check_quality(
    checked: AccuracyEstimate | DecisionLog,
    max_wrong: float = 0.10,
    *,
    decided_by: Literal["share", "surely_wrong", "surely_right"] = "share",
    confidence: float = 0.95,
) -> QualityCheck:
    """Return whether at most a given share of the labels is wrong.

    The checkpoint of labeling teams: a batch goes back when more than a tenth of a
    random part of it is wrong. A failed batch is a verdict and not an error,
    since it is an ordinary result that a report should show; a script stops with
    ``if not verdict.passed``.

    Parameters
    ----------
    checked : DecisionLog or AccuracyEstimate
        The decisions on one batch: its answers of the stratum "random" are held
        against the labels that were shown, and all other answers ignored. Or an
        estimate of `estimate_accuracy`, for the data set as it is now, with
        answered items right.
    max_wrong : float
        The share of wrong labels that is allowed, in [0, 1].
    decided_by : {"share", "surely_wrong", "surely_right"}
        What must be at most `max_wrong`:

        - ``share``: the estimated share itself, as the checkpoints in use do. Of
          twenty answers two wrong pass at 10 %, though the truth may be 3 % or 30 %;
        - ``surely_wrong``: the interval's lower end, so that only what is surely too
          bad fails;
        - ``surely_right``: the interval's upper end, so that only what is surely good
          enough passes. Few answers never pass.
    confidence : float
        Of the interval, in [0.5, 0.999]; an estimate brings its own.

    Returns
    -------
    QualityCheck

    Raises
    ------
    DecisionsError
        If no random answer has a label that was shown with it.
    ParameterError
        If an argument is outside what is allowed.

    Notes
    -----
    Of a log, the interval is Wilson's, without a finite population correction: how
    large the batch is cannot be seen. Where that matters, estimate first. Disputed
    items count by the share of answers that contradict the label; skips are left out.

    Examples
    --------
    >>> from weaklabel.core import Decision
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> batch = DecisionLog(
    ...     Decision(str(i), "ham" if i else "spam", "ann", at, "ham", "random") for i in range(20)
    ... )
    >>> check_quality(batch).passed
    True
    >>> print(check_quality(batch, decided_by="surely_right").words())
    Failed: the upper end of the interval of wrong labels, 23.6 %, is more than the allowed 10 %
    (20 random answers; 5 % wrong, 95 % interval 0.9 % to 23.6 %).
    """
    allowed = check_fraction("max_wrong", max_wrong)
    check_choice("decided_by", decided_by, _EVIDENCE)
    level = check_number("confidence", confidence, 0.5, 0.999)
    if isinstance(checked, AccuracyEstimate):
        n_random, level = checked.n_random, checked.confidence
        wrong, low, high = 1 - checked.accuracy, 1 - checked.high, 1 - checked.low
    else:
        n_wrong, n_random = _random_wrong(checked)
        wrong, (low, high) = n_wrong / n_random, wilson(n_wrong, n_random, level)
    figure = {"share": wrong, "surely_wrong": low, "surely_right": high}[decided_by]
    # A tenth of twenty, computed as 1 - 0.9, must not fail at a tenth.
    passed = figure <= allowed + 1e-12
    return QualityCheck(passed, wrong, low, high, allowed, decided_by, n_random, level)


def _random_wrong(decisions: DecisionLog) -> tuple[float, int]:
    """Return how many shown labels the random answers contradict, and of how many items."""
    answers: dict[str, list[str]] = {}
    for d in decisions.on_items:
        if d.label is not None:
            answers.setdefault(d.item_id, []).append(d.label)
    shown: dict[str, str] = {}
    for d in decisions:
        if d.stratum == RANDOM_STRATUM and d.proposed and d.item_id in answers:
            shown.setdefault(d.item_id, d.proposed)
    if not shown:
        raise DecisionsError(
            f"decisions have 0 answers of the stratum {RANDOM_STRATUM!r} with the label that was "
            "shown, must have at least one. Review a random part of the batch with its labels."
        )
    return sum(share_against(name, answers[key]) for key, name in shown.items()), len(shown)
