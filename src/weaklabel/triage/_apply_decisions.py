"""apply_decisions: reviewers' answers, in the labels of the items that nobody reviewed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import BoolArray, DecisionLog, FloatArray, IntArray, SoftLabels, VoteMatrix
from weaklabel.core._check import check_type
from weaklabel.core._html import escape, table_html
from weaklabel.core._ids import match_item_ids
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import LabelsError
from weaklabel.triage._correction import Correction, base_posterior, fit_correction
from weaklabel.triage._vote_patterns import VotePatterns, patterns_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Feedback", "apply_decisions"]

#: Answers are left out in so many parts to tell what labels would be without them.
_N_PARTS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """What reviewers' answers did to the labels.

    Parameters
    ----------
    soft : SoftLabels
        The labels now; the reviewed ones are as answered.
    held_out : SoftLabels
        For the reviewed items alone what the labels would be without their own answers, by
        which they can be told from it: what an honest estimate of accuracy compares.
    flipped : mapping of str to int
        How many labels are others than before: "answered", by their own answer; "same votes",
        by answers to items with exactly the same votes; "same functions", by answers to other
        items on which a labeling function votes the same; "content", by what answers say of votes
        and content in general.
    functions : pandas.DataFrame
        For each labeling function its votes and its mean precision by the labels before and
        now, with the difference; the largest changes first.
    """

    soft: SoftLabels
    held_out: SoftLabels
    flipped: Mapping[str, int]
    functions: pd.DataFrame

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {cause}" for cause, n in self.flipped.items())
        return f"Feedback({self.held_out.n_items} answers; labels flipped: {counts})"

    def _repr_html_(self) -> str:
        table = table_html(self.functions.head(10), 3)
        return f"<div><p>{escape(repr(self))}</p>{table}</div>"


def apply_decisions(
    decisions: DecisionLog,
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels | None = None,
) -> Feedback:
    """Return labels that have learned from reviewers' answers.

    An answer that only replaces its own label is mostly wasted: the items with the same votes
    have the same mistake. They move too, and so does the trust in votes and in content.

    Parameters
    ----------
    decisions : DecisionLog
        The answers. Where reviewers disagree, and where all skipped, an item stays as it is.
        Items that are not among `soft` are ignored.
    soft : SoftLabels
        The labels without the answers: a label model's, or refined ones.
    votes : VoteMatrix
        The votes behind them.
    pred_probs : SoftLabels, optional
        Out-of-fold probabilities, such as ``refine(...).pred_probs``, which may have been
        trained with the answers: no item's own is in them. Without them items that were chosen
        for their content would be taken for typical of their votes; give them unless
        all answers are to random items.

    Returns
    -------
    Feedback

    Raises
    ------
    ItemsError
        If `votes` or `pred_probs` lack an item of `soft`.
    LabelsError
        If they have other classes.
    DecisionsError
        If an answer is no class.
    VotesError
        If `votes` are soft.
    ParameterError
        If an argument is of another type.

    Notes
    -----
    See `fit_correction` for the method. Where a label model says nothing of items without
    votes, the classifier's probabilities take the place of the posterior. Labels that are held out come from five fits,
    each without a fifth of the answers. Nothing depends on the order of the items.

    Examples
    --------
    Three answers that agree turn the other items with the same votes:

    >>> from weaklabel.core import Decision, LabelSchema
    >>> ids = [str(i) for i in range(8)]
    >>> votes = VoteMatrix.from_array([[0]] * 6 + [[1]] * 2, ["ham", "spam"], item_ids=ids)
    >>> soft = SoftLabels([[0.6, 0.4]] * 6 + [[0.2, 0.8]] * 2, ids, votes.schema)
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> log = DecisionLog([Decision(i, "spam", "ann", at) for i in ids[:3]])
    >>> feedback = apply_decisions(log, soft, votes)
    >>> feedback.soft.labels
    array([1, 1, 1, 1, 1, 1, 1, 1], dtype=int8)
    >>> feedback
    Feedback(3 answers; labels flipped: 3 answered, 3 same votes, 0 same functions, 0 content)
    """
    votes = require_hard(votes, "apply_decisions")
    check_type("decisions", decisions, DecisionLog)
    check_type("soft", soft, SoftLabels)
    if pred_probs is not None:
        check_type("pred_probs", pred_probs, SoftLabels)
    _check_classes(soft, votes, pred_probs)
    order = np.argsort(soft.item_ids, kind="stable")  # sums of floats depend on their order
    ids = soft.item_ids[order]
    rows = match_item_ids(ids, votes.item_ids, "votes")
    patterns, covered = patterns_of(votes, rows), votes.covered[rows]
    before, content = soft.posterior[order], None
    if pred_probs is not None:
        place = match_item_ids(ids, pred_probs.item_ids, "pred_probs")
        content = pred_probs.posterior[place]
    base = base_posterior(before, content, covered)
    gold = decisions.gold(ids.tolist(), soft.schema).astype(np.int64)
    answered = np.flatnonzero(gold >= 0)
    correction = fit_correction(base, content, patterns, answered, gold[answered])
    now = before.copy()
    if len(answered):
        now = correction.posterior(base, content, patterns)
    flipped = _flipped(before, now, base, content, patterns, correction, answered, gold)
    now[answered] = np.eye(soft.schema.n_classes)[gold[answered]]
    parts = _parts(ids[answered].tolist())
    held_out = _held_out(base, content, patterns, answered, gold[answered], parts)
    back = np.argsort(order)
    name = f"decisions:{soft.provenance}"
    return Feedback(
        SoftLabels(now[back], soft.item_ids, soft.schema, name),
        SoftLabels(held_out, ids[answered], soft.schema, f"held-out {name}"),
        flipped,
        _functions(votes, rows, before, now),
    )


def _check_classes(soft: SoftLabels, votes: VoteMatrix, pred_probs: SoftLabels | None) -> None:
    for name, noun in (("votes", votes), ("pred_probs", pred_probs)):
        if noun is not None and noun.schema != soft.schema:
            raise LabelsError(
                f"{name} has classes {list(noun.schema.classes)}, must have those of soft, "
                f"{list(soft.schema.classes)}. Use the same schema throughout."
            )


def _flipped(
    before: FloatArray,
    now: FloatArray,
    base: FloatArray,
    content: FloatArray | None,
    patterns: VotePatterns,
    correction: Correction,
    answered: IntArray,
    gold: IntArray,
) -> dict[str, int]:
    """Return how many labels changed, by cause."""
    old = before.argmax(axis=1)
    is_open: BoolArray = np.ones(len(old), dtype=np.bool_)
    is_open[answered] = False
    changed = is_open & (now.argmax(axis=1) != old)
    general = correction.without_shifts().posterior(base, content, patterns)
    by_content = changed & (general.argmax(axis=1) != old)
    same_votes = np.isin(patterns.of, patterns.of[answered])
    return {
        "answered": int((gold[answered] != old[answered]).sum()),
        "same votes": int((changed & ~by_content & same_votes).sum()),
        "same functions": int((changed & ~by_content & ~same_votes).sum()),
        "content": int(by_content.sum()),
    }


def _parts(item_ids: list[str]) -> IntArray:
    """Return the part in which each answer is left out, by a hash of its item."""
    digests = [
        hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=7).digest()
        for key in item_ids
    ]
    ranks = np.argsort(np.argsort([int.from_bytes(digest, "big") for digest in digests]))
    return np.asarray(ranks % _N_PARTS, dtype=np.int64)


def _held_out(
    base: FloatArray,
    content: FloatArray | None,
    patterns: VotePatterns,
    answered: IntArray,
    answers: IntArray,
    parts: IntArray,
) -> FloatArray:
    found = np.empty((len(answered), base.shape[1]))
    for part in range(min(_N_PARTS, len(answered))):
        out = parts == part
        fitted = fit_correction(base, content, patterns, answered[~out], answers[~out])
        corrected = fitted.posterior(base, content, patterns)
        found[out] = corrected[answered[out]]
    return found


def _functions(
    votes: VoteMatrix, rows: IntArray, before: FloatArray, now: FloatArray
) -> pd.DataFrame:
    """Return the mean precision of each labeling function by the labels before and now."""
    import pandas as pd

    codes = votes.codes[rows]
    items, lfs = np.nonzero(codes >= 0)
    voted = codes[items, lfs]
    n_votes = np.bincount(lfs, minlength=votes.n_lfs)
    share = [
        np.bincount(lfs, labels[items, voted], minlength=votes.n_lfs) / np.maximum(n_votes, 1)
        for labels in (before, now)
    ]
    table = pd.DataFrame(
        {
            "votes": n_votes,
            "before": np.where(n_votes, share[0], np.nan),
            "now": np.where(n_votes, share[1], np.nan),
            "change": np.where(n_votes, share[1] - share[0], np.nan),
        },
        index=pd.Index(votes.lf_names, name="labeling_function"),
    )
    order = np.argsort(-table["change"].abs().fillna(0.0).to_numpy(), kind="stable")
    return table.iloc[order]
