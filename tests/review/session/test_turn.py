"""One person has the queue alone, in its order."""

import numpy as np
import pytest

from weaklabel.review.session._turn import QueueOrder, Showing


@pytest.mark.parametrize(
    ("start", "n", "found"),
    [(0, 2, [0, 2]), (1, 9, [2, 4, 0]), (4, 1, [4]), (3, 2, [4, 0]), (2, 0, [])],
)
def test_open_places_come_in_order_and_begin_anew(start: int, n: int, found: list[int]) -> None:
    is_open = np.array([True, False, True, False, True])
    assert list(QueueOrder().upcoming(start, n, is_open)) == found


@pytest.mark.parametrize("size", [0, 3])
def test_nothing_comes_where_nothing_is_open(size: int) -> None:
    assert list(QueueOrder().upcoming(0, 3, np.zeros(size, dtype=np.bool_))) == []


def test_all_may_be_seen_as_the_queue_has_it() -> None:
    alone = QueueOrder()
    assert alone.may_see(7)
    assert alone.showing(7) == Showing()
    assert alone.progress() == {}
