"""AnswerTable: the standing answers of a log as arrays."""

import numpy as np
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._answer_table import answer_table
from weaklabel.errors import DecisionsError, ParameterError

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def log(*answers):
    return DecisionLog(Decision(item, label, who, AT) for item, label, who in answers)


ANSWERS = [
    ("b", "spam", "bob"),
    ("b", "ham", "ann"),
    ("a", None, "bob"),
    ("a", "spam", "ann"),
    ("b", "spam", "cy"),
]


def test_rows_are_sorted_by_item_and_reviewer():
    table = answer_table(log(*ANSWERS), SCHEMA)
    assert (table.item_ids, table.reviewers) == (("a", "b"), ("ann", "bob", "cy"))
    assert table.items.tolist() == [0, 0, 1, 1, 1]
    assert table.who.tolist() == [0, 1, 0, 1, 2]
    assert table.codes.tolist() == [1, -1, 0, 1, 1]


def test_the_order_of_the_log_does_not_show():
    one, two = (answer_table(log(*order), SCHEMA) for order in (ANSWERS, ANSWERS[::-1]))
    assert one.item_ids == two.item_ids
    assert one.codes.tolist() == two.codes.tolist()


def test_superseded_and_undone_answers_are_left_out():
    first, second = Decision("a", "ham", "ann", AT), Decision("a", "spam", "ann", AT)
    assert answer_table(DecisionLog([first, second]), SCHEMA).codes.tolist() == [1]
    undone = DecisionLog([first, second, second.undone(decided_at=AT)])
    assert answer_table(undone, SCHEMA).codes.tolist() == []


def test_counts_are_answers_by_item_and_class_without_skips():
    assert answer_table(log(*ANSWERS), SCHEMA).counts().tolist() == [[0, 1], [1, 2]]


def test_wide_has_a_column_for_each_reviewer():
    wide = answer_table(log(*ANSWERS), SCHEMA).wide()
    assert wide.tolist() == [[1, -1, -1], [0, 1, 1]]
    assert wide.dtype == np.int8


def test_pairs_are_every_two_answers_to_an_item():
    pairs = answer_table(log(*ANSWERS), SCHEMA).pairs()
    found = {tuple(int(x) for x in row) for row in zip(*pairs, strict=True)}
    # Item 1 only: on item 0 bob skipped.
    assert found == {(1, 0, 1, 0, 1), (1, 0, 2, 0, 1), (1, 1, 2, 1, 1)}


def test_a_table_of_one_reviewer_or_of_nothing_has_no_pairs():
    for answers in ([], [("a", "ham", "ann")], [("a", "ham", "ann"), ("b", "ham", "bob")]):
        table = answer_table(log(*answers), SCHEMA)
        assert len(table.pairs().items) == 0
        assert table.counts().shape == (len(table.item_ids), 2)


def test_where_keeps_the_positions_of_items_and_reviewers():
    table = answer_table(log(*ANSWERS), SCHEMA)
    some = table.where(table.who == 2)
    assert (some.items.tolist(), some.who.tolist(), some.codes.tolist()) == ([1], [2], [1])
    assert some.item_ids == table.item_ids
    assert table.answers().codes.tolist() == [1, 0, 1, 1]


def test_an_answer_that_is_no_class_is_named():
    words = "label of decision on 'a' by 'ann' is 'eggs', must be one of \\['ham', 'spam'\\]"
    with pytest.raises(DecisionsError, match=words):
        answer_table(log(("a", "eggs", "ann")), SCHEMA)


def test_arguments_in_the_wrong_order_are_refused():
    with pytest.raises(ParameterError, match="decisions is LabelSchema"):
        answer_table(SCHEMA, log())
