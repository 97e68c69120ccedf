"""columns_of: votes, failures and order of the columns of a chunk."""

import numpy as np
import pytest

from weaklabel import keyword_lf, labeling_function
from weaklabel.apply._columns import columns_of
from weaklabel.apply._rows import ItemRows
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import LabelingFunctionError

SCHEMA = LabelSchema(["ham", "spam"])
ITEMS = as_items(["win a phone", "", "nice"])


@labeling_function
def first_letter(item):
    return "ham" if item.text[0] == "n" else None


def test_each_labeling_function_has_its_column_in_order() -> None:
    win = keyword_lf("win", "spam")
    rows = ItemRows(ITEMS, is_fatal=False)
    spam, ham = columns_of([win, first_letter], rows, SCHEMA)
    np.testing.assert_array_equal(spam.codes, [1, -1, -1])
    np.testing.assert_array_equal(ham.codes, [-1, -1, 0])
    assert (spam.n_failures, spam.first_failure) == (0, "")
    assert ham.n_failures == 1
    assert ham.first_failure.startswith(f"IndexError on item {ITEMS.item_ids[1]!r}")


def test_a_column_is_there_before_the_next_labeling_function_runs() -> None:
    called = []

    @labeling_function
    def second(item):
        called.append(1)

    columns = columns_of(
        [keyword_lf("win", "spam"), second], ItemRows(ITEMS, is_fatal=True), SCHEMA
    )
    next(columns)
    assert not called


def test_a_fatal_failure_is_raised() -> None:
    with pytest.raises(LabelingFunctionError, match="'first_letter' raised IndexError on item"):
        list(columns_of([first_letter], ItemRows(ITEMS, is_fatal=True), SCHEMA))
