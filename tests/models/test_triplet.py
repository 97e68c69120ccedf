import importlib.util

import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import TripletModel
from weaklabel.models._triplet import _weighted_median
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def both_ways(rows):
    """Return the rows and their opposites, so that both classes are alike."""
    return rows + [[1 - v if v >= 0 else v for v in row] for row in rows]


# The first two agree in 18 of 20, either of them with the third in 14 of 20.
THREE = both_ways([[1, 1, 1]] * 13 + [[1, 1, 0]] * 5 + [[1, 0, 1]] + [[0, 1, 1]])


def test_agreement_of_three_columns_is_as_computed_by_hand() -> None:
    # Moments 0.8, 0.4 and 0.4: sqrt(0.8 * 0.4 / 0.4) and sqrt(0.4 * 0.4 / 0.8).
    model = TripletModel(prior_strength=0.0).fit(votes_of(THREE))
    expected = np.sqrt([0.8, 0.8, 0.2])
    assert model.agreement_ == pytest.approx(np.stack([expected, expected], axis=1))


def test_accuracy_is_half_of_one_plus_the_agreement() -> None:
    model = TripletModel(prior_strength=0.0).fit(votes_of(THREE))
    assert model.accuracy_ == pytest.approx((1 + np.sqrt([0.8, 0.8, 0.2])) / 2)


def test_lone_vote_gives_its_precision_and_two_multiply_their_odds() -> None:
    model = TripletModel(prior_strength=0.0).fit(votes_of(THREE))
    right = (1 + np.sqrt([0.8, 0.2])) / 2
    lone, both = model.predict_proba(votes_of([[1, -1, -1], [1, -1, 0]]))
    assert lone == pytest.approx([1 - right[0], right[0]])
    odds = right[0] / (1 - right[0]) * (1 - right[1]) / right[1]
    assert both[1] == pytest.approx(odds / (1 + odds))


def test_prior_strength_pulls_to_the_pooled_moment() -> None:
    votes = votes_of(THREE)
    pooled = np.sqrt((0.8 + 0.4 + 0.4) / 3)
    model = TripletModel(prior_strength=40.0).fit(votes)
    # 40 items shared with the busiest partner, against 40 pseudo-items.
    assert model.agreement_[2, 1] == pytest.approx((np.sqrt(0.2) + pooled) / 2)


def test_abstain_is_no_vote() -> None:
    silent = [[1, 1, -1], [-1, 1, 0], [-1, -1, -1], [0, -1, 1]]
    shared = [row for row in silent if sum(v >= 0 for v in row) < 2]
    model = TripletModel(prior_strength=0.0).fit(votes_of(THREE))
    assert TripletModel(prior_strength=0.0).fit(
        votes_of(THREE + shared)
    ).agreement_ == pytest.approx(model.agreement_)


def test_precision_follows_class_prior_and_shares_of_votes() -> None:
    model = TripletModel(prior_strength=0.0, class_prior=[0.4, 0.6]).fit(votes_of(THREE))
    # Half of the votes are "yes": P(yes, "yes") = (0.6 - 0.5 + right) / 2.
    right = (1 + np.sqrt(0.2)) / 2
    assert model.precision_[2, 1, 1] == pytest.approx((0.1 + right) / 2 / 0.5)


def test_two_columns_get_the_pooled_agreement_of_their_pair() -> None:
    votes = votes_of(both_ways([[1, 1]] * 9 + [[1, 0]]))
    agreement = TripletModel().fit(votes).agreement_
    assert agreement == pytest.approx(np.full((2, 2), np.sqrt(0.8)))


@pytest.mark.parametrize(
    "codes", [[[0], [1]], [[0, -1, -1], [-1, 1, -1], [-1, -1, 1]]], ids=["one column", "disjoint"]
)
def test_without_overlap_every_column_is_a_little_better_than_chance(codes) -> None:
    model = TripletModel().fit(votes_of(codes))
    assert model.agreement_ == pytest.approx(np.full((len(codes[0]), 2), 0.1))


def test_column_that_never_votes_says_nothing() -> None:
    votes = votes_of([[*row, -1] for row in THREE])
    model = TripletModel(class_prior=[0.3, 0.7]).fit(votes)
    assert np.isnan(model.accuracy_[3])
    assert (model.log_odds_[3] == 0).all()
    assert model.precision_[3] == pytest.approx(np.array([[0.3, 0.7]] * 2))


def test_negative_ratio_counts_as_zero_and_no_vote_speaks_against_itself() -> None:
    # The third contradicts the first and agrees with the second, who agrees with the first.
    rows = [[1, 1, 1]] * 3 + [[1, 1, 0]] * 3 + [[1, 0, 0]] * 2
    model = TripletModel(prior_strength=0.0).fit(votes_of(both_ways(rows)))
    assert model.agreement_[2, 1] == 0.0
    assert (np.einsum("jvv->jv", model.log_odds_) >= 0).all()


def test_few_partners_give_nearly_what_all_of_them_give() -> None:
    votes, _ = synthetic_votes(6000, 12, accuracy=0.75, coverage=0.8, seed=1)
    few = TripletModel(max_partners=6).fit(votes).accuracy_
    assert few == pytest.approx(TripletModel().fit(votes).accuracy_, abs=0.03)


@pytest.mark.parametrize("first", [0.02, 0.3, 0.7, 0.98])
def test_class_priors_that_contradict_the_votes_do_not_invert_labels(first: float) -> None:
    votes, gold = synthetic_votes(2000, 8, accuracy=0.75, coverage=0.5, seed=2)
    proba = TripletModel(class_prior=[first, 1 - first]).fit(votes).predict_proba(votes)
    assert np.corrcoef(proba[:, 1], gold)[0, 1] > 0.3


def test_ten_thousand_columns_are_no_trouble() -> None:
    votes, gold = synthetic_votes(20, 10_000, accuracy=0.7, coverage=0.02, sparse=True, seed=3)
    model = TripletModel(max_partners=20).fit(votes)
    assert (model.predict(votes) == gold).all()


def test_thousand_classes_are_no_trouble() -> None:
    votes, gold = synthetic_votes(300, 5, n_classes=1000, accuracy=0.8, coverage=1.0, seed=4)
    model = TripletModel().fit(votes)
    assert (model.predict(votes) == gold).mean() > 0.9


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"prior_strength": -1.0},
            "prior_strength of TripletModel is -1.0, must be a number in [0, inf). "
            "Use the default 10.",
        ),
        (
            {"max_partners": 1},
            "max_partners of TripletModel is 1, must be an integer of at least 2. "
            "Use the default 100.",
        ),
    ],
)
def test_wrong_parameter_is_refused_at_fit(parameters, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        TripletModel(**parameters).fit(votes_of([[0]]))
    assert str(caught.value) == message


@pytest.mark.shared
@pytest.mark.parametrize("first", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_published_votes_on_real_comments_are_not_inverted(shared, first: float) -> None:
    spec = importlib.util.spec_from_file_location("bench", shared / "bench" / "bench.py")
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    votes = votes_of(bench.load("youtube")[0], ("ham", "spam"))
    proba = TripletModel(class_prior=[first, 1 - first]).fit(votes).predict_proba(votes)
    assert bench.score("youtube", proba)["metric"] > 0.6


def test_soft_votes_agree_as_votes_drawn_by_their_probabilities_would() -> None:
    # Each vote v becomes 0.9 for v: every mean product shrinks by 0.8 squared.
    votes = votes_of(THREE)
    proba = np.where(votes.codes[:, :, None] == np.arange(2), 0.9, 0.1)
    soft = SoftVotes.from_array(proba, votes.schema)
    model = TripletModel(prior_strength=0.0).fit(soft)
    expected = 0.8 * np.sqrt([0.8, 0.8, 0.2])
    assert model.agreement_ == pytest.approx(np.stack([expected, expected], axis=1))


def test_few_shared_items_of_soft_votes_are_counted_in_whole_items() -> None:
    proba = np.random.default_rng(0).dirichlet(np.ones(7), size=(5, 3))
    votes = SoftVotes.from_array(proba, [f"class_{y}" for y in range(7)])
    pooled = TripletModel(prior_strength=0.0).fit(votes.take(range(4))).agreement_
    assert (pooled == pooled[0]).all()  # four items are too few for triplets, five are enough
    assert not (TripletModel(prior_strength=0.0).fit(votes).agreement_ == pooled).all()


def test_gold_is_weighed_with_the_triplets_by_items_as_computed_by_hand() -> None:
    # Said to be what the third votes, on all 40 items: products 0.4, 0.4 and 1 with the class.
    votes = votes_of(THREE)
    model = TripletModel(prior_strength=0.0).fit(votes, votes.codes[:, 2])
    expected = (40 * np.sqrt([0.8, 0.8, 0.2]) + 40 * np.array([0.4, 0.4, 1.0])) / 80
    assert model.agreement_ == pytest.approx(np.stack([expected, expected], axis=1))


def test_gold_speaks_for_columns_in_no_triplet() -> None:
    votes = votes_of(both_ways([[1, -1]] * 10))
    gold = [1] * 8 + [0] * 2 + [0] * 8 + [1] * 2
    model = TripletModel(prior_strength=0.0).fit(votes, gold)
    assert model.agreement_[0] == pytest.approx([0.6, 0.6])  # eight of ten are right


def test_column_that_gold_contradicts_says_nothing_and_is_not_inverted() -> None:
    votes = votes_of(both_ways([[1, -1]] * 10))
    model = TripletModel(prior_strength=0.0).fit(votes, [0] * 10 + [1] * 10)
    assert model.agreement_[0] == pytest.approx([0.0, 0.0])


def test_class_prior_counts_known_items_as_of_their_class() -> None:
    votes = votes_of([[1, 1, 1]] * 10)
    prior = TripletModel().fit(votes, [0] * 5 + [None] * 5).class_prior_
    assert prior == pytest.approx([6 / 12, 6 / 12])  # one pseudo-item for each class


def test_gold_of_three_classes_is_counted_one_against_the_rest() -> None:
    votes = votes_of([[0], [1], [2], [2]], ["a", "b", "c"])
    model = TripletModel(prior_strength=0.0).fit(votes, [0, 1, 2, 1])
    # Right on "a" always, on "b" and "c" in three of four.
    assert model.agreement_[0] == pytest.approx([0.98, 0.5, 0.5])


def test_columns_of_a_group_are_in_no_triplet_together() -> None:
    # Of three, two are copies: no triplet is left, and all have the pooled value.
    model = TripletModel(prior_strength=0.0, column_groups=[["lf_0", "lf_1"]]).fit(votes_of(THREE))
    assert model.agreement_ == pytest.approx(np.full((3, 2), np.sqrt(0.4)))


def test_copies_do_not_take_the_place_of_partners() -> None:
    votes, _ = synthetic_votes(300, 6, accuracy=0.8, coverage=0.7, seed=3)
    wider = votes_of(np.hstack([votes.codes, *[votes.codes[:, [1]]] * 3]), votes.schema)
    group = ["lf_1", "lf_6", "lf_7", "lf_8"]
    given = TripletModel(max_partners=4, column_groups=[group]).fit(wider).agreement_
    assert given[:6] == pytest.approx(TripletModel(max_partners=4).fit(votes).agreement_)


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ([3.0, 1.0, 2.0], [1.0, 1.0, 1.0], 2.0),
        ([4.0, 1.0, 2.0, 3.0], [1.0] * 4, 2.5),
        ([1.0, 1.0, 2.0], [0.5, 0.5, 1.0], 1.5),
        ([1.0, 2.0], [0.1, 0.9], 2.0),
    ],
)
def test_weighted_median_counts_values_by_their_weights(values, weights, expected) -> None:
    assert _weighted_median(np.array(values), np.array(weights)) == expected
