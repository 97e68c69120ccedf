import numpy as np
import pytest

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import BaseLabelModel, load_label_model
from weaklabel.models._all import label_model, label_model_names
from weaklabel.models._column_groups import column_weights, grouped_patterns, one_column_each
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._patterns import patterns_of
from weaklabel.testing import synthetic_votes

NAMES = [name for name in label_model_names() if "column_groups" in label_model(name).parameters()]


def votes_of(codes, classes=("no", "yes")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def fitted(name: str, votes, groups=None, **arguments) -> BaseLabelModel:
    return label_model(name, column_groups=groups, **arguments).fit(votes)


def test_nearly_every_model_takes_column_groups() -> None:
    assert set(label_model_names()) - set(NAMES) <= {"LabelModel", "SnorkelLabelModel"}


def test_without_groups_patterns_are_plain() -> None:
    patterns, group_of = grouped_patterns("M", None, PatternCounts.of(votes_of([[0, 1]])))
    assert group_of is None
    assert patterns.shares is None


def test_votes_of_a_group_share_a_weight() -> None:
    counts = PatternCounts.of(votes_of([[0, 1, 1]]))
    patterns, group_of = grouped_patterns("M", [["lf_0", "lf_2"]], counts)
    assert group_of.tolist() == [0, -1, 0]
    assert patterns.class_counts().tolist() == [[0.5, 1.5]]


def test_group_of_an_unknown_column_is_refused_in_words() -> None:
    counts = PatternCounts.of(votes_of([[0, 1]]))
    with pytest.raises(ParameterError, match="column_groups of M is wrong: 'lf_7' in"):
        grouped_patterns("M", {"g": ["lf_7"]}, counts)


def test_column_that_never_votes_takes_no_weight_from_its_group() -> None:
    weights = column_weights(np.array([0, 0, 0, 1, -1]), np.array([True, True, False, False, True]))
    assert weights.tolist() == [0.5, 0.5, 0.5, 1.0, 1.0]


def test_weights_without_any_group_are_one() -> None:
    assert column_weights(np.array([-1, -1]), np.array([True, False])).tolist() == [1.0, 1.0]


def test_copies_become_votes_of_one_column() -> None:
    patterns = patterns_of(PatternCounts.of(votes_of([[1, 0, 1, 1], [1, 0, 0, 1]])))
    merged = one_column_each(patterns, np.array([-1, 0, 0, -1]))
    rows = sorted(merged.one_hot.toarray().tolist())
    assert rows == [[0, 1, 1, 0, 0, 0, 0, 1], [0, 1, 1, 1, 0, 0, 0, 1]]


@pytest.mark.parametrize("name", NAMES)
def test_three_that_say_one_thing_are_outvoted_by_two_others(name: str) -> None:
    votes = votes_of([[1, 1, 1, 0, 0]] + [[0] * 5, [1] * 5] * 20 + [[0, 0, 0, 1, 1]])
    groups = [["lf_0", "lf_1", "lf_2"]]
    assert fitted(name, votes, groups).predict(votes)[0] == 0


@pytest.mark.parametrize("name", NAMES)
def test_group_with_a_silent_column_is_the_group_without(name: str) -> None:
    votes, _ = synthetic_votes(60, 5, accuracy=0.8, coverage=0.6, seed=1)
    wider = votes_of(np.hstack([votes.codes, np.full((60, 1), -1)]))
    given = fitted(name, wider, [["lf_0", "lf_1", "lf_5"]]).predict_proba(wider)
    expected = fitted(name, votes, [["lf_0", "lf_1"]]).predict_proba(votes)
    assert given == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_all_columns_in_one_group_give_a_distribution(name: str) -> None:
    votes, _ = synthetic_votes(40, 4, n_classes=3, coverage=0.5, seed=2)
    proba = fitted(name, votes, [list(votes.lf_names)]).predict_proba(votes)
    assert np.allclose(proba.sum(axis=1), 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_groups_in_batches_are_groups_of_the_whole(name: str) -> None:
    votes, _ = synthetic_votes(90, 5, n_classes=3, coverage=0.6, seed=3)
    groups = {"g": ["lf_0", "lf_3"]}
    halves = (votes.take(np.arange(0, 45)), votes.take(np.arange(45, 90)))
    whole = fitted(name, votes, groups).predict_proba(votes)
    model = label_model(name, column_groups=groups).fit_batches(halves)
    assert np.array_equal(model.predict_proba(votes), whole)


@pytest.mark.parametrize("name", NAMES)
def test_certain_soft_votes_in_groups_are_votes_in_groups(name: str) -> None:
    votes, _ = synthetic_votes(60, 5, n_classes=3, coverage=0.6, seed=4)
    soft = SoftVotes.from_votes(votes)
    groups = [["lf_0", "lf_3"]]
    given = fitted(name, soft, groups).predict_proba(soft)
    assert np.array_equal(given, fitted(name, votes, groups).predict_proba(votes))


@pytest.mark.parametrize("name", NAMES)
def test_copied_soft_column_changes_nothing(name: str) -> None:
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([0.4] * 3, (50, 4))
    proba[rng.random((50, 4)) < 0.3] = np.nan
    classes = ["a", "b", "c"]
    soft = SoftVotes.from_array(proba, classes)
    wider = SoftVotes.from_array(np.concatenate([proba, proba[:, [1]]], axis=1), classes)
    given = fitted(name, wider, [["lf_1", "lf_4"]]).predict_proba(wider)
    assert given == pytest.approx(fitted(name, soft).predict_proba(soft), abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_explanation_with_groups_adds_up(name: str) -> None:
    votes = votes_of([[1, 1, 0]] * 3 + [[0] * 3, [1] * 3] * 20)
    model = fitted(name, votes, [["lf_0", "lf_1"]])
    proba = model.predict_proba(votes)[0]
    found = model.explain(votes, "0").log_odds
    assert found == pytest.approx(abs(np.log(proba[1] / proba[0])), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_groups_come_back_from_a_file(name: str, tmp_path) -> None:
    votes, _ = synthetic_votes(50, 4, seed=4)
    model = fitted(name, votes, {"g": ["lf_0", "lf_1"]})
    model.save(tmp_path / "m.npz")
    loaded = load_label_model(tmp_path / "m.npz")
    assert loaded.column_groups == {"g": ["lf_0", "lf_1"]}
    assert np.array_equal(loaded.predict_proba(votes), model.predict_proba(votes))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_groups_leave_an_earlier_fit_standing(name: str) -> None:
    votes = votes_of([[1, 0], [1, 1], [0, 0]])
    model = label_model(name).fit(votes)
    model.column_groups = [["lf_0", "lf_7"]]
    with pytest.raises(ParameterError, match="'lf_7' in column_groups"):
        model.fit(votes)
    assert model.predict_proba(votes).shape == (3, 2)
