"""MatrixCompletion finds planted vote rates, those of one-class columns among them."""

import numpy as np
import pytest

from weaklabel.models import MajorityVote, MatrixCompletion
from weaklabel.testing import synthetic_votes


@pytest.mark.parametrize("seed", range(3))
def test_planted_rates_come_back_given_the_class_prior(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prior = [0.5, 0.3, 0.2]
    confusion = rng.dirichlet(np.ones(3), (8, 3)) * 0.4 + 0.6 * np.eye(3)
    votes, _ = synthetic_votes(
        20_000, 8, n_classes=3, confusion=confusion, coverage=0.7, class_prior=prior, seed=seed
    )
    model = MatrixCompletion(l2=0.0, class_prior=prior).fit(votes)
    # The rates are P(vote, and for v | y): the columns of a confusion matrix times coverage.
    assert model.vote_rates_ == pytest.approx(0.7 * confusion.transpose(0, 2, 1), abs=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_planted_precisions_of_one_class_columns_come_back(seed: int) -> None:
    planted = np.array([0.95, 0.95, 0.85, 0.85, 0.75, 0.75, 0.65, 0.65])
    votes, _ = synthetic_votes(
        20_000, 8, accuracy=planted, coverage=0.3, one_class_share=1.0, seed=seed
    )
    model = MatrixCompletion(l2=0.0, class_prior=[0.5, 0.5]).fit(votes)
    assert model.accuracy_ == pytest.approx(planted, abs=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_the_pull_keeps_the_order_of_planted_precisions(seed: int) -> None:
    planted = np.array([0.95, 0.95, 0.85, 0.85, 0.75, 0.75, 0.65, 0.65])
    votes, _ = synthetic_votes(
        4000, 8, accuracy=planted, coverage=0.3, one_class_share=1.0, seed=seed
    )
    assert np.corrcoef(planted, MatrixCompletion().fit(votes).accuracy_)[0, 1] > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_weighing_beats_counting_on_one_class_columns_of_mixed_quality(seed: int) -> None:
    planted = [0.95, 0.95, 0.6, 0.6, 0.6, 0.6, 0.9, 0.9]
    votes, gold = synthetic_votes(
        4000, 8, accuracy=planted, coverage=0.3, one_class_share=1.0, seed=seed
    )

    def right(model):
        return float((model.fit(votes).predict(votes) == gold)[votes.covered].mean())

    assert right(MatrixCompletion()) > right(MajorityVote()) + 0.02
