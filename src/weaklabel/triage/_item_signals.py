"""item_signals: everything that speaks for a second look at an item, as one table, with words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    CodeArray,
    DecisionLog,
    FloatArray,
    IntArray,
    LabelSchema,
    SoftLabels,
    VoteMatrix,
)
from weaklabel.core._check import check_choice, check_int, check_type
from weaklabel.core._html import escape
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import tied_argmax
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import ItemsError, LabelsError, VotesError, wrong_value
from weaklabel.triage import _signals
from weaklabel.triage._held_out import matching_rows, rescaled
from weaklabel.triage._signal_words import SIGNALS, SignalEvidence, signal_words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ItemSignals", "item_signals"]

#: `ItemSignals.reasons` names a signal only for this share of the items, the most suspect ones.
_WORST = 0.05
#: An answer is contradicted where votes and classifier both give another class so much. In
#: simulated reviews of youtube, sms, semeval and trec (review sets of 200 items, one wrong answer
#: in twenty) two in three of the answers from there on are wrong; 61 of 100 wrong answers are
#: among them on sms, 2 to 6 elsewhere. From 0.5 on three in ten are wrong, from 0.8 on three in
#: four.
_CONTRADICTED = 0.7


@dataclass(frozen=True, slots=True, eq=False)
class ItemSignals:
    """What `item_signals` found.

    Parameters
    ----------
    table : pandas.DataFrame
        Indexed by ``item_id``, one row for each item in the order of the soft labels, one
        column for each signal; see `item_signals`.
    """

    table: pd.DataFrame
    _evidence: SignalEvidence = field(repr=False)

    def reasons(self, item_id: str) -> tuple[str, ...]:
        """Return what is suspicious about one item, in words, the most extreme first.

        Parameters
        ----------
        item_id : str
            The item.

        Returns
        -------
        tuple of str
            A sentence for each signal by which the item is among the worst twentieth (rounded
            up) of the items of which that signal says something; for a label that cleanlab
            flags; and for an answer that votes and classifier contradict, see
            `answers_to_check`. Extreme is what few items are: the order is that of the share of
            items that are as suspect or more. With two classes the entropy, which then ranks as
            the margin does, is left out.

        Raises
        ------
        ItemsError
            If there is no such item.
        """
        row = self._row(item_id)
        (place,) = self._place(np.array([row])).tolist()
        found = []
        for signal in self.table.columns:
            values = self._values(signal)
            if not values[row] > 0:  # NaN, or nothing to say
                continue
            n_said = int(np.count_nonzero(~np.isnan(values)))
            n_worse = int(np.count_nonzero(values >= values[row]))
            if self._worth_saying(signal, values[row], n_worse, n_said):
                words = signal_words(self._evidence, signal, place, float(values[row]))
                found.append((n_worse / n_said, words))
        return tuple(words for _, words in sorted(found, key=lambda one: one[0]))

    def top(self, signal: str, n: int = 10) -> pd.DataFrame:
        """Return the items that are most suspect by one signal.

        Parameters
        ----------
        signal : str
            A column of `table`.
        n : int
            How many items, at least 1; fewer where the signal is above 0 for fewer.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``item_id``, the most suspect first and ties by id, with the signal and
            ``words``, the same as a sentence.

        Raises
        ------
        ParameterError
            If there is no such signal, or `n` is too small.
        """
        check_choice(
            "signal",
            signal,
            tuple(self.table.columns),
            "Give item_signals the decisions, groups or features that another signal needs.",
        )
        n = check_int("n", n, 1)
        values = self._values(signal)
        rows = np.flatnonzero(values > 0)
        if len(rows) > n:
            rows = rows[values[rows] >= np.partition(values[rows], -n)[-n]]
        place = self._place(rows)
        best = np.lexsort((place, -values[rows]))[:n]
        found = self.table[[signal]].iloc[rows[best]].copy()
        found["words"] = [
            signal_words(self._evidence, signal, int(place[b]), float(values[rows[b]]))
            for b in best
        ]
        return found

    def answers_to_check(self, n: int = 10) -> pd.DataFrame:
        """Return the answers that votes and classifier both contradict most.

        People err as well, and an answer moves the labels of other items. Both give another
        class at least 0.7 here: on four data sets, with one wrong answer in twenty, two in three
        of such answers were wrong; most wrong answers are not among them.

        Parameters
        ----------
        n : int
            How many answers at most, at least 1.

        Returns
        -------
        pandas.DataFrame
            As of ``top("contradicted_answer")``; no rows where nothing was answered.

        Raises
        ------
        ParameterError
            If `n` is too small, or `item_signals` was given no decisions.
        """
        found = self.top("contradicted_answer", n)
        return found[found["contradicted_answer"] >= _CONTRADICTED]

    def _row(self, item_id: str) -> int:
        if not isinstance(item_id, str) or item_id not in self.table.index:
            allowed = f"one of the {len(self.table)} items of the table"
            raise ItemsError(
                wrong_value("item_id", item_id, allowed, "Its index has their ids, as text.")
            )
        return int(np.flatnonzero(self.table.index == item_id)[0])

    def _place(self, rows: IntArray) -> IntArray:
        """Return the positions of rows of the table in the order of the item ids."""
        ids = self._evidence.votes.item_ids
        wanted = np.array(self.table.index[rows].tolist(), dtype=ids.dtype)
        return np.searchsorted(ids, wanted)

    def _values(self, signal: str) -> FloatArray:
        return np.asarray(self.table[signal].to_numpy(dtype=np.float64))

    def _worth_saying(self, signal: str, value: float, n_worse: int, n_said: int) -> bool:
        if signal == "label_issue":
            return True
        if signal == "contradicted_answer":
            return value >= _CONTRADICTED
        if signal == "entropy" and len(self._evidence.classes) == 2:
            return False
        return bool(n_worse <= np.ceil(_WORST * n_said))

    def __repr__(self) -> str:
        return f"ItemSignals({len(self.table)} items: {', '.join(self.table.columns)})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(signal)}</th><td>{self.table[signal].count()}</td>"
            f"<td>{escape(str(key))}</td><td>{value:.3f}</td><td>{escape(words)}</td></tr>"
            for signal in self.table.columns
            for key, value, words in self.top(signal, 1).itertuples(name=None)
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>signal</th><th>items</th>"
            f"<th>most suspect</th><th>value</th><th>words</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def item_signals(
    soft: SoftLabels,
    votes: VoteMatrix,
    pred_probs: SoftLabels,
    *,
    decisions: DecisionLog | None = None,
    groups: npt.ArrayLike | None = None,
    features: Any = None,
    precision: npt.ArrayLike | None = None,
    seed: int = 0,
) -> ItemSignals:
    """Return every signal of every item: a table to sort and filter, and each value in words.

    `rank_for_review` spends a budget of answers; this shows what there is to go by, for a look
    of one's own. No signal finds wrong labels best on all data: by margin, disagreement and
    cleanlab's quality the first hundred hold many wrong labels on one data set and few on another.

    Parameters
    ----------
    soft : SoftLabels
        The label model's posterior, learned without `decisions`. Labels of
        ``refine(...).soft`` hold the classifier's opinion already, which then counts twice.
    votes : VoteMatrix
        The votes behind it, in any order.
    pred_probs : SoftLabels
        Out-of-fold probabilities, such as ``refine(...).pred_probs``, in any order. Never a
        label model's posterior, by which its own labels have no errors.
    decisions : DecisionLog, optional
        The answers so far. Those on which reviewers agree count; those to other items are
        ignored.
    groups : array_like of int, shape (n_items,), optional
        Near-duplicate group of each item of `soft`, in its order, such as
        ``refine(...).groups``.
    features : array or sparse matrix of float, shape (n_items, n_features), optional
        Embeddings, numbers or TF-IDF of each item of `soft`, in its order.
    precision : array_like of float, shape (n_lfs, n_classes, n_classes), optional
        ``precision[j, v, y]`` is P(true class ``y`` | labeling function ``j`` votes ``v``), as in
        ``precision_`` of a label model. Without it, and where it is NaN, the mean of `soft`
        over the votes.
    seed : int
        Seed of the samples on which the classifier's scale and the neighbors are sought.

    Returns
    -------
    ItemSignals
        Its ``table`` has the following columns, each in [0, 1] and high where the label is
        suspect. NaN means that the signal says nothing of the item.

        - ``small_margin``: 1 minus the margin of `soft` [1]_; NaN without votes;
        - ``entropy``: of `soft`, divided by log n_classes [2]_; NaN without votes;
        - ``disagreement``: squared Hellinger distance of votes and classifier [3]_, the
          classifier on the scale of the votes, as in `function_health`;
        - ``label_doubt``: 1 minus the probability of the label by votes and classifier
          together, by the product rule [4]_;
        - ``low_quality``: 1 minus cleanlab's label quality, the normalized margin adjusted by
          the mean confidence in each class [5]_;
        - ``label_issue``: whether cleanlab flags the label [5]_; bool, False without a label;
        - ``odd_prediction``: 1 minus cleanlab's typicality by `pred_probs` [6]_: high where
          the classifier can place the item in no class; of every item;
        - ``odd_features`` (with `features`): 1 minus cleanlab's typicality by the distance
          to the ten nearest neighbors [6]_; NaN where a feature is not finite;
        - ``near_duplicate_conflict`` (with `groups`): share of the labelled items of its
          group that have another label;
        - ``accurate_conflict``: how far labeling functions of high precision vote for
          different classes: entropy of the votes, weighed by how much better than chance
          each is, times the weight of the runner-up; NaN without votes;
        - ``confident_uncovered``: the largest of `pred_probs`; NaN with votes;
        - ``contradicted_answer`` (with `decisions`): largest over the classes other than the
          answer of the smaller of both probabilities, by votes and by classifier; NaN without
          an answer or without votes.

        Labels are those of `soft` on items with votes; a tie has none. ``disagreement``,
        ``label_doubt``, ``low_quality`` and ``near_duplicate_conflict`` are NaN without a label.

    Raises
    ------
    ItemsError
        If `votes` or `pred_probs` lack an item of `soft`, or `groups` does not have one
        number for each.
    LabelsError
        If they have other classes, `pred_probs` comes from a label model, or `features` are
        no numbers, one row for each item.
    VotesError
        If `votes` are soft, or `precision` is for others, or outside [0, 1].
    DecisionsError
        If an answer is no class.
    ParameterError
        If an argument is of another type, or `seed` is negative.

    Notes
    -----
    The order of rows does not matter. Time O(n_items (log n_items + n_classes) + n_votes): on
    two cores a million items with 20 labeling functions take 8 s and 0.3 GB with two classes, 11 s
    and 0.8 GB with ten. `features` add O(n_items * n_features), some minutes for a million
    embeddings.

    References
    ----------
    .. [1] T. Scheffer, C. Decomain and S. Wrobel, "Active Hidden Markov Models for
       Information Extraction", IDA 2001. https://doi.org/10.1007/3-540-44816-0_31
    .. [2] C. E. Shannon, "A Mathematical Theory of Communication", 1948.
       https://doi.org/10.1002/j.1538-7305.1948.tb01338.x
    .. [3] A. Bhattacharyya, "On a Measure of Divergence between Two Multinomial
       Populations", Sankhya 7(4), 1946. https://www.jstor.org/stable/25047882
    .. [4] G. E. Hinton, "Training products of experts by minimizing contrastive
       divergence", Neural Computation 14(8), 2002.
       https://doi.org/10.1162/089976602760128018
    .. [5] C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
       Uncertainty in Dataset Labels", JAIR 70, 2021. https://doi.org/10.1613/jair.1.12125
    .. [6] J. Kuan and J. Mueller, "Back to the Basics: Revisiting Out-of-Distribution
       Detection Baselines", 2022. https://arxiv.org/abs/2207.03061

    Examples
    --------
    >>> ids = ["a", "b", "c", "d"]
    >>> votes = VoteMatrix.from_array([[1, 1], [1, 0], [0, 0], [-1, -1]], ["ham", "spam"],
    ...                               item_ids=ids)
    >>> soft = SoftLabels([[0.1, 0.9], [0.4, 0.6], [0.8, 0.2], [0.5, 0.5]], ids, votes.schema)
    >>> held_out = SoftLabels([[0.2, 0.8], [0.3, 0.7], [0.9, 0.1], [0.2, 0.8]], ids, votes.schema)
    >>> found = item_signals(soft, votes, held_out)
    >>> found.table[["small_margin", "confident_uncovered"]]
             small_margin  confident_uncovered
    item_id
    a                 0.2                  NaN
    b                 0.8                  NaN
    c                 0.4                  NaN
    d                 NaN                  0.8
    >>> found.reasons("d")[-1]
    'no labeling function votes, yet the classifier is sure: spam 0.80'
    """
    import pandas as pd

    votes, seed = require_hard(votes, "item_signals"), check_int("seed", seed, 0)
    check_type("soft", soft, SoftLabels)
    order = np.argsort(soft.item_ids, kind="stable")
    votes = votes.take(match_item_ids(soft.item_ids[order], votes.item_ids, "votes"))
    posterior, held_out = matching_rows(votes, soft, pred_probs)
    evidence = _evidence_of(
        votes,
        posterior,
        held_out,
        precision=_precision(precision, votes, posterior),
        gold=_gold(decisions, votes.item_ids.tolist(), votes.schema),
        groups=_groups(groups, order),
        seed=seed,
    )
    columns = _columns(evidence, answered=decisions is not None)
    if features is not None:
        columns["odd_features"] = _odd_features(features, order, seed)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    index = pd.Index(soft.item_ids.tolist(), name="item_id")
    named = {name: columns[name][place] for name in SIGNALS if name in columns}
    return ItemSignals(pd.DataFrame(named, index=index), evidence)


def _evidence_of(
    votes: VoteMatrix,
    posterior: FloatArray,
    pred_probs: FloatArray,
    *,
    precision: FloatArray,
    gold: CodeArray,
    groups: IntArray | None,
    seed: int,
) -> SignalEvidence:
    covered = votes.covered
    best, tied = tied_argmax(posterior)
    labels = np.where(covered & ~tied, best, -1).astype(votes.schema.dtype)
    scaled = pred_probs.copy()
    scaled[covered] = rescaled(pred_probs[covered], posterior[covered], seed=seed)
    prior = posterior[covered].mean(axis=0) if covered.any() else np.ones(votes.n_classes)
    return SignalEvidence(
        votes, posterior, pred_probs, scaled, prior, labels, precision, gold, groups
    )


def _columns(evidence: SignalEvidence, *, answered: bool) -> dict[str, npt.NDArray[Any]]:
    """Return the signals in the order of the item ids, but for that of the features."""
    from weaklabel.triage._cleanlab import label_issues, label_quality, prediction_typicality

    posterior, held_out, labels = evidence.posterior, evidence.pred_probs, evidence.labels
    covered, shape = evidence.votes.covered, posterior.shape
    silent = np.where(covered, 0.0, np.nan)
    unlabelled = np.where(labels >= 0, 0.0, np.nan)
    conflict = _signals.accurate_conflict(evidence.votes.entries, evidence.precision, shape)
    columns: dict[str, npt.NDArray[Any]] = {
        "small_margin": np.clip(_signals.small_margin(posterior), 0.0, 1.0) + silent,
        "entropy": _signals.relative_entropy(posterior) + silent,
        "disagreement": _signals.disagreement(posterior, evidence.scaled) + unlabelled,
        "label_doubt": np.clip(_signals.label_doubt(labels, evidence.combined(slice(None))), 0, 1),
        "low_quality": 1.0 - label_quality(labels, held_out),
        "label_issue": label_issues(labels, held_out),
        "odd_prediction": 1.0 - prediction_typicality(labels, held_out),
        "accurate_conflict": np.clip(conflict, 0.0, 1.0) + silent,
        "confident_uncovered": np.clip(_signals.confident_uncovered(covered, held_out), 0, 1),
    }
    if evidence.groups is not None:
        columns["near_duplicate_conflict"] = _signals.near_duplicate_conflict(
            evidence.groups, labels
        )
    if answered:
        found = _signals.contradicted_gold(evidence.gold, posterior, evidence.scaled)
        columns["contradicted_answer"] = np.clip(found, 0.0, 1.0) + silent
    return columns


def _gold(decisions: DecisionLog | None, item_ids: list[str], schema: LabelSchema) -> CodeArray:
    log = DecisionLog() if decisions is None else decisions
    check_type("decisions", log, DecisionLog)
    return log.gold(item_ids, schema)


def _groups(groups: npt.ArrayLike | None, order: IntArray) -> IntArray | None:
    if groups is None:
        return None
    given = np.asarray(groups)
    if given.shape != order.shape or given.dtype.kind not in "iu":
        raise ItemsError(
            wrong_value(
                "groups",
                f"{given.dtype} of shape {given.shape}",
                f"integers of shape {order.shape}",
                "Give the group of each item of soft.",
            )
        )
    return np.asarray(given[order].astype(np.int64))


def _odd_features(features: Any, order: IntArray, seed: int) -> FloatArray:
    from weaklabel.triage._cleanlab import feature_typicality

    matrix = features.tocsr() if hasattr(features, "tocsr") else np.asarray(features)
    if matrix.shape[:1] != order.shape:
        raise LabelsError(
            f"features has shape {matrix.shape}, must be ({len(order)}, n_features). "
            "Give one row for each item of soft, in its order."
        )
    in_order = bool((order == np.arange(len(order))).all())
    ordered = matrix if in_order else matrix[order]  # a copy: leave out what can be
    return 1.0 - feature_typicality(ordered, seed=seed)


def _precision(given: npt.ArrayLike | None, votes: VoteMatrix, posterior: FloatArray) -> FloatArray:
    """Return P(class ``v`` | labeling function ``j`` votes ``v``), from soft labels if not given."""
    items, lfs, codes = votes.entries
    k, n_cells = votes.n_classes, votes.n_lfs * votes.n_classes
    cells = lfs.astype(np.int64) * k + codes
    total = np.bincount(cells, posterior[items, codes], minlength=n_cells)
    counts = np.bincount(cells, minlength=n_cells)
    by_soft = (total / np.maximum(counts, 1)).reshape(votes.n_lfs, k)
    if given is None:
        return by_soft
    learned = np.asarray(given)
    if learned.shape != (votes.n_lfs, k, k) or learned.dtype.kind not in "fiu":
        raise VotesError(
            f"precision is {learned.dtype} of shape {learned.shape}, must be numbers of shape "
            f"({votes.n_lfs}, {k}, {k}). Give precision_ of the model that was fitted on these votes."
        )
    own = learned[:, np.arange(k), np.arange(k)].astype(np.float64)
    if ((own < 0) | (own > 1) | np.isinf(own)).any():
        raise VotesError(
            f"precision is up to {np.nanmax(np.abs(own)):g}, must be in [0, 1], or NaN where it is "
            "unknown. Give precision_ of a fitted label model."
        )
    return np.where(np.isnan(own), by_soft, own)
