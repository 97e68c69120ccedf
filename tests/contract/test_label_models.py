"""Every law, over every label model; and the laws again on votes that hypothesis makes up."""

import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.models import (
    EBCC,
    MACE,
    BaseLabelModel,
    DawidSkene,
    LabelModel,
    MajorityVote,
    MatrixCompletion,
    OneCoin,
    PrecisionNaiveBayes,
    TripletModel,
    WeightedVote,
    label_model,
    label_model_names,
)
from weaklabel.testing import EXCEPTIONS, LAWS, check_label_model, soft_votes, vote_matrices
from weaklabel.testing._exceptions import ARGUMENT_EXCEPTIONS, exceptions_of
from weaklabel.testing._matrices import all_matrices
from weaklabel.testing._require import fitted

MODELS = [
    MajorityVote(),
    LabelModel(),
    LabelModel(columns="crowd"),
    PrecisionNaiveBayes(),
    PrecisionNaiveBayes(max_iter=100, shrinkage=1.0, prior_accuracy=0.7),
    DawidSkene(),
    DawidSkene(smoothing=1.0, max_iter=20),
    DawidSkene(abstain_informative=True),
    WeightedVote(),
    WeightedVote(prior_strength=0.0, smoothing=0.0),
    OneCoin(),
    OneCoin(estimate_prior=True, smoothing=1.0),
    MACE(),
    MACE(estimate_prior=True, n_restarts=2, smoothing=1.0),
    EBCC(),
    EBCC(n_subtypes=1, empirical_prior=False),
    TripletModel(),
    TripletModel(prior_strength=0.0, max_partners=3),
    MatrixCompletion(),
    MatrixCompletion(l2=0.1),
]
#: DawidSkene may take a hundred iterations to a saddle point of five made-up rows.
QUICK = [
    MajorityVote(),
    LabelModel(),
    DawidSkene(max_iter=10),
    WeightedVote(),
    OneCoin(max_iter=10),
    MACE(max_iter=10, n_restarts=2),
    EBCC(max_iter=10, n_restarts=2),
    TripletModel(),
    MatrixCompletion(max_iter=20),
]


#: The real Snorkel needs its extra and has a test of its own.
NAMES = set(label_model_names()) - {"SnorkelLabelModel"}
KEPT = [(model, law) for model in MODELS for law in LAWS if law not in exceptions_of(model)]


@pytest.mark.parametrize(("model", "law"), KEPT, ids=[f"{law}-{model}" for model, law in KEPT])
def test_model_keeps_law(model: BaseLabelModel, law: str) -> None:
    LAWS[law](model)


def test_every_label_model_is_under_the_laws() -> None:
    assert {type(model).__name__ for model in MODELS} == NAMES


def test_every_model_keeps_the_laws_with_its_defaults_in_one_call() -> None:
    for name in sorted(NAMES):
        check_label_model(label_model(name))


def test_every_exception_names_a_model_and_a_law() -> None:
    assert set(EXCEPTIONS) <= set(label_model_names())
    assert {law for laws in EXCEPTIONS.values() for law in laws} <= set(LAWS)


def test_every_exception_of_an_argument_names_a_model_and_a_law() -> None:
    assert {owner for owner, _, _ in ARGUMENT_EXCEPTIONS} <= set(label_model_names())
    assert {law for laws in ARGUMENT_EXCEPTIONS.values() for law in laws} <= set(LAWS)


def test_exceptions_of_an_argument_are_real_and_hold_for_no_other_value() -> None:
    for (owner, argument, value), laws in ARGUMENT_EXCEPTIONS.items():
        assert set(laws).isdisjoint(exceptions_of(label_model(owner)))
        for law in laws:
            with pytest.raises(AssertionError):
                LAWS[law](label_model(owner, **{argument: value}))


def test_exception_of_precision_naive_bayes_is_real() -> None:
    with pytest.raises(AssertionError, match="the objective falls"):
        LAWS["objective_never_falls"](PrecisionNaiveBayes(max_iter=100))


@pytest.mark.parametrize("shrinkage", [0.0, 2.0])
def test_objective_of_precision_naive_bayes_never_falls_with_a_given_class_prior(
    shrinkage: float,
) -> None:
    for votes in all_matrices().values():
        k = votes.n_classes
        prior = np.arange(1.0, k + 1) / np.arange(1.0, k + 1).sum()
        model = PrecisionNaiveBayes(max_iter=100, shrinkage=shrinkage, class_prior=prior)
        objectives = fitted(model, votes).objectives_
        assert (np.diff(objectives) >= -1e-9 * (1 + np.abs(objectives[:-1]))).all()


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_order_of_items_changes_no_bit(model: BaseLabelModel) -> None:
    for votes in all_matrices().values():
        order = np.random.default_rng(0).permutation(votes.n_items)
        moved = votes.take(order)
        given_order = fitted(model, moved).predict_proba(moved)
        assert np.array_equal(given_order, fitted(model, votes).predict_proba(votes)[order])


@pytest.mark.parametrize("model", QUICK, ids=repr)
def test_posterior_of_any_votes_is_a_distribution(model: BaseLabelModel) -> None:
    @settings(max_examples=40, deadline=None)
    @given(votes=vote_matrices(min_items=1))
    def law(votes):
        proba = fitted(model, votes).predict_proba(votes)
        assert np.isfinite(proba).all()
        assert (proba >= 0).all()
        assert np.allclose(proba.sum(axis=1), 1.0)

    law()


@pytest.mark.parametrize("model", QUICK, ids=repr)
def test_uncovered_items_of_any_votes_get_the_class_prior(model: BaseLabelModel) -> None:
    @settings(max_examples=40, deadline=None)
    @given(votes=vote_matrices(min_items=1))
    def law(votes):
        learned = fitted(model, votes)
        uncovered = learned.predict_proba(votes)[~votes.covered]
        assert np.allclose(uncovered, learned.class_prior_)

    law()


@pytest.mark.parametrize("model", QUICK, ids=repr)
def test_any_items_keep_their_posterior_when_reordered_or_left_out(model: BaseLabelModel) -> None:
    @settings(max_examples=40, deadline=None)
    @given(votes=vote_matrices(min_items=2))
    def law(votes):
        learned = fitted(model, votes)
        some = np.arange(votes.n_items)[::-2]
        assert np.allclose(
            learned.predict_proba(votes.take(some)), learned.predict_proba(votes)[some]
        )

    law()


@pytest.mark.parametrize("model", QUICK, ids=repr)
def test_posterior_of_any_soft_votes_is_a_distribution(model: BaseLabelModel) -> None:
    @settings(max_examples=40, deadline=None)
    @given(votes=soft_votes(min_items=1))
    def law(votes):
        learned = fitted(model, votes)
        proba = learned.predict_proba(votes)
        assert np.isfinite(proba).all()
        assert (proba >= 0).all()
        assert np.allclose(proba.sum(axis=1), 1.0)
        assert np.allclose(proba[~votes.covered], learned.class_prior_)

    law()


def test_every_label_model_but_snorkel_takes_soft_votes() -> None:
    refusing = {n for n in label_model_names() if not label_model(n).uses_soft_votes}
    assert refusing == {"SnorkelLabelModel"}
