"""Example and lf_file."""

import ast

import numpy as np
import pytest

from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import LabelsError, ParameterError
from weaklabel.examples import Example, lf_file


def make(gold: list[int]) -> Example:
    return Example(
        name="toy",
        items=as_items(["a", "b"]),
        gold=np.array(gold, dtype=np.int8),
        schema=LabelSchema(["ham", "spam"]),
        description="Two letters.",
        lf_file=lf_file("tumours"),
    )


def test_an_example_shows_its_size_and_its_classes():
    assert repr(make([0, 1])) == "Example(toy: 2 items, classes ham, spam)"


def test_gold_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        make([0, 1]).gold[0] = 1


def test_gold_of_another_length_is_refused():
    with pytest.raises(LabelsError, match=r"gold has shape \(1,\), must be \(2,\)"):
        make([0])


@pytest.mark.parametrize("name", ["youtube_spam", "tumours"])
def test_the_bundled_files_exist_and_are_python(name):
    path = lf_file(name)
    assert path.name == f"{name}.py"
    ast.parse(path.read_text(encoding="utf-8"))


def test_an_unknown_file_is_refused_with_the_known_names():
    with pytest.raises(ParameterError, match="must be one of 'youtube_spam', 'tumours'"):
        lf_file("tumors")
