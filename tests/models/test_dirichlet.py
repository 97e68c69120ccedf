import numpy as np
import pytest

from weaklabel.models._dirichlet import dirichlet_divergence, expected_log


def test_expected_log_of_a_uniform_share_is_minus_one() -> None:
    assert expected_log(np.array([1.0, 1.0])) == pytest.approx([-1.0, -1.0])  # integral of log x


def test_expected_log_of_many_counts_is_nearly_the_log_of_the_mean() -> None:
    assert expected_log(np.array([1e6, 3e6])) == pytest.approx(np.log([0.25, 0.75]), abs=1e-5)


def test_expected_log_is_taken_row_by_row() -> None:
    rows = np.array([[[1.0, 1.0]], [[5.0, 2.0]]])
    assert expected_log(rows)[0, 0] == pytest.approx([-1.0, -1.0])
    assert expected_log(rows)[1, 0] == pytest.approx(expected_log(np.array([5.0, 2.0])))


def test_divergence_from_itself_is_nothing() -> None:
    assert (
        dirichlet_divergence(np.array([[2.0, 5.0], [0.5, 0.5]]), np.array([[2.0, 5.0], [0.5, 0.5]]))
        == 0
    )


def test_divergence_of_beta_two_one_from_uniform_is_that_of_the_integral() -> None:
    # Density 2x against 1: integral of 2x log 2x over [0, 1] is log 2 - 1/2.
    found = dirichlet_divergence(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    assert found == pytest.approx(np.log(2) - 0.5)


def test_divergences_of_rows_add_up_and_the_prior_broadcasts() -> None:
    one = dirichlet_divergence(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    three = dirichlet_divergence(np.array([[2.0, 1.0]] * 3), np.array([1.0, 1.0]))
    assert three == pytest.approx(3 * one)


def test_divergences_count_by_their_weights() -> None:
    one = dirichlet_divergence(np.array([2.0, 1.0]), np.array([1.0, 1.0]))
    rows = np.array([[2.0, 1.0]] * 3)
    found = dirichlet_divergence(rows, np.array([1.0, 1.0]), weights=np.array([0.5, 0.5, 1.0]))
    assert found == pytest.approx(2 * one)


def test_expected_log_at_hand_is_used() -> None:
    rows, prior = np.array([[2.0, 1.0], [3.0, 5.0]]), np.array([1.0, 2.0])
    given = dirichlet_divergence(rows, prior, log_mean=expected_log(rows))
    assert given == dirichlet_divergence(rows, prior)
