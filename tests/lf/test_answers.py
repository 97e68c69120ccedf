"""as_answers: whatever a function of many items gives, one plain answer for each."""

import numpy as np
import pytest

from weaklabel.errors import LabelingFunctionError
from weaklabel.lf._answers import as_answers

pd = pytest.importorskip("pandas", reason="pandas is not installed")


@pytest.mark.parametrize(
    ("found", "answers"),
    [
        (["spam", None], ["spam", None]),
        (("spam", 1), ["spam", 1]),
        (iter([1, -1]), [1, -1]),
        (np.array([1, -1]), [1, -1]),
        (np.array([1.0, np.nan]), [1, None]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.where([True, False], "ham", None), ["ham", None]),
        (pd.Series([1.0, np.nan]), [1, None]),
        (pd.Series(["a", None]), ["a", None]),
        (pd.Series([1, pd.NA], dtype="Int64"), [1, None]),
        (pd.Categorical(["a", None]), ["a", None]),
        ([pd.NA, float("nan")], [None, None]),
        (np.array([0.5, 1.0]), [0.5, 1.0]),
    ],
)
def test_answers_are_plain(found, answers):
    assert as_answers(found, 2) == answers


@pytest.mark.parametrize("found", ["ab", None, 1, b"ab", {"a": 1, "b": 2}])
def test_one_answer_for_all_is_refused(found):
    with pytest.raises(LabelingFunctionError, match="must give a list or an array with one answer"):
        as_answers(found, 2)


def test_another_number_of_answers_is_refused():
    with pytest.raises(
        LabelingFunctionError, match="gave 3 answers for 2 items, must give one for"
    ):
        as_answers([1, 2, 3], 2)


def test_rows_of_an_array_are_no_answers():
    rows = as_answers(np.array([[0.1, 0.9], [0.5, 0.5]]), 2)
    assert all(isinstance(row, np.ndarray) for row in rows)  # which codes_of refuses by name
