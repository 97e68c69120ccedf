"""expression_lf: by arrays what Python says item by item."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import weaklabel as wl
from weaklabel.errors import LabelingFunctionError, ParameterError
from weaklabel.lf import expression_lf

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

NUMBERS = st.none() | st.integers(-(2**60), 2**60) | st.integers(-3, 3)
FLOATS = st.none() | st.floats() | st.sampled_from([0.0, -0.0, 2.5, float(2**53)])
TEXTS = st.none() | st.sampled_from(["Ann", "bob", ""])
ROWS = st.lists(
    st.tuples(NUMBERS, FLOATS, TEXTS, st.none() | st.booleans()), min_size=1, max_size=8
)
LEAVES = st.sampled_from(
    [
        "n < 2", "n >= -1", "n == 2.0", "n != 2.5", "x > 2", "x <= 2.5", "x == 0", "n > x", "n + 1 < x * 2", "n - n == 0",
        "1 < n <= 3", "who == 'Ann'", "who in ('Ann', '')", "len(who) > 2", "ok", "ok == True", "not ok", "n", "n in (1, 2)",
        "x > -1.5", "n / 2 > 1", "9007199254740993 > n", "x < 9007199254740993",
    ]
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(
            lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
        )
        | inner.map(lambda one: f"not ({one})")
    ),
    max_leaves=4,
)


@settings(max_examples=200)
@given(ROWS, CONDITIONS)
@example([(2**53 + 1, float(2**53), "", True)], "n > x")
@example([(None, math.nan, None, None)], "not (n < 2)")
def test_arrays_say_what_items_say(rows, condition):
    lf = expression_lf(condition, "spam")
    kinds = {"n": pa.int64(), "x": pa.float64(), "who": pa.string(), "ok": pa.bool_()}
    columns = dict(zip(kinds, map(list, zip(*rows, strict=True)), strict=True))
    arrays = {name: pa.chunked_array([pa.array(columns[name], kinds[name])]) for name in kinds}
    alone = lf.vote_columns(columns, len(rows))
    answers, places = lf.rule.choose(arrays)
    assert [None if place < 0 else answers[place] for place in places.tolist()] == alone
    for row, vote in zip(rows, alone, strict=True):
        read = [dict(zip(kinds, row, strict=True))[name] for name in lf.columns]
        if any(value is None or value != value for value in read):
            assert vote is None
        else:
            holds = eval(condition, {}, dict(zip(kinds, row, strict=True)))  # noqa: S307 - our own texts
            assert vote == ("spam" if holds else None)


def apply(condition, table):
    table = {"item_id": ["a", "b", "c"], **table}
    return wl.apply(expression_lf(condition, 1, "f"), table, ["ham", "spam"]).codes[:, 0].tolist()


def test_votes_on_a_table():
    assert apply("n < 5 and likes >= 10", {"n": [1, 9, 1], "likes": [10, 10, None]}) == [1, -1, -1]


def test_second_part_is_asked_only_where_the_first_holds():
    assert apply("d != 0 and n / d > 1", {"n": [3, 3, 1], "d": [1, 0, 1]}) == [1, -1, -1]


def test_item_at_fault_is_named():
    with pytest.raises(LabelingFunctionError, match="'f' raised ZeroDivisionError on item 'b'"):
        apply("n / d > 1", {"n": [3, 3, 1], "d": [1, 0, 1]})
    with pytest.raises(LabelingFunctionError, match="'f' raised TypeError on item 'a'"):
        apply("who > 3", {"who": ["x", "y", "z"]})


def test_name_description_and_settings():
    lf = expression_lf("n_words<5   and likes>=10", "ham")
    assert lf.name == "expression_n_words_5_and_likes_10_ham"
    assert lf.description == "n_words < 5 and likes >= 10"
    assert lf.columns == ("n_words", "likes")
    assert dict(lf.settings) == {"expression": "n_words < 5 and likes >= 10", "label": "ham"}


def test_spaces_change_no_version():
    assert expression_lf("n<5", 1).version == expression_lf("n  <  5", 1).version
    assert expression_lf("n<5", 1).version != expression_lf("n<=5", 1).version


def test_wrong_expression_and_label_are_refused():
    with pytest.raises(ParameterError, match=r"has 'who\.lower\(\)', must be made of columns"):
        expression_lf("who.lower() == 'a'", 1)
    with pytest.raises(ParameterError, match="label is None, must be a class name or a code"):
        expression_lf("n > 1", None)
