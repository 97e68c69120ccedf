"""Laws of the posterior: what every label model must compute, whatever its method."""

from __future__ import annotations

import numpy as np

from weaklabel.core import LabelSchema, VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import BaseLabelModel
from weaklabel.models._explain import SMALLEST_PROBABILITY
from weaklabel.testing._matrices import (
    all_matrices,
    edge_matrices,
    ordinary_matrices,
    to_sparse,
    with_codes,
)
from weaklabel.testing._require import (
    TOLERANCE,
    fitted,
    fitted_in_batches,
    require,
    require_close,
)
from weaklabel.testing._synthetic import synthetic_votes

__all__ = [
    "check_batches_equal_the_whole",
    "check_equal_rows_get_equal_posteriors",
    "check_explanation_adds_up",
    "check_item_order_changes_nothing",
    "check_lf_order_changes_nothing",
    "check_neighbours_change_nothing",
    "check_objective_never_falls",
    "check_posterior_is_a_distribution",
    "check_renaming_classes_renames_columns",
    "check_silent_lf_changes_nothing",
    "check_sparse_equals_dense",
    "check_unanimous_votes_win",
    "check_uncovered_item_gets_class_prior",
]


def check_posterior_is_a_distribution(model: BaseLabelModel) -> None:
    """Require finite rows that sum to 1, with 500 labeling functions and with none voting."""
    for name, votes in all_matrices().items():
        proba = fitted(model, votes).predict_proba(votes)
        shape = (votes.n_items, votes.n_classes)
        require(proba.shape == shape, f"{name}: posterior has shape {proba.shape}, not {shape}")
        require(proba.dtype == np.float64, f"{name}: posterior is {proba.dtype}, not float64")
        require(bool(np.isfinite(proba).all()), f"{name}: posterior is not finite")
        require(bool((proba >= 0).all()), f"{name}: posterior has negative probabilities")
        ones = np.ones(votes.n_items)
        require_close(proba.sum(axis=1), ones, f"{name}: posterior rows do not sum to 1", 1e-9)


def check_uncovered_item_gets_class_prior(model: BaseLabelModel) -> None:
    """Require that an item on which nobody votes gets ``class_prior_``."""
    for name, votes in all_matrices().items():
        learned = fitted(model, votes)
        silent = with_codes(votes, np.full((1, votes.n_lfs), -1))
        prior = learned.class_prior_[None, :]
        message = f"{name}: an item without votes does not get class_prior_"
        require_close(learned.predict_proba(silent), prior, message, 1e-9)


def check_silent_lf_changes_nothing(model: BaseLabelModel) -> None:
    """Require that labeling functions which always abstain change no posterior."""
    for name, votes in ordinary_matrices().items():
        silent = np.full((votes.n_items, 1), -1, dtype=votes.schema.dtype)
        wider = VoteMatrix.from_array(np.hstack([silent, votes.codes, silent]), votes.schema)
        given = fitted(model, wider).predict_proba(wider)
        expected = fitted(model, votes).predict_proba(votes)
        require_close(given, expected, f"{name}: a silent labeling function changes posteriors")


def check_item_order_changes_nothing(model: BaseLabelModel) -> None:
    """Require that reordering the items reorders the posterior, and nothing else."""
    for name, votes in all_matrices().items():
        order = np.random.default_rng(0).permutation(votes.n_items)
        # Reversed too: no permutation of a generator is sure to move the first item.
        for places in (order, np.arange(votes.n_items)[::-1]):
            given = fitted(model, votes.take(places)).predict_proba(votes.take(places))
            expected = fitted(model, votes).predict_proba(votes)[places]
            require_close(given, expected, f"{name}: the order of items changes posteriors")


def check_lf_order_changes_nothing(model: BaseLabelModel) -> None:
    """Require that reordering the labeling functions changes no posterior."""
    for name, votes in all_matrices().items():
        other = votes.select(votes.lf_names[::-1])
        given = fitted(model, other).predict_proba(other)
        expected = fitted(model, votes).predict_proba(votes)
        require_close(given, expected, f"{name}: the order of labeling functions matters")


def check_renaming_classes_renames_columns(model: BaseLabelModel) -> None:
    """Require that other codes for the same classes permute the columns, and nothing else."""
    for name, votes in all_matrices().items():
        k = votes.n_classes
        new_code = np.roll(np.arange(k), 1)  # old class y becomes new_code[y]
        classes = [votes.schema.classes[y] for y in np.argsort(new_code)]
        codes = np.where(votes.codes >= 0, new_code[votes.codes], -1)
        renamed = VoteMatrix(codes, votes.item_ids, votes.lf_names, LabelSchema(classes))
        renamed = to_sparse(renamed) if votes.is_sparse else renamed
        given = fitted(model, renamed).predict_proba(renamed)[:, new_code]
        expected = fitted(model, votes).predict_proba(votes)
        require_close(given, expected, f"{name}: the codes of the classes matter")


def check_neighbours_change_nothing(model: BaseLabelModel) -> None:
    """Require that at predict time an item's posterior does not depend on other items."""
    for name, votes in ordinary_matrices().items():
        learned = fitted(model, votes)
        expected = learned.predict_proba(votes)
        for places in (np.array([0]), np.arange(7, 20), np.empty(0, dtype=np.int64)):
            given = learned.predict_proba(votes.take(places))
            message = f"{name}: posteriors depend on the items predicted together"
            require_close(given, expected[places], message, 1e-12)


def check_equal_rows_get_equal_posteriors(model: BaseLabelModel) -> None:
    """Require that items with the same votes get the same posterior."""
    for name, votes in ordinary_matrices().items():
        twice = with_codes(votes, np.vstack([votes.codes, votes.codes[::-1]]))
        proba = fitted(model, twice).predict_proba(twice)
        message = f"{name}: items with equal votes get different posteriors"
        require_close(proba[: votes.n_items], proba[votes.n_items :][::-1], message, 1e-12)


def check_unanimous_votes_win(model: BaseLabelModel) -> None:
    """Require that an item on which many good labeling functions agree gets their class."""
    for n_classes in (2, 3):
        votes, _ = synthetic_votes(200, 9, n_classes=n_classes, accuracy=0.85, coverage=0.9, seed=6)
        agreed = np.repeat(np.arange(n_classes), 9).reshape(n_classes, 9)
        labels = fitted(model, votes).predict(with_codes(votes, agreed))
        require(
            labels.tolist() == list(range(n_classes)),
            f"{n_classes} classes: unanimous votes of good labeling functions gave {labels}",
        )


def check_sparse_equals_dense(model: BaseLabelModel) -> None:
    """Require that the sparse form of a matrix gives the posterior of the dense one."""
    matrices = ordinary_matrices() | {"nobody votes": edge_matrices()["nobody votes"]}
    for name, votes in matrices.items():
        sparse = to_sparse(votes)
        given = fitted(model, sparse).predict_proba(sparse)
        expected = fitted(model, votes).predict_proba(votes)
        require_close(given, expected, f"{name}: the sparse form gives other posteriors")


def check_batches_equal_the_whole(model: BaseLabelModel) -> None:
    """Require that `fit_batches` is `fit` on all items, to the last bit; or is refused, in words."""
    for name, votes in ordinary_matrices().items():
        places = np.array_split(np.arange(votes.n_items), [1, 1, 9, 40])
        batches = [votes.take(some) for some in places]
        batches[-1] = to_sparse(batches[-1])
        if not model.uses_patterns:
            _require_all_at_once(model, batches)
            return
        given = fitted_in_batches(model, batches).predict_proba(votes)
        expected = fitted(model, votes).predict_proba(votes)
        message = f"{name}: fit_batches gives other posteriors than fit on all items"
        require(np.array_equal(given, expected), message)


def check_explanation_adds_up(model: BaseLabelModel) -> None:
    """Require that `explain` names every vote, and that its parts add up to the log-odds."""
    for name, votes in ordinary_matrices().items():
        learned = fitted(model, votes)
        for i in np.flatnonzero(votes.covered)[:12].tolist():
            _require_explained(learned, votes, i, f"{name}, item {i}")


def check_objective_never_falls(model: BaseLabelModel) -> None:
    """Require that ``objectives_``, where a model has them, never fall."""
    for name, votes in all_matrices().items():
        objectives = np.asarray(getattr(fitted(model, votes), "objectives_", []), dtype=np.float64)
        require(bool(np.isfinite(objectives).all()), f"{name}: an objective is not finite")
        slack = 1e-9 * (1.0 + np.abs(objectives[:-1]))
        falls = np.flatnonzero(np.diff(objectives) < -slack)
        require(len(falls) == 0, f"{name}: the objective falls after iterations {falls + 1}")


def _require_explained(learned: BaseLabelModel, votes: VoteMatrix, i: int, where: str) -> None:
    found = learned.explain(votes, votes.item_ids[i])
    item = votes.take([i])
    smallest = np.finfo(np.float64).tiny if found.exact else SMALLEST_PROBABILITY
    logs = np.log(np.maximum(learned.predict_proba(item)[0], smallest))
    first, second = np.sort(logs)[::-1][:2]
    slack = TOLERANCE * (1.0 + abs(first - second))
    off = abs(found.log_odds - float(first - second))
    require(
        off <= slack, f"{where}: the parts add up to {found.log_odds:.6g} nats, off by {off:.3g}"
    )
    _, lfs, codes = item.entries
    cast = {(votes.lf_names[j], votes.schema.classes[v]) for j, v in zip(lfs, codes, strict=True)}
    named = {(vote.lf, vote.vote) for vote in found.votes}
    require(named == cast, f"{where}: the explanation names the votes {sorted(named)}")


def _require_all_at_once(model: BaseLabelModel, batches: list[VoteMatrix]) -> None:
    words = f"{type(model).__name__} needs all votes at once. "
    try:
        fitted_in_batches(model, batches)
    except ParameterError as error:
        require(str(error).startswith(words), f"the message does not begin {words!r}: {error}")
    else:
        raise AssertionError("fit_batches took batches, though uses_patterns is False")
