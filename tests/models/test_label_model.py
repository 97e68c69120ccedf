"""LabelModel: what it takes the columns for, and what it makes of the votes."""

import numpy as np
import pytest

from weaklabel import VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import (
    DawidSkene,
    LabelModel,
    MajorityVote,
    PrecisionNaiveBayes,
    load_label_model,
)
from weaklabel.models._majority_vote import vote_shares
from weaklabel.testing import synthetic_votes


def test_the_posterior_is_the_documented_mean_of_evidence_and_smoothed_vote_shares() -> None:
    codes = [[1, 1, -1], [1, -1, 0], [-1, -1, -1]]
    votes = VoteMatrix.from_array(codes, ["ham", "spam"])
    model = LabelModel().fit(votes)
    share = 3**0.75 / (3**0.75 + 12**0.75)
    assert model.evidence_share_ == pytest.approx(share)
    weights = model.precision_ / model.class_prior_
    likelihoods = np.stack([weights[0, 1] * weights[1, 1], weights[0, 1] * weights[2, 0]])
    evidence = model.class_prior_**0.65 * likelihoods ** (1.5 * 2**-0.2)
    evidence /= evidence.sum(axis=1, keepdims=True)
    shares = np.array([[0.3 / 2.6, 2.3 / 2.6], [0.5, 0.5]])
    expected = np.vstack([share * evidence + (1 - share) * shares, model.class_prior_])
    np.testing.assert_allclose(model.predict_proba(votes), expected)


def test_for_a_crowd_it_is_the_plain_mean() -> None:
    crowd, _ = synthetic_votes(200, 30, one_class_share=0.0, coverage=0.3)
    model = LabelModel().fit(crowd)
    expected = (model.model_.predict_proba(crowd) + vote_shares(crowd, 0.3)) / 2
    covered = crowd.covered
    np.testing.assert_allclose(model.predict_proba(crowd)[covered], expected[covered])


def test_columns_that_never_vote_do_not_count() -> None:
    votes, _ = synthetic_votes(200, 4)
    silent = np.full((200, 3), -1)
    more = VoteMatrix.from_array(np.hstack([votes.codes, silent]), votes.schema)
    first, second = LabelModel().fit(votes), LabelModel().fit(more)
    np.testing.assert_allclose(first.predict_proba(votes), second.predict_proba(more))


def test_a_group_of_columns_counts_as_one() -> None:
    votes, _ = synthetic_votes(200, 4)
    copied = VoteMatrix.from_array(
        np.hstack([votes.codes, votes.codes[:, :1]]), votes.schema, ["a", "b", "c", "d", "a2"]
    )
    grouped = LabelModel(column_groups=[["a", "a2"]]).fit(copied)
    assert grouped.evidence_share_ == LabelModel().fit(votes).evidence_share_
    expected = LabelModel().fit(votes).predict_proba(votes)
    np.testing.assert_allclose(grouped.predict_proba(copied), expected)


def test_gold_corrects_items_with_the_same_votes_and_no_others() -> None:
    codes = [[1, -1]] * 30 + [[-1, 0]] * 30
    votes = VoteMatrix.from_array(codes, ["ham", "spam"])
    gold = np.full(60, -1)
    gold[:5] = 0  # where the first function votes spam, it is ham
    before = LabelModel().fit(votes).predict_proba(votes)
    after = LabelModel().fit(votes, gold).predict_proba(votes)
    assert after[20, 0] > before[20, 0] + 0.25
    assert abs(after[40, 0] - before[40, 0]) < 0.1


def test_one_answer_turns_no_pattern_that_votes_are_sure_of() -> None:
    codes = [[1, 1, -1]] * 30 + [[-1, -1, 0]] * 30
    votes = VoteMatrix.from_array(codes, ["ham", "spam"])
    gold = [0] + [None] * 59
    assert LabelModel().fit(votes, gold).predict(votes)[10] == 1


def test_gold_is_saved_with_the_model(tmp_path) -> None:
    votes, truth = synthetic_votes(100, 4)
    model = LabelModel().fit(votes, np.where(np.arange(100) < 20, truth, -1))
    model.save(tmp_path / "model.npz")
    loaded = load_label_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.predict_proba(votes), model.predict_proba(votes))


def test_what_the_columns_are_is_seen_from_the_votes_or_said() -> None:
    rules, _ = synthetic_votes(200, 6, one_class_share=1.0)
    crowd, _ = synthetic_votes(200, 30, one_class_share=0.0, coverage=0.3)
    assert LabelModel().fit(rules).columns_ == "rules"
    assert LabelModel().fit(crowd).columns_ == "crowd"
    assert isinstance(LabelModel().fit(crowd).model_, DawidSkene)
    assert isinstance(LabelModel(columns="rules").fit(crowd).model_, PrecisionNaiveBayes)


def test_other_columns_are_refused_in_words() -> None:
    votes, _ = synthetic_votes(50, 3)
    with pytest.raises(ParameterError, match="columns of LabelModel is 'people', must be one of"):
        LabelModel(columns="people").fit(votes)


@pytest.mark.shared
def test_on_published_labeling_functions_it_is_better_than_majority_vote_and_honest(
    shared, monkeypatch
) -> None:
    ours, majority = _on_published("lf", shared, monkeypatch)
    assert ours["metric"] >= majority["metric"] + 0.04
    assert ours["log_loss"] <= 0.67
    assert ours["brier"] <= 0.355


@pytest.mark.shared
def test_on_published_crowds_it_is_better_than_majority_vote_and_honest(
    shared, monkeypatch
) -> None:
    ours, majority = _on_published("crowd", shared, monkeypatch)
    assert ours["metric"] >= majority["metric"] + 0.03
    assert ours["log_loss"] <= 0.6


def _on_published(kind, shared, monkeypatch):
    monkeypatch.syspath_prepend(str(shared / "bench"))
    import bench

    found = ([], [])
    for name in bench.names(kind):
        codes, _, n_classes = bench.load(name)
        votes = VoteMatrix.from_array(codes, [str(y) for y in range(n_classes)])
        for model, scores in zip((LabelModel(), MajorityVote()), found, strict=True):
            scores.append(bench.score(name, model.fit(votes).predict_proba(votes)))
    return [{f: np.mean([score[f] for score in scores]) for f in scores[0]} for scores in found]


def test_model_inside_is_held_and_not_inherited() -> None:
    votes, _ = synthetic_votes(50, 3)
    model = LabelModel().fit(votes)
    assert isinstance(model.model_, PrecisionNaiveBayes)
    assert not isinstance(model, PrecisionNaiveBayes)


def test_learned_attributes_are_those_of_the_model_inside() -> None:
    votes, _ = synthetic_votes(50, 3)
    model = LabelModel().fit(votes)
    assert model.precision_ is model.model_.precision_
    assert model.accuracy_ is model.model_.accuracy_
    assert model.class_prior_ is model.model_.class_prior_
    assert (model.n_iter_, model.converged_) == (1, False)


def test_given_class_prior_is_kept() -> None:
    votes, _ = synthetic_votes(50, 3)
    assert LabelModel(class_prior=[0.1, 0.9]).fit(votes).class_prior_.tolist() == [0.1, 0.9]


def test_wrong_class_prior_names_the_model_that_was_called() -> None:
    votes, _ = synthetic_votes(50, 3)
    with pytest.raises(ParameterError, match=r"^class_prior of LabelModel is \[1\.0\], must be 2"):
        LabelModel(class_prior=[1.0]).fit(votes)


def test_provenance_names_the_model_that_was_called() -> None:
    votes, _ = synthetic_votes(50, 3)
    assert LabelModel().fit(votes).soft_labels(votes).provenance == "model:LabelModel"
