"""Snorkel's vote arrays and labeling functions, from and to weaklabel's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from weaklabel.core import ABSTAIN, IntArray, LabelSchema, VoteMatrix
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import AnswerError, ParameterError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.lf._item import fields_of

__all__ = ["SnorkelFunction", "from_snorkel_lf", "from_snorkel_matrix", "to_snorkel_matrix"]


class SnorkelFunction(Protocol):
    """What is used of a ``snorkel.labeling.LabelingFunction``; snorkel need not be installed."""

    @property
    def name(self) -> str:
        """Its name."""

    def __call__(self, x: object, /) -> int:
        """Return the code of a class, -1 for abstain."""


def to_snorkel_matrix(votes: VoteMatrix) -> IntArray:
    """Return votes as the array that Snorkel's label models take.

    Parameters
    ----------
    votes : VoteMatrix
        Votes of ``n_lfs`` labeling functions on ``n_items`` items.

    Returns
    -------
    numpy.ndarray of int64, shape (n_items, n_lfs)
        Class codes, -1 for abstain, as in Snorkel 0.9 and later; row-major, a
        copy that may be written to.

    Raises
    ------
    VotesError
        If the votes are soft; Snorkel's models take one class for each.

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[1, -1], [0, 0]], classes=["ham", "spam"])
    >>> to_snorkel_matrix(votes)
    array([[ 1, -1],
           [ 0,  0]])
    """
    votes = require_hard(votes, "to_snorkel_matrix")
    return np.array(votes.codes, dtype=np.int64, order="C")


def from_snorkel_matrix(
    matrix: npt.ArrayLike,
    classes: Sequence[str] | LabelSchema,
    *,
    lf_names: Sequence[str] | None = None,
    item_ids: Iterable[object] | None = None,
) -> VoteMatrix:
    """Return what Snorkel's appliers give as votes.

    Parameters
    ----------
    matrix : array_like of int, shape (n_items, n_lfs)
        Class codes 0..k-1, -1 for abstain. (Snorkel before 0.9 wrote 0 for
        abstain and 1..k for the classes: subtract 1 first.)
    classes : sequence of str or LabelSchema
        The class names, in the order of their codes.
    lf_names : sequence of str, optional
        Names of the columns, ``[lf.name for lf in lfs]``; by default "lf_0", ….
    item_ids : iterable of str or int, optional
        Ids of the rows, which Snorkel does not carry; by default "0", "1", ….

    Returns
    -------
    VoteMatrix

    Raises
    ------
    VotesError
        If a code is no class, or shapes and names do not fit.
    ItemsError
        If ids are missing or occur twice.

    Examples
    --------
    >>> from_snorkel_matrix([[1, -1], [0, 0]], ["ham", "spam"], lf_names=["link", "short"])
    VoteMatrix(2 items x 2 labeling functions, 2 classes, 100.0 % of items covered)
    """
    return VoteMatrix.from_array(matrix, classes, lf_names, item_ids)


def from_snorkel_lf(
    lf: SnorkelFunction,
    classes: Sequence[str] | LabelSchema,
    *,
    description: str = "",
    tags: Sequence[str] = (),
) -> LabelingFunction:
    """Return a labeling function written for Snorkel as one of weaklabel.

    It runs as it did: with its resources, its preprocessors and its choice about
    errors, on an item whose fields are attributes. A missing value is None,
    where a row of pandas has NaN.

    Parameters
    ----------
    lf : snorkel.labeling.LabelingFunction
        Made by Snorkel's decorator or class; any callable with a `name` that
        answers codes will do.
    classes : sequence of str or LabelSchema
        The class names, in the order of the codes that `lf` answers.
    description : str
        One line for tables.
    tags : sequence of str
        Groups that it belongs to.

    Returns
    -------
    LabelingFunction
        Of kind "row"; answers class names, None for Snorkel's -1.

    Raises
    ------
    ParameterError
        If `lf` cannot be called or has no name.
    AnswerError
        When it is called and answers a code that is no class.

    Examples
    --------
    >>> class Short:  # stands for a labeling function made with snorkel
    ...     name = "short"
    ...     def __call__(self, x):
    ...         return 0 if len(x.text) < 10 else -1
    >>> short = from_snorkel_lf(Short(), ["ham", "spam"])
    >>> short({"text": "nice"}), short({"text": "subscribe to me"})
    ('ham', None)
    """
    name = getattr(lf, "name", None)
    if not callable(lf) or not isinstance(name, str):
        raise ParameterError(
            wrong_value(
                "lf",
                lf,
                "a labeling function of snorkel",
                "Decorate it with snorkel.labeling.labeling_function first.",
            )
        )
    schema = classes if isinstance(classes, LabelSchema) else LabelSchema(classes)

    def answer(item: object) -> str | None:
        code = lf(SimpleNamespace(**fields_of(item)))
        if code is None or ABSTAIN <= code < schema.n_classes:
            return None if code is None else schema.name(int(code))
        raise AnswerError(
            wrong_value(
                f"answer of snorkel's labeling function {name!r}",
                code,
                f"in [-1, {schema.n_classes}) where -1 means abstain",
                "Check the codes it returns and the order of classes.",
            )
        )

    return LabelingFunction(name, answer, description=description, tags=tags)
