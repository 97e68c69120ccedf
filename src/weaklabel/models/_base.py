"""BaseLabelModel: the contract of every label model, from votes to a posterior over classes."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from html import escape
from typing import Any, Self

import numpy as np

from weaklabel.core import ABSTAIN, CodeArray, FloatArray, LabelSchema, SoftLabels, VoteMatrix
from weaklabel.core._numerics import tied_argmax
from weaklabel.errors import NotFittedError, VotesError

__all__ = ["BaseLabelModel"]


class BaseLabelModel(ABC):
    """A label model: it estimates how good each labeling function is, and weighs their votes.

    A model writes its constructor, which stores keyword-only arguments and does
    nothing else, `_check_parameters`, `_fit` and `_posterior`. What callers use
    is written here, once. ``weaklabel.testing.check_label_model`` checks the rest
    of the contract.

    Attributes
    ----------
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class) after `fit`; what an item without votes gets. Sums to 1.
    schema_ : LabelSchema
        The classes that the model was fitted on.
    lf_names_ : tuple of str
        The labeling functions that the model was fitted on, in order.
    """

    class_prior_: FloatArray
    schema_: LabelSchema
    lf_names_: tuple[str, ...]

    def fit(self, votes: VoteMatrix) -> Self:
        """Estimate the parameters from votes alone, and return the model.

        What an earlier fit learned is forgotten.

        Parameters
        ----------
        votes : VoteMatrix
            Votes of ``n_lfs`` labeling functions on ``n_items`` items, at least one of each.

        Returns
        -------
        Self
            The fitted model.

        Raises
        ------
        VotesError
            If there are no items or no labeling functions.
        ParameterError
            If an argument of the constructor is outside what is allowed.

        Warns
        -----
        ConvergenceWarning
            If an iteration stops before it converges.
        """
        _check_type(votes)
        name = type(self).__name__
        if votes.n_items == 0 or votes.n_lfs == 0:
            missing = "items" if votes.n_items == 0 else "labeling functions"
            raise VotesError(
                f"votes has 0 {missing}, must have at least one to fit {name}. "
                "Apply labeling functions to the items first."
            )
        self._check_parameters(votes.n_classes)
        self._forget()
        self._fit(votes)
        self.lf_names_ = votes.lf_names
        self.schema_ = votes.schema
        return self

    def predict_proba(self, votes: VoteMatrix) -> FloatArray:
        """Return P(true class) of every item, given its votes.

        Parameters
        ----------
        votes : VoteMatrix
            Votes of the labeling functions that the model was fitted on, on any items.

        Returns
        -------
        numpy.ndarray of float64, shape (n_items, n_classes)
            Probabilities in [0, 1]; every row sums to 1. An item without votes gets
            ``class_prior_``.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        VotesError
            If labeling functions or classes differ from those of `fit`.
        """
        self._check_fits(votes)
        return self._posterior(votes)

    def predict(self, votes: VoteMatrix) -> CodeArray:
        """Return the most probable class of every item, -1 (abstain) on an exact tie.

        Parameters
        ----------
        votes : VoteMatrix
            Votes of the labeling functions that the model was fitted on, on any items.

        Returns
        -------
        numpy.ndarray of int8 or int16, shape (n_items,)
            Class codes in [-1, n_classes).

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        VotesError
            If labeling functions or classes differ from those of `fit`.
        """
        best, tied = tied_argmax(self.predict_proba(votes))
        return np.where(tied, ABSTAIN, best).astype(votes.schema.dtype)

    def soft_labels(self, votes: VoteMatrix) -> SoftLabels:
        """Return `predict_proba` with item ids, classes and the provenance ``"model:<name>"``.

        Parameters
        ----------
        votes : VoteMatrix
            Votes of the labeling functions that the model was fitted on, on any items.

        Returns
        -------
        SoftLabels

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        VotesError
            If labeling functions or classes differ from those of `fit`.
        """
        proba = self.predict_proba(votes)
        return SoftLabels(proba, votes.item_ids, votes.schema, f"model:{type(self).__name__}")

    def parameters(self) -> dict[str, Any]:
        """Return the constructor's arguments by name, in plain types that JSON can hold.

        ``type(model)(**model.parameters())`` is an unfitted copy of the model.
        """
        return {name: _plain(getattr(self, name)) for name in self._defaults()}

    def _check_parameters(self, n_classes: int) -> None:  # noqa: B027 - not every model has any
        """Raise ParameterError if an argument of the constructor is not allowed."""

    @abstractmethod
    def _fit(self, votes: VoteMatrix) -> None:
        """Set ``class_prior_`` and all else that is learned, from votes that were checked."""

    @abstractmethod
    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        """Return the posterior, shape (n_items, n_classes), of votes that were checked."""

    def _forget(self) -> None:
        for name in [n for n in vars(self) if n.endswith("_")]:
            delattr(self, name)

    def _check_fits(self, votes: VoteMatrix) -> None:
        name = type(self).__name__
        if not hasattr(self, "schema_"):
            raise NotFittedError(f"{name} is not fitted. Call {name}.fit(votes) first.")
        _check_type(votes)
        _check_same_lfs(votes.lf_names, self.lf_names_, name)
        if votes.schema != self.schema_:
            raise VotesError(
                f"classes of votes are {list(votes.schema.classes)}, must be "
                f"{list(self.schema_.classes)} as when {name} was fitted. "
                "Use the same classes in the same order, or fit again."
            )

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        signature = inspect.signature(cls)
        return {name: parameter.default for name, parameter in signature.parameters.items()}

    def __repr__(self) -> str:
        given = {
            name: value
            for name, value in self.parameters().items()
            if value != self._defaults()[name]
        }
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({arguments})"

    def _repr_html_(self) -> str:
        rows = [(name, repr(value)) for name, value in self.parameters().items()]
        if hasattr(self, "schema_"):
            rows.append(("fitted on", f"{len(self.lf_names_)} labeling functions"))
            rows += [
                (f"class_prior_[{name!r}]", f"{p:.3f}")
                for name, p in list(zip(self.schema_.classes, self.class_prior_, strict=True))[:20]
            ]
        else:
            rows.append(("fitted", "no"))
        body = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
        return f"<div><p>{escape(repr(self))}</p><table><tbody>{body}</tbody></table></div>"


def _check_type(votes: object) -> None:
    if not isinstance(votes, VoteMatrix):
        raise VotesError(
            f"votes is a {type(votes).__name__}, must be a VoteMatrix. "
            "Make one with VoteMatrix.from_array(codes, classes=[...])."
        )


def _check_same_lfs(given: tuple[str, ...], fitted: tuple[str, ...], owner: str) -> None:
    advice = "Apply the same labeling functions that the model was fitted on, in the same order."
    if len(given) != len(fitted):
        raise VotesError(
            f"votes has {len(given)} labeling functions, must have the {len(fitted)} that "
            f"{owner} was fitted on. {advice}"
        )
    for j, (name, expected) in enumerate(zip(given, fitted, strict=True)):
        if name != expected:
            raise VotesError(
                f"lf_names[{j}] of votes is {name!r}, must be {expected!r} as when {owner} was "
                f"fitted. {advice}"
            )


def _plain(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
