import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import MajorityVote, WeightedVote
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_weights_are_agreement_above_chance_as_computed_by_hand() -> None:
    # "no" wins item 0, "yes" item 1, "no" item 2: agreements 3/3, 3/3 and 1/3.
    votes = votes_of([[0, 0, 1], [1, 1, 1], [0, 0, 1]])
    model = WeightedVote(prior_strength=0.0).fit(votes)
    assert model.accuracy_ == pytest.approx([1.0, 1.0, 1 / 3])
    assert model.weights_ == pytest.approx([1.0, 1.0, 0.001])  # 2/3 - 1 is below the least


def test_posterior_is_the_smoothed_share_of_weights() -> None:
    votes = votes_of([[0, 0, 1], [1, 1, 1], [0, 0, 0]])
    model = WeightedVote(prior_strength=0.0, smoothing=0.5).fit(votes)
    assert model.weights_ == pytest.approx([1.0, 1.0, 1 / 3])  # 2 x 2/3 - 1
    assert model.predict_proba(votes)[0] == pytest.approx(
        np.array([2 + 0.25, 1 / 3 + 0.25]) / (7 / 3 + 0.5)
    )


def test_without_smoothing_a_lone_vote_is_certain() -> None:
    votes = votes_of([[0, 0], [1, 1], [0, -1]])
    assert WeightedVote(smoothing=0.0).fit(votes).predict_proba(votes)[2].tolist() == [1.0, 0.0]


def test_few_votes_are_pulled_to_the_agreement_of_all() -> None:
    codes = np.zeros((100, 4), dtype=int)
    codes[:, 2] = np.arange(100) % 2  # right half of the time
    codes[1:, 3] = -1  # a single vote, which agrees
    weights = WeightedVote(prior_strength=10.0).fit(votes_of(codes)).weights_
    free = WeightedVote(prior_strength=0.0).fit(votes_of(codes)).weights_
    assert free[3] == 1.0
    assert weights[2] < weights[3] < weights[0]


def test_votes_without_company_are_no_evidence() -> None:
    votes = votes_of([[0, 0, 0], [1, 1, 0]] * 5)
    alone = votes_of([*[[0, 0, 0], [1, 1, 0]] * 5, *[[-1, -1, 1]] * 50])
    assert WeightedVote().fit(votes).weights_ == pytest.approx(WeightedVote().fit(alone).weights_)


def test_weights_without_company_leave_majority_vote() -> None:
    votes = votes_of([[0, -1], [-1, 1], [-1, -1]])
    model = WeightedVote().fit(votes)
    assert np.isnan(model.accuracy_).all()
    assert model.predict(votes).tolist() == MajorityVote().fit(votes).predict(votes).tolist()


def test_given_class_prior_decides_where_there_are_no_votes_and_breaks_ties() -> None:
    votes = votes_of([[0, 1], [1, 0], [-1, -1]])
    model = WeightedVote(class_prior=[0.3, 0.7]).fit(votes)
    assert model.predict(votes).tolist() == [1, 1, 1]
    assert model.predict_proba(votes)[2].tolist() == [0.3, 0.7]


def test_iteration_converges_in_a_few_steps() -> None:
    votes, _ = synthetic_votes(500, 8, n_classes=4, coverage=0.5)
    model = WeightedVote().fit(votes)
    assert model.converged_
    assert model.n_iter_ < 20


def test_wrong_prior_strength_is_refused_at_fit() -> None:
    with pytest.raises(ParameterError) as caught:
        WeightedVote(prior_strength=-1.0).fit(votes_of([[0]]))
    assert str(caught.value) == (
        "prior_strength of WeightedVote is -1.0, must be a number in [0, inf). Use the default 10."
    )


def test_vote_agrees_with_the_known_class_whatever_has_the_most_weight() -> None:
    # Two against one, but the one is known to be right on the first three items.
    votes = votes_of([[0, 0, 1]] * 3 + [[1, 1, 1]])
    model = WeightedVote(prior_strength=0.0).fit(votes, [1, 1, 1, None])
    assert model.accuracy_ == pytest.approx([1 / 4, 1 / 4, 1.0])
    assert model.weights_ == pytest.approx([0.001, 0.001, 1.0])  # 2/4 - 1 is below the least


def test_lone_vote_counts_where_its_item_is_known() -> None:
    votes = votes_of([[0, -1]] * 4 + [[1, 1]] * 2)
    known = [0, 0, 0, 1, None, None]
    assert WeightedVote().fit(votes).accuracy_ == pytest.approx([1.0, 1.0])
    assert WeightedVote().fit(votes, known).accuracy_ == pytest.approx([5 / 6, 1.0])


def test_gold_brings_weights_nearer_to_the_planted_order() -> None:
    # Three columns share their errors, and outvote two that are better.
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 600)
    copied = np.where(rng.random(600) < 0.6, truth, 1 - truth)
    good = [np.where(rng.random(600) < 0.9, truth, 1 - truth) for _ in range(2)]
    votes = votes_of(np.stack([copied, copied, copied, *good], axis=1))
    gold = np.where(np.arange(600) % 5 > 0, truth, -1)
    without, learned = WeightedVote().fit(votes), WeightedVote().fit(votes, gold)
    assert (without.predict(votes) == truth).mean() < 0.7
    assert (learned.predict(votes) == truth).mean() > 0.85


def test_objective_never_falls_with_gold() -> None:
    votes, truth = synthetic_votes(200, 6, n_classes=3, accuracy=0.5, coverage=0.6, seed=1)
    gold = np.where(np.arange(200) % 4 == 0, truth, -1)
    objectives = WeightedVote().fit(votes, gold).objectives_
    assert (np.diff(objectives) >= -1e-9 * (1 + np.abs(objectives[:-1]))).all()


def test_votes_of_one_group_alone_are_no_company() -> None:
    votes = votes_of([[0, 0, -1]] * 3 + [[1, 1, 1]] * 3)
    model = WeightedVote(column_groups=[["lf_0", "lf_1"]], prior_strength=0.0).fit(votes)
    alone = WeightedVote(prior_strength=0.0).fit(votes_of([[0, -1]] * 3 + [[1, 1]] * 3))
    assert model.weights_[[0, 2]] == pytest.approx(alone.weights_)


def test_votes_can_come_in_batches() -> None:
    votes, _ = synthetic_votes(90, 4, seed=2)
    halves = (votes.take(np.arange(0, 45)), votes.take(np.arange(45, 90)))
    given = WeightedVote().fit_batches(halves).weights_
    assert np.array_equal(given, WeightedVote().fit(votes).weights_)
