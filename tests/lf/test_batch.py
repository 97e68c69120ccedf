"""batch_lf: a function of whole columns."""

import pickle
import re

import numpy as np
import pytest

import weaklabel as wl
from weaklabel.errors import AnswerError, LabelingFunctionError, ParameterError
from weaklabel.lf import batch_lf

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

TABLE = {"item_id": ["a", "b", "c"], "n": [1, 5, None], "text": ["win", None, "no"]}
SCHEMA = ["ham", "spam"]


@batch_lf(columns=["n", "text"])
def liked(n, text):
    """Short and liked."""
    return np.where((n > 2) | (text == "win"), "spam", None)


def codes(lf, table=TABLE, **options):
    return wl.apply(lf, table, SCHEMA, **options).codes[:, 0].tolist()


def test_it_gets_whole_columns():
    assert codes(liked) == [1, 1, -1]


def test_one_item_is_a_column_of_one():
    assert (liked({"n": 3, "text": ""}), liked({"n": 1, "text": "x"})) == ("spam", None)


@pytest.mark.parametrize(
    ("form", "kind"),
    [("pandas", pd.Series), ("arrow", pa.ChunkedArray), ("numpy", np.ndarray), ("list", list)],
)
def test_form_of_the_columns(form, kind):
    seen = []

    def function(text):
        seen.append(type(text))
        return [None] * len(text)

    lf = batch_lf(function, form=form)
    assert codes(lf) == [-1, -1, -1]
    lf("one")
    assert seen == [kind, kind]


@pytest.mark.parametrize(
    "answers",
    [[1, None, 0], np.array([1, -1, 0]), pd.Series([1, np.nan, 0]), ("spam", -1, "ham")],
)
def test_answers_may_be_names_codes_and_nulls(answers):
    assert codes(batch_lf(lambda text: answers, name="f")) == [1, -1, 0]


def test_wrong_answer_names_the_item():
    lf = batch_lf(lambda text: ["spam", "spma", None], name="f")
    with pytest.raises(AnswerError, match=r"'f' answered 'spma' on item 'b'.*Did you mean 'spam'"):
        codes(lf)


def test_probabilities_are_no_answers():
    lf = batch_lf(lambda text: np.full((len(text), 2), 0.5), name="f")
    with pytest.raises(AnswerError, match=r"'f' answered array\(\[0.5, 0.5\]\) on item 'a'"):
        codes(lf)


def test_wrong_number_of_answers_is_said():
    with pytest.raises(
        LabelingFunctionError, match="'f' failed: the function gave 1 answers for 3"
    ):
        codes(batch_lf(lambda text: [1], name="f"))


def test_item_at_fault_is_named_and_the_others_have_their_votes():
    lf = batch_lf(lambda text: [1 / len(t) and "spam" for t in text], name="f", form="list")
    table = {"item_id": ["a", "b"], "text": ["", "x"]}
    with pytest.raises(LabelingFunctionError, match="'f' raised ZeroDivisionError on item 'a'"):
        codes(lf, table)
    with pytest.warns(wl.errors.DataWarning, match="'f' on 1 of 2 items"):
        assert codes(lf, table, on_error="abstain") == [-1, 1]


def test_name_and_description_are_those_of_the_function():
    assert (liked.name, liked.description, liked.kind) == ("liked", "Short and liked.", "batch")
    assert batch_lf(len, "n", "m").name == "m"


def test_version_is_that_of_the_source():
    def made(bound):
        def f(n):
            return [1 if v > bound else None for v in n]

        return batch_lf(f, "n")

    assert made(1).version == made(1).version
    assert made(1).version != made(2).version


def test_it_is_pickled_by_reference():
    assert pickle.loads(pickle.dumps(liked)) is liked  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((),), "batch_lf is (), must be a function of columns"),
        ((len, []), "columns is [], must be a column or a list of columns"),
        ((len, [""]), "columns is '', must be the name of a column"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        batch_lf(*arguments)


def test_wrong_form_is_refused():
    with pytest.raises(ParameterError, match="form is 'polars', must be one of 'pandas', 'arrow'"):
        batch_lf(len, form="polars")


def test_a_labeling_function_is_decorated_once():
    with pytest.raises(ParameterError, match="Decorate a function once"):
        batch_lf(liked)
