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


def test_an_entropy_names_three_classes():
    words = _reasons.entropy_reason(
        np.array([0.3, 0.3, 0.25, 0.15]), list("abcd"), "proposed label"
    )
    assert words == "proposed label spread over classes: a 0.30, b 0.30, c 0.25"


def test_a_doubted_label_names_the_class_that_is_more_probable():
    assert _reasons.doubt_reason(np.array([0.7, 0.3]), 1, CLASSES) == (
        "votes and classifier together give the label spam only 0.30, ham 0.70"
    )
    assert _reasons.doubt_reason(np.array([0.4, 0.6]), 1, CLASSES) == (
        "votes and classifier together give the label spam only 0.60"
    )


def test_a_low_quality_is_said_to_be_cleanlabs():
    assert _reasons.quality_reason(0.083, 1, CLASSES) == (
        "label spam has quality 0.08 of 1 by cleanlab"
    )


def test_an_item_of_no_class_shows_what_the_classifier_makes_of_it():
    assert _reasons.outlier_reason(np.array([0.52, 0.48]), CLASSES) == (
        "fits no class by the held-out classifier: ham 0.52, spam 0.48"
    )


def test_near_duplicates_with_other_labels_are_counted():
    assert _reasons.near_duplicate_reason(1, np.array([3, 1]), CLASSES) == (
        "near-duplicates have other labels: this one spam, 3 ham"
    )
    assert _reasons.near_duplicate_reason(0, np.array([3, 1]), CLASSES) == (
        "near-duplicates have other labels: this one and 2 more ham, 1 spam"
    )
    assert _reasons.near_duplicate_reason(0, np.ones(6, dtype=int), list("abcdef")) == (
        "near-duplicates have other labels: this one a, 1 b, 1 c, 1 d, 2 more labels"
    )
    assert _reasons.near_duplicate_reason(1, np.array([0, 4]), CLASSES) is None


def test_the_most_precise_vote_of_each_side_is_named():
    names, precision = ["link", "short", "thanks"], np.array([[0.5, 0.7], [0.8, 0.93], [0.91, 0.5]])
    words = _reasons.accurate_conflict_reason(names, np.array([1, 1, 0]), precision, CLASSES)
    assert words == (
        "accurate labeling functions conflict: short (0.93) votes spam, thanks (0.91) votes ham"
    )
    agreed = np.array([1, 1, -1])
    assert _reasons.accurate_conflict_reason(names, agreed, precision, CLASSES) is None
    silent = np.array([-1, -1, -1])
    assert _reasons.accurate_conflict_reason(names, silent, precision, CLASSES) is None


def test_a_sure_classifier_beyond_all_votes_says_its_class():
    assert _reasons.confident_uncovered_reason(np.array([0.03, 0.97]), CLASSES) == (
        "no labeling function votes, yet the classifier is sure: spam 0.97"
    )


def test_contradicted_gold_names_the_class_on_which_both_agree():
    q, p = np.array([0.5, 0.2, 0.3]), np.array([0.5, 0.1, 0.4])
    assert _reasons.gold_reason(0, q, p, list("abc")) == (
        "decided as a, but label model says c 0.30 and held-out classifier c 0.40"
    )


def test_a_function_is_called_wrong_only_when_all_votes_contradict_it_too():
    alone = (0.41, 0.33, 0.49)
    wrong = _reasons.function_reason(alone, (0.52, 0.44, 0.6), 0.9)
    assert wrong.endswith("[0.44, 0.60]: this function looks wrong on items like these")
    unsure = _reasons.function_reason(alone, (0.87, 0.79, 0.92), 0.9)
    assert unsure.endswith("[0.79, 0.92]: look at these items, the classifier may be wrong")
    fine = _reasons.function_reason((0.93, 0.86, 0.97), (0.97, 0.91, 0.99), 0.9)
    assert fine == "held-out classifier gives 0.93 [0.86, 0.97], label model 0.90: no contradiction"


def test_few_votes_are_counted():
    assert _reasons.too_few_votes(1) == "votes once: too few different items to judge"
    assert _reasons.too_few_votes(3) == "votes 3 times: too few different items to judge"


def test_a_class_below_a_fifth_of_its_even_share_is_rare():
    rare = _reasons.class_reason("spam", 99, 1000, 2, "ham", 0.31)
    assert rare == (
        "spam: rare, 99 of 1,000 items (9.9 %); held-out classifier gives them ham 0.31 on average"
    )
    assert "rare" not in _reasons.class_reason("spam", 100, 1000, 2, "ham", 0.31)
    assert _reasons.class_reason("spam", 0, 1000, 2, "ham", -1.0) == "spam: no item has this label"


def test_a_region_says_its_words_or_that_it_has_none():
    assert _reasons.region_reason(812, 0.041, ["subscribe", "channel"], "spam", 0.91) == (
        "812 items (4.1 %) without votes, with subscribe, channel; classifier says spam 0.91"
    )
    assert "with no words of their own;" in _reasons.region_reason(12, 0.001, [], "ham", 0.6)
