import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import OneCoin
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_one_iteration_from_soft_votes_is_as_computed_by_hand() -> None:
    # Soft votes: item 0 certain "no", item 1 half and half.
    votes = votes_of([[0, 0], [0, 1], [0, -1]])
    with pytest.warns(ConvergenceWarning):
        model = OneCoin(max_iter=1, smoothing=0.0).fit(votes)
    assert model.reliability_ == pytest.approx([2.5 / 3, 1.5 / 2])
    odds = 5 * 1 / 3  # (5/6) / (1/6) for "no", against (1/4) / (3/4) of the second's "yes"
    assert model.predict_proba(votes)[1, 0] == pytest.approx(odds / (1 + odds))


def test_wrong_votes_fall_on_the_other_classes_alike() -> None:
    votes, _ = synthetic_votes(500, 5, n_classes=4)
    model = OneCoin().fit(votes)
    row = model.confusion_[2, 1]
    assert row[1] == model.reliability_[2]
    assert row[[0, 2, 3]] == pytest.approx([(1 - row[1]) / 3] * 3)
    assert model.confusion_.sum(axis=2) == pytest.approx(np.ones((5, 4)))


def test_class_prior_is_uniform_unless_estimated_or_given() -> None:
    votes, _ = synthetic_votes(1000, 6, accuracy=0.85, class_prior=[0.8, 0.2], coverage=1.0)
    assert OneCoin().fit(votes).class_prior_.tolist() == [0.5, 0.5]
    estimated = OneCoin(estimate_prior=True).fit(votes).class_prior_
    assert estimated == pytest.approx([0.8, 0.2], abs=0.03)
    assert OneCoin(class_prior=[0.6, 0.4]).fit(votes).class_prior_.tolist() == [0.6, 0.4]


def test_precision_is_the_posterior_of_a_lone_vote() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=3, coverage=0.8)
    model = OneCoin(estimate_prior=True).fit(votes)
    lone = np.full((3, 4), -1)
    lone[:, 2] = [0, 1, 2]
    alone = model.predict_proba(VoteMatrix.from_array(lone, votes.schema))
    assert model.precision_[2] == pytest.approx(alone)


def test_column_that_never_votes_is_at_chance_and_has_no_accuracy() -> None:
    model = OneCoin().fit(votes_of([[0, -1], [1, -1]]))
    assert model.reliability_[1] == 0.5
    assert np.isnan(model.accuracy_[1])


def test_wrong_flag_is_refused_at_fit() -> None:
    with pytest.raises(ParameterError) as caught:
        OneCoin(estimate_prior="yes").fit(votes_of([[0]]))  # type: ignore[arg-type]
    assert str(caught.value) == "estimate_prior of OneCoin is 'yes', must be True or False."


def test_wrong_smoothing_is_refused_at_fit() -> None:
    with pytest.raises(ParameterError, match=r"^smoothing of OneCoin is -1\.0, must be a number"):
        OneCoin(smoothing=-1.0).fit(votes_of([[0]]))
