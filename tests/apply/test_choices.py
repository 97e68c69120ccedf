"""codes_of_choices: codes of answers kept once, and what is said of a wrong one."""

import numpy as np
import pytest

from weaklabel.apply._choices import choices_of, codes_of_choices
from weaklabel.apply._rows import ItemRows
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import AnswerError
from weaklabel.lf import batch_lf, keyword_lf, labeling_function, lookup_lf, threshold_lf
from weaklabel.lf._rule import Choices

SCHEMA = LabelSchema(["ham", "spam"])
ITEMS = as_items(
    [{"item_id": k, "n": n, "who": w} for k, n, w in [("a", 1, "Ann"), ("b", 5, "Bob")]]
)
ROWS = ItemRows(ITEMS, is_fatal=True)


def codes(answers, places):
    return codes_of_choices(Choices(answers, np.array(places)), SCHEMA, "f", "abcdef").tolist()


def test_each_answer_becomes_its_code():
    assert codes(["spam", 0, None], [0, 1, 2, -1, 0]) == [1, 0, -1, -1, 1]


def test_nobody_votes():
    assert codes(["spam"], [-1, -1]) == [-1, -1]
    assert codes([], [-1]) == [-1]


def test_answer_that_no_item_has_may_be_anything():
    assert codes(["typo", "spam"], [1, -1]) == [1, -1]


def test_wrong_answer_names_the_first_item_that_has_it():
    message = r"'f' answered 'spma' on item 'c', must be .* Did you mean 'spam'\?"
    with pytest.raises(AnswerError, match=message):
        codes(["ham", "spma"], [0, -1, 1, 1])


def test_codes_are_int16_where_there_are_many_classes():
    many = LabelSchema([f"c{n}" for n in range(200)])
    assert codes_of_choices(Choices(["c150"], np.array([0])), many, "f", "a").tolist() == [150]


@pytest.mark.parametrize(
    ("lf", "expected"),
    [
        (threshold_lf("n", "spam", above=2), [-1, 1]),
        (lookup_lf({"ann": "ham", "bob": 1}, column="who"), [0, 1]),
        (batch_lf(lambda n: (n > 2).to_numpy().astype(int), "n", "b"), [0, 1]),
    ],
)
def test_rules_that_read_arrow(lf, expected):
    found = choices_of(lf, ROWS)
    assert codes_of_choices(found, SCHEMA, lf.name, ROWS.item_ids).tolist() == expected


@labeling_function
def row(item):
    return None


def broken(n):
    raise ValueError("no")


@pytest.mark.parametrize(
    "lf",
    [
        row,
        keyword_lf("a", "spam", column="who"),
        threshold_lf("who", 1, above=1),
        batch_lf(broken, "n"),
    ],
)
def test_others_and_those_that_raise_are_asked_otherwise(lf):
    assert choices_of(lf, ROWS) is None
