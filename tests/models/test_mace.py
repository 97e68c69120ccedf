import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import MACE
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_one_iteration_from_soft_votes_is_as_computed_by_hand() -> None:
    # One labeling function; every vote is right, and half of them were known.
    with pytest.warns(ConvergenceWarning):
        model = MACE(max_iter=1, n_restarts=1, smoothing=1.0).fit(votes_of([[0], [0], [1], [1]]))
    assert model.competence_ == pytest.approx([(2 + 0.5) / (4 + 1)])
    assert model.strategy_[0] == pytest.approx([0.5, 0.5])  # (1 + 1) / (2 + 2)
    assert model.confusion_[0] == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]))


def test_confusion_mixes_knowing_and_guessing() -> None:
    votes, _ = synthetic_votes(400, 5, n_classes=3)
    model = MACE().fit(votes)
    j, y = 1, 2
    guess = (1 - model.competence_[j]) * model.strategy_[j]
    assert model.confusion_[j, y] == pytest.approx(guess + model.competence_[j] * np.eye(3)[y])
    assert model.confusion_.sum(axis=2) == pytest.approx(np.ones((5, 3)))


def test_column_that_never_votes_has_the_prior_and_no_accuracy() -> None:
    model = MACE().fit(votes_of([[0, -1], [1, -1]]))
    assert model.competence_[1] == 0.5
    assert model.strategy_[1].tolist() == [0.5, 0.5]
    assert np.isnan(model.accuracy_[1])


def test_class_prior_is_uniform_unless_estimated_or_given() -> None:
    votes, _ = synthetic_votes(1000, 6, accuracy=0.85, class_prior=[0.8, 0.2], coverage=1.0)
    assert MACE().fit(votes).class_prior_.tolist() == [0.5, 0.5]
    estimated = MACE(estimate_prior=True).fit(votes).class_prior_
    assert estimated == pytest.approx([0.8, 0.2], abs=0.03)
    assert MACE(class_prior=[0.6, 0.4]).fit(votes).class_prior_.tolist() == [0.6, 0.4]


def test_restarts_never_end_below_the_first_start() -> None:
    votes, _ = synthetic_votes(60, 6, n_classes=3, accuracy=0.5, coverage=0.5, seed=4)
    once = MACE(n_restarts=1, max_iter=2000).fit(votes)
    often = MACE(n_restarts=10, max_iter=2000).fit(votes)
    assert often.objectives_[-1] >= once.objectives_[-1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"n_restarts": 0},
            "n_restarts of MACE is 0, must be an integer of at least 1. Use the default 10.",
        ),
        ({"smoothing": 0.0}, "smoothing of MACE is 0.0, must be above 0. Use the default 10."),
        ({"seed": -1}, "seed of MACE is -1, must be an integer of at least 0. Use the default 0."),
        ({"estimate_prior": 1}, "estimate_prior of MACE is 1, must be True or False."),
    ],
)
def test_wrong_parameter_is_refused_at_fit(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        MACE(**parameters).fit(votes_of([[0]]))  # type: ignore[arg-type]
    assert str(caught.value) == message
