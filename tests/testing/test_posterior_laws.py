"""That each law can fail is proved in tests/contract/test_checks_can_fail.py; here, its words."""

import numpy as np
import pytest

from weaklabel.models import MajorityVote
from weaklabel.testing import check_objective_never_falls, check_posterior_is_a_distribution


class WithObjectives(MajorityVote):
    def __init__(self, *, objectives: tuple[float, ...] = ()) -> None:
        self.objectives = objectives

    def _fit(self, votes) -> None:
        super()._fit(votes)
        self.objectives_ = np.array(self.objectives)


class NotFinite(MajorityVote):
    def _posterior(self, votes) -> np.ndarray:
        return super()._posterior(votes) * np.nan


def test_model_without_objective_is_not_asked_for_one() -> None:
    check_objective_never_falls(MajorityVote())


def test_rounding_error_is_no_fall() -> None:
    check_objective_never_falls(WithObjectives(objectives=(-1e6, -1e6 - 1e-6, -1e5)))


def test_fall_is_named_with_its_iteration() -> None:
    with pytest.raises(AssertionError, match=r"the objective falls after iterations \[2\]"):
        check_objective_never_falls(WithObjectives(objectives=(-3.0, -2.0, -2.5)))


def test_posterior_that_is_not_finite_is_named_with_its_matrix() -> None:
    with pytest.raises(AssertionError, match=r"^two classes: posterior is not finite$"):
        check_posterior_is_a_distribution(NotFinite())
