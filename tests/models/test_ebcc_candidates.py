import numpy as np
import pytest
from scipy.special import digamma

from weaklabel.models import EBCC, _candidates
from weaklabel.models._dirichlet import dirichlet_divergence
from weaklabel.models._ebcc_candidates import (
    VoteTable,
    candidate_accuracy,
    candidate_cells,
    candidate_expectation,
    candidate_maximum,
    candidate_start,
    item_scores,
    mean_confusion,
)
from weaklabel.models._patterns import vote_patterns
from weaklabel.testing import synthetic_votes


def some_votes():
    return synthetic_votes(60, 4, n_classes=6, accuracy=0.7, coverage=0.7, seed=1)


def table_of(votes, n_subtypes: int = 2) -> VoteTable:
    patterns = vote_patterns(votes)
    cells = candidate_cells(patterns, 4.0, 1.0)
    _, counts = candidate_maximum(cells, candidate_start(cells, patterns, n_subtypes, 0))
    return cells.table._replace(votes=counts)


def test_dense_table_has_pseudo_votes_and_expected_votes() -> None:
    votes, _ = some_votes()
    patterns = vote_patterns(votes)
    cells = candidate_cells(patterns, 4.0, 1.0)
    joint = candidate_start(cells, patterns, 2, 0)
    _, counts = candidate_maximum(cells, joint)
    every = np.zeros((len(patterns.counts), 6, 2))
    every[cells.candidates.rows, cells.candidates.classes] = joint
    expected = patterns.expected_counts(every.reshape(-1, 12)).reshape(4, 6, 6, 2)
    pseudo = (1.0 + 3.0 * np.eye(6))[:, :, None]
    assert cells.table._replace(votes=counts).dense() == pytest.approx(expected + pseudo)


def test_totals_are_those_of_the_dense_table() -> None:
    table = table_of(some_votes()[0])
    assert table.totals() == pytest.approx(table.dense().sum(axis=1).reshape(24, 2))


def test_mean_confusion_is_that_of_the_dense_table() -> None:
    table = table_of(some_votes()[0])
    shares = np.random.default_rng(0).dirichlet([1.0, 1.0], 6)
    dense = table.dense()
    means = dense / dense.sum(axis=1, keepdims=True)
    confusion = mean_confusion(table, shares)
    assert confusion == pytest.approx(np.einsum("jvym,ym->jyv", means, shares))
    assert confusion.sum(axis=2) == pytest.approx(np.ones((4, 6)))


@pytest.mark.parametrize("groups", [None, np.array([0, 0, -1, -1])])
def test_scores_are_those_of_the_dense_table(groups) -> None:
    votes, _ = some_votes()
    table = table_of(votes)
    others, _ = synthetic_votes(30, 4, n_classes=6, accuracy=0.3, coverage=0.6, seed=2)
    patterns = vote_patterns(others)
    patterns = patterns if groups is None else patterns.share_votes(groups)
    dense = table.dense()
    log_votes = digamma(dense) - digamma(dense.sum(axis=1, keepdims=True))
    expected = patterns.log_evidence(log_votes.reshape(4, 6, 12))
    assert item_scores(table)(patterns) == pytest.approx(expected)


def test_expectation_and_divergence_are_those_of_the_dense_table() -> None:
    votes, _ = some_votes()
    patterns = vote_patterns(votes)
    cells = candidate_cells(patterns, 4.0, 1.0)
    _, counts = candidate_maximum(cells, candidate_start(cells, patterns, 2, 0))
    log_parts = np.log(np.random.default_rng(0).dirichlet([1.0] * 12).reshape(6, 2))
    joint, log_likelihood, far = candidate_expectation(cells, counts, log_parts, None)
    dense = cells.table._replace(votes=counts).dense()
    log_votes = digamma(dense) - digamma(dense.sum(axis=1, keepdims=True))
    scores = patterns.log_evidence(log_votes.reshape(4, 6, 12)) + log_parts.ravel()
    every = np.full((len(scores), 6, 2), -np.inf)
    places = cells.candidates.rows, cells.candidates.classes
    every[places] = scores.reshape(-1, 6, 2)[places]
    total = np.log(np.exp(every).sum(axis=(1, 2)))
    assert joint == pytest.approx(np.exp(every - total[:, None, None])[places])
    assert log_likelihood == pytest.approx(float(patterns.counts @ total))
    pseudo = np.moveaxis((1.0 + 3.0 * np.eye(6))[:, :, None], 0, -1)
    assert far == pytest.approx(dirichlet_divergence(np.moveaxis(dense, 1, -1), pseudo))


def test_divergence_counts_columns_by_their_weights() -> None:
    patterns = vote_patterns(some_votes()[0])
    cells = candidate_cells(patterns, 4.0, 1.0)
    _, counts = candidate_maximum(cells, candidate_start(cells, patterns, 2, 0))
    log_parts = np.zeros((6, 2))
    parts = [candidate_expectation(cells, counts, log_parts, weights)[2] for weights in np.eye(4)]
    whole = candidate_expectation(cells, counts, log_parts, None)[2]
    assert sum(parts) == pytest.approx(whole)


def test_accuracy_is_the_expected_share_of_right_votes() -> None:
    votes, truth = some_votes()
    patterns = vote_patterns(votes, truth.astype(np.int8))  # all known
    cells = candidate_cells(patterns, 4.0, 1.0)
    accuracy = candidate_accuracy(cells, candidate_start(cells, patterns, 2, 0))
    voted = votes.codes >= 0
    right = (votes.codes == truth[:, None]) & voted
    assert accuracy == pytest.approx(right.sum(axis=0) / voted.sum(axis=0))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)


@pytest.mark.usefixtures("few")
def test_bound_of_few_candidates_never_falls() -> None:
    votes, _ = synthetic_votes(200, 6, n_classes=12, accuracy=0.6, coverage=0.5, seed=1)
    objectives = EBCC(n_subtypes=3).fit(votes).objectives_
    assert (np.diff(objectives) >= -1e-9 * np.abs(objectives[:-1])).all()


def test_few_candidates_label_as_well_as_all_classes(monkeypatch) -> None:
    votes, truth = synthetic_votes(600, 8, n_classes=12, accuracy=0.6, coverage=0.6, seed=1)
    every = EBCC(n_subtypes=2).fit(votes)
    monkeypatch.setattr(_candidates, "_MANY_CLASSES", 5)
    few = EBCC(n_subtypes=2).fit(votes)
    right = (few.predict(votes) == truth).mean() - (every.predict(votes) == truth).mean()
    assert right >= -0.01
    assert np.abs(few.confusion_ - every.confusion_).max() < 0.06


@pytest.mark.usefixtures("few")
def test_model_of_few_candidates_is_saved_and_takes_soft_votes(tmp_path) -> None:
    from weaklabel.core import SoftVotes
    from weaklabel.models import load_label_model

    votes, _ = synthetic_votes(100, 5, n_classes=8, coverage=0.6, seed=1)
    model = EBCC(n_subtypes=2, column_groups=[["lf_0", "lf_1"]]).fit(votes)
    proba = model.predict_proba(votes)
    assert np.allclose(proba.sum(axis=1), 1.0)
    assert model.subtype_votes_.shape == (len(model.subtype_cells_), 2)
    soft = model.predict_proba(SoftVotes.from_votes(votes))
    assert soft == pytest.approx(proba, abs=1e-12)
    model.save(tmp_path / "m.npz")
    assert np.array_equal(load_label_model(tmp_path / "m.npz").predict_proba(votes), proba)


@pytest.mark.usefixtures("few")
def test_few_candidates_with_gold_and_a_copy_in_a_group() -> None:
    votes, truth = synthetic_votes(100, 5, n_classes=8, coverage=0.6, seed=1)
    gold = np.where(np.arange(100) % 5 == 0, truth, -1)
    codes = np.hstack([votes.codes, votes.codes[:, [2]]])
    wider = type(votes).from_array(codes, votes.schema)
    given = EBCC(n_subtypes=2, column_groups=[["lf_2", "lf_5"]]).fit(wider, gold)
    expected = EBCC(n_subtypes=2).fit(votes, gold).predict_proba(votes)
    assert given.predict_proba(wider) == pytest.approx(expected, abs=1e-4)
