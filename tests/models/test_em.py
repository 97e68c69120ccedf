import warnings

import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import ConvergenceWarning
from weaklabel.models._em import (
    Expectation,
    clamp,
    expect,
    item_evidence,
    item_posterior,
    run_em,
    soft_vote,
    warn_unless_converged,
)
from weaklabel.models._patterns import vote_patterns

START = np.array([[0.5, 0.5]])


def halfway_to_one(parameter: float) -> Expectation:
    value = (parameter + 1) / 2
    return Expectation(np.array([[1 - value, value]]), value, value + 1)


def run(max_iter: int, tol: float):
    return run_em(START, lambda q: float(q[0, 1]), halfway_to_one, max_iter=max_iter, tol=tol)


def test_loop_stops_at_the_first_change_within_tol() -> None:
    fit = run(max_iter=100, tol=0.1)  # changes 0.25, 0.125, 0.0625
    assert (fit.n_iter, fit.converged, fit.change) == (3, True, 0.0625)


def test_loop_stops_at_max_iter_without_converging() -> None:
    fit = run(max_iter=2, tol=0.1)
    assert (fit.n_iter, fit.converged) == (2, False)


def test_loop_records_likelihood_and_objective_of_every_iteration() -> None:
    fit = run(max_iter=2, tol=0.0)
    assert fit.log_likelihoods.tolist() == [0.75, 0.875]
    assert fit.objectives.tolist() == [1.75, 1.875]


def test_parameters_are_those_of_the_last_m_step() -> None:
    assert run(max_iter=2, tol=0.0).parameters == 0.75


def test_loop_without_patterns_converges_at_once() -> None:
    empty = np.empty((0, 2))
    fit = run_em(empty, lambda q: 0, lambda p: Expectation(empty, 0.0, 0.0), max_iter=5, tol=0.0)
    assert (fit.n_iter, fit.converged) == (1, True)


def test_warning_says_what_to_change() -> None:
    with pytest.warns(ConvergenceWarning) as caught:
        warn_unless_converged("DawidSkene", run(max_iter=2, tol=0.1), 2, 0.1)
    assert str(caught[0].message) == (
        "DawidSkene stopped after max_iter=2 iterations while posteriors still moved by 0.12, "
        "more than tol=0.1. Raise max_iter, or tol."
    )


def test_converged_run_does_not_warn() -> None:
    warn_unless_converged("DawidSkene", run(max_iter=100, tol=0.1), 100, 0.1)


def test_soft_vote_is_the_share_of_votes() -> None:
    patterns = vote_patterns(VoteMatrix.from_array([[1, 1, 0]], ["no", "yes"]))
    assert soft_vote(patterns).round(4).tolist() == [[0.3333, 0.6667]]


def test_e_step_multiplies_prior_and_votes() -> None:
    patterns = vote_patterns(VoteMatrix.from_array([[1]], ["no", "yes"]))
    weights = np.log(np.array([[[0.9, 0.1], [0.2, 0.8]]]))  # vote 1: P(1 | no) .2, P(1 | yes) .8
    step = expect(patterns, np.array([0.6, 0.4]), weights, log_prior=-1.0)
    assert step.posterior == pytest.approx(np.array([[0.12, 0.32]]) / 0.44)
    assert step.log_likelihood == pytest.approx(np.log(0.44))
    assert step.objective == pytest.approx(np.log(0.44) - 1.0)


def test_e_step_of_a_thousand_sure_votes_neither_overflows_nor_underflows() -> None:
    votes = VoteMatrix.from_array(np.ones((1, 1000), np.int8), ["no", "yes"])
    weights = np.tile(np.log([[0.99, 0.01], [1e-300, 0.99]]), (1000, 1, 1))
    proba = item_posterior(votes, np.array([0.5, 0.5]), weights)
    assert proba.tolist() == [[0.0, 1.0]]


def test_start_of_a_pattern_with_gold_is_certain() -> None:
    votes = VoteMatrix.from_array([[1, 1], [1, 1]], ["no", "yes"])
    patterns = vote_patterns(votes, np.array([0, -1], np.int8))
    assert soft_vote(patterns)[patterns.index].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_e_step_gives_a_pattern_with_gold_its_class_and_the_likelihood_of_both() -> None:
    votes = VoteMatrix.from_array([[1], [1]], ["no", "yes"])
    patterns = vote_patterns(votes, np.array([0, -1], np.int8))
    weights = np.log(np.array([[[0.9, 0.1], [0.2, 0.8]]]))
    step = expect(patterns, np.array([0.6, 0.4]), weights)
    expected = np.array([[1.0, 0.0], [0.12 / 0.44, 0.32 / 0.44]])
    assert step.posterior[patterns.index] == pytest.approx(expected)
    assert step.log_likelihood == pytest.approx(np.log(0.12) + np.log(0.44))


def test_gold_that_votes_exclude_still_wins_without_a_warning() -> None:
    votes = VoteMatrix.from_array([[1]], ["no", "yes"])
    patterns = vote_patterns(votes, np.array([0], np.int8))
    step = expect(patterns, np.array([0.5, 0.5]), np.array([[[0.0, 0.0], [-1e4, 0.0]]]))
    assert step.posterior.tolist() == [[1.0, 0.0]]


def test_clamp_leaves_scores_of_patterns_without_gold() -> None:
    scores = np.array([[-1.0, -2.0]])
    patterns = vote_patterns(VoteMatrix.from_array([[1]], ["no", "yes"]))
    assert clamp(patterns, scores) is scores


def test_evidence_of_an_item_is_the_weights_of_its_votes() -> None:
    votes = VoteMatrix.from_array([[1, -1, 0]], ["no", "yes"])
    weights = np.arange(12.0).reshape(3, 2, 2)
    assert item_evidence(votes, weights).tolist() == [[2.0, 3.0], [0.0, 0.0], [8.0, 9.0]]


def test_evidence_of_a_group_is_shared() -> None:
    votes = VoteMatrix.from_array([[1, 0, 0]], ["no", "yes"])
    weights = np.ones((3, 2, 2))
    evidence = item_evidence(votes, weights, np.array([0, 0, -1]))
    assert evidence[:, 0].tolist() == [0.5, 0.5, 1.0]


def test_warning_points_at_the_caller() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_unless_converged("DawidSkene", run(max_iter=2, tol=0.1), 2, 0.1)
    assert caught[0].filename == __file__


def test_clamp_rules_out_every_part_of_the_other_classes() -> None:
    patterns = vote_patterns(VoteMatrix.from_array([[1]], ["no", "yes"]), np.array([1], np.int8))
    scores = np.log(np.array([[0.1, 0.2, 0.3, 0.4]]))  # no, no, yes, yes
    assert np.exp(clamp(patterns, scores)) == pytest.approx(np.array([[0.0, 0.0, 0.3, 0.4]]))


def test_evidence_of_soft_votes_is_what_the_posterior_is_made_of() -> None:
    rng = np.random.default_rng(0)
    nan = [np.nan] * 3
    proba = [[[0.2, 0.3, 0.5], nan, [0.0, 1.0, 0.0], [0.6, 0.4, 0.0]]]
    item = SoftVotes.from_array(proba, ["a", "b", "c"])
    weights, prior = np.log(rng.random((4, 3, 3))), rng.dirichlet(np.ones(3))
    for groups in (None, np.array([0, 1, 0, -1])):
        evidence = item_evidence(item, weights, groups)
        assert evidence[1].tolist() == [0.0] * 3
        joint = prior * np.exp(evidence.sum(axis=0))
        posterior = item_posterior(item, prior, weights, groups)[0]
        assert posterior == pytest.approx(joint / joint.sum())


def test_soft_start_is_the_share_of_probabilities() -> None:
    votes = SoftVotes.from_array([[[0.2, 0.8], [0.6, 0.4]]], ["no", "yes"])
    assert soft_vote(vote_patterns(votes)) == pytest.approx(np.array([[0.4, 0.6]]))
