"""SnorkelLabelModel: the label model of the snorkel library, under this library's contract."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, VoteMatrix, Votes
from weaklabel.core._check import check_int, check_number
from weaklabel.core._numerics import safe_log
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import MissingDependencyError, VotesError
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._em import item_posterior
from weaklabel.models._parameters import check_class_prior

__all__ = ["SnorkelLabelModel"]

_FEWEST_LFS = 3


class SnorkelLabelModel(BaseLabelModel):
    """Fit Snorkel's own LabelModel, to compare with it or to go on as before.

    It needs the extra ``snorkel``, which brings torch, and only for `fit`: what was learned
    are plain arrays, from which posteriors are computed here in log space. `MatrixCompletion` is
    the same estimator without either, with a fixed start and a guard against
    inverted labels. Soft votes are refused: Snorkel learns from class codes.

    Parameters
    ----------
    n_epochs : int, default 100
        Number of gradient steps, at least 1. All of them are taken.
    lr : float, default 0.01
        Length of a step; at least 0.
    l2 : float, default 0
        Strength of the pull to the start; at least 0.
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1. By default uniform, as in Snorkel.
    seed : int, default 0
        Seed of the random scale of the start; at least 0.

    Attributes
    ----------
    vote_rates_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(labeling function ``j`` votes ``v`` | true class ``y``); Snorkel's
        ``mu``. What is missing to 1 over ``v`` is its silence.
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    precision_ : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y``) of an item on which labeling function
        ``j`` alone votes, for ``v``; sums to 1 over ``y``.
    accuracy_ : numpy.ndarray of float64, shape (n_lfs,)
        P(vote is right, given that it votes), from `precision_`; NaN for one that never
        votes.

    Raises
    ------
    MissingDependencyError
        From `fit`, if snorkel is not installed.
    ParameterError
        If the votes are soft; give it ``votes.hard()``.
    VotesError
        From `fit`, if there are fewer than three labeling functions, or Snorkel fails, as it
        does where `lr` is too long a step for hundreds of columns.

    Notes
    -----
    Snorkel seeds the generators of Python, NumPy and torch; they are put back to where they
    were before. What Snorkel warns of is passed on.

    References
    ----------
    .. [1] A. Ratner, B. Hancock, J. Dunnmon, F. Sala, S. Pandey and C. Ré, "Training
       Complex Models with Multi-Task Weak Supervision", AAAI 2019.
       https://doi.org/10.1609/aaai.v33i01.33014763

    Examples
    --------
    >>> SnorkelLabelModel(n_epochs=500, class_prior=[0.7, 0.3])
    SnorkelLabelModel(n_epochs=500, class_prior=[0.7, 0.3])
    """

    vote_rates_: FloatArray
    precision_: FloatArray
    accuracy_: FloatArray

    def __init__(
        self,
        *,
        n_epochs: int = 100,
        lr: float = 0.01,
        l2: float = 0.0,
        class_prior: Sequence[float] | FloatArray | None = None,
        seed: int = 0,
    ) -> None:
        self.n_epochs = n_epochs
        self.lr = lr
        self.l2 = l2
        self.class_prior = class_prior
        self.seed = seed

    def _check_parameters(self, n_classes: int) -> None:
        name = type(self).__name__
        check_int(f"n_epochs of {name}", self.n_epochs, 1, "Use the default 100.")
        check_number(f"lr of {name}", self.lr, 0.0, advice="Use the default 0.01.")
        check_number(f"l2 of {name}", self.l2, 0.0, advice="Use the default 0.")
        check_int(f"seed of {name}", self.seed, 0, "Use the default 0.")
        check_class_prior(name, self.class_prior, n_classes)

    def _fit(self, votes: Votes) -> None:
        name = type(self).__name__
        votes = require_hard(votes, name)
        if votes.n_lfs < _FEWEST_LFS:
            raise VotesError(
                f"votes has {votes.n_lfs} labeling functions, must have at least {_FEWEST_LFS} "
                f"to fit {name}. Write more, or use LabelModel."
            )
        prior = check_class_prior(name, self.class_prior, votes.n_classes)
        settings = _Settings(self.n_epochs, float(self.lr), float(self.l2), self.seed)
        k = votes.n_classes
        self.class_prior_ = np.full(k, 1.0 / k) if prior is None else prior
        self.vote_rates_ = _fit_snorkel(votes, self.class_prior_, settings)
        self.precision_ = _precision(self.vote_rates_, self.class_prior_)
        self.accuracy_ = _accuracy(self.precision_, votes)

    def _posterior(self, votes: Votes) -> FloatArray:
        return item_posterior(votes, self.class_prior_, safe_log(self.vote_rates_))


class _Settings(NamedTuple):
    """Settings of Snorkel's ``LabelModel.fit``, by its own names."""

    n_epochs: int
    lr: float
    l2: float
    seed: int


def _fit_snorkel(votes: VoteMatrix, class_prior: FloatArray, settings: _Settings) -> FloatArray:
    """Return Snorkel's mu as an array of shape (n_lfs, n_classes, n_classes)."""
    k = votes.n_classes
    with _generators_put_back():
        try:
            from snorkel.labeling.model import LabelModel
        except ImportError as error:
            raise _missing() from error
        model = LabelModel(cardinality=k, verbose=False)
        try:
            model.fit(
                np.array(votes.codes, dtype=np.int64),
                class_balance=class_prior.tolist(),
                progress_bar=False,
                **settings._asdict(),
            )
        except Exception as error:  # Snorkel raises a bare Exception where its loss is NaN
            raise VotesError(
                f"Snorkel's LabelModel fails on these votes: {error} Lower lr of SnorkelLabelModel, "
                f"which is {settings.lr:g}, or use MatrixCompletion."
            ) from error
        rates = model.get_conditional_probs()[:, 1:, :]
    return np.asarray(rates, dtype=np.float64).reshape(votes.n_lfs, k, k)


@contextmanager
def _generators_put_back() -> Iterator[None]:
    """Put the global generators of Python, NumPy and torch back to where they were.

    Snorkel draws from NumPy's when it is imported, and seeds all three in ``fit``.
    """
    try:
        import torch
    except ImportError as error:
        raise _missing() from error
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002 - Snorkel's
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002 - put back
        torch.set_rng_state(states[2])


def _missing() -> MissingDependencyError:
    return MissingDependencyError.of("snorkel", "SnorkelLabelModel", "snorkel")


def _precision(vote_rates: FloatArray, class_prior: FloatArray) -> FloatArray:
    """Return P(true class | vote) by Bayes' rule, ``[j, v, y]``."""
    joint = np.maximum(vote_rates, np.finfo(np.float64).tiny) * class_prior
    return np.asarray(joint / joint.sum(axis=2, keepdims=True))


def _accuracy(precision: FloatArray, votes: VoteMatrix) -> FloatArray:
    """Return the precision of each labeling function's votes for their class, pooled."""
    _, lfs, codes = votes.entries
    right = np.bincount(lfs, precision[lfs, codes, codes], votes.n_lfs)
    total = np.bincount(lfs, minlength=votes.n_lfs)
    return np.asarray(np.divide(right, total, out=np.full(len(total), np.nan), where=total > 0))
