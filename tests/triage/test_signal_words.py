"""What each signal says of one item, from evidence made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.triage._signal_words import SIGNALS, SignalEvidence, signal_words

VOTES = VoteMatrix.from_array([[1, 0], [1, -1], [-1, -1]], ["ham", "spam"], ["link", "short"])
EVIDENCE = SignalEvidence(
    VOTES,
    posterior=np.array([[0.4, 0.6], [0.1, 0.9], [0.5, 0.5]]),
    pred_probs=np.array([[0.7, 0.3], [0.3, 0.7], [0.2, 0.8]]),
    scaled=np.array([[0.8, 0.2], [0.2, 0.8], [0.2, 0.8]]),
    prior=np.array([0.5, 0.5]),
    labels=np.array([1, 0, -1], dtype=np.int8),
    precision=np.array([[0.5, 0.9], [0.8, 0.5]]),
    gold=np.array([0, 0, -1], dtype=np.int8),
    groups=np.array([7, 7, 7]),
)


@pytest.mark.parametrize(
    ("signal", "i", "words"),
    [
        ("small_margin", 0, "label model undecided: spam 0.60, ham 0.40"),
        ("entropy", 0, "label model spread over classes: spam 0.60, ham 0.40"),
        # Held against votes, the classifier is on their scale.
        ("disagreement", 0, "held-out classifier says ham 0.80, label model spam 0.60"),
        # 0.6 * 0.2 to 0.4 * 0.8 is 3 to 8.
        ("label_doubt", 0, "votes and classifier together give the label spam only 0.27, ham 0.73"),
        ("low_quality", 0, "label spam has quality 0.25 of 1 by cleanlab"),
        ("label_issue", 0, "flagged by cleanlab as a likely label error"),
        # Alone, it is as it was given.
        ("odd_prediction", 0, "fits no class by the held-out classifier: ham 0.70, spam 0.30"),
        ("odd_features", 0, "unlike all other items: its nearest neighbors are far away"),
        (
            "near_duplicate_conflict",
            0,
            "near-duplicates have other labels: this one spam, 1 ham",
        ),
        (
            "accurate_conflict",
            0,
            "accurate labeling functions conflict: link (0.90) votes spam, short (0.80) votes ham",
        ),
        (
            "confident_uncovered",
            2,
            "no labeling function votes, yet the classifier is sure: spam 0.80",
        ),
        (
            "contradicted_answer",
            1,
            "decided as ham, but label model says spam 0.90 and held-out classifier spam 0.80",
        ),
    ],
)
def test_every_signal_has_its_words(signal, i, words):
    assert signal_words(EVIDENCE, signal, i, 0.75) == words


def test_no_signal_is_without_a_test():
    marks = test_every_signal_has_its_words.pytestmark[0].args[1]
    assert [signal for signal, _, _ in marks] == list(SIGNALS)


def test_what_is_not_suspect_has_no_words():
    assert signal_words(EVIDENCE, "accurate_conflict", 1, 0.0) == ""
    assert signal_words(replace(EVIDENCE, groups=None), "near_duplicate_conflict", 0, 0.0) == ""
    apart = replace(EVIDENCE, groups=np.array([1, 2, 3]))
    assert signal_words(apart, "near_duplicate_conflict", 0, 0.0) == ""
