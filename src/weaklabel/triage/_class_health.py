"""class_health: which classes are confused, which are rare, and where no labeling function votes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import CodeArray, FloatArray, SoftLabels, VoteMatrix
from weaklabel.core._check import check_int
from weaklabel.core._numerics import tied_argmax
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import ItemsError
from weaklabel.triage._cleanlab import estimated_joint
from weaklabel.triage._held_out import matching_rows
from weaklabel.triage._reasons import class_reason, region_reason
from weaklabel.triage._regions import Region, uncovered_regions

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ClassHealth", "class_health"]

#: Items shown of each region.
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, eq=False)
class ClassHealth:
    """What `class_health` found.

    Parameters
    ----------
    classes : pandas.DataFrame
        One row for each class, in the order of the schema.
    confusion : pandas.DataFrame
        Mean held-out probability of the class of the column among covered items that
        the label model gives the class of the row; rows sum to 1, or are NaN.
    joint : pandas.DataFrame
        cleanlab's estimate of P(label of the row, true class of the column); sums to 1.
    regions : pandas.DataFrame
        One row for each cluster of uncovered items, the largest first; no rows where
        no texts were given.
    """

    classes: pd.DataFrame
    confusion: pd.DataFrame
    joint: pd.DataFrame
    regions: pd.DataFrame

    def __repr__(self) -> str:
        lines = [*self.classes["words"], *self.regions["words"]]
        return "\n".join(["ClassHealth", *(f"  {line}" for line in lines)])


def class_health(
    votes: VoteMatrix,
    soft: SoftLabels,
    pred_probs: SoftLabels,
    *,
    texts: Sequence[str] | None = None,
    n_regions: int = 10,
    n_words: int = 8,
    seed: int = 0,
) -> ClassHealth:
    """Return which classes are confused or rare, and what items no labeling function reaches.

    Confusion is relative to the classifier: two classes that it cannot tell apart
    look confused however right the labels are. Regions show where the next labeling
    function pays: uncovered items that have words in common.

    Parameters
    ----------
    votes : VoteMatrix
        Votes on ``n_items`` items.
    soft : SoftLabels
        The label model's posterior of these items, in any order.
    pred_probs : SoftLabels
        Out-of-fold probabilities of these items, in any order, such as
        ``refine(...).pred_probs``. Never a label model's posterior.
    texts : sequence of str, shape (n_items,), optional
        The text of each item of `votes`; without it there are no regions.
    n_regions : int
        Most clusters of uncovered items, at least 1; fewer where there are fewer than
        ten items for each.
    n_words : int
        Most words shown of a cluster, at least 1.
    seed : int
        Seed of the clustering.

    Returns
    -------
    ClassHealth
        ``classes`` has the columns

        - ``items``: covered items with the label;
        - ``share``: as a fraction of all labelled ones, in [0, 1], NaN without any;
        - ``held_out_share``: mean held-out probability of the class over all items;
        - ``self_confidence``: mean held-out probability of the class over its items,
          NaN without any;
        - ``confused_with``: the class with the largest mean held-out probability
          among the others, missing without items;
        - ``confusion``: that probability;
        - ``wrong_share``: share of its labels that cleanlab estimates to be wrong,
          NaN without any;
        - ``words``: the same in words;

        and ``regions``

        - ``items``: number of uncovered items in the cluster;
        - ``share``: as a fraction of all items;
        - ``distinctive``: words that it has far more often than all other items;
        - ``says``: the class that the classifier gives most of it, by mean probability;
        - ``probability``: that mean;
        - ``examples``: ids of the items nearest its center;
        - ``words``: the same in words.

    Raises
    ------
    ItemsError
        If `soft` or `pred_probs` lack an item of `votes`, or `texts` has another length.
    LabelsError
        If they have other classes, or `pred_probs` comes from a label model.
    VotesError
        If `votes` are soft.
    ParameterError
        If `n_regions`, `n_words` or `seed` is too small.

    Notes
    -----
    Time O(n_items * n_classes + characters of text). The order of rows does not matter.

    ``wrong_share`` compares classes; it is no error rate. A classifier that was trained
    on these labels agrees with most of their mistakes: on the covered items of sms,
    youtube, trec and semeval (WRENCH, training splits, default label model) cleanlab
    estimates 0.2, 0.3, 0.5 and 11 %, where 3, 9, 40 and 15 % are wrong.

    References
    ----------
    .. [1] C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
       Uncertainty in Dataset Labels", JAIR 70, 2021. https://doi.org/10.1613/jair.1.12125
    .. [2] B. L. Monroe, M. P. Colaresi and K. M. Quinn, "Fightin' Words", Political
       Analysis 16(4), 2008. https://doi.org/10.1093/pan/mpn018

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[1]] * 6 + [[0]] * 2 + [[-1]] * 2, ["ham", "spam"])
    >>> soft = SoftLabels([[0.1, 0.9]] * 6 + [[0.9, 0.1]] * 4, None, votes.schema)
    >>> held_out = SoftLabels([[0.2, 0.8]] * 5 + [[0.9, 0.1]] * 5, None, votes.schema)
    >>> health = class_health(votes, soft, held_out)
    >>> health.classes[["items", "share", "self_confidence", "confused_with"]].round(2)
           items  share  self_confidence confused_with
    class
    ham        2   0.25             0.90          spam
    spam       6   0.75             0.68           ham
    """
    votes = require_hard(votes, "class_health")
    n_regions, n_words = check_int("n_regions", n_regions, 1), check_int("n_words", n_words, 1)
    seed = check_int("seed", seed, 0)
    _check_texts(texts, votes.n_items)
    by_id = np.argsort(votes.item_ids, kind="stable")
    votes = votes.take(by_id)
    posterior, held_out = matching_rows(votes, soft, pred_probs)
    best, tied = tied_argmax(posterior)
    labels = np.where(votes.covered & ~tied, best, -1).astype(votes.schema.dtype)
    joint = estimated_joint(labels, held_out)
    confusion = _confusion(labels, held_out)
    regions: list[Region] = []
    if texts is not None:
        ordered = [texts[i] for i in by_id.tolist()]
        regions = uncovered_regions(
            ordered, votes.covered, n_regions=n_regions, n_words=n_words, seed=seed
        )
    return ClassHealth(
        _classes_table(labels, held_out, confusion, joint, votes),
        _square(confusion, votes, "label", "held_out"),
        _square(joint, votes, "label", "true_class"),
        _regions_table(regions, held_out, votes),
    )


def _check_texts(texts: Sequence[str] | None, n_items: int) -> None:
    if texts is not None and (isinstance(texts, str) or len(texts) != n_items):
        raise ItemsError(
            f"texts has {len(texts)} texts, must have {n_items}, one for each item of votes. "
            "Give items.texts(column)."
        )


def _confusion(labels: CodeArray, pred_probs: FloatArray) -> FloatArray:
    """Return the mean held-out probabilities of the items of each label; NaN without any."""
    n_classes = pred_probs.shape[1]
    means = np.full((n_classes, n_classes), np.nan)
    for y in np.unique(labels[labels >= 0]).tolist():
        means[y] = pred_probs[labels == y].mean(axis=0)
    return means


def _classes_table(
    labels: CodeArray,
    pred_probs: FloatArray,
    confusion: FloatArray,
    joint: FloatArray,
    votes: VoteMatrix,
) -> pd.DataFrame:
    import pandas as pd

    classes, k = votes.schema.classes, votes.n_classes
    counts = np.bincount(labels[labels >= 0], minlength=k)
    total, given = counts.sum(), joint.sum(axis=1)
    others = np.where(np.eye(k, dtype=np.bool_) | np.isnan(confusion), -1.0, confusion)
    rival, some = others.argmax(axis=1), counts > 0
    columns: dict[str, Any] = {
        "items": counts,
        "share": counts / total if total else np.full(k, np.nan),
        "held_out_share": pred_probs.mean(axis=0) if len(pred_probs) else np.full(k, np.nan),
        "self_confidence": confusion.diagonal(),
        "confused_with": [classes[b] if some[a] else None for a, b in enumerate(rival)],
        "confusion": np.where(some, others.max(axis=1), np.nan),
        "wrong_share": np.where(
            given > 0, 1 - joint.diagonal() / np.where(given > 0, given, 1), np.nan
        ),
    }
    table = pd.DataFrame(columns, index=pd.Index(classes, name="class"))
    table["words"] = [
        class_reason(name, int(counts[y]), int(total), k, classes[rival[y]], others[y].max())
        for y, name in enumerate(classes)
    ]
    return table


def _square(values: FloatArray, votes: VoteMatrix, rows: str, columns: str) -> pd.DataFrame:
    import pandas as pd

    names = votes.schema.classes
    return pd.DataFrame(values, pd.Index(names, name=rows), pd.Index(names, name=columns))


def _regions_table(
    regions: list[Region], pred_probs: FloatArray, votes: VoteMatrix
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for region in regions:
        mean = pred_probs[region.rows].mean(axis=0)
        says, share = votes.schema.classes[int(mean.argmax())], len(region.rows) / votes.n_items
        probability = float(mean.max())
        rows.append(
            {
                "items": len(region.rows),
                "share": share,
                "distinctive": region.words,
                "says": says,
                "probability": probability,
                "examples": tuple(votes.item_ids[region.rows[:_EXAMPLES]].tolist()),
                "words": region_reason(len(region.rows), share, region.words, says, probability),
            }
        )
    names = ["items", "share", "distinctive", "says", "probability", "examples", "words"]
    return pd.DataFrame(rows, columns=names)
