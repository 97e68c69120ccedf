"""fit_soft_logistic: scikit-learn's minimum, hidden columns, rows that are not learned from."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from weaklabel.errors import ConvergenceWarning
from weaklabel.refine._classifier import weighted_copies
from weaklabel.refine._logistic import fit_soft_logistic

ALL = np.ones(300, dtype=bool)


def data(n_classes, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(300, 5))
    logits = features @ rng.normal(size=(5, n_classes))
    targets = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return features, 0.9 * targets + 0.1 / n_classes


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_is_scikit_learns_regression_on_weighted_copies(n_classes):
    features, targets = data(n_classes)
    copies = weighted_copies(targets)
    theirs = LogisticRegression(C=4.0, max_iter=2000, tol=1e-6)
    theirs.fit(features[copies.rows], copies.codes, sample_weight=copies.weights)
    ours = fit_soft_logistic(features, targets, ALL).predict_proba(features)
    assert np.allclose(ours, theirs.predict_proba(features), atol=2e-3)


def test_sparse_and_dense_features_give_the_same():
    features, targets = data(3)
    dense = fit_soft_logistic(features, targets, ALL).predict_proba(features)
    sparse = sp.csr_array(features)
    assert np.allclose(fit_soft_logistic(sparse, targets, ALL).predict_proba(sparse), dense)


def test_single_precision_is_enough():
    features, targets = data(2)
    double = fit_soft_logistic(features, targets, ALL).predict_proba(features)
    single = features.astype(np.float32)
    assert np.allclose(
        fit_soft_logistic(single, targets, ALL).predict_proba(single), double, atol=1e-3
    )


def test_rows_that_are_not_learned_from_change_nothing():
    features, targets = data(2)
    learned = np.arange(300) < 200
    other = np.where(learned[:, None], targets, targets[:, ::-1])
    one, two = (fit_soft_logistic(features, t, learned) for t in (targets, other))
    assert np.array_equal(one.weights, two.weights)
    alone = fit_soft_logistic(features[:200], targets[:200], ALL[:200])
    assert np.allclose(one.weights, alone.weights, atol=1e-3)


def test_hidden_columns_are_as_if_they_were_not_there():
    features, targets = data(3)
    hidden = np.array([True, False, True, False, False])
    made = fit_soft_logistic(features, targets, ALL, hidden)
    assert not made.weights[hidden].any()
    less = fit_soft_logistic(features[:, ~hidden], targets, ALL)
    assert np.allclose(made.weights[~hidden], less.weights, atol=1e-6)


def test_more_rows_than_fit_in_a_block_are_summed_up(monkeypatch):
    features, targets = data(2)
    whole = fit_soft_logistic(features, targets, ALL)
    monkeypatch.setattr(sys.modules["weaklabel.refine._logistic"], "_ROWS_AT_ONCE", 7)
    blocks = fit_soft_logistic(features, targets, ALL)
    assert np.allclose(blocks.weights, whole.weights, atol=1e-6)


def test_too_few_iterations_are_warned_of_in_our_words(monkeypatch):
    monkeypatch.setattr(sys.modules["weaklabel.refine._logistic"], "_MAX_ITER", 1)
    with pytest.warns(ConvergenceWarning, match=r"logistic regression of refine did not converge"):
        fit_soft_logistic(*data(2), ALL)
