import numpy as np
import pytest

from weaklabel.errors import ParameterError
from weaklabel.models._parameters import (
    check_class_prior,
    check_column_groups,
    check_em_parameters,
)


def test_no_class_prior_means_estimate_it() -> None:
    assert check_class_prior("M", None, 3) is None


def test_class_prior_comes_back_as_an_array_that_sums_to_one() -> None:
    prior = check_class_prior("M", [0.3, 0.7000001], 2)
    assert prior is not None
    assert prior.sum() == pytest.approx(1.0, abs=1e-15)


@pytest.mark.parametrize(
    "wrong", [[1.0], [0.5, 0.6], [1.0, 0.0], [1.5, -0.5], [np.nan, 1.0], "half", [[0.5], [0.5]]]
)
def test_wrong_class_prior_is_refused(wrong: object) -> None:
    with pytest.raises(ParameterError, match="must be 2 positive numbers that sum to 1"):
        check_class_prior("M", wrong, 2)  # type: ignore[arg-type]  # the mistake under test


def test_message_of_a_wrong_class_prior_says_what_to_do() -> None:
    with pytest.raises(ParameterError) as caught:
        check_class_prior("DawidSkene", [0.5, 0.6], 2)
    assert str(caught.value) == (
        "class_prior of DawidSkene is [0.5, 0.6], must be 2 positive numbers that sum to 1, one "
        "for each class. Use None to estimate it from the votes."
    )


def test_message_of_a_wrong_tol_names_the_model() -> None:
    with pytest.raises(ParameterError) as caught:
        check_em_parameters("DawidSkene", 10, -1.0)
    assert str(caught.value) == (
        "tol of DawidSkene is -1.0, must be a number in [0, inf). Use the default 1e-4."
    )


def test_message_of_a_wrong_max_iter_names_the_model() -> None:
    with pytest.raises(ParameterError) as caught:
        check_em_parameters("DawidSkene", 0, 1.0)
    assert str(caught.value) == (
        "max_iter of DawidSkene is 0, must be an integer of at least 1. "
        "Give the largest number of iterations."
    )


NAMES = ("prompt_1", "prompt_2", "has_link")


@pytest.mark.parametrize(
    "groups", [{"prompts": ["prompt_1", "prompt_2"]}, [("prompt_1", "prompt_2")]]
)
def test_groups_become_a_group_of_each_column(groups) -> None:
    group_of = check_column_groups("M", groups, NAMES)
    assert group_of is not None
    assert group_of.tolist() == [0, 0, -1]


def test_no_groups_are_none() -> None:
    assert check_column_groups("M", None, NAMES) is None


@pytest.mark.parametrize("wrong", ["prompts", [], {}, {"a": []}, {"a": "has_link"}, [[1]], 3])
def test_what_is_no_groups_is_refused(wrong: object) -> None:
    with pytest.raises(ParameterError, match="must be a mapping of group names to lists"):
        check_column_groups("M", wrong, NAMES)  # type: ignore[arg-type]  # the mistake under test


def test_unknown_column_of_a_group_is_named() -> None:
    with pytest.raises(ParameterError) as caught:
        check_column_groups("M", {"prompts": ["prompt_1", "prompt_9"]}, NAMES)
    assert str(caught.value) == (
        "column_groups of M is wrong: 'prompt_9' in column_groups['prompts'] is no labeling "
        "function of votes, must be one of 'prompt_1', 'prompt_2', 'has_link'."
    )


def test_column_in_two_groups_is_named() -> None:
    with pytest.raises(ParameterError) as caught:
        check_column_groups("M", [["prompt_1"], ["prompt_1", "has_link"]], NAMES)
    assert str(caught.value) == (
        "column_groups of M is wrong: 'prompt_1' in column_groups[1] is in a group already, "
        "must be in one at most."
    )
