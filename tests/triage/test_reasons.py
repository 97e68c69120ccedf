"""The words in which a queue says why an item is there."""

import numpy as np

from weaklabel.triage import _reasons

CLASSES = ("ham", "spam")


def test_equally_probable_classes_stay_in_the_order_of_the_schema():
    assert _reasons.shown_classes(np.array([0.5, 0.5]), CLASSES) == "ham 0.50, spam 0.50"


def test_an_undecided_label_model_names_its_two_best_classes():
    words = _reasons.undecided_reason(np.array([0.1, 0.5, 0.4]), ["a", "b", "c"])
    assert words == "label model undecided: b 0.50, c 0.40"
    words = _reasons.undecided_reason(np.array([0.5, 0.5]), CLASSES, "proposed label")
    assert words == "proposed label undecided: ham 0.50, spam 0.50"


def test_a_disagreement_names_both_sides():
    words = _reasons.disagreement_reason(np.array([0.2, 0.8]), np.array([0.9, 0.1]), 1, CLASSES)
    assert words == "held-out classifier says ham 0.90, label model spam 0.80"


def test_an_unsure_classifier_does_not_count_as_a_contradiction():
    words = _reasons.disagreement_reason(np.array([0.2, 0.8]), np.array([0.4, 0.6]), 1, CLASSES)
    assert words == "held-out classifier gives the label spam only 0.60"


def test_an_uncovered_item_names_the_classifiers_class():
    words = _reasons.uncovered_reason(np.array([0.3, 0.7]), CLASSES)
    assert words == "no labeling function votes; classifier says spam 0.70"


def test_conflicts_are_counted_most_votes_first():
    assert _reasons.conflict_reason(np.array([1, 2]), CLASSES) == (
        "labeling functions conflict: 2 spam, 1 ham"
    )
    many = _reasons.conflict_reason(np.ones(6, dtype=int), list("abcdef"))
    assert many == "labeling functions conflict: 1 a, 1 b, 1 c, 1 d, 2 more classes"


def test_votes_that_agree_are_no_conflict():
    assert _reasons.conflict_reason(np.array([0, 3]), CLASSES) is None
    assert _reasons.conflict_reason(np.array([0, 0]), CLASSES) is None


def test_votes_are_counted_by_item_and_class():
    codes = np.array([[1, 1, 0], [-1, 1, -1], [-1, -1, -1]], dtype=np.int8)
    assert _reasons.vote_counts(codes, 2).tolist() == [[1, 2], [0, 1], [0, 0]]
