import numpy as np
import pytest

from weaklabel.errors import ParameterError
from weaklabel.models import LabelModel, PrecisionNaiveBayes
from weaklabel.testing import synthetic_votes


def test_default_gives_what_the_model_inside_gives() -> None:
    votes, _ = synthetic_votes(200, 6, n_classes=3, one_class_share=0.5)
    expected = PrecisionNaiveBayes().fit(votes).predict_proba(votes)
    assert np.array_equal(LabelModel().fit(votes).predict_proba(votes), expected)


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
