"""assign_folds, sample_of and out_of_fold: groups stay together, strata apart, and nothing leaks."""

import sys

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from weaklabel.core import LabelSchema, SoftLabels
from weaklabel.refine._crossfit import (
    assign_folds,
    out_of_fold,
    out_of_fold_in_blocks,
    sample_of,
)


def ids(n):
    return SoftLabels(np.full((n, 2), 0.5), None, LabelSchema(["a", "b"])).item_ids


def test_a_group_is_never_split():
    groups = np.repeat(np.arange(20), 3)
    folds = assign_folds(groups, ids(60), np.arange(60) % 2, 5, 0)
    assert all(len(set(folds[groups == g].tolist())) == 1 for g in range(20))
    assert np.bincount(folds).tolist() == [12] * 5


def test_every_fold_gets_its_share_of_a_rare_class():
    labels = np.array([1] * 10 + [0] * 90)
    folds = assign_folds(np.arange(100), ids(100), labels, 5, 0)
    assert np.bincount(folds[:10]).tolist() == [2] * 5
    assert np.bincount(folds).tolist() == [20] * 5


def test_groups_without_labels_have_no_fold_but_their_kin_have():
    folds = assign_folds(np.array([0, 0, 1, 2]), ids(4), np.array([1, -1, 0, -1]), 5, 0)
    assert folds[0] == folds[1] >= 0
    assert folds[2] >= 0
    assert folds[3] == -1


def test_fewer_groups_than_folds_make_fewer_folds():
    folds = assign_folds(np.array([0, 0, 1]), ids(3), np.array([0, 1, 1]), 5, 0)
    assert sorted(set(folds.tolist())) == [0, 1]


def test_folds_do_not_depend_on_order_and_do_on_seed():
    groups, labels, keys = np.arange(50) // 2, np.arange(50) % 3, ids(50)
    order = np.random.default_rng(0).permutation(50)
    straight = assign_folds(groups, keys, labels, 5, 0)
    mixed = assign_folds(100 - groups[order], keys[order], labels[order], 5, 0)
    assert np.array_equal(mixed, straight[order])
    assert not np.array_equal(assign_folds(groups, keys, labels, 5, 1), straight)


def test_no_item_is_predicted_by_its_own_label():
    features = np.arange(6, dtype=float)[:, None] * 10
    targets = np.eye(2)[[0, 1, 0, 1, 0, 1]]  # every neighbour has the other class
    nearest = KNeighborsClassifier(n_neighbors=1)
    folds = np.arange(6)
    (proba,) = out_of_fold(features, targets, np.ones(6, bool), folds, nearest)
    assert (proba.argmax(axis=1) != targets.argmax(axis=1)).all()


def test_items_apart_get_the_mean_of_all_folds():
    features = np.array([[0.0], [1.0], [10.0], [11.0], [0.4]])
    targets = np.eye(2)[[0, 0, 1, 1, 0]]
    trained = np.array([True, True, True, True, False])
    folds = np.array([0, 1, 0, 1, -1])
    nearest = KNeighborsClassifier(n_neighbors=1)
    (proba,) = out_of_fold(features, targets, trained, folds, nearest)
    assert proba[4].argmax() == 0
    assert np.allclose(proba.sum(axis=1), 1)


def test_a_single_fold_gives_the_mean_of_the_targets():
    targets = np.array([[0.9, 0.1], [0.5, 0.5]])
    nearest = KNeighborsClassifier(n_neighbors=1)
    proba = out_of_fold(np.zeros((2, 1)), targets, np.ones(2, bool), np.zeros(2, int), nearest)
    assert np.allclose(proba, [[[0.7, 0.3]] * 2])


def two_halves():
    """Column 0 says the target, column 1 the opposite in noise; four folds."""
    rng = np.random.default_rng(0)
    truth = np.arange(80) % 2
    features = np.stack([truth, rng.random(80)], axis=1)
    return features, np.eye(2)[truth], np.ones(80, bool), np.arange(80) // 2 % 4


def test_a_view_hides_features_and_views_come_one_by_one():
    features, targets, trained, folds = two_halves()
    hidden = np.array([True, False])
    for classifier in (None, LogisticRegression()):
        for made in (features, sp.csr_array(features)):
            case = (made, targets, trained, folds, classifier)
            (sees,), (blind,) = out_of_fold(*case), out_of_fold(*case, views=[hidden])
            assert np.mean(sees.argmax(axis=1) == targets.argmax(axis=1)) == 1.0
            assert abs(blind - 0.5).max() < 0.2
            both = out_of_fold(*case, views=[None, hidden])
            assert np.array_equal(both, [sees, blind])


def test_the_default_is_the_same_with_threads_and_without():
    features, targets, trained, folds = two_halves()
    folds = np.where(np.arange(80) < 8, -1, folds)  # some items apart
    sparse = out_of_fold(sp.csr_array(features), targets, trained, folds)
    assert np.allclose(sparse, out_of_fold(features, targets, trained, folds))
    assert np.array_equal(sparse, out_of_fold(sp.csr_array(features), targets, trained, folds))


def test_in_blocks_the_probabilities_are_the_same(monkeypatch):
    monkeypatch.setattr(sys.modules[out_of_fold.__module__], "_ITEMS_AT_ONCE", 7)
    features, targets, trained, folds = two_halves()
    folds = np.where(np.arange(80) < 8, -1, folds)
    trained = np.arange(80) % 5 > 0
    views = [None, np.array([True, False])]
    for classifier in (None, LogisticRegression()):
        for made in (features, sp.csr_array(features)):
            whole = out_of_fold(made, targets, trained, folds, classifier, views=views)
            rows = np.flatnonzero(trained)
            blocks = out_of_fold_in_blocks(
                made[rows], rows, made.__getitem__, targets, folds, classifier, views=views
            )
            assert np.allclose(blocks, whole, atol=1e-3)


def test_without_anything_to_learn_from_a_fold_gets_the_mean_of_the_targets():
    features, targets, _, folds = two_halves()
    rows = np.flatnonzero(folds == 0)
    (proba,) = out_of_fold_in_blocks(
        features[rows], rows, features.__getitem__, targets, folds, None
    )
    assert np.allclose(proba[folds == 0], 0.5)
    assert (proba[folds > 0].argmax(axis=1) == targets[folds > 0].argmax(axis=1)).all()


def test_a_single_fold_in_blocks_gives_the_mean_of_the_targets():
    features, targets, _, folds = two_halves()
    rows = np.arange(3)
    proba = out_of_fold_in_blocks(
        features[rows], rows, features.__getitem__, targets, folds * 0, None
    )
    assert np.allclose(proba, [[[2 / 3, 1 / 3]] * 80])


def test_a_sample_has_each_class_in_its_share_and_at_least_once():
    labels = np.array([0] * 90 + [1] * 9 + [2] + [-1] * 50)
    taken = sample_of(labels, ids(150), 20, 0)
    assert np.bincount(labels[taken]).tolist() == [18, 2, 1]
    assert sample_of(labels, ids(150), 100, 0).tolist() == list(range(100))


def test_a_sample_does_not_depend_on_order_and_does_on_seed():
    labels, keys = np.arange(60) % 3, ids(60)
    order = np.random.default_rng(0).permutation(60)
    straight = keys[sample_of(labels, keys, 20, 0)].tolist()
    mixed = keys[order][sample_of(labels[order], keys[order], 20, 0)].tolist()
    assert sorted(mixed) == sorted(straight)
    assert sorted(keys[sample_of(labels, keys, 20, 1)].tolist()) != sorted(straight)
