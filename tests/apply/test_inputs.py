"""What labeling functions read of the items, and what is said where it is not there."""

import pytest

from weaklabel.apply._inputs import check_columns, columns_read, id_column_of
from weaklabel.errors import ItemsError
from weaklabel.lf import LabelingFunction, keyword_lf, labeling_function, threshold_lf

WIN = keyword_lf("win", "spam", name="win")
LONG = threshold_lf("length", "ham", above=9, name="long")


class Unknown:
    kind, columns, settings = "other", (), {}

    def vote_columns(self, columns, n_items):
        return [None] * n_items


@labeling_function
def row(item):
    return None


def test_declared_functions_read_their_columns_and_the_id():
    names = ["length", "extra", "text", "key"]
    assert columns_read([WIN], "key", names) == ["text", "key"]
    assert columns_read([WIN, LONG], "key", names) == ["length", "text", "key"]


def test_function_that_sees_items_may_read_everything():
    assert columns_read([WIN, row], "key", ["extra", "text", "key"]) == ["extra", "text", "key"]


def test_function_of_columns_that_does_not_name_them_may_read_everything():
    unknown = LabelingFunction("unknown", rule=Unknown())
    assert columns_read([WIN, unknown], "key", ["extra", "text", "key"]) == ["extra", "text", "key"]


def test_id_column_that_is_also_read_is_loaded_once():
    assert columns_read([keyword_lf("a", "spam", column="key")], "key", ["key", "b"]) == ["key"]


def test_column_that_is_missing_is_named_with_its_function():
    check_columns([WIN, LONG], ["text", "length"])
    with pytest.raises(
        ItemsError,
        match=r"labeling function 'long' reads column 'length', the items have 'text'\. Rename",
    ):
        check_columns([WIN, LONG], ["text"])


def test_id_column_is_what_was_named_or_item_id():
    assert id_column_of("key", ["key", "item_id"], "a frame") == "key"
    assert id_column_of(None, ["key", "item_id"], "a frame") == "item_id"


def test_id_column_that_is_missing_is_answered():
    with pytest.raises(
        ItemsError, match=r"id_column is 'uid', must be one of 'key', 'text'\. Name"
    ):
        id_column_of("uid", ["key", "text"], "a frame")
    with pytest.raises(ItemsError, match="items in a frame have no ids, must have a column of"):
        id_column_of(None, ["key", "text"], "a frame")
