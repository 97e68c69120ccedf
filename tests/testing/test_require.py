import numpy as np
import pytest

from weaklabel.models import DawidSkene, MajorityVote
from weaklabel.testing import ordinary_matrices, synthetic_votes
from weaklabel.testing._require import fitted, fresh, require, require_close


def test_require_raises_the_message() -> None:
    require(True, "never shown")
    with pytest.raises(AssertionError, match=r"^two is not three$"):
        require(2 == 3, "two is not three")


def test_require_close_says_how_far_apart() -> None:
    require_close(np.zeros(2), np.zeros(2) + 1e-9, "never shown")
    with pytest.raises(AssertionError, match=r"^posterior: probabilities differ by 0\.25$"):
        require_close(np.zeros(2), np.array([0.0, 0.25]), "posterior")


def test_require_close_refuses_another_shape() -> None:
    with pytest.raises(AssertionError, match=r"^p: shape \(2,\), not \(3,\)$"):
        require_close(np.zeros(2), np.zeros(3), "p")


def test_fitted_leaves_the_given_model_unfitted() -> None:
    model = MajorityVote()
    fitted(model, ordinary_matrices()["two classes"])
    assert not hasattr(model, "schema_")


def test_fitted_keeps_warnings_of_the_model_to_itself() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    assert not fitted(DawidSkene(max_iter=1), votes).converged_


def test_fresh_copies_deeply() -> None:
    model = DawidSkene(class_prior=[0.5, 0.5])
    assert fresh(model).class_prior is not model.class_prior
