"""classifier_lf: votes where a classifier is sure."""

import numpy as np
import pytest

from weaklabel.errors import LabelingFunctionError, ParameterError
from weaklabel.lf import classifier_lf


class Length:
    """P(long) is the length of the text in tenths."""

    def __init__(self):
        self.n_seen = 0

    def predict_proba(self, texts):
        self.n_seen += len(texts)
        long = np.array([min(len(text), 10) / 10 for text in texts])
        return np.column_stack([1 - long, long])


class Returns:
    def __init__(self, proba):
        self.proba = proba

    def predict_proba(self, rows):
        return self.proba


def test_votes_at_the_least_probability_and_above():
    lf = classifier_lf(Length(), ["short", "long"], min_probability=0.8)
    texts = ["a" * 8, "a" * 7, "a", None, "a" * 5]
    assert lf.vote_columns({"text": texts}, 5) == ["long", None, "short", None, None]


def test_null_is_not_shown_to_the_classifier():
    model = Length()
    classifier_lf(model, ["short", "long"]).vote_columns({"text": [None, "a", None]}, 3)
    assert model.n_seen == 1


def test_two_classes_alike_are_an_abstain():
    assert classifier_lf(Returns([[0.5, 0.5]]), ["a", "b"], min_probability=0)("x") is None


def test_classes_may_be_codes():
    assert classifier_lf(Returns([[0.1, 0.9]]), [1, 0])("x") == 0


def test_columns_of_numbers_become_an_array():
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    model = linear.LogisticRegression().fit([[0, 0], [9, 9]] * 5, [0, 1] * 5)
    lf = classifier_lf(model, ["low", "high"], columns=["u", "v"])
    columns = {"u": [0, 9, None, 5], "v": [0, 9, 1, float("nan")]}
    assert lf.vote_columns(columns, 4) == ["low", "high", None, None]


def test_model_fitted_on_a_frame_gets_a_frame():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    frame = pd.DataFrame({"u": [0, 9] * 5, "v": [0, 9] * 5})
    model = linear.LogisticRegression().fit(frame, [0, 1] * 5)
    lf = classifier_lf(model, ["low", "high"], columns=["u", "v"])
    assert lf.vote_columns({"u": [0, 9], "v": [0, 9]}, 2) == ["low", "high"]


def test_version_follows_what_the_model_learned():
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    rows = [[0.0], [1.0]] * 5

    def version(answers):
        model = linear.LogisticRegression().fit(rows, answers)
        return classifier_lf(model, ["a", "b"], columns=["u"]).version

    assert version([0, 1] * 5) == version([0, 1] * 5) != version([1, 0] * 5)


def test_wrong_number_of_classes_is_an_error():
    lf = classifier_lf(Returns([[0.2, 0.3, 0.5]]), ["a", "b"])
    with pytest.raises(
        LabelingFunctionError, match=r"Returns.predict_proba gave shape \(1, 3\), must be \(1, 2\)"
    ):
        lf("x")


def test_nan_probability_is_an_error():
    with pytest.raises(LabelingFunctionError, match="predict_proba gave NaN"):
        classifier_lf(Returns([[np.nan, 0.3]]), ["a", "b"])("x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"model": object()}, "model is a object, must have a method predict_proba"),
        ({"classes": ["a"]}, r"classes is \['a'\], must be a class for each column"),
        ({"classes": "ab"}, r"classes is 'ab', must be a class for each column"),
        ({"classes": ["a", None]}, r"classes\[1\] is None, must be a class name"),
        ({"columns": []}, r"columns is \[\], must be a column or a list of columns"),
        ({"min_probability": 2}, r"min_probability is 2, must be a number in \[0, 1\]"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        classifier_lf(**{"model": Length(), "classes": ["a", "b"]} | arguments)
