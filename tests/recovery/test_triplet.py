"""TripletModel finds planted accuracies and class-wise precisions."""

import numpy as np
import pytest

from weaklabel.models import MajorityVote, TripletModel
from weaklabel.testing import synthetic_votes


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("coverage", [1.0, 0.6])
def test_planted_accuracies_come_back(coverage: float, seed: int) -> None:
    planted = np.linspace(0.6, 0.95, 8)
    votes, _ = synthetic_votes(8000, 8, accuracy=planted, coverage=coverage, seed=seed)
    assert TripletModel().fit(votes).accuracy_ == pytest.approx(planted, abs=0.03)


def test_planted_accuracies_come_back_with_unequal_classes() -> None:
    planted = np.linspace(0.6, 0.95, 8)
    votes, _ = synthetic_votes(8000, 8, accuracy=planted, class_prior=[0.8, 0.2], seed=1)
    model = TripletModel(class_prior=[0.8, 0.2]).fit(votes)
    assert model.accuracy_ == pytest.approx(planted, abs=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_weighing_beats_counting_on_columns_of_mixed_quality(seed: int) -> None:
    planted = [0.95, 0.9, 0.6, 0.6, 0.55, 0.55, 0.55]
    votes, gold = synthetic_votes(4000, 7, accuracy=planted, coverage=1.0, seed=seed)

    def right(model):
        return float((model.fit(votes).predict(votes) == gold).mean())

    assert right(TripletModel()) > right(MajorityVote()) + 0.05


def test_three_classes_are_told_apart_one_against_the_rest() -> None:
    planted = [0.9, 0.9, 0.7, 0.6, 0.5, 0.5, 0.5]
    votes, gold = synthetic_votes(5000, 7, n_classes=3, accuracy=planted, coverage=0.8, seed=4)

    def right(model):
        return float((model.fit(votes).predict(votes) == gold)[votes.covered].mean())

    assert right(TripletModel()) > right(MajorityVote()) + 0.02
    learned = TripletModel().fit(votes).accuracy_
    assert np.corrcoef(learned, planted)[0, 1] > 0.95
