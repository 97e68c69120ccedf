import numpy as np
import pytest

from weaklabel.errors import FileFormatError, NotFittedError
from weaklabel.models import BaseLabelModel, MajorityVote, PrecisionNaiveBayes
from weaklabel.models._load import load_label_model
from weaklabel.models._model_file import ModelRecord, write_record
from weaklabel.testing import synthetic_votes

VOTES, _ = synthetic_votes(60, 4, seed=1)
FITTED = {"schema_": ("no", "yes"), "lf_names_": ("a",), "class_prior_": np.array([0.5, 0.5])}


class Foreign(MajorityVote):
    pass


def saved(tmp_path, model: BaseLabelModel) -> str:
    path = str(tmp_path / "model.npz")
    model.fit(VOTES).save(path)
    return path


def written(tmp_path, class_name: str, parameters, learned) -> str:
    path = str(tmp_path / "model.npz")
    write_record(ModelRecord(class_name, parameters, learned), path)
    return path


def test_loaded_model_has_parameters_estimates_and_names(tmp_path) -> None:
    model = PrecisionNaiveBayes(class_prior=[0.3, 0.7], max_iter=3, tol=1.0)
    loaded = load_label_model(saved(tmp_path, model))
    assert isinstance(loaded, PrecisionNaiveBayes)
    assert loaded.parameters() == model.parameters()
    assert loaded.precision_.tobytes() == model.precision_.tobytes()
    assert (loaded.schema_, loaded.lf_names_) == (VOTES.schema, VOTES.lf_names)
    assert (loaded.n_iter_, loaded.converged_) == (model.n_iter_, model.converged_)


def test_unfitted_model_is_not_saved(tmp_path) -> None:
    with pytest.raises(NotFittedError):
        MajorityVote().save(tmp_path / "model.npz")


def test_class_of_somebody_else_is_not_loaded(tmp_path) -> None:
    with pytest.raises(FileFormatError, match="holds a model 'Foreign', must be one of"):
        load_label_model(saved(tmp_path, Foreign()))


def test_parameter_that_this_version_does_not_have_is_refused(tmp_path) -> None:
    path = written(tmp_path, "MajorityVote", {"power": 2}, FITTED)
    with pytest.raises(FileFormatError, match="does not describe a fitted MajorityVote: parameter"):
        load_label_model(path)


@pytest.mark.parametrize(
    "learned",
    [
        {},
        FITTED | {"schema_": ("no",)},
        FITTED | {"lf_names_": None},
        FITTED | {"predict": 1},
        FITTED | {"__class_": 1},
    ],
)
def test_estimates_that_make_no_fitted_model_are_refused(tmp_path, learned) -> None:
    path = written(tmp_path, "MajorityVote", {}, learned)
    with pytest.raises(FileFormatError, match="does not describe a fitted MajorityVote"):
        load_label_model(path)
