"""EBCC: confusion matrices for subtypes of each class, so that correlated votes count less."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, SoftVotes, Votes
from weaklabel.core._check import check_int, check_number
from weaklabel.core._numerics import log_normalize, safe_log
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._candidates import few_candidates
from weaklabel.models._column_groups import column_weights, grouped_patterns, one_column_each
from weaklabel.models._confusion import accuracy_from_counts, precision_from_confusion, proportions
from weaklabel.models._dirichlet import dirichlet_divergence, expected_log
from weaklabel.models._ebcc_candidates import (
    CandidateCells,
    VoteTable,
    candidate_accuracy,
    candidate_cells,
    candidate_expectation,
    candidate_maximum,
    candidate_start,
    item_scores,
    mean_confusion,
)
from weaklabel.models._em import EMFit, Expectation, clamp, run_em, soft_vote, warn_unless_converged
from weaklabel.models._flag import check_flag
from weaklabel.models._item_sum import item_sum
from weaklabel.models._parameters import (
    ColumnGroups,
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, item_blocks, vote_patterns
from weaklabel.models._pooled_precision import vote_counts
from weaklabel.models._random_start import random_shares
from weaklabel.models._restarts import best_run

__all__ = ["EBCC"]

#: Pseudo-votes on the diagonal for one beside it: (4, 1) in section 5 of the paper.
_DIAGONAL = 4.0
#: Pseudo-items that the subtypes of a class share (a_pi of the paper).
_SUBTYPE_ITEMS = 0.1


class EBCC(BaseLabelModel):
    """Split each class into subtypes of items, with confusion matrices for each subtype.

    Labeling functions that err on the same items are thereby not taken as independent,
    as `DawidSkene` takes them: votes are independent given the true class and the
    subtype. An abstain says nothing. Use it for crowds: people, classifiers or
    prompts which vote for every class.

    Parameters
    ----------
    n_subtypes : int, default 10
        Number of subtypes of each class, at least 1. With 1 the model is IBCC, the
        Bayesian form of `DawidSkene`.
    n_restarts : int, default 3
        Number of random starts, at least 1; the one with the highest bound wins.
        With one subtype there is nothing to draw, and one start.
    empirical_prior : bool, default True
        Whether the prior of an estimated class prior counts the soft majority votes, as
        in the paper's experiments, and not only one pseudo-item for each class.
    max_iter : int, default 2000
        Largest number of iterations of each start, at least 1.
    tol : float, default 1e-3
        Stop once no probability of a class and subtype moves by more than this;
        at least 0.
    smoothing : float, default 1
        Pseudo-votes in every cell off the diagonal of the confusion matrices, above 0;
        four times as many on it.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1, kept fixed. By default it is
        estimated.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``.
    seed : int, default 0
        Seed of the starts, at least 0.

    Attributes
    ----------
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        Posterior mean of P(true class) among items with votes; sums to 1.
    confusion_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``) of labeling function ``j``
        when it votes, over all subtypes; rows sum to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y`` | vote ``v``) by Bayes' rule from
        `class_prior_` and `confusion_`; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    class_items_, subtype_items_, subtype_votes_ : numpy.ndarray of float64
        Parameters of the Dirichlet distributions that were learned, of shapes
        (n_classes,), (n_classes, n_subtypes) and (n_lfs, n_classes, n_classes,
        n_subtypes) with ``[j, v, y, m]``: pseudo-counts plus expected counts. With more
        than a hundred classes `subtype_votes_` has the shape (n_cells, n_subtypes).
    subtype_cells_ : numpy.ndarray of int64, shape (n_cells,), or None
        With more than a hundred classes, the cells of `subtype_votes_`: ``(j * n_classes
        + v) * n_classes + y``. All others have their pseudo-counts alone.
    objectives_ : numpy.ndarray of float64, shape (n_iter_,)
        Evidence lower bound (ELBO) after each iteration of the best start, which never
        falls unless columns are grouped, in nats.
    n_iter_ : int
        Number of iterations of the best start.
    converged_ : bool
        Whether its last one moved no probability by more than `tol`.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    The mean-field updates of section 4 of [1]_; defaults are those of its section 5 and
    of the authors' program, with three differences. There are 3 starts, not 40, which
    makes no difference on published crowds. The empirical prior has one pseudo-item more
    for each class, so that a class without votes stays possible. And a start goes on
    until the subtypes stand still, not only the classes, which takes up to four times
    as many iterations and ends at a higher bound. IBCC is [2]_.

    **Not for columns that vote for one class only**, for the reason given at
    `DawidSkene`. Its probabilities are too sure of themselves: on eight published
    crowds (mean accuracy 0.848, log-loss 0.92) the mean of its posterior and that of
    `WeightedVote` has a log-loss of 0.43 and the same accuracy.

    The empirical prior of the paper's experiments counts as much as the items, so that
    `class_prior_` ends about half way between the class prior and the soft majority
    votes, which are more even: 0.7 where 0.8 was planted. It gains 0.004 on those eight
    crowds and loses 0.01 to 0.03 on thousands of independent votes of a rare class;
    ``empirical_prior=False`` finds the planted prior.

    *Column groups.* The weight of a vote in its group multiplies its part of the sum over
    votes in the E-step, and of the soft majority vote; confusion matrices are estimated
    from all votes of a column. What a group's columns are away from their priors counts as
    that of one column in the bound, and groups draw their starts as one column, so that an
    exact copy of a column, grouped with it, changes no posterior.

    *Many classes.* With more than a hundred classes, while the model is fitted, an item has
    only the classes that have votes on it: a smaller variational family [3]_, with a
    bound of its own that never falls either. Predictions are for all classes.

    Starts are soft majority votes, shared out at random among subtypes. Time
    O(n_votes * n_classes * n_subtypes) for each iteration, on distinct vote patterns;
    memory O((n_lfs * n_classes + n_patterns) * n_classes * n_subtypes). With more than a
    hundred classes both are O(pairs of a vote and a class with votes on its item), times
    ``n_subtypes``, while the model is fitted.

    References
    ----------
    .. [1] Y. Li, B. I. P. Rubinstein and T. Cohn, "Exploiting Worker Correlation for
       Label Aggregation in Crowdsourcing", ICML 2019.
       https://proceedings.mlr.press/v97/li19i.html
    .. [2] H.-C. Kim and Z. Ghahramani, "Bayesian Classifier Combination", AISTATS 2012.
       https://proceedings.mlr.press/v22/kim12.html
    .. [3] J. Lücke and J. Eggert, "Expectation Truncation and the Benefits of Preselection
       in Training Generative Models", JMLR 11, 2010.
       https://jmlr.org/papers/v11/lucke10a.html

    Examples
    --------
    Three labeling functions, of which the third turns every answer round:

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[0, 0, 1]] * 20 + [[1, 1, 0]] * 20
    >>> votes = VoteMatrix.from_array(codes, classes=["no", "yes"])
    >>> model = EBCC().fit(votes)
    >>> model.confusion_[2].round(1)
    array([[0.2, 0.8],
           [0.8, 0.2]])
    >>> model.predict(VoteMatrix.from_array([[-1, -1, 0], [0, 0, 0]], ["no", "yes"]))
    array([1, 0], dtype=int8)
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    confusion_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    class_items_: FloatArray
    subtype_items_: FloatArray
    subtype_votes_: FloatArray
    subtype_cells_: IntArray | None
    objectives_: FloatArray
    n_iter_: int
    converged_: bool
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        n_subtypes: int = 10,
        n_restarts: int = 3,
        empirical_prior: bool = True,
        max_iter: int = 2000,
        tol: float = 1e-3,
        smoothing: float = 1.0,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
        seed: int = 0,
    ) -> None:
        self.n_subtypes = n_subtypes
        self.n_restarts = n_restarts
        self.empirical_prior = empirical_prior
        self.max_iter = max_iter
        self.tol = tol
        self.smoothing = smoothing
        self.class_prior = class_prior
        self.column_groups = column_groups
        self.seed = seed

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_int(f"n_subtypes of {name}", self.n_subtypes, 1, "Use the default 10.")
        check_int(f"n_restarts of {name}", self.n_restarts, 1, "Use the default 3.")
        check_flag(f"empirical_prior of {name}", self.empirical_prior)
        check_em_parameters(name, self.max_iter, self.tol)
        _check_smoothing(name, self.smoothing)
        check_class_prior(name, self.class_prior, n_classes)
        check_int(f"seed of {name}", self.seed, 0, "Use the default 0.")

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        problem = _Problem(patterns, self._belief(patterns), self.n_subtypes, self.column_group_)
        n_starts = self.n_restarts if self.n_subtypes > 1 else 1
        seeds = [self.seed * self.n_restarts + start for start in range(n_starts)]
        fit = best_run([partial(self._run, problem, seed) for seed in seeds])
        warn_unless_converged(name, fit, self.max_iter, self.tol)
        self.class_items_, self.subtype_items_, self.subtype_votes_ = fit.parameters
        self.subtype_cells_ = None if problem.cells is None else problem.cells.table.cells
        self.accuracy_ = problem.accuracy(fit.posterior)
        self._describe(problem.belief)
        self.objectives_ = fit.objectives
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _belief(self, patterns: VotePatterns) -> _Belief:
        k = patterns.n_classes
        items = np.ones(k)
        if self.empirical_prior:
            items += item_sum(patterns.counts, soft_vote(patterns))
        votes = np.full((k, k), float(self.smoothing)) * (1.0 + (_DIAGONAL - 1.0) * np.eye(k))
        given = check_class_prior(type(self).__name__, self.class_prior, k)
        return _Belief(items, votes[:, :, None], given)

    def _run(self, problem: _Problem, seed: int) -> EMFit[_Counts]:
        return run_em(
            problem.start(seed),
            problem.maximize,
            problem.expect,
            max_iter=self.max_iter,
            tol=self.tol,
        )

    def _describe(self, belief: _Belief) -> None:
        """Set what the Dirichlet distributions say on the mean."""
        given = belief.class_prior
        self.class_prior_ = proportions(self.class_items_) if given is None else given
        shares = proportions(self.subtype_items_)
        votes = self.subtype_votes_
        if self.subtype_cells_ is None:
            means = votes / votes.sum(axis=1, keepdims=True)
            self.confusion_ = np.einsum("jvym,ym->jyv", means, shares)
        else:
            self.confusion_ = mean_confusion(self._table(self.subtype_cells_), shares)
        self.precision_ = precision_from_confusion(self.class_prior_, self.confusion_)

    def _posterior(self, votes: Votes) -> FloatArray:
        if self.subtype_cells_ is not None and not isinstance(votes, SoftVotes):
            return self._posterior_of_many(votes, self._table(self.subtype_cells_))
        patterns = vote_patterns(votes)
        if self.column_group_ is not None:
            patterns = patterns.share_votes(self.column_group_)
        log_votes = expected_log(np.moveaxis(self._votes(), 1, -1))
        log_parts = _log_parts(self.class_items_, self.subtype_items_, self._given())
        joint = log_normalize(_log_joint(patterns, log_votes, log_parts))
        return patterns.to_items(_class_posterior(joint, votes.n_classes), self.class_prior_)

    def _posterior_of_many(self, votes: Votes, table: VoteTable) -> FloatArray:
        """Return the posterior over more than a hundred classes, a few items at a time."""
        k = votes.n_classes
        log_parts = _log_parts(self.class_items_, self.subtype_items_, self._given())
        posterior = np.empty((votes.n_items, k))
        score = item_scores(table)
        for rows, block in item_blocks(votes):
            patterns = block
            if self.column_group_ is not None:
                patterns = block.share_votes(self.column_group_)
            joint = log_normalize(score(patterns) + log_parts.reshape(-1))
            posterior[rows] = _class_posterior(joint, k)
        posterior[~votes.covered] = self.class_prior_
        return posterior

    def _votes(self) -> FloatArray:
        """Return the parameters of all cells, shape (n_lfs, n_classes, n_classes, n_subtypes)."""
        if self.subtype_cells_ is None:
            return self.subtype_votes_
        return self._table(self.subtype_cells_).dense()

    def _table(self, cells: IntArray) -> VoteTable:
        """Return the cells of the confusion matrices that differ from their prior."""
        shape = (len(self.accuracy_), len(self.class_items_))
        own = _DIAGONAL * self.smoothing
        return VoteTable(cells, self.subtype_votes_, *shape, own, float(self.smoothing))

    def _given(self) -> FloatArray | None:
        return None if self.class_prior is None else self.class_prior_


class _Counts(NamedTuple):
    """Parameters of Dirichlet distributions, of the shapes in `EBCC`."""

    items: FloatArray
    subtypes: FloatArray
    votes: FloatArray


class _Belief(NamedTuple):
    """Their prior: pseudo-items [y], pseudo-votes [v, y, 1], and a class prior that is given."""

    items: FloatArray
    votes: FloatArray
    class_prior: FloatArray | None


def _check_smoothing(owner: str, smoothing: float) -> None:
    argument = f"smoothing of {owner}"
    if check_number(argument, smoothing, 0.0, advice="Use the default 1.") == 0.0:
        raise ParameterError(wrong_value(argument, smoothing, "above 0", "Use the default 1."))


class _Problem:
    """The votes, and the steps of the iteration on them: section 4 of the paper.

    The state of the iteration is P(class, subtype) of each pattern; with many classes, of
    the classes which have votes.
    """

    def __init__(
        self,
        patterns: VotePatterns,
        belief: _Belief,
        n_subtypes: int,
        group_of: IntArray | None,
    ) -> None:
        self.patterns = self.drawn_from = patterns
        self.belief = belief
        self.n_subtypes = n_subtypes
        self.column_weights = None
        if group_of is not None:
            self.drawn_from = one_column_each(patterns, group_of)
            self.column_weights = column_weights(group_of, vote_counts(patterns).sum(axis=1) > 0)
        self.cells: CandidateCells | None = None
        if few_candidates(patterns):
            own, other = belief.votes[0, :2, 0].tolist()
            self.cells = candidate_cells(patterns, own, other)

    def start(self, seed: int) -> FloatArray:
        """Return the soft majority vote, shared out at random among subtypes."""
        if self.cells is not None:
            return candidate_start(self.cells, self.drawn_from, self.n_subtypes, seed)
        shares = random_shares(self.drawn_from, self.n_subtypes, seed)
        start = soft_vote(self.patterns)[:, :, None] * shares
        return start.reshape(len(start), self.patterns.n_classes * self.n_subtypes)

    def maximize(self, joint: FloatArray) -> _Counts:
        """Return pseudo-counts plus expected counts."""
        if self.cells is not None:
            items, votes = candidate_maximum(self.cells, joint)
        else:
            k = self.patterns.n_classes
            weighted = joint * self.patterns.counts[:, None]
            items = weighted.sum(axis=0).reshape(k, -1)
            votes = self.patterns.expected_counts(joint).reshape(self.patterns.n_lfs, k, k, -1)
            votes = votes + self.belief.votes
        subtypes = items + _SUBTYPE_ITEMS / items.shape[1]
        return _Counts(items.sum(axis=1) + self.belief.items, subtypes, votes)

    def expect(self, counts: _Counts) -> Expectation:
        """Return P(class, subtype), and the bound."""
        far = self._divergence(counts)
        log_parts = _log_parts(counts.items, counts.subtypes, self.belief.class_prior)
        if self.cells is not None:
            joint, log_likelihood, of_votes = candidate_expectation(
                self.cells, counts.votes, log_parts, self.column_weights
            )
            return Expectation(joint, log_likelihood, log_likelihood - (far + of_votes))
        log_votes = expected_log(np.moveaxis(counts.votes, 1, -1))
        votes, prior = np.moveaxis(counts.votes, 1, -1), np.moveaxis(self.belief.votes, 0, -1)
        weights = None if self.column_weights is None else self.column_weights[:, None, None]
        far += dirichlet_divergence(votes, prior, weights=weights, log_mean=log_votes)
        scores = clamp(self.patterns, _log_joint(self.patterns, log_votes, log_parts))
        highest = scores.max(axis=1, keepdims=True, initial=-np.inf)
        np.exp(np.subtract(scores, highest, out=scores), out=scores)
        total = scores.sum(axis=1, keepdims=True)
        scores /= total
        log_likelihood = float(item_sum(self.patterns.counts, (np.log(total) + highest)[:, 0]))
        return Expectation(scores, log_likelihood, log_likelihood - far)

    def accuracy(self, joint: FloatArray) -> FloatArray:
        """Return P(vote is right) of each labeling function, NaN for one that never votes."""
        if self.cells is not None:
            return candidate_accuracy(self.cells, joint)
        posterior = _class_posterior(joint, self.patterns.n_classes)
        return accuracy_from_counts(self.patterns.expected_counts(posterior))

    def _divergence(self, counts: _Counts) -> float:
        """Return how far classes and subtypes are from their priors, in nats."""
        pseudo_items = np.full(1, _SUBTYPE_ITEMS / counts.subtypes.shape[1])
        far = dirichlet_divergence(counts.subtypes, pseudo_items)
        if self.belief.class_prior is None:
            far += dirichlet_divergence(counts.items, self.belief.items)
        return far


def _log_parts(
    items: FloatArray, subtypes: FloatArray, class_prior: FloatArray | None
) -> FloatArray:
    """Return the expected log P(class, subtype), shape (n_classes, n_subtypes)."""
    log_prior = expected_log(items) if class_prior is None else safe_log(class_prior)
    return expected_log(subtypes) + log_prior[:, None]


def _log_joint(patterns: VotePatterns, log_votes: FloatArray, log_parts: FloatArray) -> FloatArray:
    """Return the expected log P(class, subtype, votes), shape (n_patterns, k * n_subtypes).

    `log_votes` has the shape (n_lfs, n_classes, n_subtypes, n_classes), the vote last.
    """
    table = np.moveaxis(log_votes, -1, 1).reshape(
        patterns.n_lfs, patterns.n_classes, log_parts.size
    )
    return patterns.log_evidence(table) + log_parts.reshape(-1)


def _class_posterior(joint: FloatArray, n_classes: int) -> FloatArray:
    """Return the probability of each class, subtypes summed."""
    return np.asarray(joint.reshape(len(joint), n_classes, joint.shape[1] // n_classes).sum(axis=2))
