import numpy as np
import pytest

from weaklabel.models._row_reductions import row_max, row_sum, softmax_rows

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


def test_softmax_works_in_place_and_survives_great_numbers() -> None:
    scores = np.array([[-1e5, -1e5 + np.log(3)], [1e5, 0.0]])
    found = softmax_rows(scores)
    assert found is scores
    np.testing.assert_allclose(found, [[0.25, 0.75], [1.0, 0.0]], rtol=1e-9)
