"""apply: votes from every kind of items, and every way to be wrong."""

import logging
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.apply import apply, apply_with_report
from weaklabel.core import LabelSchema, as_items
from weaklabel.errors import (
    AnswerError,
    DataWarning,
    ItemsError,
    LabelingFunctionError,
    ParameterError,
    SchemaError,
)
from weaklabel.lf import (
    classifier_lf,
    keyword_lf,
    labeling_function,
    lookup_lf,
    preprocessor,
    regex_lf,
    spacy_doc,
    threshold_lf,
)

CLASSES = ["ham", "spam"]
TEXTS = ["WIN a phone", "nice song", "", "see http://x.example", "win win 👍🏽", "nice song"]


@preprocessor
def tokens(item):
    return (item.text or "").split()


@labeling_function(preprocessors=[tokens], resources={"praise": frozenset({"nice", "love"})})
def praises(item, praise):
    return "ham" if praise & set(item.tokens) else None


@labeling_function
def short(item):
    return 0 if item["text"] is not None and len(item.text) < 3 else -1


LFS = [
    keyword_lf("win", "spam", name="win"),
    regex_lf("https?://", 1, name="link"),
    lookup_lf({"nice song": "ham"}, name="known"),
    praises,
    short,
]
EXPECTED = [
    [1, -1, -1, -1, -1],
    [-1, -1, 0, 0, -1],
    [-1, -1, -1, -1, 0],
    [-1, 1, -1, -1, -1],
    [1, -1, -1, -1, -1],
    [-1, -1, 0, 0, -1],
]


def pandas_frame(columns):
    return pytest.importorskip("pandas", reason="pandas is not installed").DataFrame(columns)


def polars_frame(columns):
    return pytest.importorskip("polars", reason="polars is not installed").DataFrame(columns)


def polars_lazy(columns):
    return polars_frame(columns).lazy()


def arrow_table(columns):
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed").table(columns)


def dask_frame(columns):
    dataframe = pytest.importorskip("dask.dataframe", reason="dask is not installed")
    return dataframe.from_pandas(pandas_frame(columns), npartitions=2)


def list_of_dicts(columns):
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize(
    "form",
    [dict, pandas_frame, polars_frame, polars_lazy, arrow_table, dask_frame, list_of_dicts],
)
def test_votes_are_the_same_from_every_form_of_items(form):
    columns = {"id": [f"i{i}" for i in range(6)], "text": TEXTS}
    engine = "memory" if form is dask_frame else "auto"
    votes = apply(LFS, form(columns), CLASSES, engine=engine, id_column="id")
    assert votes.codes.tolist() == EXPECTED
    assert votes.item_ids.tolist() == columns["id"]
    assert votes.lf_names == ("win", "link", "known", "praises", "short")


def test_votes_on_texts_and_on_items_are_the_same():
    assert apply(LFS, TEXTS, CLASSES).codes.tolist() == EXPECTED
    assert apply(LFS, as_items(TEXTS), LabelSchema(CLASSES)).codes.tolist() == EXPECTED


def test_one_labeling_function_needs_no_list():
    assert apply(LFS[0], TEXTS, CLASSES).n_lfs == 1


def test_generator_of_labeling_functions_is_taken():
    assert apply((lf for lf in LFS), TEXTS, CLASSES).n_lfs == 5


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)))
def test_order_of_items_permutes_the_votes_and_nothing_else(order):
    ids = [f"i{i}" for i in range(6)]
    there = {"item_id": [ids[i] for i in order], "text": [TEXTS[i] for i in order]}
    votes = apply(LFS, there, CLASSES)
    assert votes.codes.tolist() == [EXPECTED[i] for i in order]
    assert votes.item_ids.tolist() == there["item_id"]


def test_null_text_abstains_where_declared_and_is_none_on_rows():
    seen = []

    @labeling_function
    def sees(item):
        seen.append(item.text)

    items = [{"text": None, "n": float("nan")}, {"text": "win", "n": 2.0}]
    lfs = [LFS[0], sees, threshold_lf("n", "spam", above=1, name="n")]
    assert apply(lfs, items, CLASSES).codes.tolist() == [[-1, -1, -1], [1, -1, 1]]
    assert seen == [None, "win"]


def test_nan_text_of_pandas_is_null():
    frame = pandas_frame({"text": ["win", float("nan"), None]})
    assert apply(LFS[0], frame, CLASSES).codes[:, 0].tolist() == [1, -1, -1]


def test_codes_names_none_and_numpy_values_are_votes():
    answers = ["spam", 0, None, -1, np.int64(1), np.str_("ham")]
    lf = labeling_function("f", resources={"answers": answers})(
        lambda item, answers: answers[item.n]
    )
    votes = apply(lf, [{"n": n} for n in range(6)], CLASSES)
    assert votes.codes[:, 0].tolist() == [1, 0, -1, -1, 1, 0]


def test_many_classes_need_int16():
    classes = [f"c{i}" for i in range(200)]
    lf = labeling_function("last")(lambda item: "c199")
    assert apply(lf, ["a"], classes).codes.dtype == np.int16


def test_report_has_seconds_failures_and_names():
    report = apply_with_report(LFS, TEXTS, CLASSES)
    assert list(report.seconds) == list(report.failures) == list(report.recomputed)
    assert report.recomputed == report.votes.lf_names
    assert all(seconds >= 0 for seconds in report.seconds.values())
    assert set(report.failures.values()) == {0}
    assert list(report.preprocessing_seconds) == ["tokens"]


def test_spacy_documents_are_on_the_items():
    pytest.importorskip("spacy", reason="spacy is not installed")
    doc = spacy_doc("en")
    long = labeling_function("long", preprocessors=[doc])(lambda item: int(len(item.doc) > 2))
    assert apply(long, ["a b c", None], CLASSES).codes[:, 0].tolist() == [1, 0]


@labeling_function
def fails(item):
    if "win" in item.text.lower():
        raise ValueError("no winners")
    return "ham"


def test_function_that_raises_names_itself_the_item_and_the_cause():
    items = {"item_id": ["x", "y"], "text": ["nice", "win"]}
    with pytest.raises(
        LabelingFunctionError,
        match=r"^labeling function 'fails' raised ValueError on item 'y': no winners$",
    ) as caught:
        apply(fails, items, CLASSES)
    assert isinstance(caught.value.__cause__, ValueError)


def test_missing_field_is_told_with_the_fields_that_exist():
    with pytest.raises(
        LabelingFunctionError,
        match=r"AttributeError on item 'x': an item has no field 'text', it has",
    ):
        apply(fails, {"item_id": ["x"], "comment": ["win"]}, CLASSES)


def test_failures_count_as_abstain_when_asked_and_are_warned_of_once():
    items = {"item_id": ["x", "y", "z"], "text": ["nice", "win", "WIN"]}
    with pytest.warns(DataWarning) as caught:
        report = apply_with_report([fails, short], items, CLASSES, on_error="abstain")
    assert [str(warning.message) for warning in caught] == [
        "labeling functions raised, which counts as abstain: 'fails' on 2 of 3 items, "
        "first ValueError on item 'y': no winners"
    ]
    assert report.votes.column("fails").tolist() == [0, -1, -1]
    assert dict(report.failures) == {"fails": 2, "short": 0}
    assert report.first_failures == {"fails": "ValueError on item 'y': no winners"}


def test_nothing_is_warned_of_without_failures():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        apply(LFS, TEXTS, CLASSES, on_error="abstain")


def test_preprocessor_that_raises_makes_its_functions_abstain_when_asked():
    broken = preprocessor(name="first")(lambda item: item.text[0])
    lf = labeling_function("f", preprocessors=[broken])(lambda item: int(item.first == "a"))
    with pytest.raises(LabelingFunctionError, match="preprocessor 'first' raised IndexError on"):
        apply(lf, ["a", ""], CLASSES)
    with pytest.warns(DataWarning, match="'f' on 1 of 2 items, first preprocessor 'first' raised"):
        votes = apply(lf, ["a", ""], CLASSES, on_error="abstain")
    assert votes.codes[:, 0].tolist() == [1, -1]


def test_failures_of_function_and_preprocessor_are_both_counted():
    broken = preprocessor(name="first")(lambda item: item.text[0])

    @labeling_function(preprocessors=[broken])
    def number(item):
        return int(item.first)

    items = {"item_id": list("abcd"), "text": ["1", "", "x", "0"]}
    with pytest.warns(DataWarning, match="'number' on 2 of 4 items"):
        report = apply_with_report(number, items, CLASSES, on_error="abstain")
    assert report.votes.codes[:, 0].tolist() == [1, -1, -1, 0]


def test_declared_function_that_raises_names_the_item():
    items = {"item_id": ["x", "y"], "n": ["1", "2"]}
    lf = threshold_lf("n", "spam", above=1, name="big")
    with pytest.raises(
        LabelingFunctionError, match=r"^labeling function 'big' raised TypeError on item 'x': "
    ):
        apply(lf, items, CLASSES)


def test_classifier_of_the_wrong_shape_is_named():
    class Three:
        def predict_proba(self, texts):
            return [[0.2, 0.3, 0.5]] * len(texts)

    with pytest.raises(
        LabelingFunctionError, match=r"labeling function 'three' failed: Three\.predict_proba gave"
    ):
        apply(classifier_lf(Three(), CLASSES, "three"), ["a"], CLASSES)


@pytest.mark.parametrize("answer", [7, "spma", 0.3, True, [1]])
@pytest.mark.parametrize("on_error", ["raise", "abstain"])
def test_answer_outside_the_schema_is_always_an_error(answer, on_error):
    lf = labeling_function("f")(lambda item: answer if item.text == "b" else None)
    with pytest.raises(AnswerError) as caught:
        apply(lf, {"item_id": ["x", "y"], "text": ["a", "b"]}, CLASSES, on_error=on_error)
    assert f"labeling function 'f' answered {answer!r} on item 'y', must be one of 'ham'" in str(
        caught.value
    )


def test_declared_label_outside_the_schema_is_an_error():
    with pytest.raises(AnswerError, match=r"'win' answered 'spam' on item .* one of 'a', 'b'"):
        apply(LFS[0], ["win"], ["a", "b"])


def test_missing_column_is_told_before_anything_runs():
    ran = []
    first = labeling_function("first")(lambda item: ran.append(1))
    lf = keyword_lf("win", "spam", column="txt")
    with pytest.raises(
        ItemsError, match=r"'keyword_txt_win_spam' reads column 'txt', the items have 'text'\."
    ):
        apply([first, lf], ["win"], CLASSES)
    assert ran == []


def test_column_of_a_preprocessor_is_checked_too():
    lf = labeling_function("f", preprocessors=[spacy_doc(column="body")])(lambda item: None)
    with pytest.raises(ItemsError, match="labeling function 'f' reads column 'body'"):
        apply(lf, ["win"], CLASSES)


@pytest.mark.parametrize(
    ("lfs", "message"),
    [
        ([], "lfs is empty, must have at least one labeling function"),
        ([LFS[0], LFS[0]], r"lfs\[0\] and lfs\[1\] are both named 'win', must have distinct names"),
        ([LFS[0], len], r"lfs\[1\] is <built-in function len>, must be a LabelingFunction"),
        (len, r"lfs\[0\] is <built-in function len>, must be a LabelingFunction"),
    ],
)
def test_wrong_labeling_functions_are_refused(lfs, message):
    with pytest.raises(ParameterError, match=message):
        apply(lfs, TEXTS, CLASSES)


def test_wrong_on_error_is_refused():
    with pytest.raises(ParameterError, match="on_error is 'skip', must be one of 'raise', 'abst"):
        apply(LFS, TEXTS, CLASSES, on_error="skip")


def test_no_items_and_duplicate_ids_are_refused():
    with pytest.raises(ItemsError, match="items is empty"):
        apply(LFS, [], CLASSES)
    with pytest.raises(ItemsError, match="1 duplicates, for example 'x' at positions 0 and 1"):
        apply(LFS, {"item_id": ["x", "x"], "text": ["a", "b"]}, CLASSES)


def test_one_class_is_refused():
    with pytest.raises(SchemaError, match="must be two or more class names"):
        apply(LFS, TEXTS, ["spam"])


def test_progress_bar_is_shown_when_asked(capsys):
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    apply(LFS, TEXTS, CLASSES, progress=True)
    assert "Applying labeling functions" in capsys.readouterr().err
    apply(LFS, TEXTS, CLASSES, progress=False)
    assert capsys.readouterr().err == ""


def test_nothing_is_logged_by_default(caplog):
    with caplog.at_level(logging.DEBUG, logger="weaklabel"):
        apply(LFS, TEXTS, CLASSES)
    assert caplog.records == []
