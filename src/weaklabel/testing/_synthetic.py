"""Synthetic votes: labeling functions of known quality on items of known class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from weaklabel.core import ABSTAIN, CodeArray, FloatArray, LabelSchema, SparseCodes, VoteMatrix
from weaklabel.core._check import check_fraction, check_int
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["synthetic_votes"]


def synthetic_votes(
    n_items: int = 1000,
    n_lfs: int = 10,
    *,
    n_classes: int = 2,
    accuracy: float | Sequence[float] | FloatArray = 0.75,
    coverage: float | Sequence[float] | FloatArray = 0.5,
    class_prior: Sequence[float] | FloatArray | None = None,
    one_class_share: float = 0.0,
    confusion: FloatArray | None = None,
    sparse: bool = False,
    seed: int = 0,
) -> tuple[VoteMatrix, CodeArray]:
    """Return votes of planted quality, and the true class of each item.

    Votes are independent given the true class. Whether a labeling function votes
    does not depend on that class, except for those that vote for one class only.

    Parameters
    ----------
    n_items, n_lfs : int
        Size of the matrix; at least 0 and 1.
    n_classes : int
        At least 2; they are named "class_0", "class_1", ….
    accuracy : float or sequence of float, shape (n_lfs,)
        P(vote is right, given that it votes), in [0, 1]; a wrong vote falls on each
        other class alike.
    coverage : float or sequence of float, shape (n_lfs,)
        P(it votes), in [0, 1].
    class_prior : sequence of float, optional
        P(true class), positive and summing to 1; uniform by default.
    one_class_share : float
        Share of the labeling functions, the first ones, that vote for a single class,
        in [0, 1]. Theirs go round the classes; `accuracy` is the precision of the
        vote, and `coverage` falls short where the class is too rare for it.
    confusion : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes), optional
        ``[j, y, v]`` = P(vote ``v`` | true class ``y``, it votes), in place of `accuracy`;
        rows sum to 1.
    sparse : bool
        Whether the matrix is in the sparse form.
    seed : int
        Seed of the generator.

    Returns
    -------
    votes : VoteMatrix
        The votes.
    gold : numpy.ndarray of int8 or int16, shape (n_items,)
        The true class of each item.

    Raises
    ------
    ParameterError
        If an argument is outside what is allowed.

    Examples
    --------
    >>> votes, gold = synthetic_votes(1000, 3, accuracy=[0.9, 0.8, 0.6], coverage=1.0)
    >>> [round(float((votes.column(j) == gold).mean()), 1) for j in range(3)]
    [0.9, 0.8, 0.6]
    """
    check_int("n_items", n_items, 0)
    check_int("n_lfs", n_lfs, 1)
    check_int("n_classes", n_classes, 2)
    check_fraction("one_class_share", one_class_share)
    schema = LabelSchema([f"class_{y}" for y in range(n_classes)])
    accuracies = _per_lf("accuracy", accuracy, n_lfs)
    coverages = _per_lf("coverage", coverage, n_lfs)
    prior = _class_prior(class_prior, n_classes)
    rng = np.random.default_rng(seed)
    gold = rng.choice(n_classes, size=n_items, p=prior).astype(schema.dtype)
    codes = np.empty((n_items, n_lfs), dtype=schema.dtype, order="F")
    for j in range(n_lfs):
        if j < round(one_class_share * n_lfs):
            codes[:, j] = _one_class(rng, gold, j % n_classes, accuracies[j], coverages[j], prior)
        else:
            rows = _rows(accuracies[j], n_classes) if confusion is None else confusion[j]
            codes[:, j] = _any_class(rng, gold, rows, coverages[j])
    return _matrix(codes, schema, sparse), gold


def _per_lf(name: str, value: float | Sequence[float] | FloatArray, n_lfs: int) -> FloatArray:
    array = np.asarray(value, dtype=np.float64)
    if array.shape not in ((), (n_lfs,)) or not bool(((array >= 0) & (array <= 1)).all()):
        raise ParameterError(
            wrong_value(name, value, f"a number in [0, 1], or {n_lfs} of them, one for each LF")
        )
    return np.broadcast_to(array, (n_lfs,))


def _class_prior(value: Sequence[float] | FloatArray | None, n_classes: int) -> FloatArray:
    if value is None:
        return np.full(n_classes, 1.0 / n_classes)
    prior = np.asarray(value, dtype=np.float64)
    if prior.shape != (n_classes,) or not (prior > 0).all() or abs(prior.sum() - 1) > 1e-6:
        raise ParameterError(
            wrong_value("class_prior", value, f"{n_classes} positive numbers that sum to 1")
        )
    return np.asarray(prior / prior.sum(), dtype=np.float64)


def _rows(accuracy: float, n_classes: int) -> FloatArray:
    """Return the confusion matrix of a labeling function that errs alike on all classes."""
    rows = np.full((n_classes, n_classes), (1.0 - accuracy) / (n_classes - 1))
    np.fill_diagonal(rows, accuracy)
    return rows


def _any_class(
    rng: np.random.Generator, gold: CodeArray, confusion: FloatArray, coverage: float
) -> npt.NDArray[np.int64]:
    """Return votes drawn from the row of each item's true class, or abstains."""
    draw = rng.random(len(gold))
    edges = np.cumsum(confusion, axis=1)[:, :-1]
    votes = np.zeros(len(gold), dtype=np.int64)
    for v in range(edges.shape[1]):
        votes += draw > edges[gold, v]
    return np.where(rng.random(len(gold)) < coverage, votes, ABSTAIN)


def _one_class(
    rng: np.random.Generator,
    gold: CodeArray,
    code: int,
    precision: float,
    coverage: float,
    prior: FloatArray,
) -> npt.NDArray[np.int64]:
    """Return votes for `code` that are right with probability `precision`, or abstains."""
    fires = np.where(
        gold == code,
        coverage * precision / prior[code],
        coverage * (1.0 - precision) / (1.0 - prior[code]),
    )
    return np.where(rng.random(len(gold)) < fires, code, ABSTAIN)


def _matrix(codes: CodeArray, schema: LabelSchema, sparse: bool) -> VoteMatrix:
    if not sparse:
        return VoteMatrix(codes, None, None, schema)
    items, lfs = np.nonzero(codes >= 0)
    store = SparseCodes.from_entries(items, lfs, codes[items, lfs], codes.shape, schema.dtype)
    return VoteMatrix(store, None, None, schema)
