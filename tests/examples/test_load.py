"""load_example."""

import pytest

from weaklabel.errors import ParameterError
from weaklabel.examples import load_example


@pytest.mark.parametrize("name", ["spam", "tumours"])
def test_an_example_is_loaded_by_its_name(name):
    assert load_example(name).name == name


def test_an_unknown_example_is_refused_with_the_known_names():
    with pytest.raises(ParameterError, match="'youtube', must be one of 'spam', 'tumours'"):
        load_example("youtube")
