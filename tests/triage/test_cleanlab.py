"""label_quality and label_issues: what cleanlab says, and that it never fails on odd input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.triage._cleanlab import label_issues, label_quality


def test_a_contradicted_label_has_the_lowest_quality():
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.95, 0.05]])
    quality = label_quality(np.array([0, 0, 1, 1], dtype=np.int8), proba)
    assert quality.argmin() == 3
    assert ((quality >= 0) & (quality <= 1)).all()


def test_items_without_a_label_have_no_quality_and_no_issue():
    proba = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8]])
    labels = np.array([0, -1, 1], dtype=np.int8)
    assert np.isnan(label_quality(labels, proba)).tolist() == [False, True, False]
    assert not label_issues(labels, proba)[1]


def test_a_single_class_is_scored_by_its_own_probability():
    proba = np.array([[0.9, 0.1], [0.3, 0.7]])
    labels = np.array([0, 0], dtype=np.int8)
    assert label_quality(labels, proba).tolist() == [0.9, 0.3]
    assert not label_issues(labels, proba).any()


def test_classes_without_labels_are_left_out():
    proba = np.array([[0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.0, 1.0, 0.0]])
    quality = label_quality(np.array([0, 2, 2], dtype=np.int8), proba)
    assert np.isfinite(quality).all()
    assert quality[0] > 0.5


def test_swapped_labels_are_flagged():
    labels = np.array([0] * 50 + [1] * 50, dtype=np.int8)
    proba = np.where(labels[:, None] == [0, 1], 0.9, 0.1)
    proba[[3, 60]] = proba[[3, 60], ::-1]
    assert np.flatnonzero(label_issues(labels, proba)).tolist() == [3, 60]


def test_no_items_give_empty_results():
    none = np.empty(0, dtype=np.int8)
    assert label_quality(none, np.empty((0, 2))).shape == (0,)
    assert label_issues(none, np.empty((0, 2))).shape == (0,)


def test_nothing_is_printed(capfd):
    labels = np.array([0, 1, 0], dtype=np.int8)
    label_issues(labels, np.full((3, 2), 0.5))
    assert capfd.readouterr() == ("", "")


@given(st.data())
@settings(max_examples=50, deadline=None)
@pytest.mark.filterwarnings("error")
def test_any_labels_and_probabilities_give_a_quality(data):
    k = data.draw(st.integers(2, 5))
    n = data.draw(st.integers(0, 12))
    labels = np.array(data.draw(st.lists(st.integers(-1, k - 1), min_size=n, max_size=n)), np.int8)
    weights = st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=k, max_size=k)
    rows = data.draw(st.lists(weights.filter(any), min_size=n, max_size=n))
    proba = np.array(rows).reshape(n, k)
    proba = proba / proba.sum(axis=1, keepdims=True)
    quality = label_quality(labels, proba)
    assert np.array_equal(np.isnan(quality), labels < 0)
    assert not label_issues(labels, proba)[labels < 0].any()
