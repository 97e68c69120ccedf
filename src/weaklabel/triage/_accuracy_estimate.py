"""AccuracyEstimate: the accuracy of a data set with its interval, in figures and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from weaklabel.core._check import check_fraction
from weaklabel.core._html import escape

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AccuracyEstimate", "ClassAccuracy", "StratumYield", "percent"]

#: Chosen answers that advice on the yield needs at least: of fewer, one more or less decides.
_LEAST_RECENT = 20


@dataclass(frozen=True, slots=True)
class ClassAccuracy:
    """How many of the items that have one label are right (the precision of that class).

    Parameters
    ----------
    name : str
        The class.
    accuracy, low, high : float
        In [0, 1]; NaN, and the bounds that answers leave possible, where no random
        item has this label.
    n_items : int
        Items of the data set with this label, answered or not.
    n_random : int
        Random answers to items with this label.
    n_random_wrong : float
        How many of them contradict it.
    """

    name: str
    accuracy: float
    low: float
    high: float
    n_items: int
    n_random: int
    n_random_wrong: float

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"


@dataclass(frozen=True, slots=True)
class StratumYield:
    """How many labels, as they were shown, the answers of one stratum found to be wrong.

    Parameters
    ----------
    stratum : str
        Why the items were shown; "recent" for the last answers to chosen items.
    n_answers : int
        Items that were answered and whose shown label is known.
    n_wrong : float
        How many of these labels are wrong; a disputed one counts for a part.
    """

    stratum: str
    n_answers: int
    n_wrong: float

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"


@dataclass(frozen=True, slots=True, eq=False)
class AccuracyEstimate:
    """Accuracy of a data set, estimated from the random answers of a review.

    Parameters
    ----------
    accuracy, low, high : float
        Share of right labels in the data set now, and its interval, in [0, 1].
    confidence : float
        Of the interval, in (0, 1).
    open_accuracy, open_low, open_high : float
        The same for the items without an answer alone; NaN, 0 and 1 if there are none.
    basis : {"held out", "shown"}
        What answers were held against: labels of now, made without the item's own
        answer, or the labels that reviewers were shown.
    n_items : int
        Items of the data set.
    n_answered : int
        Of them with an agreed answer, which is their label.
    n_random : int
        Random answers behind the estimate.
    n_random_wrong : float
        How many of them contradict the label; a disputed item counts for a part.
    n_skipped : int
        Random items that reviewers skipped: left out.
    n_disputed : int
        Items on which reviewers disagree.
    n_not_shown : int
        Random answers without a label to hold them against: left out.
    n_elsewhere : int
        Items of the log that are not in the data set: ignored.
    n_to_halve : int
        About how many more random answers would halve the interval.
    queues_known : bool
        Whether it was known when each queue was made.
    by_class : tuple of ClassAccuracy
        One for each class, in the order of the schema.
    yields : tuple of StratumYield
        What the answers found, by stratum, sorted.
    recent : StratumYield
        The same of the last 50 answers to items that were chosen, not drawn.
    n_escalated : int
        Random items that wait for an expert: left out.
    """

    accuracy: float
    low: float
    high: float
    confidence: float
    open_accuracy: float
    open_low: float
    open_high: float
    basis: Literal["held out", "shown"]
    n_items: int
    n_answered: int
    n_random: int
    n_random_wrong: float
    n_skipped: int
    n_disputed: int
    n_not_shown: int
    n_elsewhere: int
    n_to_halve: int
    queues_known: bool
    by_class: tuple[ClassAccuracy, ...]
    yields: tuple[StratumYield, ...]
    recent: StratumYield
    n_escalated: int = 0

    def words(self) -> str:
        """Return what was estimated, from what, and what was left out, in sentences."""
        against = {
            "held out": "the label made without it",
            "shown": "the label that was shown with it",
        }[self.basis]
        said = [
            f"{percent(self.accuracy)} of the {self.n_items} labels are right "
            f"({percent(self.confidence)} interval {percent(self.low)} to {percent(self.high)}).",
            f"{self.n_answered} have an agreed answer and count as right; what the others are worth "
            f"is estimated from {self.n_random} random answers, of which {self.n_random_wrong:g} "
            f"contradict {against}.",
        ]
        if self.basis == "shown":
            said.append("Labels that were changed since then are taken to be as good as before.")
        if not self.queues_known:
            said.append(
                "It is not known when each queue was made: the interval allows for one queue and "
                "for many; give queue_starts for a narrower one."
            )
        for count, words in (
            (self.n_skipped, "random items were skipped and are left out"),
            (self.n_escalated, "random items wait for an expert and are left out"),
            (self.n_not_shown, "random answers have no label to be held against and are left out"),
            (self.n_disputed, "items are disputed: each counts by its answers for the label"),
            (self.n_elsewhere, "items of the log are not in the data set and are ignored"),
        ):
            if count:
                said.append(f"{count} {words}.")
        if self.n_to_halve:
            said.append(f"About {self.n_to_halve} more random answers would halve the interval.")
        return " ".join(said)

    def advice(self, wanted: float | None = None) -> str:
        """Return whether to stop reviewing, and why.

        Parameters
        ----------
        wanted : float, optional
            The accuracy that is needed, in [0, 1].

        Returns
        -------
        str
            One sentence on `wanted`: reached when the interval's lower end is at
            or above it, out of reach so far when its upper end is below. One on the
            yield: to choose items pays as long as the last of them were wrong more
            often than random ones.

        Raises
        ------
        ParameterError
            If `wanted` is not in [0, 1].
        """
        goal = [] if wanted is None else [self._goal(check_fraction("wanted", wanted))]
        return " ".join([*goal, self._yield()])

    def _goal(self, wanted: float) -> str:
        interval = f"{percent(self.low)} to {percent(self.high)}"
        if self.low >= wanted:
            return f"Stop: the lower end of {interval} has reached the wanted {percent(wanted)}."
        if self.high < wanted:
            return f"Go on: even the upper end of {interval} is below the wanted {percent(wanted)}."
        return (
            f"Not decided: the wanted {percent(wanted)} is within {interval}. "
            "Random answers narrow it; answers to chosen items raise it."
        )

    def _yield(self) -> str:
        drawn = next((y for y in self.yields if y.stratum == "random"), None)
        recent = self.recent
        if drawn is None or not drawn.n_answers or recent.n_answers < _LEAST_RECENT:
            return "Too few chosen answers to say whether choosing items still pays."
        counts = (
            f"the last {recent.n_answers} chosen answers found {recent.n_wrong:g} wrong labels, "
            f"{drawn.n_answers} random ones {drawn.n_wrong:g}"
        )
        if recent.n_wrong * drawn.n_answers > drawn.n_wrong * recent.n_answers:
            return f"To choose items still pays: {counts}."
        return f"To choose items finds no more than chance does: {counts}."

    def to_pandas(self) -> pd.DataFrame:
        """Return one row for each class: accuracy, interval and counts, class as index."""
        import pandas as pd

        names = list(ClassAccuracy.__dataclass_fields__)
        rows = [[getattr(c, name) for name in names] for c in self.by_class]
        return pd.DataFrame(rows, columns=names).set_index("name").rename_axis("class")

    def __repr__(self) -> str:
        return (
            f"AccuracyEstimate({percent(self.accuracy)}, {percent(self.confidence)} interval "
            f"{percent(self.low)} to {percent(self.high)}; {self.n_random} random answers, "
            f"{self.n_answered} of {self.n_items} items answered)"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(c.name)}</th><td>{percent(c.accuracy)}</td><td>{percent(c.low)}</td>"
            f"<td>{percent(c.high)}</td><td>{c.n_items}</td><td>{c.n_random}</td></tr>"
            for c in self.by_class[:20]
        )
        return (
            f"<div><p>{escape(self.words())}</p><table><thead><tr><th>label</th><th>right</th>"
            f"<th>low</th><th>high</th><th>items</th><th>random answers</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def percent(share: float) -> str:
    """Return a share in percent with one decimal, "unknown" for NaN.

    Examples
    --------
    >>> percent(0.9), percent(0.123), percent(float("nan"))
    ('90 %', '12.3 %', 'unknown')
    """
    if math.isnan(share):
        return "unknown"
    return f"{100 * share:.1f} %".replace(".0 %", " %")
