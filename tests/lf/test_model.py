"""model_lf: labels or probabilities of batches."""

import re

import numpy as np
import pytest

import weaklabel as wl
from weaklabel.errors import LabelingFunctionError, ParameterError
from weaklabel.lf import model_lf

SCHEMA = ["ham", "spam"]


def votes(lf, items=("BUY", "nice", None, "NOW")):
    table = {"item_id": [str(i) for i in range(len(items))], "text": list(items)}
    return wl.apply(lf, table, SCHEMA).codes[:, 0].tolist()


def labels(texts):
    return ["spam" if text.isupper() else None for text in texts]


def proba(texts):
    return [[0.1, 0.9] if text.isupper() else [0.5, 0.5] for text in texts]


def test_labels_are_votes():
    assert votes(model_lf(labels)) == [1, -1, -1, 1]


def test_probabilities_are_votes_where_it_is_sure():
    assert votes(model_lf(proba, ["ham", "spam"])) == [1, -1, -1, 1]
    assert votes(model_lf(proba, ["ham", "spam"], min_probability=0.95)) == [-1] * 4
    assert votes(model_lf(proba, ["ham", "spam"], min_probability=0.0)) == [1, -1, -1, 1]


def test_it_gets_batches_and_no_missing_text():
    sizes = []

    def model(texts):
        assert None not in texts
        sizes.append(len(texts))
        return [None] * len(texts)

    votes(model_lf(model, batch_size=2))
    assert sizes == [2, 1]


def test_several_columns_come_as_dicts():
    def model(items):
        return ["spam" if item["n"] > 1 and item["who"] == "Bob" else "ham" for item in items]

    lf = model_lf(model, columns=["n", "who"])
    table = {"item_id": ["a", "b"], "n": [1, 2], "who": ["Ann", "Bob"]}
    assert wl.apply(lf, table, SCHEMA).codes[:, 0].tolist() == [0, 1]


def test_item_at_fault_is_named():
    def model(texts):
        if "nice" in texts:
            raise ConnectionError("gone")
        return [None] * len(texts)

    with pytest.raises(
        LabelingFunctionError, match="'model_model' raised ConnectionError on item '1'"
    ):
        votes(model_lf(model))


@pytest.mark.parametrize(
    ("function", "classes", "message"),
    [
        (lambda texts: ["spam"], None, "the function gave 1 answers for 3 items"),
        (lambda texts: np.ones((3, 3)), SCHEMA, "probabilities of shape (3, 3), must be (3, 2)"),
        (lambda texts: np.full((3, 2), np.nan), SCHEMA, "the model gave NaN or infinity"),
    ],
)
def test_wrong_answers_are_said(function, classes, message):
    with pytest.raises(LabelingFunctionError, match=re.escape(message)):
        votes(model_lf(function, classes, "m"))


def test_batch_size_changes_no_version():
    assert model_lf(labels).version == model_lf(labels, batch_size=1).version
    assert model_lf(labels).version != model_lf(proba, SCHEMA).version


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((3,), {}, "function is 3, must be a function of a list of items"),
        ((len,), {"columns": []}, "columns is [], must be a column or a list of columns"),
        ((len,), {"batch_size": 0}, "batch_size is 0, must be an integer of at least 1"),
        ((len,), {"min_probability": 2}, "min_probability is 2, must be a number in [0, 1]"),
        ((len, ["ham"]), {}, "classes is ['ham'], must be a class for each column"),
    ],
)
def test_wrong_arguments_are_refused(arguments, options, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        model_lf(*arguments, **options)
