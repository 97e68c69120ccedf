"""Reasons of a queue: that of the stratum first, then what else speaks for a look."""

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, VoteMatrix
from weaklabel.triage._queue_reasons import Evidence, reasons_of
from weaklabel.triage._review_state import review_state

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
IDS = ["a", "b", "c", "d"]
VOTES = VoteMatrix.from_array([[1, 0], [1, 1], [-1, -1], [1, 1]], SCHEMA, item_ids=IDS)
SOFT = SoftLabels([[0.4, 0.6], [0.1, 0.9], [0.5, 0.5], [0.1, 0.9]], IDS, SCHEMA)
PRED = SoftLabels([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.2, 0.8]], IDS, SCHEMA, "refine")


def words(i, stratum, *, learned=True, gain=0.0, conflict=0.0, decisions=()):
    log = DecisionLog(decisions)
    state = review_state(SOFT, VOTES, PRED, SOFT, log)
    evidence = Evidence(
        state, np.full(4, 0.7), np.full(4, gain), np.full(4, conflict), learned, log
    )
    [found] = reasons_of({i: stratum}, evidence, VOTES)
    return found


@pytest.mark.parametrize(
    ("stratum", "first"),
    [
        ("random", "random check"),
        ("error", "label among the most suspicious"),
        ("contradiction", "near-duplicates contradict the label spam: 60 % of the group"),
        ("outlier", "fits no class by the held-out classifier: ham 0.80, spam 0.20"),
        ("uncovered", "no labeling function votes; classifier says ham 0.80"),
    ],
)
def test_the_reason_of_the_stratum_comes_first(stratum, first):
    assert words(0, stratum, conflict=0.6)[0].startswith(first)


def test_what_answers_say_is_said_once_there_are_some():
    found = words(0, "pattern", decisions=[Decision("b", "spam", "ann", AT)])
    assert found[0] == "label wrong with probability 0.70, by 1 answers so far"
    before = words(0, "error", learned=False, decisions=[Decision("b", "spam", "ann", AT)])
    assert before[0] == "label among the most suspicious"


def test_other_labels_are_counted_where_an_answer_would_move_them():
    said = "2 open items have these votes: an answer is expected to correct 1.5 of their labels"
    assert said in words(1, "random", gain=1.5)
    assert not any("open items" in reason for reason in words(1, "random", gain=0.01))
    assert not any("open items" in reason for reason in words(2, "random", gain=1.5))


def test_who_disputes_an_item_is_named():
    log = [Decision("a", "spam", "ann", AT), Decision("a", "ham", "bob", AT)]
    assert (
        words(0, "disputed", decisions=log)[0] == "reviewers disagree: ann says spam, bob says ham"
    )


def test_what_else_speaks_for_a_look_follows():
    found = words(0, "random")
    assert "label model undecided: spam 0.60, ham 0.40" in found
    assert "held-out classifier says ham 0.80, label model spam 0.60" in found
    assert "labeling functions conflict: 1 ham, 1 spam" in found
    assert words(2, "random") == [
        "random check",
        "no labeling function votes; classifier says ham 0.60",
    ]
