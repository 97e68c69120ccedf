"""LabelModel: what it takes the columns for, and what it makes of the votes."""

import numpy as np
import pytest

from weaklabel import VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import DawidSkene, LabelModel, MajorityVote, PrecisionNaiveBayes
from weaklabel.testing import synthetic_votes


def test_the_posterior_is_the_mean_of_the_model_inside_and_of_smoothed_vote_shares() -> None:
    codes = [[1, 1, -1], [1, -1, 0], [-1, -1, -1]]
    votes = VoteMatrix.from_array(codes, ["ham", "spam"])
    model = LabelModel().fit(votes)
    inside = model.model_.predict_proba(votes)
    expected = [
        (inside[0] + np.array([0.3, 2.3]) / 2.6) / 2,
        (inside[1] + np.array([0.5, 0.5])) / 2,
        model.class_prior_,
    ]
    np.testing.assert_allclose(model.predict_proba(votes), expected)


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
def test_on_published_crowds_it_is_better_than_majority_vote(shared, monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(shared / "bench"))
    import bench

    ours, majority = [], []
    for name in bench.names("crowd"):
        codes, _, n_classes = bench.load(name)
        votes = VoteMatrix.from_array(codes, [str(y) for y in range(n_classes)])
        for model, found in ((LabelModel(), ours), (MajorityVote(), majority)):
            found.append(bench.score(name, model.fit(votes).predict_proba(votes)))
    assert np.mean([f["metric"] for f in ours]) >= np.mean([f["metric"] for f in majority]) + 0.03
    assert np.mean([f["log_loss"] for f in ours]) <= 0.6


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
