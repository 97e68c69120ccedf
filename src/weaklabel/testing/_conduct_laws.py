"""Laws of conduct: how every label model behaves as an object, and what it refuses."""

from __future__ import annotations

import ast
import inspect
import json
import pickle
import random
import tempfile
from functools import partial

import numpy as np

from weaklabel.core import LabelSchema, SoftLabels, VoteMatrix
from weaklabel.core._numerics import tied_argmax
from weaklabel.errors import NotFittedError, ParameterError, VotesError
from weaklabel.models import BaseLabelModel, label_model, label_model_names
from weaklabel.models._load import restore
from weaklabel.models._model_file import read_record
from weaklabel.testing._matrices import all_matrices, ordinary_matrices
from weaklabel.testing._require import fitted, fresh, require, require_close

__all__ = [
    "check_bad_parameter_is_refused",
    "check_clone_keeps_parameters",
    "check_constructor_only_stores",
    "check_empty_votes_are_refused",
    "check_fit_leaves_votes_alone",
    "check_fit_returns_self",
    "check_global_generators_are_left_alone",
    "check_other_classes_are_refused",
    "check_other_lfs_are_refused",
    "check_pickle_keeps_the_model",
    "check_predict_is_the_argmax",
    "check_predict_leaves_the_model_alone",
    "check_refit_forgets",
    "check_repr_makes_the_model",
    "check_same_seed_same_bits",
    "check_saved_model_predicts_the_same",
    "check_soft_labels_name_their_source",
    "check_unfitted_model_is_refused",
]

#: Values that no parameter of the name may have; other names are the model's own tests' business.
BAD_VALUES: dict[str, tuple[object, ...]] = {
    "max_iter": (0, -1, 2.5, "many"),
    "tol": (-1.0, float("nan"), "small"),
    "smoothing": (-1.0, float("inf")),
    "class_prior": ([1.0], [0.9, 0.9], [1.0, 0.0], [float("nan"), 0.5], "even"),
    "prior_strength": (-1.0,),
    "shrinkage": (-1.0,),
    "prior_accuracy": (-0.1, 1.5),
    "column_groups": (
        "ab",
        [],
        {"g": []},
        {"g": "lf_0"},
        [["no such column"]],
        [["lf_0"], ["lf_0"]],
    ),
}


def check_same_seed_same_bits(model: BaseLabelModel) -> None:
    """Require that two fits on the same votes give the same posterior, to the last bit."""
    for name, votes in ordinary_matrices().items():
        once = fitted(model, votes).predict_proba(votes)
        again = fitted(model, votes).predict_proba(votes)
        require(np.array_equal(once, again), f"{name}: two fits on the same votes differ")


def check_global_generators_are_left_alone(model: BaseLabelModel) -> None:
    """Require that neither NumPy's nor Python's global generator is used or seeded."""
    votes = _votes()
    ours = np.random.get_state(legacy=True), random.getstate()  # noqa: NPY002 - put back below
    try:
        # A state that no seed gives, so that seeding shows.
        np.random.random()  # noqa: NPY002
        random.random()  # noqa: S311
        before = (_numpy_state(), random.getstate())
        learned = fitted(model, votes)
        learned.predict_proba(votes)
        after = (_numpy_state(), random.getstate())
    finally:
        np.random.set_state(ours[0])  # noqa: NPY002
        random.setstate(ours[1])
    require(before == after, "a global random generator was used or seeded")


def check_fit_returns_self(model: BaseLabelModel) -> None:
    """Require that `fit` returns the model itself."""
    copied = fitted(model, _votes())
    returned: object = copied.fit(_unanimous())
    require(returned is copied, f"fit returned {returned!r}, must return the model itself")


def check_fit_leaves_votes_alone(model: BaseLabelModel) -> None:
    """Require that `fit` and `predict_proba` change nothing in the votes."""
    for name, votes in ordinary_matrices().items():
        before = (votes.codes.copy(), votes.item_ids.tolist(), votes.lf_names, votes.schema)
        fitted(model, votes).predict_proba(votes)
        same = np.array_equal(before[0], votes.codes)
        same = same and before[1:] == (votes.item_ids.tolist(), votes.lf_names, votes.schema)
        require(same, f"{name}: fit or predict_proba changed the votes")


def check_predict_leaves_the_model_alone(model: BaseLabelModel) -> None:
    """Require that `predict`, `predict_proba` and `soft_labels` do not change the model."""
    votes = _votes()
    learned = fitted(model, votes)
    before = pickle.dumps(learned)
    learned.predict_proba(votes)
    learned.predict(votes)
    learned.soft_labels(votes)
    require(before == pickle.dumps(learned), "predicting changed the model")


def check_predict_is_the_argmax(model: BaseLabelModel) -> None:
    """Require that `predict` is the most probable class, and -1 on an exact tie."""
    for name, votes in all_matrices().items():
        learned = fitted(model, votes)
        best, tied = tied_argmax(learned.predict_proba(votes))
        labels = learned.predict(votes)
        dtype = votes.schema.dtype
        require(labels.dtype == dtype, f"{name}: predict gives {labels.dtype}, not {dtype}")
        expected = np.where(tied, -1, best)
        message = f"{name}: predict is not the argmax of predict_proba with -1 on ties"
        require(np.array_equal(labels, expected), message)


def check_soft_labels_name_their_source(model: BaseLabelModel) -> None:
    """Require that `soft_labels` carries posterior, item ids, classes and provenance."""
    votes = _votes()
    learned = fitted(model, votes)
    soft: object = learned.soft_labels(votes)
    if not isinstance(soft, SoftLabels):
        raise AssertionError(f"soft_labels gave a {type(soft).__name__}, must give SoftLabels")
    require_close(soft.posterior, learned.predict_proba(votes), "soft_labels is no predict_proba")
    require(soft.item_ids.tolist() == votes.item_ids.tolist(), "soft_labels has other item ids")
    require(soft.schema == votes.schema, "soft_labels has other classes")
    source = f"model:{type(model).__name__}"
    require(soft.provenance == source, f"provenance is {soft.provenance!r}, must be {source!r}")


def check_refit_forgets(model: BaseLabelModel) -> None:
    """Require that a second fit gives what a first fit on the same votes gives."""
    matrices = ordinary_matrices()
    for first, second in (("five classes", "two classes"), ("two classes", "two classes")):
        votes = matrices[second]
        again = fitted(fitted(model, matrices[first]), votes).predict_proba(votes)
        once = fitted(model, votes).predict_proba(votes)
        require_close(again, once, f"a fit on {first} shows in a later fit on {second}", 1e-9)


def check_clone_keeps_parameters(model: BaseLabelModel) -> None:
    """Require that ``type(model)(**model.parameters())`` is the model, and that JSON holds it."""
    parameters = model.parameters()
    plain = json.loads(json.dumps(parameters))
    require(plain == parameters, f"parameters() is {parameters!r}, which JSON does not keep")
    names = list(inspect.signature(type(model)).parameters)
    require(
        list(parameters) == names, f"parameters() has {list(parameters)}, the constructor {names}"
    )
    clone = type(model)(**parameters)
    require(clone.parameters() == parameters, "a clone has other parameters")
    votes = _votes()
    given, expected = fitted(clone, votes), fitted(model, votes)
    message = "a clone gives other posteriors"
    require_close(given.predict_proba(votes), expected.predict_proba(votes), message, 1e-9)


def check_pickle_keeps_the_model(model: BaseLabelModel) -> None:
    """Require that a pickled and restored model predicts the same, to the last bit."""
    votes = _votes()
    learned = fitted(model, votes)
    restored = pickle.loads(pickle.dumps(learned))  # noqa: S301 - the bytes were made right here
    try:
        given = restored.predict_proba(votes)
    except NotFittedError as error:
        raise AssertionError("a pickled model is no longer fitted") from error
    require(
        np.array_equal(given, learned.predict_proba(votes)), "a pickled model predicts otherwise"
    )


def check_saved_model_predicts_the_same(model: BaseLabelModel) -> None:
    """Require that a saved and loaded model predicts the same, to the last bit."""
    for name, votes in ordinary_matrices().items():
        learned = fitted(model, votes)
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.npz"
            learned.save(path)
            known = {kind: partial(label_model, kind) for kind in label_model_names()}
            restored = restore(
                read_record(path), {**known, type(model).__name__: type(model)}, path
            )
        require(restored.parameters() == model.parameters(), "a loaded model has other parameters")
        same = np.array_equal(restored.predict_proba(votes), learned.predict_proba(votes))
        require(same, f"{name}: a saved and loaded model predicts otherwise")


def check_repr_makes_the_model(model: BaseLabelModel) -> None:
    """Require that the repr is the call of the constructor that makes the model."""
    text = repr(model)
    message = f"repr is {text}, must be the call {type(model).__name__}(...) that makes the model"
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            raise ValueError(text)
        given = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        made = type(model)(**given)
    except (SyntaxError, ValueError, TypeError) as error:
        raise AssertionError(message) from error
    require(ast.unparse(call.func) == type(model).__name__, message)
    names = inspect.signature(type(model)).parameters
    same = all(_equal(getattr(made, name), getattr(model, name)) for name in names)
    require(same, message)


def check_constructor_only_stores(model: BaseLabelModel) -> None:
    """Require keyword-only arguments that the constructor stores as given, and nothing else."""
    parameters = inspect.signature(type(model)).parameters
    for name, parameter in parameters.items():
        require(
            parameter.kind is inspect.Parameter.KEYWORD_ONLY, f"argument {name} is not keyword-only"
        )
    marker = object()  # whatever it is given, a constructor that only stores does not look at it
    try:
        made = type(model)(**dict.fromkeys(parameters, marker))
    except Exception as error:
        raise AssertionError("the constructor does more than store its arguments") from error
    stored = vars(made)
    require(
        set(stored) == set(parameters) and all(value is marker for value in stored.values()),
        f"the constructor stores {sorted(stored)}, must store its arguments {sorted(parameters)}",
    )


def check_unfitted_model_is_refused(model: BaseLabelModel) -> None:
    """Require NotFittedError with our words before `fit`."""
    name = type(model).__name__
    unfitted = fresh(model)
    for attribute in [a for a in vars(unfitted) if a.endswith("_")]:
        delattr(unfitted, attribute)
    for method in (unfitted.predict_proba, unfitted.predict, unfitted.soft_labels):
        try:
            method(_votes())
        except NotFittedError as error:
            expected = f"{name} is not fitted. Call {name}.fit(votes) first."
            require(str(error) == expected, f"the message is {str(error)!r}, must be {expected!r}")
        except Exception as error:
            raise AssertionError(f"an unfitted model raised {error!r}, not ours") from error
        else:
            raise AssertionError(f"{method.__name__} of an unfitted model did not raise")


def check_other_lfs_are_refused(model: BaseLabelModel) -> None:
    """Require VotesError for votes of more, fewer, other or reordered labeling functions."""
    votes = _votes()
    names = votes.lf_names
    codes = votes.codes
    others = {
        "fewer": votes.select(names[:-1]),
        "more": VoteMatrix.from_array(np.hstack([codes, codes]), votes.schema),
        "reordered": votes.select(names[::-1]),
        "renamed": VoteMatrix(codes, None, [f"other_{name}" for name in names], votes.schema),
    }
    learned = fitted(model, votes)
    for how, other in others.items():
        _require_votes_error(learned, other, f"{how} labeling functions", "labeling functions")


def check_other_classes_are_refused(model: BaseLabelModel) -> None:
    """Require VotesError for votes over other classes than those of `fit`."""
    votes = _votes()
    learned = fitted(model, votes)
    classes = votes.schema.classes
    for names in (classes[::-1], (*classes, "one more"), tuple(c.upper() for c in classes)):
        schema = LabelSchema(names)
        other = VoteMatrix(votes.codes, None, votes.lf_names, schema)
        _require_votes_error(learned, other, f"classes {list(names)}", "classes")


def check_empty_votes_are_refused(model: BaseLabelModel) -> None:
    """Require VotesError from `fit` without items, without labeling functions, without votes."""
    votes = _votes()
    no_lfs = VoteMatrix(np.empty((3, 0), dtype=np.int8), None, (), votes.schema)
    for given, what in ((votes.take([]), "0 items"), (no_lfs, "0 labeling functions")):
        try:
            fitted(model, given)
        except VotesError as error:
            require(what in str(error), f"the message does not say {what!r}: {error}")
        except Exception as error:
            raise AssertionError(f"votes with {what} raised {error!r}, not ours") from error
        else:
            raise AssertionError(f"fit accepted votes with {what}")


def check_bad_parameter_is_refused(model: BaseLabelModel) -> None:
    """Require ParameterError from `fit`, naming parameter and model, for a value not allowed."""
    for name in inspect.signature(type(model)).parameters:
        for value in BAD_VALUES.get(name, ()):
            bad = fresh(model)
            setattr(bad, name, value)
            try:
                bad.fit(_votes())
            except ParameterError as error:
                words = f"{name} of {type(model).__name__} is "
                require(str(error).startswith(words), f"the message does not begin {words!r}")
            except Exception as error:
                raise AssertionError(f"{name}={value!r} raised {error!r}, not ours") from error
            else:
                raise AssertionError(f"fit accepted {name}={value!r}")


def _votes() -> VoteMatrix:
    return ordinary_matrices()["two classes"]


def _unanimous() -> VoteMatrix:
    return all_matrices()["unanimous"]


def _numpy_state() -> tuple[object, ...]:
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 - to see that it stays
    return (name, np.asarray(keys).tobytes(), *rest)


def _equal(given: object, expected: object) -> bool:
    return bool(np.array_equal(np.asarray(given), np.asarray(expected)))


def _require_votes_error(learned: BaseLabelModel, votes: VoteMatrix, what: str, word: str) -> None:
    try:
        learned.predict_proba(votes)
    except VotesError as error:
        require(word in str(error), f"the message does not speak of {word}: {error}")
    except Exception as error:
        raise AssertionError(f"votes with {what} raised {error!r}, not ours") from error
    else:
        raise AssertionError(f"predict_proba accepted votes with {what}")
