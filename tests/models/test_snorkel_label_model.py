"""Snorkel's label model under our contract; without snorkel, what is said then."""

from __future__ import annotations

import importlib.util
import json
import pickle
import random
import sys

import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import MissingDependencyError, ParameterError, VotesError
from weaklabel.exchange import to_snorkel_matrix
from weaklabel.models import BaseLabelModel, SnorkelLabelModel, label_model
from weaklabel.models._snorkel_label_model import _generators_put_back
from weaklabel.testing import check_label_model, synthetic_votes

#: What Snorkel does otherwise, by law.
NEEDS_THREE = "Snorkel refuses fewer than three labeling functions; so do we, with our error."
EXCEPTIONS = dict.fromkeys(
    (
        "item_order_changes_nothing",
        "lf_order_changes_nothing",
        "posterior_is_a_distribution",
        "predict_is_the_argmax",
        "renaming_classes_renames_columns",
        "uncovered_item_gets_class_prior",
        "objective_never_falls",
    ),
    NEEDS_THREE,
)


def _states(torch):
    numpy_state = np.random.get_state()[1].tolist()  # noqa: NPY002 - to see that it stays
    return random.getstate(), numpy_state, torch.get_rng_state().tolist()


def test_it_is_a_label_model_that_is_found_by_name() -> None:
    model = label_model("SnorkelLabelModel", n_epochs=10)
    assert isinstance(model, BaseLabelModel)
    assert isinstance(model, SnorkelLabelModel)
    assert repr(model) == "SnorkelLabelModel(n_epochs=10)"


def test_parameters_are_plain() -> None:
    model = SnorkelLabelModel(class_prior=np.array([0.5, 0.5]))
    assert json.loads(json.dumps(model.parameters()))["class_prior"] == [0.5, 0.5]


@pytest.mark.parametrize("library", ["torch", "snorkel"])
def test_without_the_library_fit_says_what_to_install(monkeypatch, library: str) -> None:
    if importlib.util.find_spec("torch") is None and library == "snorkel":
        pytest.skip("needs torch, to come as far as snorkel")
    for name in [n for n in sys.modules if n.partition(".")[0] == library and library != "torch"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    votes, _ = synthetic_votes(20, 4)
    with pytest.raises(MissingDependencyError) as caught:
        SnorkelLabelModel().fit(votes)
    assert str(caught.value) == (
        "snorkel is not installed, needed for SnorkelLabelModel. "
        "Run: pip install 'weaklabel[snorkel]'."
    )


def test_two_labeling_functions_are_too_few() -> None:
    votes = VoteMatrix.from_array([[0, 1]], ["no", "yes"])
    with pytest.raises(VotesError) as caught:
        SnorkelLabelModel().fit(votes)
    assert str(caught.value) == (
        "votes has 2 labeling functions, must have at least 3 to fit SnorkelLabelModel. "
        "Write more, or use LabelModel."
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_epochs": 0}, "n_epochs of SnorkelLabelModel is 0, must be an integer of at least 1."),
        ({"lr": -1.0}, "lr of SnorkelLabelModel is -1.0, must be a number in [0, inf)."),
        ({"l2": -1.0}, "l2 of SnorkelLabelModel is -1.0, must be a number in [0, inf)."),
        ({"seed": -1}, "seed of SnorkelLabelModel is -1, must be an integer of at least 0."),
    ],
)
def test_wrong_parameter_is_refused_at_fit(parameters, message: str) -> None:
    votes, _ = synthetic_votes(20, 4)
    with pytest.raises(ParameterError) as caught:
        SnorkelLabelModel(**parameters).fit(votes)
    assert str(caught.value).startswith(message)


@pytest.mark.heavy
@pytest.mark.filterwarnings("default")
class TestWithSnorkel:
    @pytest.fixture(autouse=True)
    def snorkel(self):
        return pytest.importorskip("snorkel", reason="needs the extra snorkel")

    def test_posteriors_are_those_of_snorkel(self):
        from snorkel.labeling.model import LabelModel

        votes, _ = synthetic_votes(500, 6, n_classes=3, coverage=0.5, seed=1)
        prior = [0.5, 0.3, 0.2]
        theirs = LabelModel(cardinality=3, verbose=False)
        matrix = to_snorkel_matrix(votes)
        with _generators_put_back():
            theirs.fit(matrix, class_balance=prior, n_epochs=50, lr=0.05, l2=0.1, seed=7)
        ours = SnorkelLabelModel(n_epochs=50, lr=0.05, l2=0.1, class_prior=prior, seed=7)
        assert ours.fit(votes).predict_proba(votes) == pytest.approx(
            theirs.predict_proba(matrix), abs=1e-5
        )

    def test_it_keeps_the_laws_but_those_that_need_fewer_columns(self):
        check_label_model(SnorkelLabelModel(n_epochs=20), exceptions=EXCEPTIONS)

    def test_all_three_global_generators_are_where_they_were(self):
        import torch

        votes, _ = synthetic_votes(100, 4)
        before = _states(torch)
        SnorkelLabelModel(n_epochs=2).fit(votes)
        assert _states(torch) == before

    def test_seed_decides_and_what_is_learned_needs_no_torch(self):
        votes, _ = synthetic_votes(300, 5, seed=2)
        first = SnorkelLabelModel(seed=1).fit(votes)
        again = SnorkelLabelModel(seed=1).fit(votes)
        other = SnorkelLabelModel(seed=2).fit(votes)
        assert np.array_equal(first.vote_rates_, again.vote_rates_)
        assert not np.array_equal(first.vote_rates_, other.vote_rates_)
        assert b"torch" not in pickle.dumps(first)

    def test_five_hundred_labeling_functions_are_finite(self):
        votes, _ = synthetic_votes(12, 500, accuracy=0.9, coverage=1.0, seed=4)
        proba = SnorkelLabelModel(n_epochs=5, lr=1e-5).fit(votes).predict_proba(votes)
        assert np.isfinite(proba).all()

    def test_steps_that_are_too_long_are_an_error_that_says_so(self):
        votes, _ = synthetic_votes(12, 500, accuracy=0.9, coverage=1.0, seed=4)
        with pytest.raises(VotesError, match=r"Loss is NaN.* Lower lr of SnorkelLabelModel"):
            SnorkelLabelModel(lr=0.5).fit(votes)


def test_soft_votes_are_refused_with_what_to_call() -> None:
    soft = SoftVotes.from_array([[[0.2, 0.8]] * 3], ["no", "yes"])
    with pytest.raises(ParameterError) as caught:
        SnorkelLabelModel().fit(soft)
    assert str(caught.value) == (
        "SnorkelLabelModel takes no soft votes, as it computes with one class for each vote. Call "
        "votes.hard() and give it these, or choose a model that weighs probabilities, such as "
        "LabelModel."
    )
    with pytest.raises(VotesError, match=r"VoteMatrix for to_snorkel_matrix"):
        to_snorkel_matrix(soft)  # type: ignore[arg-type]  # the mistake
