"""Near-duplicates of an item are found among all items and among those of the queue."""

import numpy as np
import pytest

from weaklabel.errors import ParameterError
from weaklabel.review.session._groups import Groups

GROUPS = [5, 9, 5, 9, 5, 7]
ROWS = np.array([4, 1, 0])


def test_items_of_a_group_are_found_in_order() -> None:
    groups = Groups.of_arrays(GROUPS, ROWS, 6)
    assert [groups.rows_with(row).tolist() for row in (2, 3, 5)] == [[0, 2, 4], [1, 3], [5]]
    assert [groups.places_with(i).tolist() for i in (0, 1, 2)] == [[0, 2], [1], [0, 2]]


def test_groups_may_have_names() -> None:
    groups = Groups.of_arrays(list("abacdb"), ROWS, 6)
    assert groups.rows_with(0).tolist() == [0, 2]


def test_one_group_for_each_item_is_needed() -> None:
    with pytest.raises(ParameterError, match=r"groups has shape \(2,\), must be \(6,\)"):
        Groups.of_arrays([1, 2], ROWS, 6)
