"""Laws of soft votes: what votes that are probabilities must do to a label model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from weaklabel.core import LabelSchema, SoftVotes, VoteMatrix, Votes
from weaklabel.errors import ParameterError
from weaklabel.models import BaseLabelModel
from weaklabel.models._explain import SMALLEST_PROBABILITY
from weaklabel.testing._matrices import (
    all_matrices,
    edge_soft_votes,
    ordinary_matrices,
    ordinary_soft_votes,
)
from weaklabel.testing._require import (
    TOLERANCE,
    fitted,
    fitted_in_batches,
    require,
    require_close,
)

__all__ = [
    "check_certain_soft_votes_are_votes",
    "check_doubt_weakens_a_vote",
    "check_explanation_names_soft_votes",
    "check_soft_batches_equal_the_whole",
    "check_soft_order_changes_nothing",
    "check_soft_posterior_is_a_distribution",
    "check_soft_rows_stand_alone",
]


def check_certain_soft_votes_are_votes(model: BaseLabelModel) -> None:
    """Require the same bits from soft votes that are certain as from votes; or ParameterError."""
    for name, votes in all_matrices().items():
        soft = SoftVotes.from_votes(votes)
        if not model.uses_soft_votes:
            _require_refusal(model, votes, soft)
            return
        learned = fitted(model, votes)
        expected = learned.predict_proba(votes)
        for how, given in (
            ("predicting from", learned.predict_proba(soft)),
            ("fitting on", fitted(model, soft).predict_proba(votes)),
        ):
            same = np.array_equal(given, expected)
            require(same, f"{name}: {how} certain soft votes gives other posteriors than votes")


def check_soft_posterior_is_a_distribution(model: BaseLabelModel) -> None:
    """Require finite rows that sum to 1, whatever the soft votes; the class prior without any."""
    if not model.uses_soft_votes:
        return
    for name, votes in _all_soft_votes().items():
        learned = fitted(model, votes)
        proba = learned.predict_proba(votes)
        shape = (votes.n_items, votes.n_classes)
        require(proba.shape == shape, f"{name}: posterior has shape {proba.shape}, not {shape}")
        sound = bool(np.isfinite(proba).all()) and bool((proba >= 0).all())
        require(sound, f"{name}: posterior is negative or not finite")
        ones = np.ones(votes.n_items)
        require_close(proba.sum(axis=1), ones, f"{name}: posterior rows do not sum to 1", 1e-9)


def check_doubt_weakens_a_vote(model: BaseLabelModel) -> None:
    """Require that, of two classes, more doubt of a vote moves the posterior to the other class.

    With more and more doubt, the class that the vote leans to has less and less, and what it
    has lies between what a certain vote for it and one for the other class give it.
    """
    if not model.uses_soft_votes:
        return
    votes = ordinary_matrices()["two classes"]
    learned = fitted(model, votes)
    steps = np.array([1.0, 0.9, 0.6, 0.55, 0.45, 0.1, 0.0])
    for j, lf in enumerate(votes.lf_names):
        for v in (0, 1):
            proba = np.full((len(steps), votes.n_lfs, 2), np.nan)
            proba[:, j, v], proba[:, j, 1 - v] = steps, 1.0 - steps
            soft = SoftVotes.from_array(proba, votes.schema, votes.lf_names)
            believed = learned.predict_proba(soft)[:, v]
            if believed[0] <= believed[-1]:  # a labeling function that is worse than chance
                continue
            falls = bool((np.diff(believed) < 0).all())
            shown = believed.round(4).tolist()
            where = f"{lf} votes {votes.schema.classes[v]!r} with probabilities {steps.tolist()}"
            require(falls, f"{where}: its class has {shown}, which does not fall with the doubt")


def check_soft_rows_stand_alone(model: BaseLabelModel) -> None:
    """Require that a posterior of soft votes depends on the item's votes and on nothing else."""
    if not model.uses_soft_votes:
        return
    for name, votes in ordinary_soft_votes().items():
        learned = fitted(model, votes)
        expected = learned.predict_proba(votes)
        places = np.arange(votes.n_items)
        for some in (places[:1], places[7:20], places[:0], places[::-1]):
            given = learned.predict_proba(votes.take(some))
            message = f"{name}: posteriors depend on the items predicted together"
            require_close(given, expected[some], message, 1e-12)
        twice = SoftVotes(
            np.concatenate([votes.indptr, votes.indptr[-1] + votes.indptr[1:]]),
            np.concatenate([votes.lfs, votes.lfs]),
            np.concatenate([votes.proba, votes.proba]),
            None,
            votes.lf_names,
            votes.schema,
        )
        both = learned.predict_proba(twice)
        same = np.array_equal(both[: votes.n_items], both[votes.n_items :])
        require(same, f"{name}: items with equal soft votes get different posteriors")


def check_soft_order_changes_nothing(model: BaseLabelModel) -> None:
    """Require that order of items, of labeling functions and of classes change no posterior."""
    if not model.uses_soft_votes:
        return
    for name, votes in ordinary_soft_votes().items():
        expected = fitted(model, votes).predict_proba(votes)
        back = np.arange(votes.n_items)[::-1]
        items, columns, classes = votes.take(back), votes.select(votes.lf_names[::-1]), _turn(votes)
        for what, given, wanted in (
            ("items", items, expected[back]),
            ("labeling functions", columns, expected),
            ("classes", classes, expected[:, ::-1]),
        ):
            message = f"{name}: the order of {what} changes posteriors of soft votes"
            require_close(fitted(model, given).predict_proba(given), wanted, message)


def check_soft_batches_equal_the_whole(model: BaseLabelModel) -> None:
    """Require that `fit_batches` on soft votes, some certain, is `fit` on all, to the last bit."""
    if not (model.uses_soft_votes and model.uses_patterns):
        return
    for name, votes in ordinary_soft_votes().items():
        certain = ordinary_matrices()[name]
        places = np.array_split(np.arange(votes.n_items), [1, 1, 9, 40])
        batches: list[Votes] = [votes.take(some) for some in places]
        batches[2] = certain.take(places[2])
        mixed = _mixed(votes, certain, places[2])
        given = fitted_in_batches(model, batches).predict_proba(votes)
        expected = fitted(model, mixed).predict_proba(votes)
        message = f"{name}: fit_batches on soft votes gives other posteriors than fit on all items"
        require(np.array_equal(given, expected), message)


def check_explanation_names_soft_votes(model: BaseLabelModel) -> None:
    """Require that `explain` names every soft vote with its probability, and adds up."""
    if not model.uses_soft_votes:
        return
    for name, votes in ordinary_soft_votes().items():
        learned = fitted(model, votes)
        for i in np.flatnonzero(votes.covered)[:8].tolist():
            found = learned.explain(votes, votes.item_ids[i])
            item = votes.take([i])
            smallest = np.finfo(np.float64).tiny if found.exact else SMALLEST_PROBABILITY
            logs = np.sort(np.log(np.maximum(learned.predict_proba(item)[0], smallest)))
            odds = float(logs[-1] - logs[-2])
            off = abs(found.log_odds - odds)
            message = f"{name}, item {i}: the parts of soft votes miss the log-odds by {off:.3g}"
            require(off <= TOLERANCE * (1.0 + odds), message)
            cast = {
                (votes.lf_names[j], votes.schema.classes[int(p.argmax())], float(p.max()))
                for j, p in zip(item.lfs, item.proba, strict=True)
            }
            named = {(vote.lf, vote.vote, vote.probability) for vote in found.votes}
            require(named == cast, f"{name}, item {i}: the explanation names {sorted(named)}")


def _require_refusal(model: BaseLabelModel, votes: VoteMatrix, soft: SoftVotes) -> None:
    words = f"{type(model).__name__} takes no soft votes"
    learned = fitted(model, votes)
    for what, call in (("fit", learned.fit), ("predict_proba", learned.predict_proba)):
        try:
            call(soft)
        except ParameterError as error:
            require(str(error).startswith(words), f"the message does not begin {words!r}: {error}")
        else:
            raise AssertionError(f"{what} took soft votes, though uses_soft_votes is False")


def _all_soft_votes() -> Mapping[str, SoftVotes]:
    return ordinary_soft_votes() | edge_soft_votes()


def _turn(votes: SoftVotes) -> SoftVotes:
    """Return the same votes with the classes in reverse order."""
    schema = LabelSchema(votes.schema.classes[::-1])
    rows = (votes.indptr, votes.lfs, votes.proba[:, ::-1])
    return SoftVotes(*rows, votes.item_ids, votes.lf_names, schema)


def _mixed(
    soft: SoftVotes, certain: VoteMatrix, places: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> SoftVotes:
    """Return `soft` with the votes of `certain` on the items at `places`."""
    whole = SoftVotes.from_votes(certain)
    taken = np.isin(soft.items, places)
    proba = np.where(taken[:, None], whole.proba, soft.proba)
    return SoftVotes(soft.indptr, soft.lfs, proba, soft.item_ids, soft.lf_names, soft.schema)
