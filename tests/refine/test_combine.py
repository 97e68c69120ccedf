"""product_rule: neutral sources, agreement, and extreme probabilities."""

import numpy as np

from weaklabel.refine._combine import product_rule


def test_a_posterior_equal_to_the_prior_leaves_the_classifier_alone():
    prior = np.array([0.7, 0.2, 0.1])
    proba = np.array([[0.1, 0.6, 0.3]])
    assert np.allclose(product_rule(prior[None, :], proba, prior), proba)


def test_two_sources_that_agree_are_surer_than_either():
    both = product_rule(np.array([[0.2, 0.8]]), np.array([[0.2, 0.8]]), np.array([0.5, 0.5]))
    assert np.allclose(both, [[1 / 17, 16 / 17]])


def test_zeros_on_both_sides_stay_finite():
    both = product_rule(np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([0.0, 1.0]))
    assert np.isfinite(both).all()
    assert np.allclose(both.sum(axis=1), 1)


def test_a_weight_of_zero_leaves_the_posterior_and_one_of_a_half_counts_half():
    posterior, prior = np.array([[0.3, 0.7], [0.5, 0.5]]), np.array([0.5, 0.5])
    proba = np.array([[0.8, 0.2], [0.8, 0.2]])
    both = product_rule(posterior, proba, prior, np.array([0.0, 0.5]))
    assert np.allclose(both, [[0.3, 0.7], [2 / 3, 1 / 3]])
