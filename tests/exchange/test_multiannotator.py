"""to_multiannotator and from_multiannotator: cleanlab's tables, and back."""

import numpy as np
import pandas as pd
import pytest
from cleanlab.multiannotator import convert_long_to_wide_dataset, get_majority_vote_label
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.exchange import from_multiannotator, to_multiannotator

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
LOG = DecisionLog(
    [
        Decision("b", "spam", "bob", AT),
        Decision("a", "ham", "ann", AT),
        Decision("b", "other", "ann", AT),
        Decision("a", None, "bob", AT),
        Decision("c", None, "ann", AT),
        Decision("b", "ham", "cy", AT),
        Decision("b", "spam", "cy", AT),
        Decision("a", None, "dee", AT),
    ]
)


def said(log):
    return {(d.item_id, d.reviewer, d.label) for d in log.standing if d.label is not None}


def test_the_wide_table_has_codes_and_nan():
    table = to_multiannotator(LOG, SCHEMA)
    assert table.index.tolist() == ["a", "b"]
    assert table.columns.tolist() == ["ann", "bob", "cy"]
    np.testing.assert_array_equal(table, [[0, np.nan, np.nan], [2, 1, 1]])
    assert set(table.dtypes) == {np.dtype("float64")}


def test_the_long_table_has_a_row_for_each_answer():
    table = to_multiannotator(LOG, SCHEMA, form="long")
    assert table.columns.tolist() == ["task", "annotator", "label"]
    assert table.to_numpy().tolist() == [
        ["a", "ann", 0],
        ["b", "ann", 2],
        ["b", "bob", 1],
        ["b", "cy", 1],
    ]


def test_cleanlab_takes_both():
    wide = to_multiannotator(LOG, SCHEMA)
    assert get_majority_vote_label(wide, verbose=False).tolist() == [0, 1]
    theirs = convert_long_to_wide_dataset(to_multiannotator(LOG, SCHEMA, form="long"))
    pd.testing.assert_frame_equal(theirs, wide, check_names=False, check_dtype=False)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"),
            st.sampled_from(["ham", "spam", "other", None]),
            st.sampled_from(["ann", "bob"]),
        ),
        max_size=12,
    ),
    st.sampled_from(["wide", "long"]),
)
def test_answers_come_back(answers, form):
    log = DecisionLog(Decision(item, label, who, AT) for item, label, who in answers)
    table = to_multiannotator(log, SCHEMA, form=form)
    back = from_multiannotator(table, SCHEMA, decided_at=AT, form=form)
    assert said(back) == said(log)
    assert len(back) == len(said(log))


def test_names_codes_and_every_kind_of_missing_are_understood():
    table = pd.DataFrame(
        {"ann": ["ham", 1, None], "bob": [pd.NA, 2.0, np.nan]}, index=["a", "b", "c"], dtype=object
    )
    log = from_multiannotator(table, SCHEMA, decided_at=AT)
    assert [(d.item_id, d.reviewer, d.label) for d in log] == [
        ("a", "ann", "ham"),
        ("b", "ann", "spam"),
        ("b", "bob", "other"),
    ]


def test_nullable_integers_are_understood():
    table = pd.DataFrame({"ann": pd.array([0, None], dtype="Int64")}, index=["a", "b"])
    assert said(from_multiannotator(table, SCHEMA, decided_at=AT)) == {("a", "ann", "ham")}


def test_whole_numbers_are_ids_and_names():
    table = pd.DataFrame([[0, 1]], index=[7], columns=[1, 2])
    log = from_multiannotator(table, SCHEMA, decided_at=AT)
    assert said(log) == {("7", "1", "ham"), ("7", "2", "spam")}


def test_time_and_stratum_are_those_given():
    table = pd.DataFrame({"ann": [0]}, index=["a"])
    (decision,) = from_multiannotator(table, SCHEMA, decided_at=AT, stratum="random")
    assert (decision.decided_at, decision.stratum, decision.proposed) == (AT, "random", None)


def test_a_label_that_is_no_class_is_named_with_its_place():
    wide = pd.DataFrame({"ann": ["eggs"]}, index=["a"])
    with pytest.raises(DecisionsError, match="table\\['a', 'ann'\\] is no class: label is 'eggs'"):
        from_multiannotator(wide, SCHEMA, decided_at=AT)
    long = pd.DataFrame({"task": ["a", "b"], "annotator": ["ann"] * 2, "label": [0, 3]})
    with pytest.raises(DecisionsError, match="table\\[row 1\\] is no class: label is 3"):
        from_multiannotator(long, SCHEMA, decided_at=AT, form="long")


def test_minus_one_is_no_empty_cell():
    with pytest.raises(DecisionsError, match="is -1, must be a class\\. Leave the cell empty"):
        from_multiannotator(pd.DataFrame({"ann": [-1]}, index=["a"]), SCHEMA, decided_at=AT)


def test_two_labels_of_one_reviewer_for_one_item_are_refused():
    long = pd.DataFrame({"task": ["a", "a"], "annotator": ["ann"] * 2, "label": [0, 1]})
    with pytest.raises(DecisionsError, match="table\\[row 1\\] is a second label of 'ann' for 'a'"):
        from_multiannotator(long, SCHEMA, decided_at=AT, form="long")
    wide = pd.DataFrame({"ann": [0, 0]}, index=["a", "a"])
    with pytest.raises(DecisionsError, match="is a second label of 'ann' for 'a'"):
        from_multiannotator(wide, SCHEMA, decided_at=AT)


@pytest.mark.parametrize("value", ["", None, 1.5, True])
def test_an_id_or_a_name_that_is_missing_is_refused(value):
    long = pd.DataFrame({"task": ["a"], "annotator": [value], "label": [0]}, dtype=object)
    with pytest.raises(DecisionsError, match="reviewer of table\\[row 0\\] is"):
        from_multiannotator(long, SCHEMA, decided_at=AT, form="long")
    long = pd.DataFrame({"task": [value], "annotator": ["ann"], "label": [0]}, dtype=object)
    with pytest.raises(DecisionsError, match="item id of table\\[row 0\\] is"):
        from_multiannotator(long, SCHEMA, decided_at=AT, form="long")


def test_the_long_form_needs_its_columns():
    with pytest.raises(ParameterError, match="it lacks \\['annotator', 'label'\\]"):
        from_multiannotator(pd.DataFrame({"task": ["a"]}), SCHEMA, decided_at=AT, form="long")


def test_a_time_needs_its_offset():
    with pytest.raises(
        DecisionsError, match="decided_at is '2026-05-04', must be an ISO 8601 time"
    ):
        from_multiannotator(
            pd.DataFrame({"ann": [0]}, index=["a"]), SCHEMA, decided_at="2026-05-04"
        )


def test_wrong_arguments_are_named():
    with pytest.raises(ParameterError, match="form is 'tall', must be one of 'wide', 'long'"):
        to_multiannotator(LOG, SCHEMA, form="tall")
    with pytest.raises(ParameterError, match="form is 'tall'"):
        from_multiannotator(pd.DataFrame(), SCHEMA, decided_at=AT, form="tall")
    with pytest.raises(ParameterError, match=r"table is .* must be a DataFrame"):
        from_multiannotator(np.zeros((1, 1)), SCHEMA, decided_at=AT)
    with pytest.raises(ParameterError, match="must be a DecisionLog"):
        to_multiannotator(SCHEMA, LOG)


def test_nothing_is_an_empty_table_and_an_empty_log():
    for form in ("wide", "long"):
        table = to_multiannotator(DecisionLog(), SCHEMA, form=form)
        assert len(table) == 0
        assert len(from_multiannotator(table, SCHEMA, decided_at=AT, form=form)) == 0
