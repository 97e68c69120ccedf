"""ItemRows: rows and preprocessors' values are made once and shared."""

import pytest

from weaklabel.apply._rows import ItemRows
from weaklabel.core import as_items
from weaklabel.errors import ItemsError, LabelingFunctionError, ParameterError
from weaklabel.lf import Preprocessor, preprocessor, spacy_doc

ITEMS = as_items(
    [{"id": "a", "text": "x y", "n likes": 1}, {"id": "b", "text": None, "n likes": 2}],
    id_column="id",
)


def rows_of(*preprocessors, is_fatal=True, items=ITEMS):
    return ItemRows(items, is_fatal=is_fatal).rows(preprocessors)


@preprocessor
def tokens(item):
    return item.text.split()


def test_row_has_all_columns_and_none_for_nulls():
    first, second = rows_of()
    assert (first.text, first["n likes"], second.text) == ("x y", 1, None)


def test_rows_and_columns_are_made_once():
    made = ItemRows(ITEMS, is_fatal=True)
    assert made.rows() is made.rows()
    assert made.column("text") is made.column("text")


def test_preprocessor_runs_once_for_each_item():
    seen = []
    length = Preprocessor("length", lambda item: seen.append(item.id) or 1)
    after = Preprocessor("after", lambda item: item.length + 1, preprocessors=[length])
    made = ItemRows(ITEMS, is_fatal=True)
    assert [row.after for row in made.rows([after])] == [2, 2]
    assert [row.length for row in made.rows([length, after])] == [1, 1]
    assert seen == ["a", "b"]


def test_equal_preprocessors_are_one():
    class Config:
        def to_str(self):
            return "nothing"

    class Pipeline:
        n_calls = 0

        def __init__(self):
            self.meta = {"name": "plain"}
            self.config = Config()

        def pipe(self, texts, batch_size):
            Pipeline.n_calls += 1
            return list(texts)

    nlp = Pipeline()
    made = ItemRows(ITEMS, is_fatal=True)
    made.rows([spacy_doc(nlp)])
    made.rows([spacy_doc(nlp)])
    assert Pipeline.n_calls == 1


def test_row_has_only_the_values_that_are_named():
    made = ItemRows(as_items(["a b"]), is_fatal=True)
    made.rows([tokens])
    assert not hasattr(made.rows()[0], "tokens")


def test_seconds_are_kept_by_name():
    made = ItemRows(as_items(["a b"]), is_fatal=True)
    made.rows([tokens])
    assert list(made.seconds) == ["tokens"]


def test_preprocessor_that_raises_names_itself_and_the_item():
    with pytest.raises(
        LabelingFunctionError, match=r"^preprocessor 'tokens' raised AttributeError on item 'b': "
    ):
        rows_of(tokens)


def test_batch_preprocessor_that_raises_names_the_item():
    wrong = Preprocessor("wrong", lambda items: [len(i.text) for i in items], is_batch=True)
    with pytest.raises(
        LabelingFunctionError, match=r"preprocessor 'wrong' raised TypeError on item 'b'"
    ):
        rows_of(wrong)


def test_error_of_the_library_in_a_preprocessor_is_not_about_an_item():
    wrong = Preprocessor("wrong", lambda items: [], is_batch=True)
    with pytest.raises(ParameterError, match="'wrong' gave 0 values for 2 items"):
        rows_of(wrong)


@pytest.mark.parametrize("is_batch", [False, True])
def test_failure_that_is_not_fatal_leaves_no_value(is_batch):
    count = Preprocessor(
        "count",
        (lambda items: [len(i.text) for i in items]) if is_batch else (lambda i: len(i.text)),
        is_batch=is_batch,
    )
    after = Preprocessor("after", lambda item: item.count + 1, preprocessors=[count])
    made = ItemRows(ITEMS, is_fatal=False)
    assert [row.after for row in made.rows([after])] == [4, None]
    assert list(made.failed([after])) == [1]
    assert "preprocessor 'count' raised TypeError on item 'b'" in made.failed([after])[1]


def test_preprocessor_may_not_have_the_name_of_a_column():
    text = Preprocessor("text", lambda item: 1)
    with pytest.raises(ItemsError, match="preprocessor 'text' has the name of a column"):
        rows_of(text)
