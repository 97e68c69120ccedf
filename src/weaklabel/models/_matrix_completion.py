"""MatrixCompletion: vote rates of each class that explain how often two columns vote together."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, VoteMatrix
from weaklabel.core._check import check_number
from weaklabel.errors import ConvergenceWarning
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._co_votes import co_votes
from weaklabel.models._em import expect, item_evidence, item_posterior, soft_vote
from weaklabel.models._item_sum import item_sum
from weaklabel.models._parameters import check_class_prior, check_em_parameters
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import VotePatterns, patterns_of
from weaklabel.models._pooled_precision import pooled_precision, vote_counts
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes
from weaklabel.models._soft_vote_prior import soft_vote_prior

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

    uses_patterns = True

    vote_rates_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray
    n_iter_: int
    converged_: bool
    kept_start_: bool

    def __init__(
        self,
        *,
        max_iter: int = 500,
        tol: float = 1e-9,
        l2: float = 1.0,
        class_prior: Sequence[float] | FloatArray | None = None,
    ) -> None:
        self.max_iter = max_iter
        self.tol = tol
        self.l2 = l2
        self.class_prior = class_prior

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_em_parameters(name, self.max_iter, self.tol)
        check_number(f"l2 of {name}", self.l2, 0.0, advice="Use the default 1.")
        check_class_prior(name, self.class_prior, n_classes)

    def _fit_counts(self, counts: PatternCounts) -> None:
        name = type(self).__name__
        patterns = patterns_of(counts)
        prior = check_class_prior(name, self.class_prior, counts.n_classes)
        self.class_prior_ = soft_vote_prior(patterns) if prior is None else prior
        n_votes = vote_counts(patterns)
        start = PrecisionNaiveBayes(class_prior=self.class_prior_).fit_counts(counts).precision_
        moments = _moments(patterns, n_votes)
        fit = _complete(moments, start, self.class_prior_, self.l2, self.max_iter, self.tol)
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

    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        return item_posterior(votes, self.class_prior_, np.log(self.vote_rates_))

    def _evidence(self, item: VoteMatrix) -> FloatArray:
        return item_evidence(item, np.log(self.vote_rates_))


class _Moments(NamedTuple):
    """Second moments of the votes.

    Parameters
    ----------
    times : callable
        Product of ``O``, its diagonal blocks zero, with a matrix of n_lfs * n_classes rows.
    frequency : numpy.ndarray of float64, shape (n_lfs, n_classes)
        The diagonal of ``O``: P(labeling function ``j`` votes ``v``) on an item with votes.
    """

    times: Callable[[FloatArray], FloatArray]
    frequency: FloatArray


class _Fit(NamedTuple):
    """P(labeling function j votes v, true class y), and how the iteration went."""

    joint: FloatArray
    n_iter: int
    converged: bool
    gradient: float


def _moments(patterns: VotePatterns, n_votes: FloatArray) -> _Moments:
    one_hot = patterns.one_hot
    n_items = max(float(patterns.counts.sum()), 1.0)
    frequency = n_votes / n_items
    diagonal = frequency.reshape(-1, 1)  # a column votes once: its diagonal block is diagonal
    shares = patterns.counts / n_items
    if one_hot.shape[1] > _MOST_ROWS_BUILT:
        return _Moments(
            lambda j: np.asarray(one_hot.T @ (shares[:, None] * (one_hot @ j))) - diagonal * j,
            frequency,
        )
    built = co_votes(patterns).toarray() / n_items
    np.fill_diagonal(built, 0.0)
    return _Moments(lambda j: np.asarray(built @ j), frequency)


def _complete(
    moments: _Moments,
    precision: FloatArray,
    class_prior: FloatArray,
    l2: float,
    max_iter: int,
    tol: float,
) -> _Fit:
    """Return the joint probabilities of votes and classes that minimize the objective.

    The unknown is ``J = mu P^(1/2)``, in which rare and frequent votes are equally well
    conditioned, as ``mu P mu' = J J'``.
    """
    from scipy.optimize import Bounds, minimize

    root = np.sqrt(class_prior)
    frequency = moments.frequency[:, :, None]
    start = frequency * precision / root
    if (moments.frequency.sum(axis=1) > 0).sum() < _FEWEST_COLUMNS:
        return _Fit(start * root, 0, True, 0.0)
    highest = np.broadcast_to(np.minimum(frequency / root, root), start.shape)
    pull = l2 * float(moments.frequency.sum())

    def objective(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, FloatArray]:
        return _objective(x.reshape(start.shape), start, moments, root, pull)

    found = minimize(
        objective,
        np.minimum(start, highest).ravel(),
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(0.0, highest.ravel()),
        options={"maxiter": max_iter, "maxfun": 4 * max_iter, "ftol": 0.0, "gtol": tol},
    )
    free = (found.x > 0) | (found.jac < 0)
    gradient = float(np.abs(found.jac[free]).max(initial=0.0))
    # Status 1 is max_iter; 2 is a line search to which rounding leaves nothing to gain.
    return _Fit(found.x.reshape(start.shape) * root, int(found.nit), found.status != 1, gradient)


def _objective(
    joint: FloatArray, start: FloatArray, moments: _Moments, root: FloatArray, pull: float
) -> tuple[float, FloatArray]:
    """Return the objective less a constant, and its gradient, without an n_rows**2 product.

    ``||J J'||^2`` off the diagonal blocks is ``||J'J||^2`` less the same of each block.
    """
    m, k, _ = joint.shape
    flat = joint.reshape(m * k, k)
    product = moments.times(flat)
    gram = flat.T @ flat
    blocks = joint.transpose(0, 2, 1) @ joint
    residual = np.einsum("iy,y->i", flat, root) - moments.frequency.ravel()
    away = joint - start
    loss = (gram**2).sum() - (blocks**2).sum() - 2.0 * (flat * product).sum()
    loss += (residual**2).sum() + pull * (away**2).sum()
    slope = 4.0 * (flat @ gram - product) + 2.0 * np.outer(residual, root)
    slope -= 4.0 * (joint @ blocks).reshape(m * k, k)
    slope += 2.0 * pull * away.reshape(m * k, k)
    return float(loss), np.asarray(slope.ravel())


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
