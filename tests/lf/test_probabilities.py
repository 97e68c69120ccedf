"""What classifiers and models share."""

import numpy as np
import pytest

from weaklabel.errors import LabelingFunctionError, ParameterError
from weaklabel.lf._probabilities import check_classes, sure_codes


def test_sure_is_highest_alone_and_high_enough():
    proba = np.array([[0.8, 0.2], [0.79, 0.21], [0.5, 0.5], [0.0, 1.0]])
    assert sure_codes(proba, 0.8).tolist() == [0, -1, -1, 1]
    assert sure_codes(proba, 0.0).tolist() == [0, 0, -1, 1]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_no_number_is_refused_by_name(wrong):
    with pytest.raises(LabelingFunctionError, match="my model gave NaN or infinity"):
        sure_codes(np.array([[wrong, 1.0]]), 0.5, "my model")


def test_classes_are_names_or_codes():
    assert check_classes(["ham", 1]) == ("ham", 1)


@pytest.mark.parametrize("classes", ["ab", ["a"], []])
def test_classes_must_be_two(classes):
    with pytest.raises(ParameterError, match="must be a class for each column"):
        check_classes(classes)
