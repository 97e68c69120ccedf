import numpy as np
import pytest

from weaklabel.models._agreement import pooled_agreement


def test_agreement_is_the_share_of_votes_that_most_others_confirm() -> None:
    # A: three agree (3 of 3). B: two against one (each of the two meets a tie, half; one: none).
    class_counts = np.array([[3.0, 0.0], [2.0, 1.0]])
    items = np.array([3.0, 1.0])
    assert pooled_agreement(class_counts, items, 0.0) == pytest.approx((9 + 1) / 12)


def test_agreement_of_votes_that_never_overlap_is_a_little_above_chance() -> None:
    assert pooled_agreement(np.eye(3), np.ones(3), 10.0) == 0.55  # 1/3 + 0.05, raised to 0.55
    assert pooled_agreement(np.eye(2), np.ones(2), 0.0) == pytest.approx(0.55)


def test_agreement_stays_within_bounds() -> None:
    assert pooled_agreement(np.array([[1.0, 1.0]]), np.array([1e6]), 10.0) == 0.55
    assert pooled_agreement(np.array([[2.0, 0.0]]), np.array([1e6]), 10.0) == 0.95
