"""MatrixCompletion: vote rates of each class that explain how often two columns vote together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._check import check_number
from weaklabel.errors import ConvergenceWarning
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._candidates import candidates_of, few_candidates, meetings_of
from weaklabel.models._co_votes import co_vote_product, co_votes
from weaklabel.models._column_groups import column_weights, grouped_patterns
from weaklabel.models._em import expect, item_evidence, item_posterior, soft_vote
from weaklabel.models._few_rates import few_are_free, few_rates
from weaklabel.models._item_sum import item_sum
from weaklabel.models._parameters import (
    ColumnGroups,
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns
from weaklabel.models._pooled_precision import pooled_precision, vote_counts
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes
from weaklabel.models._soft_vote_prior import soft_vote_prior

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MatrixCompletion"]

#: No vote is taken to be more than 50 times rarer in a class than it is overall.
_SMALLEST_RATE = 0.02
#: Two columns have only one moment in common, which leaves their vote rates open.
_FEWEST_COLUMNS = 3
#: Up to this many rows the matrix of moments is built, beyond it is multiplied in factors.
_MOST_ROWS_BUILT = 4096
#: Covariances of probabilities below this are rounding.
_ROUNDING = 1e-9


class MatrixCompletion(BaseLabelModel):
    """Fit the rates of votes in each class to how often each two columns vote together.

    The estimator of MeTaL and of Snorkel's LabelModel, from a fixed start and to
    convergence: same votes, same answer. Silence says nothing when an item is
    labeled, but how often a labeling function votes at all in each class is estimated
    and used, so columns that vote for a single class carry information. After
    the moments are summed the cost does not depend on the number of items.

    Parameters
    ----------
    max_iter : int, default 500
        Largest number of iterations of L-BFGS-B, at least 1.
    tol : float, default 1e-9
        Stop once no component of the projected gradient exceeds this; at least 0.
    l2 : float, default 1
        How strongly rates are pulled to those at the start, in units of the mean number
        of votes on an item: what the moments say weighs about ``1 / (1 + l2)``. 0
        gives the estimator without a pull; at least 0.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1. By default the mean share of votes
        for each class.
    column_groups : mapping of str to sequence of str, or sequence of sequence of str, optional
        Labeling functions that say the same thing in several ways, such as prompts of
        one language model or copies of one rule: names of columns, group by group, each
        in one group at most. A group has the weight of one vote on each item: where
        ``n`` of its columns vote, each of these votes weighs ``1 / n``. How often two
        columns of one group vote together is not used, as they are not independent.

    Attributes
    ----------
    vote_rates_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(labeling function ``j`` votes ``v`` | true class ``y``), in
        (0, 1]; what is missing to 1 over ``v`` is its silence. Votes that were never cast
        have rate 1 in every class, which says nothing.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) of an item on which labeling function
        ``j`` alone votes, for ``v``; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes); NaN for one that never votes.
    n_iter_ : int
        Number of iterations; 0 where fewer than three columns vote.
    converged_ : bool
        Whether the projected gradient came below `tol`, or as near as rounding allows.
    kept_start_ : bool
        Whether the rates are those at the start, for one of the reasons in Notes.
    column_group_ : numpy.ndarray of int64, shape (n_lfs,), or None
        Group of each labeling function, counted from 0; -1 for one in none.

    Notes
    -----
    With ``O`` the matrix of P(vote a and vote b on one item) over the ``n_lfs * n_classes``
    kinds of votes, ``mu`` the vote rates and ``P = diag(class_prior)``, equation (2) of [1]_
    is minimized::

        ||(O - mu P mu') off the diagonal blocks||^2 + ||mu P 1 - diag(O)||^2
            + l2 n_votes / n_items ||(mu - mu_0) P^(1/2)||^2

    within rates that the frequency of the votes allows. The start ``mu_0`` are the
    rates that `PrecisionNaiveBayes` finds in its single step from soft majority vote;
    with fewer than three columns that vote, the moments do not determine the rates and
    the start is the answer.

    *Labels are not inverted*, whichever class prior is given. A given prior may contradict
    the votes, so with one the rate of a vote is raised to be largest in its own class: no vote
    speaks against itself. If after that some class were believed less where more of the
    votes are for it, the rates at the start are kept instead.
    Snorkel's LabelModel, which starts from a random scale, inverts the labels of the YouTube
    spam collection for one of ten seeds given the true class prior, and for 4 of 30 given
    [0.7, 0.3].

    *Why l2 = 1.* On 16 published matrices of labeling functions' votes the mean metric
    (accuracy, or F1 where the positive class is rare) is 0.67 without a pull, 0.70 with
    l2 = 0.3 and 0.73 with l2 = 1 and 3. Real votes are not independent given the
    class, and a fit that explains all of their moments explains the dependence too.

    *Gold* is one more column ``g``, which is never wrong. On the ``n_g`` items that it votes on,
    P(vote a, class y) is seen outright, as ``G``, and is linear in the rates: ``mu P``. Its
    squares enter as often as those of two columns, twice; as they rest on ``n_g`` items
    where the moments of columns rest on ``n``, their sampling variance is ``n / n_g`` times as
    large, and they weigh as much less::

        + 2 n_g / n ||G - mu P||^2

    Beside it gold enters ``mu_0`` and an estimated class prior, which is what a few known
    classes change most.

    *Column groups.* Blocks of ``O`` between two columns of one group are left out, like those on
    the diagonal. In a group of which ``n`` columns ever vote, each row of ``O`` and ``mu``
    weighs ``1 / n``, so that a copy does not make what it repeats count twice: an exact copy of a
    column, grouped with it, changes no posterior.

    *Many classes.* With more than a hundred classes only the rates of votes and classes that
    meet on some item are fitted. What a vote has for all classes that it never meets stays as at
    the start, shared out by class prior.

    Time O(n_votes * votes per item) once, then O(n_lfs**2 n_classes**3) for each iteration.

    References
    ----------
    .. [1] A. Ratner, B. Hancock, J. Dunnmon, F. Sala, S. Pandey and C. Ré, "Training
       Complex Models with Multi-Task Weak Supervision", AAAI 2019.
       https://doi.org/10.1609/aaai.v33i01.33014763

    Examples
    --------
    Two labeling functions for spam, which mostly vote together, and one for ham:

    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[1, 1, -1]] * 4 + [[1, -1, 0]] + [[-1, -1, 0]] * 4
    >>> votes = VoteMatrix.from_array(codes, classes=["ham", "spam"])
    >>> model = MatrixCompletion().fit(votes)
    >>> model.predict(votes)
    array([1, 1, 1, 1, 0, 0, 0, 0, 0], dtype=int8)

    The first speaks on spam more often than on ham; what is missing to 1 is its silence:

    >>> bool(model.vote_rates_[0, 1, 1] > 2 * model.vote_rates_[0, 1, 0])
    True
    """

    uses_gold = True
    uses_patterns = True
    uses_soft_votes = True

    vote_rates_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    n_iter_: int
    converged_: bool
    kept_start_: bool
    column_group_: IntArray | None

    def __init__(
        self,
        *,
        max_iter: int = 500,
        tol: float = 1e-9,
        l2: float = 1.0,
        class_prior: Sequence[float] | FloatArray | None = None,
        column_groups: ColumnGroups | None = None,
    ) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.l2 = l2
        self.class_prior = class_prior
        self.column_groups = column_groups

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"l2 of {name}", self.l2, 0.0, advice="Use the default 1.")
        check_class_prior(name, self.class_prior, n_classes)

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:
        check_column_groups(type(self).__name__, self.column_groups, lf_names)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns, self.column_group_ = grouped_patterns(name, self.column_groups, counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        self.class_prior_ = soft_vote_prior(patterns) if prior is None else prior
        n_votes = vote_counts(patterns)
        start = self._start(counts)
        moments = _moments(patterns, n_votes, self.column_group_)
        steering = (self.class_prior_, self.l2, self.max_iter, self.tol)
        if few_candidates(patterns):
            fit = _complete_few(patterns, moments, start, *steering)
        else:
            fit = _complete(moments, start, *steering)
        _warn_unless_converged(name, fit, self.max_iter, self.tol)
        rates = _usable_rates(fit.joint, moments.frequency, self.class_prior_)
        if prior is not None:
            rates = _never_against_itself(rates)
        self.kept_start_ = fit.n_iter == 0
        if not self.kept_start_ and _inverts(patterns, rates, self.class_prior_):
            self.kept_start_ = True
            joint = moments.frequency[:, :, None] * start
            rates = _usable_rates(joint, moments.frequency, self.class_prior_)
            rates = _never_against_itself(rates)
        self.vote_rates_ = rates
        self.precision_ = _precision(rates, self.class_prior_)
        self.accuracy_ = pooled_precision(self.precision_, n_votes)
        self.n_iter_ = fit.n_iter
        self.converged_ = fit.converged

    def _start(self, counts: PatternCounts) -> FloatArray:
        model = PrecisionNaiveBayes(class_prior=self.class_prior_, column_groups=self.column_groups)
        return model.fit_counts(counts).precision_

    def _posterior(self, votes: Votes) -> FloatArray:
        log_rates = np.log(self.vote_rates_)
        return item_posterior(votes, self.class_prior_, log_rates, self.column_group_)

    def _evidence(self, item: Votes) -> FloatArray:
        return item_evidence(item, np.log(self.vote_rates_), self.column_group_)


class _Blocks(NamedTuple):
    """Columns of one group: the block each column is part of, and what its rows weigh."""

    of_column: IntArray
    weights: FloatArray


class _Moments(NamedTuple):
    """Second moments of the votes, and what gold adds to them.

    Parameters
    ----------
    times : callable
        Product of ``O``, its blocks on the diagonal and within groups zero, with a matrix of
        n_lfs * n_classes rows.
    frequency : numpy.ndarray of float64, shape (n_lfs, n_classes)
        The diagonal of ``O``: P(labeling function ``j`` votes ``v``) on an item with votes.
    blocks : _Blocks, optional
        What column groups make of it; None where each column is a block of its own.
    gold : numpy.ndarray of float64, shape (n_lfs * n_classes, n_classes), optional
        P(vote, class) on the items with gold.
    gold_weight : float
        What their squares weigh; 0 without gold.
    """

    times: Callable[[FloatArray], FloatArray]
    frequency: FloatArray
    blocks: _Blocks | None = None
    gold: FloatArray | None = None
    gold_weight: float = 0.0


class _Fit(NamedTuple):
    """P(labeling function j votes v, true class y), and how the iteration went."""

    joint: FloatArray
    n_iter: int
    converged: bool
    gradient: float


def _moments(
    patterns: VotePatterns, n_votes: FloatArray, group_of: IntArray | None = None
) -> _Moments:
    frequency = n_votes / max(float(patterns.counts.sum()), 1.0)
    blocks = None if group_of is None else _blocks(group_of, n_votes)
    gold, gold_weight = _gold_moments(patterns)
    return _Moments(_product(patterns, frequency, blocks), frequency, blocks, gold, gold_weight)


def _blocks(group_of: IntArray, n_votes: FloatArray) -> _Blocks | None:
    weights = column_weights(group_of, n_votes.sum(axis=1) > 0)
    if bool((weights == 1.0).all()):  # no two columns of a group vote
        return None
    apart = np.where(group_of >= 0, len(group_of) + group_of, np.arange(len(group_of)))
    of_column = np.unique(apart, return_inverse=True)[1].astype(np.int64)
    return _Blocks(of_column, weights)


def _product(
    patterns: VotePatterns, frequency: FloatArray, blocks: _Blocks | None
) -> Callable[[FloatArray], FloatArray]:
    """Return the product with ``O`` less its blocks, built or in factors."""
    n_items = max(float(patterns.counts.sum()), 1.0)
    one_hot, k = patterns.one_hot, patterns.n_classes
    if one_hot.shape[1] <= _MOST_ROWS_BUILT:
        together = co_votes(patterns).tocoo()
        of_column = np.arange(patterns.n_lfs) if blocks is None else blocks.of_column
        inside = of_column[together.row // k] == of_column[together.col // k]
        together.data[inside] = 0.0
        built = together.toarray() / n_items
        return lambda j: np.asarray(built @ j)
    if blocks is not None:
        groups = _within_groups(patterns, blocks.of_column) / n_items
        return lambda j: co_vote_product(patterns, j) / n_items - groups @ j
    if patterns.soft:
        return lambda j: co_vote_product(patterns, j) / n_items
    shares, diagonal = patterns.counts / n_items, frequency.reshape(-1, 1)
    return lambda j: np.asarray(one_hot.T @ (shares[:, None] * (one_hot @ j))) - diagonal * j


def _within_groups(patterns: VotePatterns, of_column: IntArray) -> csr_array[Any, tuple[int, int]]:
    """Return how often votes of two columns of one group are cast together."""
    from scipy.sparse import csr_array

    k, size = patterns.n_classes, patterns.one_hot.shape[1]
    rows, columns, data = [], [], []
    for block in np.flatnonzero(np.bincount(of_column) > 1):
        members = np.flatnonzero(of_column == block)
        cells = (members[:, None] * k + np.arange(k)).ravel()
        own = csr_array(patterns.one_hot[:, cells])
        counts = np.repeat(patterns.counts, np.diff(own.indptr))
        weighted = csr_array((own.data * counts, own.indices, own.indptr), shape=own.shape)
        together = csr_array(own.T @ weighted).tocoo()
        apart = together.row // k != together.col // k
        rows.append(cells[together.row[apart]])
        columns.append(cells[together.col[apart]])
        data.append(together.data[apart])
    empty = np.empty(0, dtype=np.int64)
    places = (np.concatenate([empty, *rows]), np.concatenate([empty, *columns]))
    return csr_array((np.concatenate([empty * 1.0, *data]), places), shape=(size, size))


def _gold_moments(patterns: VotePatterns) -> tuple[FloatArray | None, float]:
    """Return P(vote, class) on the items with gold, and what its squares weigh."""
    if patterns.gold is None:
        return None, 0.0
    known = np.where(patterns.gold >= 0, patterns.counts, 0.0)
    certain = (patterns.gold[:, None] == np.arange(patterns.n_classes)) * known[:, None]
    n_gold = float(known.sum())
    seen = np.asarray(patterns.one_hot.T @ certain, dtype=np.float64) / n_gold
    return seen, 2.0 * n_gold / float(patterns.counts.sum())


def _complete(
    moments: _Moments,
    precision: FloatArray,
    class_prior: FloatArray,
    l2: float,
    max_iter: int,
    tol: float,
) -> _Fit:
    """Return the joint probabilities of votes and classes that minimize the objective.

    The unknown is ``J = W^(1/2) mu P^(1/2)``, with the weights ``W`` of the rows. In it rare
    and frequent votes are equally well conditioned, as ``mu P mu' = J J'``.
    """

    root = np.sqrt(class_prior)
    frequency = moments.frequency[:, :, None]
    start = frequency * precision / root
    if _few_columns(moments):
        return _Fit(start * root, 0, True, 0.0)
    highest = np.broadcast_to(np.minimum(frequency / root, root), start.shape)
    pull = l2 * float(moments.frequency.sum())
    scale = None
    if moments.blocks is not None:
        weights = moments.blocks.weights
        scale = np.sqrt(weights)[:, None, None]
        start, highest = start * scale, highest * scale
        pull = l2 * float((weights * moments.frequency.sum(axis=1)).sum())

    def objective(x: npt.NDArray[np.float64]) -> tuple[float, FloatArray]:
        return _objective(x.reshape(start.shape), start, moments, root, pull)

    first = np.minimum(start, highest).ravel()
    found = _minimum(objective, first, highest.ravel(), max_iter, tol)
    joint = found.joint.reshape(start.shape) * root
    return found._replace(joint=joint if scale is None else joint / scale)


def _few_columns(moments: _Moments) -> bool:
    """Return whether too few columns vote, gold counted as one, for moments to say anything."""
    n_columns = int((moments.frequency.sum(axis=1) > 0).sum())
    return n_columns + (moments.gold is not None) < _FEWEST_COLUMNS


def _minimum(
    objective: Callable[[npt.NDArray[np.float64]], tuple[float, FloatArray]],
    start: FloatArray,
    highest: FloatArray,
    max_iter: int,
    tol: float,
    corrections: int = 10,
) -> _Fit:
    """Return where `objective` is least between 0 and `highest`, in one row.

    Of each correction that L-BFGS-B keeps it holds two rows as long.
    """
    from scipy.optimize import Bounds, minimize

    found = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(0.0, highest),
        options={
            "maxiter": max_iter,
            "maxfun": 4 * max_iter,
            "ftol": 0.0,
            "gtol": tol,
            "maxcor": corrections,
        },
    )
    free = (found.x > 0) | (found.jac < 0)
    gradient = float(np.abs(found.jac[free]).max(initial=0.0))
    # Status 1 is max_iter; 2 is a line search to which rounding leaves nothing to gain.
    return _Fit(found.x, int(found.nit), found.status != 1, gradient)


def _complete_few(
    patterns: VotePatterns,
    moments: _Moments,
    precision: FloatArray,
    class_prior: FloatArray,
    l2: float,
    max_iter: int,
    tol: float,
) -> _Fit:
    """Return as `_complete`, but with the start where votes and classes never meet."""
    m, k = moments.frequency.shape
    joint = (moments.frequency[:, :, None] * precision).reshape(m * k, k)
    if _few_columns(moments):
        return _Fit(joint.reshape(m, k, k), 0, True, 0.0)
    of_column, weights = np.arange(m), np.ones(m)
    if moments.blocks is not None:
        of_column, weights = moments.blocks
    frequency = moments.frequency.ravel()
    cells, together = meetings_of(patterns, candidates_of(patterns)).cells, None
    if few_are_free(len(cells), m * k, k):
        together = co_votes(patterns)
        together.data = together.data / max(float(patterns.counts.sum()), 1.0)
    rates = few_rates(
        cells,
        joint,
        moments.times,
        class_prior,
        frequency,
        np.repeat(of_column, k),
        np.repeat(weights, k),
        l2,
        moments.gold,
        moments.gold_weight,
        together,
    )
    highest = np.minimum(
        frequency[rates.rows] / rates.root[rates.classes], rates.root[rates.classes]
    )
    highest *= np.sqrt(np.repeat(weights, k))[rates.rows]
    first = np.minimum(rates.start, highest)
    found = _minimum(rates.objective, first, highest, max_iter, tol, corrections=4)
    scale = np.sqrt(np.repeat(weights, k))[:, None]
    return found._replace(joint=(rates.joint(found.joint) / scale).reshape(m, k, k))


def _objective(
    joint: FloatArray, start: FloatArray, moments: _Moments, root: FloatArray, pull: float
) -> tuple[float, FloatArray]:
    """Return the objective less a constant, and its gradient, without an n_rows**2 product.

    ``||J J'||^2`` off the diagonal blocks is ``||J'J||^2`` less the same of each block.
    """
    m, k, _ = joint.shape
    flat = joint.reshape(m * k, k)
    scale = None
    if moments.blocks is not None:
        scale = np.sqrt(np.repeat(moments.blocks.weights, k))[:, None]
    product = moments.times(flat) if scale is None else scale * moments.times(scale * flat)
    gram = flat.T @ flat
    blocks = _of_blocks(joint.transpose(0, 2, 1) @ joint, moments)
    frequency = moments.frequency.ravel()
    residual = np.einsum("iy,y->i", flat, root)
    residual -= frequency if scale is None else frequency * scale[:, 0]
    away = joint - start
    loss = (gram**2).sum() - (blocks**2).sum() - 2.0 * (flat * product).sum()
    loss += (residual**2).sum() + pull * (away**2).sum()
    slope = 4.0 * (flat @ gram - product) + 2.0 * np.outer(residual, root)
    slope -= 4.0 * (joint @ _of_columns(blocks, moments)).reshape(m * k, k)
    slope += 2.0 * pull * away.reshape(m * k, k)
    if moments.gold is not None:
        missed = flat * root - (moments.gold if scale is None else moments.gold * scale)
        loss += moments.gold_weight * (missed**2).sum()
        slope += 2.0 * moments.gold_weight * missed * root
    return float(loss), np.asarray(slope.ravel())


def _of_blocks(grams: FloatArray, moments: _Moments) -> FloatArray:
    """Return the sum of what columns of each block have, shape (n_blocks, n_classes, n_classes)."""
    if moments.blocks is None:
        return grams
    sums = np.zeros((moments.blocks.of_column.max() + 1, *grams.shape[1:]))
    np.add.at(sums, moments.blocks.of_column, grams)
    return sums


def _of_columns(blocks: FloatArray, moments: _Moments) -> FloatArray:
    return blocks if moments.blocks is None else blocks[moments.blocks.of_column]


def _usable_rates(joint: FloatArray, frequency: FloatArray, class_prior: FloatArray) -> FloatArray:
    """Return P(vote | class), never zero, and 1 everywhere for votes that were never cast."""
    rates = np.clip(joint / class_prior, _SMALLEST_RATE * frequency[:, :, None], 1.0)
    return np.where(frequency[:, :, None] > 0, rates, 1.0)


def _never_against_itself(vote_rates: FloatArray) -> FloatArray:
    """Return the rates with each vote at least as frequent in its own class as in any other."""
    rates = vote_rates.copy()
    classes = np.arange(rates.shape[2])
    rates[:, classes, classes] = rates.max(axis=2)
    return rates


def _inverts(patterns: VotePatterns, vote_rates: FloatArray, class_prior: FloatArray) -> bool:
    """Return whether some class is believed less where more of the votes are for it."""
    patterns = replace(patterns, gold=None)  # known classes would agree with themselves
    weights = patterns.counts / max(float(patterns.counts.sum()), 1.0)
    shares = soft_vote(patterns)
    posterior = expect(patterns, class_prior, np.log(vote_rates)).posterior
    together = item_sum(weights, shares * posterior)
    together -= item_sum(weights, shares) * item_sum(weights, posterior)
    return bool((together < -_ROUNDING).any())


def _precision(vote_rates: FloatArray, class_prior: FloatArray) -> FloatArray:
    """Return P(true class | vote) by Bayes' rule, ``[j, v, y]``."""
    joint = vote_rates * class_prior
    return np.asarray(joint / joint.sum(axis=2, keepdims=True))


def _warn_unless_converged(owner: str, fit: _Fit, max_iter: int, tol: float) -> None:
    if not fit.converged:
        warnings.warn(
            f"{owner} stopped after max_iter={max_iter} iterations while the gradient was "
            f"still {fit.gradient:.2g}, more than tol={tol:g}. Raise max_iter, or tol.",
            ConvergenceWarning,
            stacklevel=4,  # the caller of fit
        )
