"""fit_classifier and fit_soft: soft targets, missing classes, classifiers of other kinds."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.refine._classifier import (
    check_classifier,
    fit_classifier,
    fit_soft,
    weighted_copies,
)

X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
TARGETS = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]])


def test_copies_of_hardly_any_weight_are_dropped():
    copies = weighted_copies(np.array([[0.995, 0.005], [0.5, 0.5]]))
    assert copies.rows.tolist() == [0, 1, 1]
    assert copies.codes.tolist() == [0, 0, 1]


def test_soft_targets_are_learned_as_probabilities():
    always = np.zeros((200, 1))
    proba = fit_classifier(LogisticRegression(), always, np.tile([0.3, 0.7], (200, 1)), 0)(
        always[:1]
    )
    assert np.allclose(proba, [[0.3, 0.7]], atol=0.01)


def test_the_classifier_itself_is_left_alone():
    model = LogisticRegression()
    fit_classifier(model, X, TARGETS, 0)(X)
    assert not hasattr(model, "classes_")


def test_a_class_that_was_never_seen_keeps_its_prior():
    targets = np.hstack([TARGETS * 0.995, np.full((4, 1), 0.005)])
    proba = fit_classifier(LogisticRegression(), X, targets, 0)(X)
    assert proba.shape == (4, 3)
    assert np.allclose(proba[:, 2], 0.005, atol=1e-5)
    assert np.allclose(proba.sum(axis=1), 1)


def test_one_class_alone_gives_the_prior():
    targets = np.tile([1.0, 0.0], (4, 1))
    assert fit_classifier(LogisticRegression(), X, targets, 0)(X[:2]).tolist() == [[1, 0], [1, 0]]


@pytest.mark.parametrize(
    "model", [GaussianNB(), DecisionTreeClassifier(), KNeighborsClassifier(n_neighbors=1)]
)
def test_any_classifier_with_probabilities_will_do(model):
    proba = fit_classifier(model, X, TARGETS, 0)(np.array([[-2.0], [2.0]]))
    assert proba.argmax(axis=1).tolist() == [0, 1]
    assert (proba > 0).all()


def test_without_weights_exact_ties_teach_nothing():
    targets = np.vstack([TARGETS, [[0.5, 0.5]]])
    rows = np.vstack([X, [[9.0]]])
    proba = fit_classifier(KNeighborsClassifier(n_neighbors=1), rows, targets, 0)(rows[4:])
    assert proba.argmax() == 1


def test_a_classifier_that_does_not_converge_warns_in_our_words():
    with pytest.warns(ConvergenceWarning, match=r"LogisticRegression of refine did not converge"):
        fit_classifier(LogisticRegression(max_iter=1), X * 100, TARGETS, 0)


@pytest.mark.parametrize("wrong", [LogisticRegression, object(), "logistic"])
def test_what_is_no_classifier_is_refused(wrong):
    with pytest.raises(
        ParameterError, match=r"classifier is .*, must be a scikit-learn classifier"
    ):
        check_classifier(wrong)


def test_the_default_learns_from_some_rows_and_predicts_all():
    learned = np.array([True, False, True, True])
    proba = fit_soft(X, TARGETS, learned)(X)
    assert proba.argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert np.allclose(proba.sum(axis=1), 1)


def test_the_default_gives_the_prior_where_it_saw_one_class():
    targets = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    proba = fit_soft(X, targets, np.array([True, True, False, False]))(X)
    assert proba.tolist() == [[1, 0]] * 4


def test_the_default_never_rules_a_class_out():
    targets = np.array([[1.0, 0.0, 0.0]] * 2 + [[0.0, 1.0, 0.0]] * 2)
    proba = fit_soft(X * 1000, targets, np.ones(4, bool))(X * 1000)
    assert (proba > 0).all()
    assert proba[:, 2].max() < 0.001


def test_no_rows_are_predicted_without_asking_the_classifier():
    predict = fit_classifier(LogisticRegression(), X, TARGETS, 0)
    assert predict(X[:0]).shape == (0, 2)
