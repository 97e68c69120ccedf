"""A classifier fitted on soft labels: each row as weighted copies, one for each likely class."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from weaklabel.core import BoolArray, FloatArray, IntArray
from weaklabel.core._numerics import tied_argmax
from weaklabel.errors import ConvergenceWarning, ParameterError, wrong_value
from weaklabel.refine._features import Features
from weaklabel.refine._logistic import fit_soft_logistic

__all__ = [
    "Classifier",
    "Predict",
    "WeightedCopies",
    "check_classifier",
    "fit_classifier",
    "fit_soft",
    "weighted_copies",
]

#: From features of any rows to their probabilities.
Predict: TypeAlias = Callable[[Features], FloatArray]

#: Copies of smaller weight are dropped: together they weigh less than rounding in the targets.
_SMALLEST_WEIGHT = 0.01
#: A class with less of all targets teaches nothing.
_SMALLEST_SHARE = 1e-9
#: Share of the prior in every prediction, so that no class is ever ruled out.
_FLOOR = 1e-4


class Classifier(Protocol):
    """A scikit-learn classifier with probabilities."""

    @property
    def classes_(self) -> npt.NDArray[Any]:
        """Codes of the classes seen in ``fit``."""
        ...

    def fit(self, X: Any, y: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Fit on features and class codes."""
        ...

    def predict_proba(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return the probability of each class in ``classes_``."""
        ...


class WeightedCopies(NamedTuple):
    """Rows repeated for each class that their soft label allows."""

    rows: IntArray
    codes: IntArray
    weights: FloatArray


def weighted_copies(targets: FloatArray) -> WeightedCopies:
    """Return one copy of each row for each class with a weight of at least 0.01.

    Parameters
    ----------
    targets : numpy.ndarray of float64, shape (n_rows, n_classes)
        Soft labels; rows sum to 1.

    Examples
    --------
    >>> copies = weighted_copies(np.array([[0.7, 0.3], [1.0, 0.0]]))
    >>> copies.rows, copies.codes, copies.weights
    (array([0, 0, 1]), array([0, 1, 0]), array([0.7, 0.3, 1. ]))
    """
    rows, codes = np.nonzero(targets >= _SMALLEST_WEIGHT)
    return WeightedCopies(rows, codes, targets[rows, codes])


def check_classifier(classifier: Classifier) -> None:
    """Raise ParameterError if `classifier` has no probabilities, or cannot be cloned."""
    for method in ("fit", "predict_proba", "get_params"):
        if not hasattr(classifier, method) or isinstance(classifier, type):
            raise ParameterError(
                wrong_value(
                    "classifier",
                    classifier,
                    "a scikit-learn classifier with predict_proba",
                    "For example LogisticRegression().",
                )
            )


def fit_classifier(
    classifier: Classifier, train: Features, targets: FloatArray, seed: int
) -> Predict:
    """Return how a clone of `classifier`, fitted on soft labels, predicts.

    Parameters
    ----------
    classifier : scikit-learn classifier
        Left as it is. Where its ``fit`` takes ``sample_weight`` it sees a weighted
        copy of each row for each likely class, else each row's most probable class.
    train : array or sparse matrix, shape (n_train, n_features)
        Features to learn from.
    targets : numpy.ndarray of float64, shape (n_train, n_classes)
        Soft labels of `train`; rows sum to 1.
    seed : int
        Used where the classifier has a ``random_state`` of None.

    Returns
    -------
    callable
        From features, shape (n_rows, n_features), to probabilities, shape (n_rows,
        n_classes), all positive; rows sum to 1. A class of which the classifier saw
        nothing gets its share of `targets`, and so do all classes if it saw fewer than two.

    Notes
    -----
    Soft targets are kept for any number of classes: hard ones make a better
    classifier on its own when classes are many, but a worse partner of the
    label model, as they repeat its verdicts without its doubts. Classes are
    weighted as they occur.
    """
    prior = targets.mean(axis=0)
    copies = _training_copies(classifier, targets)
    if len(np.unique(copies.codes)) < 2:
        return _constant(prior)
    fitted = _fitted(classifier, train[copies.rows], copies, seed)
    seen = np.asarray(fitted.classes_, dtype=np.int64)
    share_of_seen = 1 - prior[np.setdiff1d(np.arange(len(prior)), seen)].sum()

    def predict(test: Features) -> FloatArray:
        complete = np.tile(prior, (test.shape[0], 1))
        if len(complete):  # scikit-learn refuses to predict nothing
            with _named(fitted, test):
                proba = np.asarray(fitted.predict_proba(test), dtype=np.float64)
            complete[:, seen] = proba * share_of_seen
        return _floored(complete, prior)

    return predict


def fit_soft(
    features: Features, targets: FloatArray, learned: BoolArray, hidden: BoolArray | None = None
) -> Predict:
    """Return how a logistic regression, fitted on some of the rows, predicts.

    Parameters
    ----------
    features : array or sparse matrix of float, shape (n_rows, n_features)
        Not copied.
    targets : numpy.ndarray of float64, shape (n_rows, n_classes)
        Soft labels; read only where `learned`.
    learned : numpy.ndarray of bool, shape (n_rows,)
        Rows to learn from, at least one.
    hidden : numpy.ndarray of bool, shape (n_features,), optional
        Features that it must not see.

    Returns
    -------
    callable
        As of `fit_classifier`.
    """
    prior = targets[learned].mean(axis=0)
    if (prior >= _SMALLEST_SHARE).sum() < 2:
        return _constant(prior)
    fitted = fit_soft_logistic(features, targets, learned, hidden)
    return lambda test: _floored(fitted.predict_proba(test), prior)


@contextmanager
def _named(classifier: object, rows: Features) -> Iterator[None]:
    """Name the classifier in errors of its own."""
    try:
        yield
    except Exception as error:
        said = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        raise ParameterError(
            f"classifier {type(classifier).__name__} failed on {rows.shape[0]} rows of "
            f"{rows.shape[1]} features: {said}. Give one that accepts such features and so few "
            "rows, or leave it out."
        ) from error


def _constant(prior: FloatArray) -> Predict:
    return lambda test: np.tile(prior, (test.shape[0], 1))


def _floored(proba: FloatArray, prior: FloatArray) -> FloatArray:
    mixed = (1 - _FLOOR) * proba + _FLOOR * (prior + 1e-6)
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def _training_copies(classifier: Classifier, targets: FloatArray) -> WeightedCopies:
    if _takes_weights(classifier):
        return weighted_copies(targets)
    best, tied = tied_argmax(targets)
    rows = np.flatnonzero(~tied)
    return WeightedCopies(rows, best[rows], np.ones(len(rows)))


def _takes_weights(classifier: Classifier) -> bool:
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(classifier, "sample_weight"))


def _fitted(
    classifier: Classifier, rows: Features, copies: WeightedCopies, seed: int
) -> Classifier:
    from sklearn.base import clone
    from sklearn.exceptions import ConvergenceWarning as NotConverged

    model: Any = clone(classifier)
    if model.get_params().get("random_state", seed) is None:
        model.set_params(random_state=seed)
    weights = {"sample_weight": copies.weights} if _takes_weights(classifier) else {}
    with _named(model, rows), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NotConverged)
        model.fit(rows, copies.codes, **weights)
    for warning in caught:
        if not issubclass(warning.category, NotConverged):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    if any(issubclass(warning.category, NotConverged) for warning in caught):
        warnings.warn(
            f"{type(model).__name__} of refine did not converge. Scale the features, or pass a "
            "classifier with a higher max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
    fitted: Classifier = model
    return fitted
