import numpy as np

from weaklabel.models._item_sum import item_sum


def test_each_pattern_counts_as_often_as_it_has_items() -> None:
    assert item_sum(np.array([3.0, 1.0]), np.array([1.0, 5.0])) == 8.0


def test_columns_are_summed_apart() -> None:
    values = np.array([[1.0, 0.0], [5.0, 2.0]])
    assert item_sum(np.array([3.0, 1.0]), values).tolist() == [8.0, 2.0]


def test_no_pattern_sums_to_zero() -> None:
    assert item_sum(np.empty(0), np.empty((0, 2))).tolist() == [0.0, 0.0]
