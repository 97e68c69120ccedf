"""ReviewState: labels in question, signals and answers, in the order of the ids."""

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, VoteMatrix
from weaklabel.triage._review_state import review_state

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
IDS = ["c", "a", "b", "d"]
VOTES = VoteMatrix.from_array([[1, 0], [1, -1], [-1, -1], [1, -1]], SCHEMA, item_ids=IDS)
SOFT = SoftLabels([[0.4, 0.6], [0.1, 0.9], [0.5, 0.5], [0.1, 0.9]], IDS, SCHEMA)
PRED = SoftLabels([[0.8, 0.2], [0.3, 0.7], [0.6, 0.4], [0.2, 0.8]], IDS, SCHEMA, "refine")


def state(decisions=(), proposed=SOFT):
    return review_state(SOFT, VOTES, PRED, proposed, DecisionLog(decisions))


def answer(key, label, stratum="", reviewer="ann"):
    return Decision(key, label, reviewer, AT, stratum=stratum)


def test_everything_is_in_the_order_of_the_ids():
    found = state()
    assert found.item_ids.tolist() == ["a", "b", "c", "d"]
    assert found.covered.tolist() == [True, False, True, True]
    assert found.posterior[:, 1] == pytest.approx([0.9, 0.4, 0.6, 0.9])
    assert found.pred_probs[:, 1] == pytest.approx([0.7, 0.4, 0.2, 0.8])
    assert found.patterns.of[0] == found.patterns.of[3] != found.patterns.of[2]


def test_the_label_in_question_is_that_of_before_whatever_is_shown():
    """What is shown has learned the answer, by which it would never have been wrong."""
    for shown in (SOFT, PRED, SoftLabels(PRED.posterior[:, ::-1], IDS, SCHEMA)):
        assert state(proposed=shown).labels.tolist() == [1, 0, 1, 1]
    learned = SoftLabels([[0.4, 0.6], [0.1, 0.9], [0.0, 1.0], [0.1, 0.9]], IDS, SCHEMA)
    found = state([answer("b", "spam", "uncovered")], proposed=learned)
    assert dict(found.n_wrong) == {"uncovered": 1}


def test_answers_are_counted_by_stratum_and_pattern():
    found = state([answer("a", "ham", "error"), answer("d", "spam", "error"), answer("b", "ham")])
    assert found.answered.tolist() == [0, 1, 3]
    assert found.wrong.tolist() == [True, False, False]
    assert dict(found.n_answers) == {"error": 2, "": 1}
    assert dict(found.n_wrong) == {"error": 1, "": 0}
    assert found.n_reviewed[found.patterns.of].tolist() == [2, 1, 0, 2]
    assert found.open_.tolist() == [False, False, True, False]


def test_skips_and_disputes_close_an_item_and_say_nothing():
    log = [answer("a", "ham"), answer("a", "spam", reviewer="bob"), answer("c", None)]
    found = state(log)
    assert len(found.answered) == 0
    assert found.disputed.tolist() == [0]
    assert found.open_.tolist() == [False, True, False, True]


def test_signals_of_votes_are_silent_where_there_are_none():
    found = state()
    assert found.features.shape == (4, 4)
    assert found.features[1, [0, 1, 3]] == pytest.approx(-np.log10(0.5))
    assert found.features[2, 0] == found.features[:, 0].max()  # the smallest margin


def test_an_item_whose_answer_was_undone_is_open_again():
    one = answer("a", "ham")
    assert not state([one]).open_[0]
    assert state([one, one.undone()]).open_[0]
    assert not state([one, one.undone(), answer("a", None)]).open_[0]
    assert state([Decision("a", None, "eve", AT, kind="erasure")]).open_[0]


def test_what_waits_for_an_expert_or_measured_a_reviewer_is_open():
    passed = Decision("a", None, "ann", AT, stratum="error", kind="escalation")
    check = Decision("c", "ham", "ann", AT, stratum="gold check", gold=True)
    flag = Decision("d", None, "ann", AT, kind="flag")
    found = state([passed, check, flag])
    assert found.open_.tolist() == [True, True, True, True]
    assert len(found.answered) == 0


def test_what_was_settled_counts_for_the_stratum_that_chose_the_item():
    passed = Decision("a", None, "ann", AT, stratum="error", kind="escalation")
    found = state([passed, answer("a", "ham", "adjudication", "eve")])
    assert (dict(found.n_answers), dict(found.n_wrong)) == ({"error": 1}, {"error": 1})
