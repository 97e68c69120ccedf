"""Item ids: distinct texts by which results are joined."""

import numpy as np
import pytest

from weaklabel.core._ids import check_item_ids, default_item_ids, match_item_ids
from weaklabel.errors import ItemsError


def test_numbers_become_decimal_texts():
    assert check_item_ids([1, "b", np.int64(3)], 3).tolist() == ["1", "b", "3"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (
            ["a", "a"],
            "item_ids has 1 duplicates, for example 'a' at positions 0 and 1. Item ids must be",
        ),
        (["a", None], "item_ids[1] is missing, must be a non-empty text. Give every item an id."),
        ([float("nan"), "a"], "item_ids[0] is missing"),
        (["a", ""], "item_ids[1] is blank, must be a non-empty text."),
        ([" ", "a"], "item_ids[0] is blank, must be a non-empty text."),
        (["a"], "item_ids has shape (1,), must be (2,). Give one id for each item."),
    ],
)
def test_wrong_ids_are_refused_in_words(ids, message):
    with pytest.raises(ItemsError) as caught:
        check_item_ids(ids, 2)
    assert message in str(caught.value)


def test_ids_that_were_checked_are_not_looked_through_again():
    ids = check_item_ids(["a", "b", "c"], 3)
    for part in (ids, ids[1:], ids[::-2]):
        assert check_item_ids(part, len(part)) is part
    with pytest.raises(ItemsError, match=r"item_ids has shape \(3,\), must be \(2,\)"):
        check_item_ids(ids, 2)


def test_ids_that_may_have_changed_are_looked_through_again():
    ids = check_item_ids(["a", "b", "c"], 3)
    repeated = np.broadcast_to(ids[:1], (2,))
    with pytest.raises(ItemsError, match="item_ids has 1 duplicates"):
        check_item_ids(repeated, 2)
    with pytest.raises(ItemsError, match="item_ids has 1 duplicates"):
        check_item_ids(ids[[0, 0]], 2)
    mine = np.array(["a", "b"], dtype=ids.dtype)
    check_item_ids(mine, 2)
    mine[1] = "a"
    with pytest.raises(ItemsError, match="item_ids has 1 duplicates"):
        check_item_ids(mine, 2)
    ids.base.flags.writeable = True
    ids.base[1] = "a"
    with pytest.raises(ItemsError, match="item_ids has 1 duplicates"):
        check_item_ids(ids[:2], 2)


def test_match_finds_positions_in_any_order():
    present = check_item_ids(["a", "b", "c"], 3)
    assert match_item_ids(check_item_ids(["c", "a"], 2), present, "votes").tolist() == [2, 0]
    assert match_item_ids(present, present, "votes").tolist() == [0, 1, 2]


def test_match_names_what_is_missing():
    with pytest.raises(
        ItemsError, match="1 of 2 item ids are not among the votes, for example '1'"
    ):
        match_item_ids(default_item_ids(2), check_item_ids(["0", "9"], 2), "votes")
