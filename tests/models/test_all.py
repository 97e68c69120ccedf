"""Label models by name."""

import pytest

from weaklabel import models
from weaklabel.errors import ParameterError
from weaklabel.models import DawidSkene, label_model, label_model_names


def test_names_are_those_of_the_classes() -> None:
    names = label_model_names()
    assert [type(label_model(name)).__name__ for name in names] == list(names)
    assert {"LabelModel", "MajorityVote"} <= set(names)


def test_every_label_model_that_is_exported_has_a_name() -> None:
    exported = {
        name
        for name in models.__all__
        if isinstance(thing := getattr(models, name), type)
        and issubclass(thing, models.BaseLabelModel)
    }
    assert exported - {"BaseLabelModel"} == set(label_model_names())


def test_parameters_reach_the_constructor() -> None:
    model = label_model("DawidSkene", smoothing=2.0)
    assert isinstance(model, DawidSkene)
    assert model.smoothing == 2.0


def test_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(ParameterError) as caught:
        label_model("MajorityVoter")
    names = ", ".join(repr(name) for name in label_model_names())
    assert str(caught.value) == (
        f"label model is 'MajorityVoter', must be one of {names}. Did you mean 'MajorityVote'?"
    )


def test_name_like_no_other_gets_the_default_as_advice() -> None:
    with pytest.raises(ParameterError, match="Use 'LabelModel' if in doubt"):
        label_model("xyz")


def test_unknown_parameter_lists_those_of_the_model() -> None:
    with pytest.raises(ParameterError) as caught:
        label_model("DawidSkene", smooth=1.0)
    assert str(caught.value) == (
        "parameter of DawidSkene is 'smooth', must be one of 'abstain_informative', 'max_iter', "
        "'tol', 'smoothing', 'class_prior', 'column_groups'."
    )


def test_parameters_of_a_model_with_few_are_all_named() -> None:
    with pytest.raises(ParameterError, match="must be one of 'class_prior', 'column_groups'"):
        label_model("MajorityVote", tol=1.0)
