import importlib.util

import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.errors import ConvergenceWarning, ParameterError
from weaklabel.models import MatrixCompletion, PrecisionNaiveBayes
from weaklabel.models import _matrix_completion as module
from weaklabel.models._matrix_completion import _Moments, _moments, _objective
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._pooled_precision import vote_counts
from weaklabel.testing import ordinary_soft_votes, synthetic_votes


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def exact_moments(rates, class_prior) -> _Moments:
    """Return the moments that independent votes with these rates have on infinitely many items."""
    flat = rates.reshape(-1, len(class_prior))
    whole = flat @ np.diag(class_prior) @ flat.T
    m, k = len(rates), len(class_prior)
    for j in range(m):
        whole[j * k : (j + 1) * k, j * k : (j + 1) * k] = 0.0
    return _Moments(lambda x: whole @ x, (flat @ class_prior).reshape(m, k))


def test_exact_moments_give_the_rates_back() -> None:
    prior = np.array([0.3, 0.7])
    # Two columns that vote for both classes, one for "no" alone, one for "yes" alone.
    rates = np.array(
        [
            [[0.6, 0.1], [0.2, 0.7]],
            [[0.5, 0.2], [0.1, 0.4]],
            [[0.4, 0.05], [0.0, 0.0]],
            [[0.0, 0.0], [0.1, 0.5]],
        ]
    )
    moments = exact_moments(rates, prior)
    start = np.full((4, 2, 2), 0.3) + 0.4 * np.eye(2)
    fit = module._complete(moments, start, prior, 0.0, 500, 1e-12)
    assert fit.joint / prior == pytest.approx(rates, abs=1e-4)


def test_objective_is_that_of_the_definition_and_its_gradient_is_right() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=3, coverage=0.6, seed=1)
    patterns = vote_patterns(votes)
    moments = _moments(patterns, vote_counts(patterns))
    prior = np.array([0.2, 0.3, 0.5])
    root = np.sqrt(prior)
    rng = np.random.default_rng(0)
    joint, start = rng.random((4, 3, 3)) / 3, rng.random((4, 3, 3)) / 3

    def defined(joint):
        whole = moments.times(np.eye(12))
        difference = whole - joint.reshape(12, 3) @ joint.reshape(12, 3).T
        for j in range(4):
            difference[3 * j : 3 * j + 3, 3 * j : 3 * j + 3] = 0.0
        off = (difference**2).sum() - (whole**2).sum()  # less a constant
        on = ((joint.reshape(12, 3) @ root - moments.frequency.ravel()) ** 2).sum()
        return off + on + 0.7 * ((joint - start) ** 2).sum()

    loss, slope = _objective(joint, start, moments, root, 0.7)
    assert loss == pytest.approx(defined(joint))
    step = 1e-6 * rng.standard_normal(joint.shape)
    difference = defined(joint + step) - defined(joint - step)
    assert slope @ step.ravel() * 2 == pytest.approx(difference, rel=1e-5)


def test_moments_that_are_not_built_multiply_as_those_that_are(monkeypatch) -> None:
    votes, _ = synthetic_votes(200, 6, n_classes=3, seed=2)
    built = MatrixCompletion().fit(votes).vote_rates_
    monkeypatch.setattr(module, "_MOST_ROWS_BUILT", 5)
    assert MatrixCompletion().fit(votes).vote_rates_ == pytest.approx(built, abs=1e-8)


def test_posterior_multiplies_prior_and_rates_of_the_votes_cast() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=3, coverage=0.5, seed=3)
    model = MatrixCompletion(class_prior=[0.5, 0.3, 0.2]).fit(votes)
    item = VoteMatrix.from_array([[2, -1, 0, -1]], votes.schema)
    weights = np.array([0.5, 0.3, 0.2]) * model.vote_rates_[0, 2] * model.vote_rates_[2, 0]
    assert model.predict_proba(item)[0] == pytest.approx(weights / weights.sum())


@pytest.mark.parametrize("codes", [[[0], [1], [1]], [[0, 0], [1, 1], [1, 0]]])
def test_fewer_than_three_columns_keep_the_start(codes) -> None:
    votes = votes_of(codes)
    model = MatrixCompletion().fit(votes)
    assert (model.n_iter_, model.converged_, model.kept_start_) == (0, True, True)
    start = PrecisionNaiveBayes(class_prior=model.class_prior_).fit(votes)
    assert model.predict_proba(votes) == pytest.approx(start.predict_proba(votes))


def test_strong_pull_gives_the_start() -> None:
    votes, _ = synthetic_votes(300, 5, seed=4)
    model = MatrixCompletion(l2=1e6).fit(votes)
    start = PrecisionNaiveBayes(class_prior=model.class_prior_).fit(votes)
    assert model.predict_proba(votes) == pytest.approx(start.predict_proba(votes), abs=1e-4)


def test_column_that_never_votes_says_nothing() -> None:
    votes, _ = synthetic_votes(100, 4, seed=5)
    wider = votes_of(np.hstack([votes.codes, np.full((100, 1), -1)]))
    model = MatrixCompletion().fit(wider)
    assert np.isnan(model.accuracy_[4])
    assert (model.vote_rates_[4] == 1).all()


def test_given_class_prior_lets_no_vote_speak_against_itself() -> None:
    votes, _ = synthetic_votes(500, 6, n_classes=3, accuracy=0.6, seed=6)
    rates = MatrixCompletion(l2=0.0, class_prior=[0.9, 0.05, 0.05]).fit(votes).vote_rates_
    own = np.einsum("jvv->jv", rates)
    assert (own >= rates.max(axis=2)).all()


def test_early_stop_is_warned_of() -> None:
    votes, _ = synthetic_votes(300, 5, seed=7)
    with pytest.warns(ConvergenceWarning, match="stopped after max_iter=2 iterations while the"):
        model = MatrixCompletion(max_iter=2).fit(votes)
    assert not model.converged_


def test_ten_thousand_columns_are_no_trouble() -> None:
    votes, gold = synthetic_votes(20, 10_000, accuracy=0.7, coverage=0.02, sparse=True, seed=3)
    assert (MatrixCompletion().fit(votes).predict(votes) == gold).all()


@pytest.mark.parametrize("parameter", ["l2"])
def test_wrong_parameter_is_refused_at_fit(parameter: str) -> None:
    with pytest.raises(ParameterError) as caught:
        MatrixCompletion(**{parameter: -1.0}).fit(votes_of([[0]]))
    assert str(caught.value) == (
        f"{parameter} of MatrixCompletion is -1.0, must be a number in [0, inf). Use the default 1."
    )


@pytest.mark.shared
class TestRealComments:
    @pytest.fixture
    def bench(self, shared):
        spec = importlib.util.spec_from_file_location("bench", shared / "bench" / "bench.py")
        bench = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(bench)
        return bench

    def score(self, bench, model) -> float:
        votes = votes_of(bench.load("youtube")[0], ("ham", "spam"))
        return bench.score("youtube", model.fit(votes).predict_proba(votes))["metric"]

    def test_published_votes_give_870_of_1000_right(self, bench) -> None:
        assert self.score(bench, MatrixCompletion()) >= 0.87

    @pytest.mark.parametrize("l2", [0.0, 0.3, 1.0])
    @pytest.mark.parametrize("first", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98])
    def test_labels_are_not_inverted_whatever_the_class_prior(self, bench, first, l2) -> None:
        votes = votes_of(bench.load("youtube")[0], ("ham", "spam"))
        gold = bench.load("youtube")[1]
        model = MatrixCompletion(l2=l2, class_prior=[first, 1 - first]).fit(votes)
        proba = model.predict_proba(votes)[votes.covered, 1]
        assert np.corrcoef(proba, gold[votes.covered])[0, 1] > 0.1

    def test_true_class_prior_and_07_03_give_good_labels(self, bench) -> None:
        gold = bench.load("youtube")[1]
        true = np.bincount(gold, minlength=2) / len(gold)
        assert self.score(bench, MatrixCompletion(class_prior=true)) > 0.84
        assert self.score(bench, MatrixCompletion(class_prior=[0.7, 0.3])) > 0.84


def test_moments_of_soft_votes_that_are_not_built_give_the_same_rates(monkeypatch) -> None:
    for votes in ordinary_soft_votes().values():
        built = MatrixCompletion().fit(votes).predict_proba(votes)
        with monkeypatch.context() as patch:
            patch.setattr(module, "_MOST_ROWS_BUILT", 0)
            assert MatrixCompletion().fit(votes).predict_proba(votes) == pytest.approx(
                built, abs=1e-6
            )


def test_moments_of_gold_are_those_of_the_known_items() -> None:
    votes = votes_of([[0, 1], [0, -1], [1, 1], [1, 1]])
    patterns = vote_patterns(votes, np.array([0, 1, 1, -1], dtype=np.int8))
    moments = _moments(patterns, vote_counts(patterns))
    # [vote, class] of three items: "no" of lf_0 on one of each class, "yes" on one "yes".
    expected = np.array([[1, 1], [0, 1], [0, 0], [1, 1]]) / 3
    assert moments.gold == pytest.approx(expected)
    assert moments.gold_weight == pytest.approx(2 * 3 / 4)


def test_gold_pulls_rates_to_what_is_seen_of_known_items() -> None:
    votes, truth = synthetic_votes(500, 4, accuracy=0.6, coverage=0.8, seed=5)
    prior = np.bincount(truth) / 500
    seen = np.zeros((4, 2, 2))
    for j, v, y in np.ndindex(4, 2, 2):
        seen[j, v, y] = ((votes.codes[:, j] == v) & (truth == y)).sum() / (truth == y).sum()

    def distance(model: MatrixCompletion) -> float:
        return float(np.abs(model.vote_rates_ - seen).mean())

    arguments = {"class_prior": prior, "l2": 0.1}
    without = MatrixCompletion(**arguments).fit(votes)
    assert distance(MatrixCompletion(**arguments).fit(votes, truth)) < 0.7 * distance(without)


def test_two_columns_and_gold_are_three_columns() -> None:
    votes, truth = synthetic_votes(300, 2, accuracy=0.8, coverage=0.9, seed=5)
    assert MatrixCompletion().fit(votes).n_iter_ == 0
    assert MatrixCompletion().fit(votes, truth).n_iter_ > 0


@pytest.mark.parametrize("known", [False, True])
def test_gradient_with_groups_and_gold_is_that_of_the_objective(known) -> None:
    votes, truth = synthetic_votes(300, 4, n_classes=3, coverage=0.6, seed=1)
    gold = np.where(np.arange(300) % 3 == 0, truth, -1).astype(np.int8) if known else None
    patterns = vote_patterns(votes, gold)
    moments = _moments(patterns, vote_counts(patterns), np.array([0, -1, 0, -1]))
    rng = np.random.default_rng(0)
    joint, start = rng.random((2, 4, 3, 3)) / 3
    root = np.sqrt(np.array([0.2, 0.3, 0.5]))
    step = 1e-6 * rng.standard_normal(joint.shape)
    ahead = _objective(joint + step, start, moments, root, 0.7)[0]
    behind = _objective(joint - step, start, moments, root, 0.7)[0]
    slope = _objective(joint, start, moments, root, 0.7)[1]
    assert slope @ step.ravel() * 2 == pytest.approx(ahead - behind, rel=1e-5)


def test_blocks_of_a_group_are_left_out() -> None:
    votes, _ = synthetic_votes(300, 4, n_classes=2, coverage=0.6, seed=1)
    patterns = vote_patterns(votes)
    moments = _moments(patterns, vote_counts(patterns), np.array([0, -1, 0, -1]))
    whole = moments.times(np.eye(8)).reshape(4, 2, 4, 2)
    assert not whole[[0, 0, 2, 2], :, [0, 2, 0, 2]].any()
    assert whole[0, :, 1].all()


@pytest.mark.parametrize("soft", [False, True])
def test_groups_not_built_multiply_as_those_that_are(soft, monkeypatch) -> None:
    votes = (
        ordinary_soft_votes()["five classes"]
        if soft
        else synthetic_votes(200, 6, n_classes=3, seed=2)[0]
    )
    model = MatrixCompletion(column_groups=[votes.lf_names[:2], votes.lf_names[2:4]])
    built = model.fit(votes).vote_rates_
    monkeypatch.setattr(module, "_MOST_ROWS_BUILT", 5)
    assert model.fit(votes).vote_rates_ == pytest.approx(built, abs=1e-8)
