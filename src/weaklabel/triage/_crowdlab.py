"""crowdlab and active_scores: labels from several reviewers and a classifier, and whom to ask again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import ABSTAIN, DecisionLog, FloatArray, IntArray, SoftLabels
from weaklabel.core._answer_table import AnswerTable, answer_table
from weaklabel.core._check import check_type
from weaklabel.core._html import escape, table_html
from weaklabel.errors import DecisionsError, LabelsError
from weaklabel.triage._cleanlab import _cleanlab, _quiet

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Crowdlab", "active_scores", "crowdlab"]

#: Share of an even-handed guess that is mixed into the probabilities, a hair more for each class than
#: for the next: cleanlab breaks exact ties with the global random generator, and fails where all tie.
_NUDGE = 1e-9
#: Qualities this close are tied but for the nudge.
_TIED = 1e-7
_ROWS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Crowdlab:
    """What CROWDLAB makes of the answers and the classifier.

    Parameters
    ----------
    items : pandas.DataFrame
        One row for each answered item, indexed by ``item_id``, sorted: ``label`` (missing on an
        exact tie), ``quality`` (in [0, 1], how likely the label is right; low is bad),
        ``agreement`` (share of its answers that equal the label) and ``answers``.
    reviewers : pandas.DataFrame
        Indexed by the reviewer, sorted: ``quality`` (in [0, 1]; NaN where no answer is to an item
        that another answered), ``agreement`` (share of the answers that equal the label),
        ``answers`` and ``worst_class`` (that whose answers are right least often).
    n_elsewhere : int
        Answers to items that the probabilities lack: left out.
    """

    items: pd.DataFrame
    reviewers: pd.DataFrame
    n_elsewhere: int

    def words(self) -> str:
        """Return how many labels there are, which are doubtful, and how good reviewers are."""
        n_open, n_low = (
            int(self.items["label"].isna().sum()),
            int((self.items["quality"] < 0.5).sum()),
        )
        ranked = self.reviewers["quality"].sort_values(kind="stable").dropna()
        named = ", ".join(f"{name} {quality:.2f}" for name, quality in ranked.items())
        unknown = self.reviewers.index[self.reviewers["quality"].isna()]
        said = [
            f"{len(self.items)} items, {n_open} of them tied, {n_low} with a quality below 0.5.",
            f"Quality of the reviewers, the lowest first: {named}." if named else "",
            f"Unknown, for want of shared items: {', '.join(unknown)}." if len(unknown) else "",
            f"Left out: {self.n_elsewhere} answers to items without probabilities."
            if self.n_elsewhere
            else "",
        ]
        return "\n".join(filter(None, said))

    def __repr__(self) -> str:
        return f"Crowdlab({len(self.items)} items, {len(self.reviewers)} reviewers)"

    def _repr_html_(self) -> str:
        worst = self.items.sort_values("quality", kind="stable").head(_ROWS)
        tables = "".join(table_html(t, 3) for t in (self.reviewers, worst))
        return f"<div><pre>{escape(self.words())}</pre>{tables}</div>"


def crowdlab(decisions: DecisionLog, pred_probs: SoftLabels) -> Crowdlab:
    """Return the best label of each answered item, with its quality and that of the reviewers.

    CROWDLAB weighs each reviewer by how often others agree, and a classifier by how often it
    is right where several answered; the label is the class with the largest weighted mean.
    It needs no gold, and tells a reviewer who errs from one whom others contradict.

    Parameters
    ----------
    decisions : DecisionLog
        The answers; only standing ones count, and no skips.
    pred_probs : SoftLabels
        Out-of-fold probabilities of the items, in any order, such as
        ``refine(...).pred_probs``. Never a label model's posterior.

    Returns
    -------
    Crowdlab
        ``items`` and ``reviewers``; give it to `weaklabel.review.reviewer_quality`.

    Raises
    ------
    DecisionsError
        If no item with probabilities has answers of two reviewers, or an answer is no class.
    LabelsError
        If `pred_probs` comes from a label model.
    ParameterError
        If an argument is of another type.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    cleanlab's ``get_label_quality_multiannotator`` with its defaults. 100,000 items of five
    reviewers take about five seconds. Where exact ties would be broken at random, the label is
    left open. A class that nobody answered may be missing.

    References
    ----------
    .. [1] H. W. Goh, U. Tkachenko and J. Mueller, "CROWDLAB: Supervised learning to infer
       consensus labels and quality scores for data with multiple annotators", 2022.
       https://arxiv.org/abs/2210.06812

    Examples
    --------
    >>> from weaklabel.core import Decision, LabelSchema
    >>> schema, at = LabelSchema(["ham", "spam"]), "2026-05-04T10:15:00+00:00"
    >>> said = {"ann": "hhss", "bob": "hhss", "cy": "hssh"}
    >>> log = DecisionLog(
    ...     Decision(str(i), {"h": "ham", "s": "spam"}[c], who, at)
    ...     for who, answers in said.items()
    ...     for i, c in enumerate(answers)
    ... )
    >>> pred_probs = SoftLabels([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.4, 0.6]], None, schema)
    >>> found = crowdlab(log, pred_probs)
    >>> found.items["label"].tolist(), found.reviewers["quality"].idxmin()
    (['ham', 'ham', 'spam', 'spam'], 'cy')
    """
    table, rows, n_elsewhere = _joined(decisions, pred_probs)
    wide, reviewers = _wide(table)
    if not len(wide) or (~np.isnan(wide)).sum(axis=1).max() < 2:
        raise DecisionsError(
            "crowdlab needs items with answers of two reviewers or more, and no item of pred_probs has "
            "them. Let some items be answered twice; active_scores does with one answer."
        )
    with _quiet():
        found = _cleanlab().multiannotator.get_label_quality_multiannotator(
            wide, _nudged(pred_probs.posterior[rows]), verbose=False
        )
    return Crowdlab(_items(found, table, wide), _reviewers(found, table, reviewers), n_elsewhere)


def active_scores(decisions: DecisionLog, pred_probs: SoftLabels) -> pd.DataFrame:
    """Return which items to have answered next, or once more, the most useful first.

    ActiveLab's score says how sure the label is from the answers and the classifier so far: an
    item without an answer, one with a single doubtful one and one on which reviewers differ
    are on one scale. Ask for one more answer to each of the first items, train the
    classifier again, and so on.

    Parameters
    ----------
    decisions : DecisionLog
        The answers; only standing ones count, and no skips. May be empty.
    pred_probs : SoftLabels
        Out-of-fold probabilities of all items that may be asked for, in any order, such as
        ``refine(...).pred_probs``. Never a label model's posterior.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``item_id``, one row for each item of `pred_probs`: ``score`` in [0, 1],
        ascending, and ``answers``, how many the item has. Equal scores are in the order of the
        ids.

    Raises
    ------
    DecisionsError
        If an answer is no class.
    LabelsError
        If `pred_probs` comes from a label model.
    ParameterError
        If an argument is of another type.
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    cleanlab's ``get_active_learning_scores``. 10,000 items of five reviewers take five
    seconds, 100,000 a minute. One reviewer, or items with one answer each, will do.

    References
    ----------
    .. [1] H. W. Goh and J. Mueller, "ActiveLab: Active Learning with Re-Labeling by Multiple
       Annotators", 2023. https://arxiv.org/abs/2301.11856

    Examples
    --------
    >>> from weaklabel.core import Decision, LabelSchema
    >>> schema, at = LabelSchema(["ham", "spam"]), "2026-05-04T10:15:00+00:00"
    >>> log = DecisionLog([Decision("0", "ham", "ann", at), Decision("1", "ham", "ann", at)])
    >>> pred_probs = SoftLabels([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]], None, schema)
    >>> active_scores(log, pred_probs).round(2)
             score  answers
    item_id
    1         0.30        1
    2         0.55        0
    0         0.77        1
    """
    import pandas as pd

    table, rows, _ = _joined(decisions, pred_probs)
    wide, _ = _wide(table)
    proba = _nudged(pred_probs.posterior)
    rest = np.setdiff1d(np.arange(len(proba)), rows)
    scores, n_answers = np.full(len(proba), np.nan), np.zeros(len(proba), dtype=np.int64)
    given = {"labels_multiannotator": wide, "pred_probs": proba[rows]} if len(rows) else {}
    if len(proba):
        with _quiet():
            answered, unanswered = _cleanlab().multiannotator.get_active_learning_scores(
                **given, pred_probs_unlabeled=proba[rest] if len(rest) else None
            )
        scores[rows], scores[rest] = answered, unanswered
    n_answers[rows] = (~np.isnan(wide)).sum(axis=1)
    index = pd.Index(pred_probs.item_ids.tolist(), name="item_id")
    frame = pd.DataFrame({"score": scores, "answers": n_answers}, index=index)
    # Rounding of sums must not decide between items that are equal.
    order = np.lexsort((index.to_numpy(dtype=str), scores.round(12)))
    return frame.iloc[order]


def _joined(decisions: DecisionLog, pred_probs: SoftLabels) -> tuple[AnswerTable, IntArray, int]:
    """Return the answers to items with probabilities, the rows of these items, and the rest."""
    check_type("decisions", decisions, DecisionLog)
    check_type("pred_probs", pred_probs, SoftLabels)
    if pred_probs.provenance.startswith("model:"):
        raise LabelsError(
            f"pred_probs comes from {pred_probs.provenance!r}, must be out-of-fold probabilities of a "
            "classifier. Use refine(...).pred_probs."
        )
    row_of = {key: i for i, key in enumerate(pred_probs.item_ids.tolist())}
    answers = [d for d in decisions.standing if d.label is not None]
    here = DecisionLog(d for d in answers if d.item_id in row_of)
    table = answer_table(here, pred_probs.schema)
    rows = np.array([row_of[key] for key in table.item_ids], dtype=np.int64)
    return table, rows, len(answers) - len(here)


def _wide(table: AnswerTable) -> tuple[FloatArray, tuple[str, ...]]:
    """Return cleanlab's form: items by reviewers, NaN for no answer."""
    codes = table.wide().astype(np.float64)
    return np.where(codes < 0, np.nan, codes), table.reviewers


def _nudged(proba: FloatArray) -> FloatArray:
    """Return the probabilities with no two of an item exactly equal; rows still sum to 1."""
    guess = np.arange(proba.shape[1], 0, -1, dtype=np.float64)
    return np.asarray((1 - _NUDGE) * proba + _NUDGE * guess / guess.sum(), dtype=np.float64)


def _items(found: Any, table: AnswerTable, wide: FloatArray) -> pd.DataFrame:
    import pandas as pd

    by_item = found["label_quality"]
    codes = by_item["consensus_label"].to_numpy(dtype=np.int64)
    quality = by_item["consensus_quality_score"].to_numpy(dtype=np.float64)
    of_answers = found["detailed_label_quality"].to_numpy(dtype=np.float64)
    # Another class that somebody answered, and that is as good: only the nudge decided.
    rival = (wide != codes[:, None]) & (of_answers > quality[:, None] - _TIED)
    labels = np.where(rival.any(axis=1), ABSTAIN, codes)
    columns: dict[str, Any] = {
        "label": pd.Series(table.schema.decode(labels), dtype=object),
        "quality": np.clip(quality, 0.0, 1.0),
        "agreement": by_item["annotator_agreement"].to_numpy(dtype=np.float64),
        "answers": by_item["num_annotations"].to_numpy(dtype=np.int64),
    }
    return pd.DataFrame(columns).set_index(pd.Index(table.item_ids, name="item_id"))


def _reviewers(found: Any, table: AnswerTable, reviewers: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    by_reviewer = found["annotator_stats"].sort_index()
    columns: dict[str, Any] = {
        "quality": by_reviewer["annotator_quality"].to_numpy(dtype=np.float64),
        "agreement": by_reviewer["agreement_with_consensus"].to_numpy(dtype=np.float64),
        "answers": by_reviewer["num_examples_labeled"].to_numpy(dtype=np.int64),
        "worst_class": table.schema.decode(by_reviewer["worst_class"].to_numpy(dtype=np.int64)),
    }
    return pd.DataFrame(columns, index=pd.Index(reviewers, name="reviewer"))
