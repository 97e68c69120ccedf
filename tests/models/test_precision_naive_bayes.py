import importlib.util

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import LabelModel, PrecisionNaiveBayes
from weaklabel.models._load import load_label_model
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_one_step_is_as_computed_by_hand() -> None:
    # Soft votes: item 0 certain "yes", item 1 half and half, item 2 certain "no".
    votes = votes_of([[1, -1], [1, 0], [-1, 0]])
    model = PrecisionNaiveBayes(prior_strength=1.0, shrinkage=0.0, prior_accuracy=0.8).fit(votes)
    assert model.class_prior_ == pytest.approx([0.5, 0.5])  # (1.5 + 1) / (3 + 2)
    # Two votes "yes", 1.5 of them right; one pseudo-vote that is right with 0.8.
    assert model.precision_[0, 1] == pytest.approx([0.7 / 3, 2.3 / 3])
    assert model.precision_[1, 0] == pytest.approx([2.3 / 3, 0.7 / 3])
    assert model.predict_proba(votes) == pytest.approx(
        np.array([[0.7 / 3, 2.3 / 3], [0.5, 0.5], [2.3 / 3, 0.7 / 3]])
    )


def test_shrinkage_weighs_the_prior_by_the_number_of_votes() -> None:
    votes = votes_of([[1]] * 10 + [[0]] * 10)
    model = PrecisionNaiveBayes(prior_strength=0.0, shrinkage=3.0, prior_accuracy=0.6).fit(votes)
    # Its own opinion of itself, certainty, counts 1 / (1 + 3).
    assert model.precision_[0, 1, 1] == pytest.approx(0.25 * 1.0 + 0.75 * 0.6)


def test_vote_that_was_never_cast_has_the_prior_precision() -> None:
    model = PrecisionNaiveBayes(prior_strength=0.0, prior_accuracy=0.7).fit(votes_of([[1], [1]]))
    assert model.precision_[0, 0] == pytest.approx([0.7, 0.3])


def test_wrong_part_of_the_prior_precision_follows_the_class_prior() -> None:
    votes = votes_of([[0]], classes=("a", "b", "c"))
    model = PrecisionNaiveBayes(prior_accuracy=0.7, class_prior=[0.5, 0.4, 0.1]).fit(votes)
    assert model.precision_[0, 2] == pytest.approx([0.3 * 5 / 9, 0.3 * 4 / 9, 0.7])


def test_lone_vote_gives_its_precision_as_posterior() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=3, coverage=0.4)
    model = PrecisionNaiveBayes().fit(votes)
    lone = np.full((1, 4), -1)
    lone[0, 2] = 1
    alone = model.predict_proba(VoteMatrix.from_array(lone, votes.schema))
    assert alone[0] == pytest.approx(model.precision_[2, 1])


def test_default_is_one_step_without_a_warning() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    model = PrecisionNaiveBayes().fit(votes)
    assert (model.n_iter_, model.converged_) == (1, False)


def test_more_steps_that_do_not_suffice_are_warned_of() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    with pytest.warns(ConvergenceWarning, match="PrecisionNaiveBayes stopped after max_iter=2"):
        PrecisionNaiveBayes(max_iter=2).fit(votes)


def test_hundred_steps_converge() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    assert PrecisionNaiveBayes(max_iter=100).fit(votes).converged_


def test_column_that_never_votes_has_no_accuracy() -> None:
    accuracy = PrecisionNaiveBayes().fit(votes_of([[0, -1], [1, -1]])).accuracy_
    assert np.isnan(accuracy).tolist() == [False, True]


def test_accuracy_pools_the_precision_of_both_votes() -> None:
    model = PrecisionNaiveBayes().fit(votes_of([[0, 1], [0, 0], [1, 1]]))
    precision = model.precision_[0]
    assert model.accuracy_[0] == pytest.approx((2 * precision[0, 0] + precision[1, 1]) / 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"prior_strength": -1.0},
            "prior_strength of PrecisionNaiveBayes is -1.0, must be a number in [0, inf). "
            "Use the default 10.",
        ),
        (
            {"shrinkage": -1.0},
            "shrinkage of PrecisionNaiveBayes is -1.0, must be a number in [0, inf). "
            "Use the default 2.",
        ),
        (
            {"prior_accuracy": 2.0},
            "prior_accuracy of PrecisionNaiveBayes is 2.0, must be a number in [0, 1]. "
            "Use None to take the agreement of the votes.",
        ),
    ],
)
def test_wrong_parameter_is_refused_at_fit(parameters: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        PrecisionNaiveBayes(**parameters).fit(votes_of([[0]]))
    assert str(caught.value) == message


def test_known_class_counts_as_one_item_of_that_class() -> None:
    # The soft vote says "yes" of both; gold says "no" of one.
    votes = votes_of([[1], [1]])
    model = PrecisionNaiveBayes(prior_strength=1.0, shrinkage=0.0, prior_accuracy=0.8)
    model.fit(votes, ["no", None])
    assert model.class_prior_ == pytest.approx([0.5, 0.5])  # one each, and a pseudo-item each
    assert model.precision_[0, 1] == pytest.approx([1.2 / 3, 1.8 / 3])


def test_gold_of_an_item_without_votes_is_not_used() -> None:
    votes = votes_of([[1], [-1], [-1]])
    with_gold = PrecisionNaiveBayes().fit(votes, [None, "no", "no"])
    assert np.array_equal(with_gold.class_prior_, PrecisionNaiveBayes().fit(votes).class_prior_)


def test_random_gold_brings_the_class_prior_nearer() -> None:
    votes, gold = synthetic_votes(
        2000, 4, accuracy=0.7, coverage=0.9, class_prior=[0.9, 0.1], seed=2
    )
    known = np.where(np.arange(2000) % 2 == 0, gold, -1)
    without = PrecisionNaiveBayes().fit(votes).class_prior_[1]
    assert abs(PrecisionNaiveBayes().fit(votes, known).class_prior_[1] - 0.1) < abs(without - 0.1)


@pytest.mark.parametrize("max_iter", [1, 200])
@pytest.mark.parametrize("copies", [2, 3, 7])
def test_copies_of_a_column_grouped_with_it_change_no_posterior(copies: int, max_iter: int) -> None:
    votes, _ = synthetic_votes(200, 5, n_classes=3, accuracy=0.75, coverage=0.6, seed=4)
    codes = np.hstack([votes.codes, *[votes.codes[:, [2]]] * (copies - 1)])
    wider = VoteMatrix.from_array(codes, votes.schema)
    group = ["lf_2", *wider.lf_names[5:]]
    grouped = PrecisionNaiveBayes(column_groups=[group], max_iter=max_iter).fit(wider)
    alone = PrecisionNaiveBayes(max_iter=max_iter).fit(votes)
    assert grouped.predict_proba(wider) == pytest.approx(alone.predict_proba(votes), abs=1e-9)


def test_group_of_one_changes_nothing() -> None:
    votes, _ = synthetic_votes(100, 4, seed=4)
    grouped = PrecisionNaiveBayes(column_groups={"one": ["lf_1"]}).fit(votes)
    expected = PrecisionNaiveBayes().fit(votes).predict_proba(votes)
    assert grouped.predict_proba(votes) == pytest.approx(expected, abs=1e-12)


def test_votes_of_a_group_are_outvoted_by_two_others() -> None:
    codes = [[1, 1, 1, 0, 0]] + [[0] * 5, [1] * 5] * 20
    votes = votes_of(codes)
    together = PrecisionNaiveBayes(column_groups=[["lf_0", "lf_1", "lf_2"]]).fit(votes)
    assert PrecisionNaiveBayes().fit(votes).predict(votes)[0] == 1
    assert together.predict(votes)[0] == 0


def test_members_of_a_group_share_its_weight_in_an_explanation() -> None:
    codes = [[1, 1, 0]] * 3 + [[0] * 3, [1] * 3] * 20
    votes = votes_of(codes)
    model = PrecisionNaiveBayes(column_groups=[["lf_0", "lf_1"]]).fit(votes)
    found = model.explain(votes, "0")
    proba = model.predict_proba(votes)[0]
    assert found.exact
    assert found.log_odds == pytest.approx(abs(np.log(proba[1] / proba[0])))


def test_groups_are_kept_in_a_file(tmp_path) -> None:
    votes, _ = synthetic_votes(50, 4, seed=4)
    model = PrecisionNaiveBayes(column_groups={"g": ["lf_0", "lf_1"]}).fit(votes)
    model.save(tmp_path / "m.npz")
    loaded = load_label_model(tmp_path / "m.npz")
    assert np.array_equal(loaded.predict_proba(votes), model.predict_proba(votes))


def test_group_of_unknown_columns_leaves_an_earlier_fit_standing() -> None:
    votes = votes_of([[1, 0], [1, 1]])
    model = PrecisionNaiveBayes().fit(votes)
    model.column_groups = [["lf_0", "lf_7"]]
    with pytest.raises(ParameterError, match="'lf_7' in column_groups"):
        model.fit(votes)
    assert model.predict_proba(votes).shape == (2, 2)


def test_ten_batches_are_one_fit() -> None:
    votes, _ = synthetic_votes(1000, 6, seed=4)
    batches = (votes.take(np.arange(i, i + 100)) for i in range(0, 1000, 100))
    given = PrecisionNaiveBayes(max_iter=50).fit_batches(batches)
    expected = PrecisionNaiveBayes(max_iter=50).fit(votes)
    assert np.array_equal(given.precision_, expected.precision_)


@pytest.mark.shared
@pytest.mark.parametrize("model", [LabelModel(), PrecisionNaiveBayes()], ids=repr)
def test_published_votes_on_real_comments_give_875_of_1000_right(shared, model) -> None:
    path = shared / "bench" / "bench.py"
    spec = importlib.util.spec_from_file_location("bench", path)
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    codes, _, _ = bench.load("youtube")
    votes = VoteMatrix.from_array(codes, ["ham", "spam"])
    proba = model.fit(votes).predict_proba(votes)
    assert bench.score("youtube", proba)["metric"] >= 0.875
