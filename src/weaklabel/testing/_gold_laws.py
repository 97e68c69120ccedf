"""Laws of gold: what known classes may do to a label model, and what they may not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np

from weaklabel.core import CodeArray, VoteMatrix
from weaklabel.errors import LabelsError, ParameterError, SchemaError, WeaklabelWarning
from weaklabel.models import BaseLabelModel
from weaklabel.testing._matrices import ordinary_matrices, with_codes
from weaklabel.testing._require import fitted, fresh, require, require_close

__all__ = [
    "check_chosen_gold_changes_no_estimate",
    "check_gold_is_learned_or_refused",
    "check_gold_stays_out_of_predictions",
    "check_known_items_keep_their_class",
    "check_unknown_gold_changes_nothing",
    "check_wrong_gold_is_refused",
]


def check_gold_is_learned_or_refused(model: BaseLabelModel) -> None:
    """Require that gold raises the probability of what it says; or ParameterError, in words."""
    for name, votes in ordinary_matrices().items():
        before = fitted(model, votes).predict_proba(votes)
        gold = before.argsort(axis=1)[:, -2].astype(votes.schema.dtype)  # not what the votes say
        try:
            learned = _fitted_with(model, votes, gold)
        except ParameterError as error:
            words = f"{type(model).__name__} does not learn from gold. "
            require(not model.uses_gold, f"{name}: uses_gold is True, but fit said: {error}")
            require(str(error).startswith(words), f"the message does not begin {words!r}: {error}")
            continue
        require(model.uses_gold, f"{name}: fit took gold, though uses_gold is False")
        after = learned.predict_proba(votes)
        rows = np.flatnonzero(votes.covered)
        gained = after[rows, gold[rows]].mean() - before[rows, gold[rows]].mean()
        require(gained > 0, f"{name}: known classes became {gained:.3g} more probable, not more")


def check_unknown_gold_changes_nothing(model: BaseLabelModel) -> None:
    """Require that a fit with gold of no item is the fit without gold, to the last bit."""
    if not model.uses_gold:
        return
    for name, votes in ordinary_matrices().items():
        given = _fitted_with(model, votes, np.full(votes.n_items, -1)).predict_proba(votes)
        expected = fitted(model, votes).predict_proba(votes)
        require(np.array_equal(given, expected), f"{name}: gold that is unknown changes posteriors")


def check_chosen_gold_changes_no_estimate(model: BaseLabelModel) -> None:
    """Require that gold of items which were not drawn at random moves no estimate."""
    if not model.uses_gold:
        return
    for name, votes in ordinary_matrices().items():
        gold = _some_gold(votes)
        chosen = _fitted_with(model, votes, gold, gold_is_random=False).predict_proba(votes)
        expected = fitted(model, votes).predict_proba(votes)
        message = f"{name}: gold of chosen items changes what is learned of all"
        require(np.array_equal(chosen, expected), message)


def check_gold_stays_out_of_predictions(model: BaseLabelModel) -> None:
    """Require that after a fit with gold a posterior still depends on the item's votes alone."""
    if not model.uses_gold:
        return
    for name, votes in ordinary_matrices().items():
        learned = _fitted_with(model, votes, _some_gold(votes))
        expected = learned.predict_proba(votes)
        # The same votes on other items, of other ids, and fewer of them.
        others = VoteMatrix(
            votes.codes, [f"other {i}" for i in votes.item_ids], votes.lf_names, votes.schema
        )
        for given, places in (
            (others, np.arange(votes.n_items)),
            (votes.take(np.arange(7, 20)), np.arange(7, 20)),
            (with_codes(votes, votes.codes[::-1]), np.arange(votes.n_items)[::-1]),
        ):
            message = f"{name}: the posterior of an item depends on more than its votes"
            require_close(learned.predict_proba(given), expected[places], message, 1e-12)


def check_known_items_keep_their_class(model: BaseLabelModel) -> None:
    """Require that `soft_labels` gives known items their class, and changes no other."""
    for name, votes in ordinary_matrices().items():
        learned = fitted(model, votes)
        gold = _some_gold(votes)
        soft = learned.soft_labels(votes, gold)
        known = gold >= 0
        certain = np.eye(votes.n_classes)[gold[known]]
        message = f"{name}: soft_labels does not give an item of known class that class"
        require_close(soft.posterior[known], certain, message, 0.0)
        rest = learned.predict_proba(votes)[~known]
        message = f"{name}: gold changes soft labels of items whose class is unknown"
        require_close(soft.posterior[~known], rest, message, 1e-12)


def check_wrong_gold_is_refused(model: BaseLabelModel) -> None:
    """Require LabelsError for gold of another shape, SchemaError for what is no class."""
    votes = ordinary_matrices()["two classes"]
    gold: list[object] = list(_some_gold(votes).tolist())
    cases: list[tuple[str, object, type[Exception]]] = [
        ("one entry too few", gold[1:], LabelsError),
        ("two columns", [[0, 1]] * votes.n_items, LabelsError),
        ("a text", "class_0", LabelsError),
        ("no class", [*gold[1:], "no such class"], SchemaError),
        ("a code too many", [*gold[1:], votes.n_classes], SchemaError),
    ]
    learned = fitted(model, votes)
    for what, wrong, error_type in cases:
        _require_refusal(partial(learned.soft_labels, votes), wrong, what, error_type)
        if model.uses_gold:
            _require_refusal(partial(fresh(model).fit, votes), wrong, what, error_type)


def _require_refusal(
    call: Callable[..., object], wrong: object, what: str, error_type: type[Exception]
) -> None:
    try:
        call(wrong)
    except error_type:
        return
    except Exception as error:
        raise AssertionError(f"gold with {what} raised {error!r}, not ours") from error
    raise AssertionError(f"gold with {what} was accepted")


def _some_gold(votes: VoteMatrix) -> CodeArray:
    """Return gold of every third item, all classes in turn; -1 elsewhere."""
    gold = np.full(votes.n_items, -1, dtype=votes.schema.dtype)
    gold[::3] = np.arange(len(gold[::3])) % votes.n_classes
    return gold


def _fitted_with(
    model: BaseLabelModel, votes: VoteMatrix, gold: CodeArray, *, gold_is_random: bool = True
) -> BaseLabelModel:
    """Return a copy of `model` fitted on `votes` and `gold`."""
    copied = fresh(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", WeaklabelWarning)
        copied.fit(votes, gold, gold_is_random=gold_is_random)
    return copied
