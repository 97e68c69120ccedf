"""read_audit: which answers estimate, what they are held against, and from what they were drawn."""

from dataclasses import replace

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels
from weaklabel.errors import DecisionsError, LabelsError
from weaklabel.triage._audit_sample import NOT_KNOWN, read_audit, share_against

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
LABELS = SoftLabels([[0.9, 0.1]] * 6, list("abcdef"), SCHEMA)


def said(item, label, stratum="random", proposed="ham", reviewer="ann"):
    return Decision(item, label, reviewer, AT, proposed, stratum)


def read(*decisions, held_out=None, labels=LABELS):
    return read_audit(DecisionLog(decisions), labels, held_out)


def test_answers_are_held_against_the_label_that_was_shown():
    sample = read(said("b", "spam"), said("d", "ham"), said("a", "spam", "margin", "spam"))
    assert sample.rows.tolist() == [1, 3, 0]
    assert sample.answer.tolist() == [1, 0, 1]
    assert sample.compared.tolist() == [0, 0, 1]
    assert sample.wrong.tolist() == [1, 0, 0]
    assert sample.drawn_at.tolist() == [0, 1, -1]
    assert sample.counts.tolist() == [True, True, False]


def test_held_out_labels_take_the_place_of_the_shown_ones():
    held_out = SoftLabels([[0.2, 0.8], [0.5, 0.5]], ["b", "d"], SCHEMA)
    sample = read(
        said("b", "spam"), said("d", "ham"), said("a", "ham", "margin"), held_out=held_out
    )
    assert sample.compared.tolist() == [1, -1, NOT_KNOWN]
    np.testing.assert_array_equal(sample.wrong, [0, 1, np.nan])


def test_a_held_out_label_is_needed_for_every_random_item():
    held_out = SoftLabels([[0.2, 0.8]], ["b"], SCHEMA)
    with pytest.raises(LabelsError, match=r"held_out lacks item 'd', must have every random item"):
        read(said("b", "spam"), said("d", "ham"), held_out=held_out)


def test_held_out_labels_of_other_classes_are_refused():
    held_out = SoftLabels([[0.2, 0.8]], ["b"], LabelSchema(["no", "yes"]))
    with pytest.raises(LabelsError, match=r"held_out has classes \['no', 'yes'\], must have those"):
        read(said("b", "spam"), held_out=held_out)


def test_an_answer_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match=r"label of decision on 'b' is 'eggs', must be one of"):
        read(said("b", "eggs"))


def test_skips_count_only_while_nobody_answers():
    sample = read(said("a", None), said("b", None), said("b", "ham", "margin"))
    assert sample.n_skipped == 1
    assert sample.rows.tolist() == [1]
    assert sample.counts.tolist() == [True]


def test_an_answer_taken_back_is_a_skip():
    sample = read(said("a", "ham"), said("a", None))
    assert sample.n_skipped == 1
    assert len(sample.rows) == 0


def test_disputed_items_are_wrong_in_part():
    sample = read(said("a", "spam"), said("a", "ham", reviewer="bob"))
    assert sample.answer.tolist() == [-1]
    assert sample.wrong.tolist() == [0.5]


def test_the_last_answer_of_a_reviewer_counts_and_the_first_says_when():
    sample = read(said("b", "ham"), said("a", "ham"), said("a", "spam"))
    assert sample.answer.tolist() == [0, 1]
    assert sample.answered_at.tolist() == [0, 1]


def test_an_item_shown_as_random_after_its_answer_was_not_drawn():
    sample = read(said("a", "spam", "margin"), said("a", "spam", "random", reviewer="bob"))
    assert not sample.counts.any()


def test_items_elsewhere_are_counted_and_ignored():
    sample = read(said("x", "eggs"), said("y", "ham"), said("a", "ham"))
    assert sample.n_elsewhere == 2
    assert sample.rows.tolist() == [0]


def test_a_label_that_nobody_kept_does_not_count():
    sample = read(said("a", "ham", proposed=None), said("b", "ham"))
    assert sample.compared.tolist() == [NOT_KNOWN, 0]
    assert sample.counts.tolist() == [False, True]


def test_a_shown_class_that_is_gone_is_a_wrong_label():
    sample = read(said("a", "ham", proposed="eggs"))
    assert sample.compared.tolist() == [-1]
    assert sample.wrong.tolist() == [1]


def test_rounds_hold_what_was_unanswered_at_their_start_and_what_was_found_since():
    sample = read(
        said("a", "spam"),  # drawn, wrong
        said("b", "spam", "margin"),  # chosen, wrong
        said("c", "ham"),  # second queue: drawn, right
        said("d", "spam", "margin", proposed=None),  # label unknown: not found to be wrong
    )
    rounds = sample.rounds(np.array([0, 2]), n_unanswered=2)
    assert rounds.n_frame.tolist() == [6, 4]
    assert rounds.n_drawn.tolist() == [1, 1]
    assert rounds.n_wrong.tolist() == [1, 0]
    assert rounds.n_known_wrong.tolist() == [2, 0]


def test_rounds_of_a_class_leave_the_others_out():
    sample = read(said("a", "spam"), said("b", "spam", proposed="spam"))
    rounds = sample.rounds(np.array([0]), 3, among=sample.compared == 1)
    assert (rounds.n_frame[0], rounds.n_drawn[0], rounds.n_wrong[0]) == (4, 1, 0)


def test_no_decisions_give_empty_arrays():
    sample = read()
    assert len(sample.rows) == len(sample.wrong) == 0
    assert not sample.counts.any()


def test_share_against_counts_answers():
    assert share_against("ham", ["ham", "spam", "spam", "spam"]) == 0.75


def passed_on(item, reviewer="ann"):
    return Decision(item, None, reviewer, AT, "ham", "random", kind="escalation")


def test_an_escalated_item_was_drawn_and_is_neither_answered_nor_skipped():
    sample = read(said("a", None), passed_on("b"))
    assert (sample.n_skipped, sample.n_escalated, len(sample.rows)) == (1, 1, 0)
    settled = read(passed_on("b"), said("b", "spam", "adjudication", reviewer="eve"))
    assert (settled.n_escalated, settled.rows.tolist()) == (0, [1])
    assert (settled.counts.tolist(), settled.wrong.tolist()) == ([True], [1.0])


def test_an_adjudication_takes_the_place_of_what_it_settles():
    sample = read(
        said("a", "spam"),
        said("a", "ham", reviewer="bob"),
        said("a", "spam", "adjudication", reviewer="eve"),
    )
    assert (sample.answer.tolist(), sample.wrong.tolist()) == ([1], [1.0])
    assert sample.drawn_at.tolist() == [0]


def test_gold_checks_and_remarks_say_nothing_of_the_labels():
    check = replace(said("a", "spam", "gold check"), gold=True)
    flag = Decision("z", None, "ann", AT, kind="flag")
    sample = read(check, flag)
    assert (len(sample.rows), sample.n_skipped, sample.n_elsewhere) == (0, 0, 0)
    later = read(check, said("a", "ham"))
    assert (later.drawn_at.tolist(), later.answered_at.tolist()) == ([1], [1])
