import pytest

from weaklabel.errors import ParameterError
from weaklabel.models._flag import check_flag


@pytest.mark.parametrize("value", [True, False])
def test_flag_comes_back(value: bool) -> None:
    assert check_flag("empirical_prior of EBCC", value) is value


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_anything_else_is_refused_in_words(value: object) -> None:
    with pytest.raises(ParameterError) as caught:
        check_flag("empirical_prior of EBCC", value)
    assert str(caught.value) == f"empirical_prior of EBCC is {value!r}, must be True or False."
