"""agreement: how far reviewers agree, overall, by pair, by class, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import DecisionLog, FloatArray, IntArray, LabelSchema
from weaklabel.core._answer_table import AnswerPairs, AnswerTable, answer_table
from weaklabel.core._check import check_fraction, check_int
from weaklabel.core._numerics import wilson_interval
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.quality._adjudicators import without_adjudicators
from weaklabel.review.quality._agreement_figures import Agreement, Coefficient
from weaklabel.review.quality._bootstrap import Intervals, Resampling, intervals
from weaklabel.review.quality._coefficients import (
    class_disagreement,
    class_terms,
    item_disagreement,
    item_terms,
    pair_disagreement,
    pair_terms,
)
from weaklabel.review.quality._hot_spots import hot_spots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["agreement"]

_NO_SHARED = "No item has answers of two reviewers. Let some items be answered twice."
_NO_DIFFERENCE = (
    "No two answers differ: resampling cannot draw a difference, and the lower bound is what "
    "that many items leave possible."
)


def agreement(
    decisions: DecisionLog,
    schema: LabelSchema,
    *,
    groups: Mapping[str, str] | None = None,
    adjudicators: Sequence[str] = (),
    blind_only: bool = False,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> Agreement:
    """Return how far reviewers agree, with intervals, and where they do not.

    Only standing answers count, and skips are no answers. Answers given with the proposal on
    screen agree with it, and hence with each other, more than reviewers do: where enough were
    given blind, look at these alone.

    Parameters
    ----------
    decisions : DecisionLog
        The answers of any number of reviewers, any number of them to each item.
    schema : LabelSchema
        The classes.
    groups : mapping of str to str, optional
        The group of an item, such as its vote pattern or the first of its near-duplicates, by
        item id; others are in no group.
    adjudicators : sequence of str
        Reviewers to leave out, because they saw the answers that they settled.
    blind_only : bool
        Whether to leave out answers that were not given blind (`Decision.blind`).
    confidence : float
        Of the intervals, in (0, 1).
    n_bootstrap : int
        Resamples, at least 100; fewer than 1,000 leave the bounds rough.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Agreement
        What cannot be computed (one reviewer, no shared item, one class throughout) is NaN,
        and a note says why.

    Raises
    ------
    DecisionsError
        If an answer is no class of `schema`.
    ParameterError
        If another argument is wrong.

    Notes
    -----
    Intervals are bias-corrected and accelerated (BCa) [1]_ over items that are resampled with all
    their answers, as [2]_ found right for Fleiss' kappa and Krippendorff's alpha. They cover
    other items, not other reviewers. In simulations with 20 to 50 items they hold the true
    value more often than percentiles do (``benchmarks/agreement.py``). The coefficients and their
    sources are in ``docs/how-to/read-agreement.md``.

    100,000 answers of 20 reviewers take a second or two with five classes, five with twenty
    classes, and a quarter of a minute where all 20 answer every item.

    References
    ----------
    .. [1] B. Efron, "Better bootstrap confidence intervals", J. Am. Stat. Assoc. 82, 1987.
       https://doi.org/10.1080/01621459.1987.10478410
    .. [2] A. Zapf, S. Castell, L. Morawietz and A. Karch, "Measuring inter-rater reliability for
       nominal data – which coefficients and confidence intervals are appropriate?", BMC Med.
       Res. Methodol. 16:93, 2016. https://doi.org/10.1186/s12874-016-0200-9

    Examples
    --------
    >>> from weaklabel.core import Decision
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = {"ann": "hhhhhhsssh", "bob": "hhhhhsssss"}
    >>> log = DecisionLog(
    ...     Decision(str(i), {"h": "ham", "s": "spam"}[c], who, at)
    ...     for who, answers in said.items()
    ...     for i, c in enumerate(answers)
    ... )
    >>> found = agreement(log, LabelSchema(["ham", "spam"]))
    >>> found.observed.value, round(found.alpha.value, 3), found.pairs["kappa"].round(3).tolist()
    (0.8, 0.604, [0.6])

    One reviewer alone agrees with nobody:

    >>> alone = DecisionLog(d for d in log if d.reviewer == "ann")
    >>> agreement(alone, LabelSchema(["ham", "spam"])).alpha
    Coefficient(value=nan, low=nan, high=nan, note='No item has answers of two reviewers. Let \
some items be answered twice.')
    """
    how, z = _checked(confidence, n_bootstrap, seed)
    decisions = without_adjudicators(decisions, adjudicators)
    standing = [d for d in decisions.standing if d.blind or not blind_only]
    groups = _checked_groups(groups)
    table = answer_table(DecisionLog(standing), schema)
    counts = table.counts()
    n_each_item = counts.sum(axis=1)
    shared = counts[n_each_item >= 2]
    pairs = table.pairs()
    observed, fleiss, alpha = _overall(shared, table, how)
    strata = [(d.item_id, d.stratum) for d in standing]
    return Agreement(
        observed,
        fleiss,
        alpha,
        _pairs(pairs, table, how),
        _classes(shared, table, how),
        _reviewers(table, n_each_item, z),
        _confusion(pairs, table),
        hot_spots(table, strata, groups, z),
        len(table.reviewers),
        int(n_each_item.sum()),
        sum(d.blind for d in standing if d.label is not None),
        int((n_each_item > 0).sum()),
        len(shared),
        int(((shared > 0).sum(axis=1) > 1).sum()),
        how.confidence,
        how.n_bootstrap,
    )


def _checked(confidence: float, n_bootstrap: int, seed: int) -> tuple[Resampling, float]:
    confidence = check_fraction("confidence", confidence)
    if not 0 < confidence < 1:
        raise ParameterError(wrong_value("confidence", confidence, "in (0, 1)", "Use 0.95."))
    n_bootstrap = check_int("n_bootstrap", n_bootstrap, 100, "Use 1000.")
    how = Resampling(n_bootstrap, check_int("seed", seed, 0), confidence)
    return how, NormalDist().inv_cdf((1 + confidence) / 2)


def _checked_groups(groups: Mapping[str, str] | None) -> Mapping[str, str]:
    groups = {} if groups is None else groups
    if not isinstance(groups, Mapping):
        raise ParameterError(
            wrong_value("groups", groups, "a mapping from item id to the name of its group")
        )
    return {str(item_id): str(name) for item_id, name in groups.items()}


def _overall(
    shared: IntArray, table: AnswerTable, how: Resampling
) -> tuple[Coefficient, Coefficient, Coefficient]:
    kinds, n_each = np.unique(shared, axis=0, return_counts=True)
    found = intervals(item_terms(kinds), n_each, item_disagreement, how)
    note = _NO_SHARED if not len(shared) else ""
    given = np.flatnonzero(shared.sum(axis=0))
    if len(given) == 1:
        name = table.schema.classes[given[0]]
        note = f"Every answer is {name!r}: chance alone would agree as much, so that alpha and kappa are undefined."
    elif len(shared) and found.values[0] == 1:
        note = _NO_DIFFERENCE
    first, second, third = (
        Coefficient(float(value), float(low), float(high), note)
        for value, low, high in zip(*found, strict=True)
    )
    return first, second, third


def _pairs(pairs: AnswerPairs, table: AnswerTable, how: Resampling) -> pd.DataFrame:
    import pandas as pd

    names, n = table.reviewers, len(table.reviewers)
    rows = dict(_pair_rows(pairs, table, how))
    none = (0, *[np.nan] * 6, "No shared item.")
    every = [
        (names[a], names[b], *rows.get((a, b), none)) for a in range(n) for b in range(a + 1, n)
    ]
    columns = ["reviewer", "other", "shared", *_bounded("observed", "kappa"), "note"]
    frame = pd.DataFrame(every, columns=columns)
    return frame.astype({"shared": "int64", **dict.fromkeys(_bounded("observed", "kappa"), float)})


def _pair_rows(
    pairs: AnswerPairs, table: AnswerTable, how: Resampling
) -> Iterator[tuple[tuple[int, int], tuple[object, ...]]]:
    """Yield the figures of every two reviewers who share an item, by their positions."""
    k, n = table.schema.n_classes, len(table.reviewers)
    key = pairs.first * n + pairs.second
    cell = pairs.first_codes.astype(np.int64) * k + pairs.second_codes
    order = np.argsort(key, kind="stable")
    which, starts = np.unique(key[order], return_index=True)
    ends = np.searchsorted(key[order], which, side="right")
    groups = np.stack([which, starts, ends], axis=1).tolist()
    for pair, start, end in groups:
        cells = cell[order[start:end]]
        kinds, n_each = np.unique(cells, return_counts=True)
        # Only classes that either gave: a task may have a thousand.
        given, codes = np.unique([kinds // k, kinds % k], return_inverse=True)
        first, second = codes.reshape(2, -1)
        terms = pair_terms(first, second, len(given))
        found = intervals(terms, n_each, pair_disagreement, how)
        note = _pair_note(found, [table.schema.classes[c] for c in given.tolist()])
        yield divmod(pair, n), (len(cells), *_flat(found), note)


def _pair_note(found: Intervals, given: list[str]) -> str:
    if len(given) == 1:
        return f"Both said {given[0]!r} throughout: kappa is undefined."
    return _NO_DIFFERENCE if found.values[0] == 1 else ""


def _classes(shared: IntArray, table: AnswerTable, how: Resampling) -> pd.DataFrame:
    import pandas as pd

    n_answers = shared.sum(axis=1)
    figures = _bounded("observed", "fleiss", "alpha", "specific")
    rows: list[tuple[object, ...]] = []
    for code in range(table.schema.n_classes):
        both = np.stack([shared[:, code], n_answers - shared[:, code]], axis=1)
        kinds, n_each = np.unique(both, axis=0, return_counts=True)
        found = intervals(class_terms(kinds), n_each, class_disagreement, how)
        n_class = int(both[:, 0].sum())
        rows.append((n_class, *_flat(found), _class_note(n_class, int(n_answers.sum()))))
    index = pd.Index(table.schema.classes, name="class")
    frame = pd.DataFrame(rows, columns=["answers", *figures, "note"], index=index)
    return frame[["answers", *_bounded("specific", "observed", "fleiss", "alpha"), "note"]]


def _class_note(n_class: int, n_answers: int) -> str:
    if not n_answers:
        return _NO_SHARED
    if not n_class:
        return "Never answered on a shared item: undefined."
    return "Every answer is this class: alpha and kappa are undefined." * (n_class == n_answers)


def _reviewers(table: AnswerTable, n_each_item: IntArray, z: float) -> pd.DataFrame:
    import pandas as pd

    n, said = len(table.reviewers), table.codes >= 0
    answers = np.bincount(table.who[said], minlength=n)
    skips = np.bincount(table.who[~said], minlength=n)
    shared = np.bincount(table.who[said & (n_each_item[table.items] >= 2)], minlength=n)
    low, high = wilson_interval(skips, answers + skips, z)
    columns = {
        "answers": answers,
        "skips": skips,
        "skip_share": skips / np.maximum(answers + skips, 1),
        "skip_low": low,
        "skip_high": high,
        "shared": shared,
    }
    return pd.DataFrame(columns, index=pd.Index(table.reviewers, name="reviewer"))


def _confusion(pairs: AnswerPairs, table: AnswerTable) -> pd.DataFrame:
    import pandas as pd

    said = np.stack([pairs.first, pairs.second, pairs.first_codes, pairs.second_codes], axis=1)
    cells, items = np.unique(said, axis=0, return_counts=True)
    names, classes = table.reviewers, table.schema.classes
    rows = [
        (names[a], names[b], classes[x], classes[y], n)
        for (a, b, x, y), n in zip(cells.tolist(), items.tolist(), strict=True)
    ]
    columns = ["reviewer", "other", "says", "other_says", "items"]
    return pd.DataFrame(rows, columns=columns).astype({"items": "int64"})


def _bounded(*names: str) -> list[str]:
    return [f"{name}{end}" for name in names for end in ("", "_low", "_high")]


def _flat(found: Intervals) -> list[float]:
    """Return value, low and high of every coefficient, one after the other."""
    stacked: FloatArray = np.stack(found, axis=1)
    flat: list[float] = stacked.ravel().tolist()
    return flat
