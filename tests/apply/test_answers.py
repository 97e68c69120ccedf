"""answers_of: one answer for each item, by rows or by columns, whoever fails."""

import pytest

from weaklabel.apply._answers import answers_of, ready_for
from weaklabel.apply._failures import Failures
from weaklabel.apply._rows import ItemRows
from weaklabel.core import as_items
from weaklabel.lf import keyword_lf, labeling_function, preprocessor, threshold_lf


@preprocessor
def number(item):
    return int(item.text)


@labeling_function(preprocessors=[number])
def inverse(item):
    return 1 if 10 / item.number > 3 else None


def run(lf, items, *, is_fatal=False):
    rows = ItemRows(as_items(items), is_fatal=is_fatal)
    failures = Failures("f", rows.item_ids, is_fatal)
    return answers_of(lf, rows, ready_for(lf, rows), failures), failures.positions


def test_rows_give_one_answer_each():
    assert run(inverse, ["1", "2", "9"]) == ([1, 1, None], set())


def test_failures_of_preprocessor_and_function_leave_the_others_in_place():
    assert run(inverse, ["1", "x", "0", "2"]) == ([1, None, None, 1], {1, 2})


def test_columns_give_one_answer_each():
    assert run(keyword_lf("win", "spam"), ["win", None, "no"]) == (["spam", None, None], set())


def test_column_that_fails_is_seen_item_by_item():
    lf = threshold_lf("n", "big", above=1)
    table = pytest.importorskip("pyarrow", reason="pyarrow is not installed").table(
        {"n": ["2", None]}
    )
    assert run(lf, table) == ([None, None], {0})
