import importlib.util

import numpy as np
import pytest
from scipy.special import digamma

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import EBCC, WeightedVote
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_one_iteration_of_ibcc_is_as_computed_by_hand() -> None:
    # Soft votes: item 0 certain "no", item 1 half and half.
    with pytest.warns(ConvergenceWarning):
        model = EBCC(n_subtypes=1, max_iter=1).fit(votes_of([[0, 0], [0, 1]]))
    assert model.class_items_ == pytest.approx([1 + 1.5 + 1.5, 1 + 0.5 + 0.5])
    assert model.class_prior_ == pytest.approx([2 / 3, 1 / 3])
    # First column: 1.5 votes "no" on "no" beside the prior (4, 1), 0.5 on "yes" beside (1, 4).
    assert model.confusion_[0] == pytest.approx(
        np.array([[5.5 / 6.5, 1 / 6.5], [1.5, 4]]) / [[1], [5.5]]
    )
    # The second "yes" came with half of an item of either class.
    assert model.subtype_votes_[1, :, :, 0] == pytest.approx(np.array([[5, 1], [1.5, 4.5]]))
    scores = [
        digamma(4) + digamma(5.5) - digamma(6.5) + digamma(1.5) - digamma(6.5),
        digamma(2) + digamma(1.5) - digamma(5.5) + digamma(4.5) - digamma(5.5),
    ]
    odds = np.exp(scores[0] - scores[1])
    lone = model.predict_proba(votes_of([[0, 1]]))[0]
    assert lone == pytest.approx([odds / (1 + odds), 1 / (1 + odds)])


def test_empirical_prior_counts_soft_votes_beside_a_pseudo_item() -> None:
    votes = votes_of([[0, 0]] * 3 + [[1, 1]])
    with pytest.warns(ConvergenceWarning):
        model = EBCC(n_subtypes=1, max_iter=1, empirical_prior=False, tol=0.0).fit(votes)
    assert model.class_items_ == pytest.approx([1 + 3, 1 + 1])
    with pytest.warns(ConvergenceWarning):
        model = EBCC(n_subtypes=1, max_iter=1, tol=0.0).fit(votes)
    assert model.class_items_ == pytest.approx([1 + 3 + 3, 1 + 1 + 1])


def test_column_that_never_votes_has_the_prior_confusion_and_no_accuracy() -> None:
    model = EBCC().fit(votes_of([[0, -1], [1, -1]] * 5, classes=("a", "b", "c")))
    assert model.confusion_[1] == pytest.approx((np.ones((3, 3)) + 3 * np.eye(3)) / 6)
    assert np.isnan(model.accuracy_[1])


def test_given_class_prior_is_kept_and_used() -> None:
    votes = votes_of([[0, 0], [1, 1], [-1, -1]] * 5)
    model = EBCC(class_prior=[0.2, 0.8]).fit(votes)
    assert model.class_prior_.tolist() == [0.2, 0.8]
    assert model.predict_proba(votes)[2].tolist() == [0.2, 0.8]


def test_posterior_of_items_fitted_on_is_that_of_new_items_with_the_same_votes() -> None:
    votes, _ = synthetic_votes(200, 6, n_classes=3, seed=1)
    model = EBCC().fit(votes)
    again = VoteMatrix.from_array(votes.codes[:7], votes.schema)
    assert np.allclose(model.predict_proba(again), model.predict_proba(votes)[:7], atol=1e-12)


def test_repeating_every_item_gives_the_patterns_more_weight_and_no_more_rows() -> None:
    votes = votes_of([[0, 0, 1], [1, 1, 1], [0, 0, 0]])
    many = votes_of([[0, 0, 1], [1, 1, 1], [0, 0, 0]] * 1000)
    model = EBCC(n_subtypes=2).fit(many)
    assert model.class_items_.sum() == pytest.approx(2 + 2 * 3000)
    assert EBCC(n_subtypes=2).fit(votes).class_items_.sum() == pytest.approx(2 + 2 * 3)


def test_seed_chooses_the_starts_and_one_subtype_needs_none() -> None:
    votes, _ = synthetic_votes(300, 6, n_classes=3, accuracy=0.5, seed=3)
    one = [EBCC(n_restarts=1, seed=s).fit(votes).objectives_[0] for s in (0, 1)]
    assert one[0] != one[1]
    ibcc = [EBCC(n_subtypes=1, seed=s).fit(votes).predict_proba(votes) for s in (0, 1)]
    assert np.array_equal(*ibcc)


def test_more_restarts_reach_at_least_the_bound_of_fewer() -> None:
    votes, _ = synthetic_votes(300, 6, n_classes=3, accuracy=0.5, seed=3)
    bounds = [EBCC(n_restarts=n, max_iter=5000).fit(votes).objectives_[-1] for n in (1, 5)]
    assert bounds[1] >= bounds[0]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"n_subtypes": 0},
            "n_subtypes of EBCC is 0, must be an integer of at least 1. Use the default 10.",
        ),
        (
            {"n_restarts": 1.5},
            "n_restarts of EBCC is 1.5, must be an integer of at least 1. Use the default 3.",
        ),
        ({"smoothing": 0.0}, "smoothing of EBCC is 0.0, must be above 0. Use the default 1."),
        ({"seed": -1}, "seed of EBCC is -1, must be an integer of at least 0. Use the default 0."),
        ({"empirical_prior": "yes"}, "empirical_prior of EBCC is 'yes', must be True or False."),
    ],
)
def test_wrong_parameter_is_refused_at_fit(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        EBCC(**parameters).fit(votes_of([[0]]))  # type: ignore[arg-type]
    assert str(caught.value) == message


@pytest.mark.shared
def test_real_crowds_come_out_better_than_by_weighted_vote_and_their_mean_is_calibrated(
    shared,
) -> None:
    spec = importlib.util.spec_from_file_location("bench", shared / "bench" / "bench.py")
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    scores: dict[str, list[dict[str, float]]] = {"EBCC": [], "WeightedVote": [], "mean": []}
    for name in bench.names("crowd"):
        codes, _, n_classes = bench.load(name)
        votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
        ebcc, vote = (m.fit(votes).predict_proba(votes) for m in (EBCC(), WeightedVote()))
        scores["EBCC"].append(bench.score(name, ebcc))
        scores["WeightedVote"].append(bench.score(name, vote))
        scores["mean"].append(bench.score(name, (ebcc + vote) / 2))
    accuracy = {m: np.mean([s["metric"] for s in rows]) for m, rows in scores.items()}
    assert accuracy["EBCC"] == pytest.approx(0.848, abs=0.005)
    assert accuracy["WeightedVote"] == pytest.approx(0.825, abs=0.005)
    assert accuracy["mean"] > 0.843
    assert np.mean([s["log_loss"] for s in scores["mean"]]) < 0.45
