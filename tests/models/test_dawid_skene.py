import importlib.util

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import DawidSkene
from weaklabel.testing import synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_one_iteration_from_soft_votes_is_as_computed_by_hand() -> None:
    # Soft votes: item 0 certain "no", item 1 certain "yes", item 2 half and half.
    votes = votes_of([[0, 0], [1, 1], [0, 1]])
    model = DawidSkene(max_iter=1, smoothing=0.0).fit(votes)
    assert model.class_prior_ == pytest.approx([0.5, 0.5])
    # Among "no" (1.5 items) the first column votes "no" on 1.5 and the second on 1.
    assert model.confusion_[0] == pytest.approx(np.array([[1, 0], [1 / 3, 2 / 3]]))
    assert model.confusion_[1] == pytest.approx(np.array([[2 / 3, 1 / 3], [0, 1]]))
    # Item 2: "no" 1 x 1/3 against "yes" 1/3 x 1.
    assert model.predict_proba(votes)[2] == pytest.approx([0.5, 0.5])
    assert model.log_likelihoods_ == pytest.approx([2 * np.log(1 / 3) + np.log(1 / 3)])


def test_smoothing_adds_pseudo_votes_to_every_cell() -> None:
    with pytest.warns(ConvergenceWarning):
        model = DawidSkene(max_iter=1, smoothing=1.0).fit(votes_of([[0, 0], [1, 1], [0, 1]]))
    assert model.confusion_[0] == pytest.approx(np.array([[2.5, 1], [1.5, 2]]) / 3.5)


def test_column_that_never_votes_has_uniform_rows_and_no_accuracy() -> None:
    model = DawidSkene().fit(votes_of([[0, -1], [1, -1]]))
    assert model.confusion_[1].tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert np.isnan(model.accuracy_[1])


def test_class_that_never_occurs_has_uniform_rows_without_smoothing() -> None:
    model = DawidSkene(smoothing=0.0).fit(votes_of([[0, 0], [1, 1]], classes=("a", "b", "c")))
    assert model.confusion_[0, 2].tolist() == pytest.approx([1 / 3] * 3)


def test_given_class_prior_is_kept() -> None:
    model = DawidSkene(class_prior=[0.2, 0.8]).fit(votes_of([[0, 0], [1, 1]]))
    assert model.class_prior_.tolist() == [0.2, 0.8]


def test_precision_is_the_posterior_of_a_lone_vote() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=3, coverage=0.8)
    model = DawidSkene().fit(votes)
    lone = np.full((3, 4), -1)
    lone[:, 2] = [0, 1, 2]
    alone = model.predict_proba(VoteMatrix.from_array(lone, votes.schema))
    assert model.precision_[2] == pytest.approx(alone)


def test_all_abstain_item_gets_class_prior() -> None:
    votes = votes_of([[0, 0], [1, 1], [1, 1], [-1, -1]])
    model = DawidSkene().fit(votes)
    assert model.predict_proba(votes)[3] == pytest.approx(model.class_prior_)


def test_items_without_votes_take_no_part_in_fit() -> None:
    votes, _ = synthetic_votes(200, 5, coverage=0.3, seed=1)
    with_them, without = DawidSkene().fit(votes), DawidSkene().fit(votes.take(votes.covered))
    assert np.array_equal(with_them.confusion_, without.confusion_)


def test_turned_round_column_is_recognized_and_turned_back() -> None:
    votes, _ = synthetic_votes(2000, 5, accuracy=[0.9, 0.9, 0.9, 0.9, 0.1], coverage=1.0)
    model = DawidSkene().fit(votes)
    assert model.accuracy_[4] == pytest.approx(0.1, abs=0.03)


def test_one_class_columns_carry_no_information_as_the_docstring_warns() -> None:
    votes, gold = synthetic_votes(2000, 8, one_class_share=1.0, accuracy=0.9, coverage=0.3)
    labels = DawidSkene().fit(votes).predict(votes)
    assert (labels == gold)[votes.covered].mean() < 0.6


def test_too_few_iterations_are_warned_of() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    with pytest.warns(ConvergenceWarning, match=r"DawidSkene stopped after max_iter=2 iterations"):
        assert not DawidSkene(max_iter=2).fit(votes).converged_


def test_warning_points_at_the_call_of_fit() -> None:
    votes, _ = synthetic_votes(200, 5, seed=3)
    with pytest.warns(ConvergenceWarning) as caught:
        DawidSkene(max_iter=2).fit(votes)
    assert caught[0].filename == __file__


def test_wrong_smoothing_is_refused_at_fit() -> None:
    with pytest.raises(ParameterError) as caught:
        DawidSkene(smoothing=-1.0).fit(votes_of([[0]]))
    assert str(caught.value) == (
        "smoothing of DawidSkene is -1.0, must be a number in [0, inf). Use the default 0.01."
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "published"),
    [("crowd_rte", 0.9275), ("crowd_product", 0.9397), ("crowd_dog", 0.8426)],
)
def test_real_crowds_come_out_as_with_the_published_implementation(
    shared, name: str, published: float
) -> None:
    # crowd-kit 1.4.2, DawidSkene(n_iter=100), on the same rows.
    path = shared / "bench" / "bench.py"
    spec = importlib.util.spec_from_file_location("bench", path)
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    codes, _, n_classes = bench.load(name)
    votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
    proba = DawidSkene().fit(votes).predict_proba(votes)
    assert bench.score(name, proba)["metric"] == pytest.approx(published, abs=0.01)


def test_abstain_is_an_outcome_as_computed_by_hand() -> None:
    # Soft votes: item 0 certain "no", item 1 certain "yes", item 2 without votes half and half.
    votes = votes_of([[0, -1], [1, 1], [-1, -1]])
    with pytest.warns(ConvergenceWarning):
        model = DawidSkene(abstain_informative=True, max_iter=1, smoothing=0.0).fit(votes)
    assert model.class_prior_ == pytest.approx([0.5, 0.5])
    # Of the 1.5 items of a class the first column votes on 1, the second on 0 or 1.
    assert model.propensity_ == pytest.approx(np.array([[2 / 3, 2 / 3], [0, 2 / 3]]))
    assert model.confusion_[0].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    # Silence of both: 1/3 x 1 of "no" against 1/3 x 1/3 of "yes".
    assert model.predict_proba(votes)[2] == pytest.approx([0.75, 0.25])


def test_informative_abstains_tell_one_class_columns_apart() -> None:
    votes, gold = synthetic_votes(2000, 8, one_class_share=1.0, accuracy=0.9, coverage=0.3)
    labels = DawidSkene(abstain_informative=True).fit(votes).predict(votes)
    assert (labels == gold)[votes.covered].mean() > 0.85


def test_informative_abstains_of_columns_that_never_abstain_change_nothing() -> None:
    votes, _ = synthetic_votes(300, 5, n_classes=3, coverage=1.0)
    plain = DawidSkene(smoothing=0.0, tol=1e-10, max_iter=5000).fit(votes)
    informative = DawidSkene(abstain_informative=True, smoothing=0.0, tol=1e-10, max_iter=5000).fit(
        votes
    )
    assert informative.predict_proba(votes) == pytest.approx(plain.predict_proba(votes))
    assert informative.confusion_ == pytest.approx(plain.confusion_)
    assert informative.propensity_ == pytest.approx(np.ones((5, 3)))


def test_informative_abstains_of_two_thousand_columns_neither_overflow_nor_underflow() -> None:
    codes = np.full((4, 2000), -1)
    codes[0, :1000] = 0
    codes[1, 1000:] = 1
    votes = votes_of(codes)
    proba = DawidSkene(abstain_informative=True, smoothing=0.0).fit(votes).predict_proba(votes)
    assert proba[:2].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert proba[2:] == pytest.approx(np.full((2, 2), 0.5))


def test_propensity_is_not_there_where_abstains_say_nothing() -> None:
    assert not hasattr(DawidSkene().fit(votes_of([[0], [1]])), "propensity_")


def test_wrong_abstain_informative_is_refused_at_fit() -> None:
    with pytest.raises(ParameterError) as caught:
        DawidSkene(abstain_informative="yes").fit(votes_of([[0]]))  # type: ignore[arg-type]
    assert str(caught.value) == (
        "abstain_informative of DawidSkene is 'yes', must be True or False."
    )
