"""Agreement and Coefficient: how far reviewers agree, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from weaklabel.core._html import escape, table_html
from weaklabel.review.quality._phrases import counted, listed, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Agreement", "Coefficient"]

#: Pairs, classes and hot spots that the words name.
_SHOWN = 3
#: Rows of a table in a notebook.
_ROWS = 20


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One figure of agreement with its interval.

    Parameters
    ----------
    value : float
        At most 1; NaN where it is undefined.
    low, high : float
        Its bootstrap interval over items; NaN where it is undefined.
    note : str
        Why it is undefined, or what is odd about the interval; "" mostly.
    """

    value: float
    low: float
    high: float
    note: str = ""

    def __str__(self) -> str:
        if self.value != self.value:
            return "undefined"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far reviewers agree.

    "Shared" items have answers of two or more reviewers: every figure is of these alone.
    Percent agreement is given as a share, in [0, 1], under the name "observed".

    Parameters
    ----------
    observed : Coefficient
        Percent agreement: the mean over shared items of the share of their pairs of answers
        that agree.
    fleiss : Coefficient
        Fleiss' kappa, for any number of answers to an item.
    alpha : Coefficient
        Krippendorff's alpha for classes without an order.
    pairs : pandas.DataFrame
        One row for every two reviewers, sorted by name: ``reviewer``, ``other``, ``shared`` (items
        that both answered), ``observed`` and ``kappa`` (Cohen's), each with ``_low`` and
        ``_high``, and ``note``.
    classes : pandas.DataFrame
        One row for each class, indexed by it, in the order of the schema: ``answers`` (for it, to
        shared items), ``specific`` (another answer is this class, given that one is), and
        ``observed``, ``fleiss`` and ``alpha`` of this class against the rest, each with ``_low``
        and ``_high``, and ``note``.
    reviewers : pandas.DataFrame
        Indexed by the reviewer: ``answers``, ``skips``, ``skip_share`` (of both together, with a
        Wilson interval ``skip_low``, ``skip_high``), ``shared`` (answers to shared items).
    confusion : pandas.DataFrame
        What two reviewers said of the same items: ``reviewer``, ``other``, ``says``,
        ``other_says``, ``items``; without rows for what did not occur.
    hot_spots : pandas.DataFrame
        Where answers differ: ``kind`` ("stratum", "classes" or "group"), ``name``, ``items``
        (shared ones; of two classes those with an answer for either), ``disputed`` (how many of
        them have different answers; of two classes, an answer for each), ``share``, and its Wilson
        interval ``low``, ``high``. Within a kind the highest lower bound comes first.
    n_reviewers : int
        Reviewers with an answer or a skip.
    n_answers : int
        Their standing answers, without skips.
    n_blind : int
        How many of these were given blind.
    n_items : int
        Items with an answer.
    n_shared : int
        Items with answers of two or more reviewers.
    n_disputed : int
        How many of these have different answers.
    confidence : float
        Of all intervals.
    n_bootstrap : int
        Resamples behind them.
    """

    observed: Coefficient
    fleiss: Coefficient
    alpha: Coefficient
    pairs: pd.DataFrame
    classes: pd.DataFrame
    reviewers: pd.DataFrame
    confusion: pd.DataFrame
    hot_spots: pd.DataFrame
    n_reviewers: int
    n_answers: int
    n_blind: int
    n_items: int
    n_shared: int
    n_disputed: int
    confidence: float
    n_bootstrap: int

    def words(self) -> str:
        """Return a few sentences: how much agreement, between whom least, and on what."""
        lines = [
            f"{counted(self.n_reviewers, 'reviewer')} gave {counted(self.n_answers, 'answer')} to "
            f"{counted(self.n_items, 'item')}; {self.n_shared} of these have answers of two or more, "
            "and every figure is of them alone.",
            f"{self.n_blind} of the answers were given blind." if self.n_blind else "",
            self._overall(),
            self._least_alike(),
            self._classes(),
            self._hot_spots(),
            self._skips(),
        ]
        return "\n".join(filter(None, lines))

    def _overall(self) -> str:
        if not self.n_shared:
            return f"Agreement is undefined. {self.observed.note}"
        said = (
            f"Answers differ on {counted(self.n_disputed, 'item')}. "
            f"Two answers to one item agree in {percent(self.observed.value)} ("
            f"{percent(self.confidence)} interval {percent(self.observed.low)} to "
            f"{percent(self.observed.high)}). Beyond chance: Krippendorff's alpha {self.alpha}, "
            f"Fleiss' kappa {self.fleiss}."
        )
        return f"{said} {self.alpha.note}".rstrip()

    def _least_alike(self) -> str:
        known = self.pairs[self.pairs["kappa"].notna()].sort_values("kappa", kind="stable")
        columns = ["reviewer", "other", "shared", "kappa", "kappa_low", "kappa_high"]
        named = [
            f"{one} and {other} {kappa:.2f} ({low:.2f} to {high:.2f}) on {counted(n, 'item')}"
            for one, other, n, kappa, low, high in known[columns].head(_SHOWN).to_numpy().tolist()
        ]
        return f"Cohen's kappa, the lowest first: {', '.join(named)}." if named else ""

    def _classes(self) -> str:
        known = self.classes[self.classes["specific"].notna()].sort_values(
            "specific", kind="stable"
        )
        named = [
            f"{name} {percent(share)}" for name, share in known["specific"].head(_SHOWN).items()
        ]
        if not named:
            return ""
        return f"Where one says a class, another says it too: {', '.join(named)}."

    def _hot_spots(self) -> str:
        """Name the worst stratum, pair of classes and group, each where there is a choice."""
        spots = self.hot_spots[self.hot_spots.duplicated("kind", keep=False)]
        worst = spots[spots["disputed"] > 0].groupby("kind", sort=False).head(1)
        named = [
            f"{kind} {name} {disputed} of {items}"
            for kind, name, items, disputed, *_ in worst.to_numpy().tolist()
        ]
        return f"Most disputed: {', '.join(named)}." if named else ""

    def _skips(self) -> str:
        skipping = self.reviewers[self.reviewers["skips"] > 0]
        skipping = skipping.sort_values("skip_share", ascending=False, kind="stable")
        named = [f"{name} {percent(share)}" for name, share in skipping["skip_share"].items()]
        return f"Skipped: {listed(named, _SHOWN)}." if named else ""

    def __repr__(self) -> str:
        return (
            f"Agreement({counted(self.n_reviewers, 'reviewer')}, {self.n_shared} of "
            f"{counted(self.n_items, 'item')} shared: observed {self.observed}, alpha {self.alpha})"
        )

    def _repr_html_(self) -> str:
        said = f"<pre>{escape(self.words())}</pre>"
        tables = (self.pairs, self.classes, self.hot_spots, self.reviewers)
        shown = "".join(table_html(t.head(_ROWS)) for t in tables if len(t))
        return f"<div>{said}{shown}</div>"
