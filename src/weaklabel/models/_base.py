"""BaseLabelModel: the contract of every label model, from votes to a posterior over classes."""

from __future__ import annotations

import inspect
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from weaklabel.core import (
    ABSTAIN,
    CodeArray,
    FloatArray,
    LabelSchema,
    SoftLabels,
    SoftVotes,
    VoteMatrix,
    Votes,
)
from weaklabel.core._html import escape
from weaklabel.core._numerics import tied_argmax
from weaklabel.errors import ItemsError, NotFittedError, ParameterError, VotesError, wrong_value
from weaklabel.models._explain import Explanation, explain_by_evidence, explain_by_leaving_out
from weaklabel.models._gold import Gold, check_gold, overwrite
from weaklabel.models._model_file import ModelRecord, write_record
from weaklabel.models._pattern_counts import PatternCounts, merge_counts

__all__ = ["BaseLabelModel"]


class BaseLabelModel(ABC):
    """A label model: it estimates how good each labeling function is, and weighs their votes.

    A model writes its constructor, which stores keyword-only arguments and does
    nothing else, `_check_parameters`, `_posterior`, and one of two ways to learn:

    - `_fit`, from all votes at once; or
    - `_fit_counts`, from how many items have each vote pattern, and says so by
      ``uses_patterns = True``. It can then be fitted in batches. If it also takes the
      posterior of patterns with gold as known (``clamp`` and ``expect`` in the module
      of the EM loop do), it says ``uses_gold = True``.

    A model that computes with vote patterns, or otherwise counts a soft vote as a vote
    for each class with the weight of its probability, says ``uses_soft_votes = True``.
    A model whose log-posterior is a sum over votes also writes `_evidence`, so that
    explanations are exact. What callers use is written here, once.
    ``weaklabel.testing.check_label_model`` checks the rest of the contract.

    Attributes
    ----------
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        P(true class) after `fit`; what an item without votes gets. Sums to 1.
    schema_ : LabelSchema
        The classes that the model was fitted on.
    lf_names_ : tuple of str
        The labeling functions that the model was fitted on, in order.
    """

    #: Whether `fit` can learn from items whose class is known; needs `uses_patterns`.
    uses_gold: ClassVar[bool] = False
    #: Whether the counts of vote patterns are all that `fit` needs of the votes.
    uses_patterns: ClassVar[bool] = False
    #: Whether the model takes `SoftVotes` as it takes a `VoteMatrix`.
    uses_soft_votes: ClassVar[bool] = False

    class_prior_: FloatArray
    schema_: LabelSchema
    lf_names_: tuple[str, ...]

    def fit(self, votes: Votes, gold: Gold | None = None, *, gold_is_random: bool = True) -> Self:
        """Estimate the parameters from votes, and from gold where given; return the model.

        What an earlier fit learned is forgotten.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
            Votes of ``n_lfs`` labeling functions on ``n_items`` items, at least one of each.
            A soft vote counts for every class, with its probability as the weight.
        gold : sequence of str, int or None, shape (n_items,), optional
            What is known of the class of each item: names or codes, None or -1 for
            unknown. An item of known class counts as one item of that class; gold of
            items without votes is not used.
        gold_is_random : bool, default True
            Whether the items with gold were drawn at random. Say False if they were
            chosen, by a person or because votes conflict or the model was unsure: how
            good labeling functions are on such items says nothing of the others, so
            that estimates are those of the votes alone, and `soft_labels` is where
            the gold goes.

        Returns
        -------
        Self
            The fitted model.

        Raises
        ------
        VotesError
            If there are no items or no labeling functions.
        ParameterError
            If an argument of the constructor is outside what is allowed, or `gold` or soft
            votes are given to a model that does not learn from them.
        LabelsError
            If `gold` is no sequence with one entry for each item.
        SchemaError
            If an entry of `gold` is neither a class nor unknown.

        Warns
        -----
        ConvergenceWarning
            If an iteration stops before it converges.

        Notes
        -----
        Of chosen items only P(class | votes) can be learned without bias, not how
        precise each labeling function is: with functions re-estimated from items on
        which they disagree, accuracy on a spam collection fell from 0.87 to 0.58. For
        estimates, keep a share of what is reviewed random, and give that.
        """
        self._check_type(votes)
        self._check_size(votes.n_items, votes.n_lfs)
        if gold is None:
            return self._learn(votes.lf_names, votes.schema, lambda: self._fit(votes))
        self._check_uses_gold()
        known = check_gold(gold, votes.n_items, votes.schema)
        counts = PatternCounts.of(votes, known if gold_is_random else None)
        return self._learn(votes.lf_names, votes.schema, lambda: self._fit_counts(counts))

    def fit_batches(self, batches: Iterable[Votes]) -> Self:
        """Estimate the parameters from votes that come in batches, and return the model.

        Only the vote patterns and their counts are kept, never all items; soft votes
        hardly repeat, so that of them nearly all are kept. The result is that of `fit` on
        all items, to the last bit.

        Parameters
        ----------
        batches : iterable of VoteMatrix or SoftVotes
            Votes of the same labeling functions, in the same order; each item in one batch.
            Some may be soft.

        Returns
        -------
        Self
            The fitted model.

        Raises
        ------
        ParameterError
            If an argument of the constructor is outside what is allowed, or this model
            needs all votes at once, or takes no soft votes.
        VotesError
            If there are no items, or batches differ in labeling functions or classes.

        Warns
        -----
        ConvergenceWarning
            If an iteration stops before it converges.
        """
        self._check_uses_patterns()
        return self.fit_counts(merge_counts(self._counted(votes) for votes in batches))

    def fit_counts(self, counts: PatternCounts, *, gold_is_random: bool = True) -> Self:
        """Estimate the parameters from counts of vote patterns, and return the model.

        For votes that are counted elsewhere, on many machines: count each part with
        ``PatternCounts.of(votes)``, add up with ``merge``, fit once.

        Parameters
        ----------
        counts : PatternCounts
            The patterns; gold is in them.
        gold_is_random : bool, default True
            As for `fit`.

        Returns
        -------
        Self
            The fitted model.

        Raises
        ------
        ParameterError
            If an argument of the constructor is outside what is allowed, or this model
            needs all votes at once, or does not learn from gold or soft votes.
        VotesError
            If there are no items or no labeling functions.

        Warns
        -----
        ConvergenceWarning
            If an iteration stops before it converges.
        """
        self._check_uses_patterns()
        if not isinstance(counts, PatternCounts):
            raise VotesError(
                f"counts is a {type(counts).__name__}, must be PatternCounts. "
                "Make them with PatternCounts.of(votes)."
            )
        self._check_size(counts.n_items, counts.n_lfs)
        if (counts.gold >= 0).any():
            self._check_uses_gold()
        if counts.weights is not None:
            self._check_uses_soft_votes()
        used = counts if gold_is_random else counts.without_gold()
        return self._learn(counts.lf_names, counts.schema, lambda: self._fit_counts(used))

    def predict_proba(self, votes: Votes) -> FloatArray:
        """Return P(true class) of every item, given its votes.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
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
        ParameterError
            If the votes are soft and the model takes none such.
        """
        self._check_fits(votes)
        return self._posterior(votes)

    def predict(self, votes: Votes) -> CodeArray:
        """Return the most probable class of every item, -1 (abstain) on an exact tie.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
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
        ParameterError
            If the votes are soft and the model takes none such.
        """
        best, tied = tied_argmax(self.predict_proba(votes))
        return np.where(tied, ABSTAIN, best).astype(votes.schema.dtype)

    def soft_labels(self, votes: Votes, gold: Gold | None = None) -> SoftLabels:
        """Return `predict_proba` with item ids, classes and the provenance ``"model:<name>"``.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
            Votes of the labeling functions that the model was fitted on, on any items.
        gold : sequence of str, int or None, shape (n_items,), optional
            What is known of the class of each item, as for `fit`. An item of known
            class gets that class with probability 1; the others are as without gold.
            Every model takes it here.

        Returns
        -------
        SoftLabels
            With gold the provenance is ``"model:<name>+gold"``.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        VotesError
            If labeling functions or classes differ from those of `fit`.
        ParameterError
            If the votes are soft and the model takes none such.
        LabelsError
            If `gold` is no sequence with one entry for each item.
        SchemaError
            If an entry of `gold` is neither a class nor unknown.
        """
        proba = self.predict_proba(votes)
        source = f"model:{type(self).__name__}"
        if gold is not None:
            proba = overwrite(proba, check_gold(gold, votes.n_items, votes.schema))
            source += "+gold"
        return SoftLabels(proba, votes.item_ids, votes.schema, source)

    def explain(self, votes: Votes, item_id: str | int) -> Explanation:
        """Return which votes on an item moved its posterior, and by how many nats.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
            Votes of the labeling functions that the model was fitted on.
        item_id : str or int
            The item, one of ``votes.item_ids``.

        Returns
        -------
        Explanation
            The class prior and each vote, as parts of the log-odds of the most
            probable class against the second; they add up to these log-odds.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        VotesError
            If labeling functions or classes differ from those of `fit`.
        ParameterError
            If the votes are soft and the model takes none such.
        ItemsError
            If there is no such item.

        Notes
        -----
        Where the log-posterior is a sum over votes, the parts are its terms. For other
        models the part of a vote is how far the log-odds fall when it is left out, and
        what the votes say together is a part of its own.

        Examples
        --------
        >>> from weaklabel.models import DawidSkene
        >>> codes = [[1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 0]]
        >>> votes = VoteMatrix.from_array(codes, ["ham", "spam"], ["link", "caps", "short"])
        >>> DawidSkene(max_iter=100).fit(votes).explain(votes, "0").predicted
        'spam'
        """
        self._check_fits(votes)
        found = np.flatnonzero(votes.item_ids == str(item_id))
        if len(found) == 0:
            allowed = f"one of the {votes.n_items} item ids of votes"
            shown = ", ".join(repr(key) for key in votes.item_ids[:5].tolist())
            raise ItemsError(wrong_value("item_id", item_id, allowed, f"They begin {shown}."))
        item = votes.take(found)
        evidence = self._evidence(item)
        if evidence is None:
            return explain_by_leaving_out(item, self._posterior)
        return explain_by_evidence(item, self._posterior(item)[0], self.class_prior_, evidence)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to one .npz file, whole or not at all.

        ``load_label_model(path)`` reads it, and predicts the same to the last bit. The
        file holds arrays of numbers and a JSON header, and nothing that runs.

        Parameters
        ----------
        path : path-like
            The file, by custom with the ending ``.npz``; one that is there is replaced
            when the new one is complete.

        Raises
        ------
        NotFittedError
            If `fit` was not called.
        ParameterError
            If the model has learned something that such a file cannot hold.
        WriteError
            If the system refuses; what was at `path` stays as it was.
        """
        self._check_fitted()
        write_record(_record(self), path)

    def parameters(self) -> dict[str, Any]:
        """Return the constructor's arguments by name, in plain types that JSON can hold.

        ``type(model)(**model.parameters())`` is an unfitted copy of the model.
        """
        return {name: _plain(getattr(self, name)) for name in self._defaults()}

    def _check_parameters(self, n_classes: int) -> None:  # noqa: B027 - not every model has any
        """Raise ParameterError if an argument of the constructor is not allowed."""

    def _check_columns(self, lf_names: tuple[str, ...]) -> None:  # noqa: B027 - as above
        """Raise ParameterError if an argument does not fit the labeling functions."""

    def _fit(self, votes: Votes) -> None:
        """Set ``class_prior_`` and all else that is learned, from votes that were checked.

        A model with `uses_patterns` need not write it.
        """
        self._fit_counts(PatternCounts.of(votes))

    def _fit_counts(self, counts: PatternCounts) -> None:
        """Set ``class_prior_`` and all else that is learned, from counts that were checked.

        Gold in them is random, and there is none without `uses_gold`.
        """
        raise NotImplementedError(f"{type(self).__name__} writes neither _fit nor _fit_counts")

    @abstractmethod
    def _posterior(self, votes: Votes) -> FloatArray:
        """Return the posterior, shape (n_items, n_classes), of votes that were checked."""

    def _evidence(self, item: Votes) -> FloatArray | None:  # noqa: ARG002 - for those with a sum
        """Return what each vote on a single item adds to the log-probability of each class.

        Shape (n_lfs, n_classes), in nats, 0 for an abstain; with the logarithm of
        ``class_prior_`` it is the log-posterior up to a constant. None where the
        log-posterior is no sum over votes.
        """
        return None

    def _learn(
        self, lf_names: tuple[str, ...], schema: LabelSchema, estimate: Callable[[], None]
    ) -> Self:
        self._check_parameters(schema.n_classes)
        self._check_columns(lf_names)
        self._forget()
        estimate()
        self.lf_names_ = lf_names
        self.schema_ = schema
        return self

    def _forget(self) -> None:
        for name in [n for n in vars(self) if n.endswith("_")]:
            delattr(self, name)

    def _check_size(self, n_items: int, n_lfs: int) -> None:
        if n_items == 0 or n_lfs == 0:
            missing = "items" if n_items == 0 else "labeling functions"
            raise VotesError(
                f"votes has 0 {missing}, must have at least one to fit {type(self).__name__}. "
                "Apply labeling functions to the items first."
            )

    def _check_uses_gold(self) -> None:
        if not self.uses_gold:
            raise ParameterError(
                f"{type(self).__name__} does not learn from gold. Call fit(votes) without it, and "
                "give gold to soft_labels, where known classes replace what votes say."
            )

    def _check_uses_patterns(self) -> None:
        if not self.uses_patterns:
            raise ParameterError(
                f"{type(self).__name__} needs all votes at once. Call fit(votes), or choose a "
                "model that learns from counts of vote patterns, such as PrecisionNaiveBayes."
            )

    def _check_uses_soft_votes(self) -> None:
        if not self.uses_soft_votes:
            raise ParameterError(
                f"{type(self).__name__} takes no soft votes, as it computes with one class for "
                "each vote. Call votes.hard() and give it these, or choose a model that weighs "
                "probabilities, such as LabelModel."
            )

    def _check_type(self, votes: object) -> None:
        if isinstance(votes, SoftVotes):
            self._check_uses_soft_votes()
        elif not isinstance(votes, VoteMatrix):
            raise VotesError(
                f"votes is a {type(votes).__name__}, must be a VoteMatrix or SoftVotes. "
                "Make one with VoteMatrix.from_array(codes, classes=[...])."
            )

    def _counted(self, votes: Votes) -> PatternCounts:
        self._check_type(votes)
        return PatternCounts.of(votes)

    def _check_fitted(self) -> None:
        name = type(self).__name__
        if not hasattr(self, "schema_"):
            raise NotFittedError(f"{name} is not fitted. Call {name}.fit(votes) first.")

    def _check_fits(self, votes: Votes) -> None:
        name = type(self).__name__
        self._check_fitted()
        self._check_type(votes)
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


def _record(model: BaseLabelModel) -> ModelRecord:
    """Return what `model` is made of, models inside it included."""
    learned = {name: _recorded(v) for name, v in vars(model).items() if name.endswith("_")}
    learned["schema_"] = model.schema_.classes
    return ModelRecord(type(model).__name__, model.parameters(), learned)


def _recorded(value: object) -> object:
    if isinstance(value, BaseLabelModel):
        return _record(value)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(_recorded(v) for v in value)
    if isinstance(value, dict):
        return {name: _recorded(v) for name, v in value.items()}
    return value


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
    if isinstance(value, Mapping):
        return {str(name): _plain(v) for name, v in value.items()}
    return value
