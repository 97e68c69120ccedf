"""What cleanlab says of labels and items, and that it never fails on odd input."""

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.errors import LabelsError
from weaklabel.triage._cleanlab import (
    estimated_joint,
    feature_typicality,
    label_issues,
    label_quality,
    prediction_typicality,
)


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


def noisy(n=600, k=3, seed=0):
    """Return labels, some of them wrong, without the last class; and probabilities."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, k - 1, n)
    proba = rng.dirichlet(np.ones(k), n) * 0.5
    proba[np.arange(n), truth] += 0.5
    labels = np.where(rng.random(n) < 0.1, (truth + 1) % (k - 1), truth).astype(np.int8)
    labels[rng.random(n) < 0.1] = -1
    return labels, proba


def test_quality_is_cleanlabs_own():
    from cleanlab.rank import get_label_quality_scores

    labels, proba = noisy(k=3)
    rows = labels >= 0
    kept = proba[rows][:, :2] / proba[rows][:, :2].sum(axis=1, keepdims=True)
    expected = get_label_quality_scores(
        labels[rows], kept, method="normalized_margin", adjust_pred_probs=True
    )
    assert label_quality(labels, proba)[rows] == pytest.approx(expected)


def test_quality_in_batches_is_that_of_all_at_once():
    labels, proba = noisy()
    whole = label_quality(labels, proba)
    assert label_quality(labels, proba, at_once=7) == pytest.approx(whole, nan_ok=True)


def test_issues_in_batches_are_those_of_cleanlabs_search_in_batches():
    from cleanlab.experimental.label_issues_batched import find_label_issues_batched

    labels, proba = noisy(k=3)
    rows = np.flatnonzero(labels >= 0)
    kept = proba[rows][:, :2] / proba[rows][:, :2].sum(axis=1, keepdims=True)
    expected = find_label_issues_batched(
        labels[rows],
        kept,
        batch_size=50,
        verbose=False,
        quality_score_kwargs={"method": "normalized_margin", "adjust_pred_probs": True},
    )
    found = label_issues(labels, proba, at_once=50)
    assert np.flatnonzero(found).tolist() == rows[expected].tolist()
    assert found.sum() > 10


def test_what_fits_no_class_is_least_typical():
    labels = np.array([0, 0, 1, 1, 2, 2, -1], dtype=np.int8)
    proba = np.full((7, 3), 0.05)
    proba[np.arange(6), labels[:6]] = 0.9
    proba[[3, 6]] = 1 / 3
    typical = prediction_typicality(labels, proba)
    assert set(np.argsort(typical)[:2].tolist()) == {3, 6}
    assert prediction_typicality(labels, proba, at_once=2) == pytest.approx(typical)


def test_predictions_of_one_labelled_class_are_not_adjusted():
    proba = np.array([[1.0, 0.0], [0.5, 0.5]])
    typical = prediction_typicality(np.array([0, 0], dtype=np.int8), proba)
    assert typical == pytest.approx([1.0, 0.0], abs=1e-4)


def test_a_far_item_is_least_typical_by_its_features():
    features = np.random.default_rng(0).normal(0, 1, (200, 2))
    features[17] = [40, 40]
    assert feature_typicality(features).argmin() == 17


def test_sparse_features_are_reduced_and_find_the_same_item():
    rng = np.random.default_rng(0)
    features = np.zeros((200, 90))
    features[np.arange(200), rng.integers(0, 3, 200)] = 1.0
    features[:, 3:6] = rng.random((200, 3)) * 0.1
    features[17] = 0
    features[17, 80] = 1.0
    assert feature_typicality(sp.csr_array(features)).argmin() == 17
    assert feature_typicality(features).argmin() == 17


def test_rows_with_missing_features_have_no_score():
    features = np.random.default_rng(0).normal(0, 1, (30, 4))
    features[3, 1] = np.nan
    features[5, 0] = np.inf
    for given_ in (features, sp.csr_array(features)):
        assert np.flatnonzero(np.isnan(feature_typicality(given_))).tolist() == [3, 5]


def test_blocks_cover_every_item_once():
    features = np.random.default_rng(0).normal(0, 1, (5_010, 2))
    features[[17, 5000]] = [[40, 40], [-40, 40]]
    typical = feature_typicality(features)
    assert np.isfinite(typical).all()
    assert set(np.argsort(typical)[:2].tolist()) == {17, 5000}
    assert np.array_equal(typical, feature_typicality(features))


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (2, 3), (5, 0)])
def test_too_little_for_neighbors_makes_all_typical(shape):
    assert feature_typicality(np.zeros(shape)).tolist() == [1.0] * shape[0]


def test_equal_items_are_all_typical():
    assert feature_typicality(np.ones((20, 5))).tolist() == [1.0] * 20


@pytest.mark.parametrize("features", [np.zeros(3), np.array([["a"], ["b"]])])
def test_features_that_are_no_table_of_numbers_are_refused(features):
    with pytest.raises(LabelsError, match=r"must be numbers of shape \(n_items, n_features\)"):
        feature_typicality(features)


def test_swapped_labels_are_off_the_diagonal_of_the_joint():
    labels = np.array([0] * 50 + [1] * 50, dtype=np.int8)
    proba = np.where(labels[:, None] == [0, 1], 0.9, 0.1)
    proba[:5] = proba[:5, ::-1]
    joint = estimated_joint(labels, proba)
    assert joint == pytest.approx(np.array([[0.45, 0.05], [0.0, 0.5]]))
    assert estimated_joint(labels, proba, at_once=30) == pytest.approx(joint)


def test_the_joint_of_missing_classes_is_zero():
    proba = np.array([[0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]])
    joint = estimated_joint(np.array([0, 2, 2], dtype=np.int8), proba)
    assert joint.sum() == pytest.approx(1.0)
    assert joint[1].tolist() == joint[:, 1].tolist() == [0.0, 0.0, 0.0]
    one = estimated_joint(np.array([2, 2, -1], dtype=np.int8), proba)
    assert one.tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert not estimated_joint(np.array([-1, -1, -1], dtype=np.int8), proba).any()


ON_LABELS = [label_quality, label_issues, prediction_typicality, estimated_joint]


@pytest.mark.parametrize("say", ON_LABELS)
def test_what_cleanlab_cannot_take_is_refused_in_our_words(say):
    labels, proba = np.array([0, 1], dtype=np.int8), np.full((2, 2), 0.5)
    with pytest.raises(LabelsError, match=r"labels has shape \(1,\) and pred_probs \(2, 2\), must"):
        say(labels[:1], proba)
    with pytest.raises(LabelsError, match=r"labels has shape \(2,\) and pred_probs \(2,\), must"):
        say(labels, proba[0])
    with pytest.raises(LabelsError, match=r"pred_probs\[1\] is not finite, must be probabilities"):
        say(labels, np.array([[0.5, 0.5], [np.nan, 0.5]]))
    with pytest.raises(LabelsError, match=r"labels holds the class code 2, must be in \[-1, 2\)"):
        say(labels + np.int8(1), proba)


@given(st.data())
@settings(max_examples=50, deadline=None)
@pytest.mark.filterwarnings("error")
def test_any_labels_and_probabilities_give_typicality_and_a_joint(data):
    k, n = data.draw(st.integers(2, 4)), data.draw(st.integers(0, 10))
    labels = np.array(data.draw(st.lists(st.integers(-1, k - 1), min_size=n, max_size=n)), np.int8)
    weights = st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=k, max_size=k)
    rows = data.draw(st.lists(weights.filter(any), min_size=n, max_size=n))
    proba = np.array(rows).reshape(n, k)
    proba = proba / proba.sum(axis=1, keepdims=True)
    at_once = data.draw(st.sampled_from([3, 100]))
    typical = prediction_typicality(labels, proba, at_once=at_once)
    assert ((typical >= 0) & (typical <= 1)).all()
    joint = estimated_joint(labels, proba, at_once=at_once)
    assert joint.sum() == pytest.approx(float((labels >= 0).any()))
    assert not label_issues(labels, proba, at_once=at_once)[labels < 0].any()
