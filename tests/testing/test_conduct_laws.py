"""That each law can fail is proved in tests/contract/test_checks_can_fail.py; here, its care."""

import random

import numpy as np
import pytest

from weaklabel.models import MajorityVote
from weaklabel.testing import (
    check_bad_parameter_is_refused,
    check_global_generators_are_left_alone,
    check_unfitted_model_is_refused,
    ordinary_matrices,
)


class Crashes(MajorityVote):
    def __init__(self, *, max_iter: int = 1) -> None:
        self.max_iter = max_iter

    def _fit(self, votes) -> None:
        super()._fit(votes)
        for _ in range(self.max_iter):
            pass
        self.inverse_ = 1 / self.max_iter


def test_check_of_global_generators_leaves_them_alone_itself() -> None:
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    check_global_generators_are_left_alone(MajorityVote())
    assert before == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002


def test_fitted_model_may_be_checked_for_what_an_unfitted_one_does() -> None:
    model = MajorityVote().fit(ordinary_matrices()["two classes"])
    check_unfitted_model_is_refused(model)
    assert hasattr(model, "schema_")


def test_another_error_than_ours_is_no_refusal() -> None:
    with pytest.raises(AssertionError, match=r"^max_iter=0 raised ZeroDivisionError.*, not ours$"):
        check_bad_parameter_is_refused(Crashes())
