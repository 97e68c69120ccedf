import numpy as np
import pytest

from weaklabel.models._row_reductions import row_max, row_sum

COLUMNS = (1, 2, 3, 7, 8, 20)


@pytest.mark.parametrize("n_columns", COLUMNS)
def test_sum_of_each_row_has_the_bits_of_numpy(n_columns: int) -> None:
    values = np.random.default_rng(0).normal(size=(50, n_columns))
    assert row_sum(values).tobytes() == values.sum(axis=1, keepdims=True).tobytes()


@pytest.mark.parametrize("n_columns", COLUMNS)
def test_largest_of_each_row_is_that_of_numpy(n_columns: int) -> None:
    values = np.random.default_rng(0).normal(size=(50, n_columns))
    assert np.array_equal(row_max(values), values.max(axis=1, keepdims=True))


def test_no_rows_give_no_rows() -> None:
    assert row_sum(np.empty((0, 3))).shape == row_max(np.empty((0, 3))).shape == (0, 1)
