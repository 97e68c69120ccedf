import numpy as np
import pytest

from weaklabel.models._confusion import accuracy_from_counts, precision_from_confusion, proportions


def test_proportions_sum_to_one_and_are_uniform_of_nothing() -> None:
    shares = proportions(np.array([[1.0, 3.0], [0.0, 0.0]]))
    assert shares.tolist() == [[0.25, 0.75], [0.5, 0.5]]


def test_precision_is_bayes_rule_with_votes_first() -> None:
    confusion = np.array([[[0.9, 0.1], [0.2, 0.8]]])
    precision = precision_from_confusion(np.array([0.75, 0.25]), confusion)
    assert precision[0, 0] == pytest.approx(np.array([0.675, 0.05]) / 0.725)
    assert precision[0, 1] == pytest.approx(np.array([0.075, 0.2]) / 0.275)


def test_accuracy_is_the_share_on_the_diagonal_and_nan_of_nothing() -> None:
    counts = np.array([[[3.0, 1.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    found = accuracy_from_counts(counts)
    assert found[0] == pytest.approx(0.7)
    assert np.isnan(found[1])
