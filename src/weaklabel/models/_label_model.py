"""LabelModel: the label model for whoever does not want to choose one."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, TypedDict

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray, Votes
from weaklabel.core._check import check_choice
from weaklabel.core._row_hash import HashArray
from weaklabel.errors import ConvergenceWarning
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._blend import Blend, blended_items, share_of_evidence
from weaklabel.models._column_groups import column_weights
from weaklabel.models._dawid_skene import DawidSkene, confusion_weights
from weaklabel.models._parameters import ColumnGroups, check_class_prior, check_column_groups
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._pattern_gold import PatternGold, corrected, pattern_gold
from weaklabel.models._patterns import patterns_of
from weaklabel.models._pooled_precision import vote_counts
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes, precision_weights
from weaklabel.models._regime import looks_like_a_crowd

__all__ = ["LabelModel"]

#: Learned on published matrices of labeling functions by benchmarks/learn_label_model.py, which
#: also says how well constants do on the matrix that was kept from them.
_STRENGTH, _PRIOR_EXPONENT, _SLOPE = 1.5, 0.65, 0.75
#: Set beforehand: columns that often vote together are rarely independent given the class.
_CROWDING = 0.2
#: The people of a crowd answer for themselves, and every vote counts.
_CROWD = Blend(strength=1.0, crowding=0.0, prior_exponent=1.0, evidence_share=0.5)
#: A pattern's posterior weighs as much as so many of its items whose class is known: one answer
#: turns no pattern that the votes are sure of, a few that agree do.
_GOLD_STRENGTH = 10.0
#: More steps of Dawid and Skene's EM gain nothing on crowds (0.851 after up to 500, 0.852 after 20)
#: and take minutes on a million items whose votes say nothing.
_MOST_STEPS = 20


class _Shared(TypedDict):
    """Arguments that the model inside has as well."""

    class_prior: Sequence[float] | FloatArray | None
    column_groups: ColumnGroups | None


class LabelModel(BaseLabelModel):
    """Turn votes into probabilities; take this one if you do not want to choose.

    It works out from the votes alone how far each labeling function can be trusted,
    and gives every item a probability for every class. No labeled data are needed.
    Labeling functions written by hand and crowds of annotators need different
    models; this one sees from the votes which it has. Choose a model by name when
    results must stay the same across versions of this library.

    Parameters
    ----------
    columns : {"auto", "rules", "crowd"}
        What the columns are. "rules": labeling functions that mostly abstain and
        mostly vote for one class each; "crowd": many people, or samples of one
        language model, who answer every class; "auto": see from the votes.
    class_prior : sequence of float, optional
        How common each class is, in the order of the classes, positive and summing
        to 1. By default it is estimated from the votes. Give it for a crowd if you know
        it. For rules leave it out: there it stands for how votes are spread over
        classes, and the true shares make the labels worse (mean metric 0.66 for 0.73).

    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.

    Attributes
    ----------
    columns_ : {"rules", "crowd"}
        What the columns were taken for.
    model_ : BaseLabelModel
        The fitted model inside: `PrecisionNaiveBayes` for rules, `DawidSkene` for a crowd.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        How common each class is; what an item without votes gets. Sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y`` | labeling function ``j`` votes ``v``).
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    evidence_share_ : float
        What the model inside counts in the mean with the vote shares, in [0, 1].
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.
    gold_patterns_ : numpy.ndarray of uint64, shape (2, n_known)
        Two hashes of each vote pattern of which gold knows items.
    gold_items_ : numpy.ndarray of float64, shape (n_known, n_classes)
        Number of these items of each class.
    n_iter_ : int
        Number of iterations.
    converged_ : bool
        Whether iterating further would change nothing.

    Notes
    -----
    The posterior of an item with ``n`` votes is a weighted mean of two: what the model inside
    makes of them, and how they are shared out over the ``k`` classes. The model finds the
    better class where votes differ, but takes votes for independent and is then too sure of
    itself; the vote shares are never very sure. With ``m`` columns that vote::

        log evidence(y) = 0.65 log class_prior(y)
                          + 1.5 n ** -0.2 * sum over votes of log(precision / class_prior) + const
        share           = m ** 0.75 / (m ** 0.75 + 12 ** 0.75)
        posterior(y)    = share * evidence(y) + (1 - share) * (votes for y + 0.3) / (n + 0.3 k)

    1.5, 0.65 and 0.75 minimize the mean log-loss on 16 published matrices of labeling
    functions; 0.2 was set before. The mean metric (accuracy, or F1 where the positive class
    is rare) is 0.735 and the log-loss 0.67; if the constants are learned on 15 of the matrices
    and scored on the other, 0.735 and 0.68. `PrecisionNaiveBayes` by itself has 0.733 and 0.74,
    majority vote 0.689 and 2.39. For a crowd, EM stops after 20 steps and the posterior is the
    plain mean: the log-loss on 8 crowds is 0.44 with it and 1.07 without, at a metric
    of 0.852.

    *Gold* counts as one item of its class in the model inside, and corrects the posterior of
    all items with the same votes to ``(10 posterior + items) / (10 + n)``, with ``n`` known
    items of which ``items`` are of the class. With 50 random items known the mean metric on the others
    rises by 0.004 and the log-loss falls by 0.05; no matrix loses more than 0.001. With 200 or
    1,000 the log-loss falls further, but two of the 16 lose metric, up to 0.12.

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[1, 1, -1]] * 3 + [[1, -1, 0]] + [[-1, -1, 0]] * 4 + [[-1, -1, -1]]
    >>> votes = VoteMatrix.from_array(codes, classes=["ham", "spam"])
    >>> model = LabelModel().fit(votes)
    >>> model.soft_labels(votes)
    SoftLabels(9 items: ham 55.6 %, spam 44.4 %; model:LabelModel)
    >>> model.columns_
    'rules'
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    columns_: str
    model_: PrecisionNaiveBayes | DawidSkene
    precision_: FloatArray
    accuracy_: FloatArray
    evidence_share_: float
    column_group_: IntArray | None
    gold_patterns_: HashArray
    gold_items_: FloatArray
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        *,
        columns: Literal["auto", "rules", "crowd"] = "auto",
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.columns = columns
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        choices = ("auto", "rules", "crowd")
        check_choice(f"columns of {name}", self.columns, choices, "Use the default 'auto'.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        n_votes = vote_counts(patterns_of(counts))
        found = "crowd" if looks_like_a_crowd(n_votes) else "rules"
        self.columns_ = found if self.columns == "auto" else self.columns
        self.model_ = self._fitted(counts)
        self.class_prior_ = self.model_.class_prior_
        self.precision_ = self.model_.precision_
        self.accuracy_ = self.model_.accuracy_
        self.column_group_ = self.model_.column_group_
        self.evidence_share_ = self._evidence_share(n_votes.sum(axis=1) > 0)
        self.gold_patterns_, self.gold_items_ = pattern_gold(counts)
        self.n_iter_ = self.model_.n_iter_
        self.converged_ = self.model_.converged_

    def _fitted(self, counts: PatternCounts) -> PrecisionNaiveBayes | DawidSkene:
        shared: _Shared = {"class_prior": self.class_prior, "column_groups": self.column_groups}
        if self.columns_ == "rules":
            return PrecisionNaiveBayes(**shared).fit_counts(counts)
        model = DawidSkene(max_iter=_MOST_STEPS, tol=1e-3, **shared)
        with warnings.catch_warnings():  # to stop early is meant, and `converged_` says so
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit_counts(counts)

    def _evidence_share(self, votes_at_all: BoolArray) -> float:
        if self.columns_ == "crowd":
            return _CROWD.evidence_share
        weights = np.ones(len(votes_at_all))
        if self.column_group_ is not None:
            weights = column_weights(self.column_group_, votes_at_all)
        return share_of_evidence(float(weights[votes_at_all].sum()), _SLOPE)

    def _posterior(self, votes: Votes) -> FloatArray:
        if isinstance(self.model_, DawidSkene):
            weights, blend = confusion_weights(self.model_.confusion_), _CROWD
        else:
            weights = precision_weights(self.model_.precision_, self.class_prior_)
            blend = Blend(_STRENGTH, _CROWDING, _PRIOR_EXPONENT, self.evidence_share_)
        posterior = blended_items(votes, self.class_prior_, weights, self.column_group_, blend)
        gold = PatternGold(self.gold_patterns_, self.gold_items_)
        return corrected(posterior, votes, gold, _GOLD_STRENGTH)
