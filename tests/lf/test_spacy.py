"""spacy_doc: documents in batches, loaded when needed."""

import pickle

import pytest

from weaklabel.apply._rows import ItemRows
from weaklabel.core import as_items
from weaklabel.errors import (
    DataWarning,
    LabelingFunctionError,
    MissingDependencyError,
    ParameterError,
)
from weaklabel.lf import labeling_function, spacy_doc


class Pipeline:
    """Splits at spaces, and counts how often it is asked."""

    def __init__(self):
        self.batches = []

    def pipe(self, texts, batch_size):
        taken = list(texts)
        self.batches.append((len(taken), batch_size))
        return (text.split() for text in taken)


def test_language_code_gives_a_blank_pipeline():
    pytest.importorskip("spacy", reason="spacy is not installed")
    doc = spacy_doc("en")("Don't click!")
    assert [token.text for token in doc] == ["Do", "n't", "click", "!"]


def test_missing_text_gives_an_empty_document():
    pytest.importorskip("spacy", reason="spacy is not installed")
    assert len(spacy_doc("en")({"text": None})) == 0


def test_document_is_on_the_item():
    pytest.importorskip("spacy", reason="spacy is not installed")
    lf = labeling_function("long", preprocessors=[spacy_doc("en")])(lambda item: len(item.doc))
    assert lf("one two three") == 3


def test_pipeline_object_is_used_as_it_is():
    assert spacy_doc(Pipeline(), column="title", name="words")("a b") == ["a", "b"]


def test_pipeline_gets_items_in_batches():
    nlp = Pipeline()
    values = spacy_doc(nlp, batch_size=2).values([{"text": "a b"}, {"text": 7}, {"text": None}])
    assert values == [["a", "b"], ["7"], []]
    assert nlp.batches == [(3, 2)]


def test_it_reads_its_column():
    assert spacy_doc("en", column="title").columns == ("title",)


def test_version_follows_pipeline_and_column():
    versions = {spacy_doc(*arguments).version for arguments in [("en",), ("de",), ("en", "title")]}
    assert len(versions) == 3
    assert spacy_doc("en").version == spacy_doc("en", batch_size=9).version


def test_pickle_keeps_it():
    copy = pickle.loads(pickle.dumps(spacy_doc("de")))  # noqa: S301 - made above
    assert copy.version == spacy_doc("de").version


def test_version_of_a_pipeline_object_follows_its_configuration():
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    longer = spacy.blank("en")
    longer.add_pipe("sentencizer")
    plain = spacy_doc(spacy.blank("en")).version
    assert plain == spacy_doc(spacy.blank("en")).version != spacy_doc(longer).version


def test_pipeline_that_is_not_installed_says_what_to_run():
    pytest.importorskip("spacy", reason="spacy is not installed")
    with pytest.raises(
        ParameterError, match=r"pipeline is 'en_no_such'.*python -m spacy download en_no_such"
    ):
        spacy_doc("en_no_such")("hi")


@pytest.mark.parametrize("pipeline", ["", None, 3])
def test_wrong_pipeline_is_refused(pipeline):
    with pytest.raises(ParameterError, match=r"^pipeline is .*, must be a language code"):
        spacy_doc(pipeline)


def test_wrong_batch_size_is_refused():
    with pytest.raises(ParameterError, match="batch_size is 0, must be an integer of at least 1"):
        spacy_doc(batch_size=0)


def rows_with(doc, texts):
    return ItemRows(as_items(texts), is_fatal=True).rows([doc])


def test_items_of_one_text_share_a_document():
    nlp = Pipeline()
    doc = spacy_doc(nlp, batch_size=9)
    assert [row.doc for row in rows_with(doc, ["a b", "c", "a b"])] == [
        ["a", "b"],
        ["c"],
        ["a", "b"],
    ]
    assert nlp.batches == [(2, 9)]


def test_a_blank_pipeline_gives_what_its_pipe_gives():
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    texts = [
        "",
        "Don't  click!\n",
        "👍🏽 e\u0301 İ \u2028",
        "http://a.b/c?d=e (x).",
        " a",
        "a" * 5000,
    ]
    made = [row.doc for row in rows_with(spacy_doc("en"), texts)]
    for ours, theirs in zip(made, spacy.blank("en").pipe(texts), strict=True):
        assert [(t.text, t.whitespace_) for t in ours] == [(t.text, t.whitespace_) for t in theirs]


def test_a_text_that_is_too_long_fails_on_its_item():
    pytest.importorskip("spacy", reason="spacy is not installed")
    items = as_items([{"item_id": "a", "text": "hi"}, {"item_id": "b", "text": "a " * 500_001}])
    with pytest.raises(
        LabelingFunctionError, match=r"'doc' raised ValueError on item 'b': \[E088\]"
    ):
        ItemRows(items, is_fatal=True).rows([spacy_doc("en")])


def test_documents_that_are_kept_are_the_same(tmp_path):
    spacy = pytest.importorskip("spacy", reason="spacy is not installed")
    texts = [f"Text {i}. It's 👍 good! e\u0301" for i in range(600)]

    def made():
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        ruler = nlp.add_pipe("entity_ruler")
        ruler.add_patterns([{"label": "NUMBER", "pattern": "7"}])
        counted = []
        nlp.make_doc, make = lambda text: counted.append(text) or make(text), nlp.make_doc
        documents = [row.doc for row in rows_with(spacy_doc(nlp, cache=tmp_path), texts)]
        seen = [
            (d.text, [s.text for s in d.sents], [(e.text, e.label_) for e in d.ents], len(d))
            for d in documents
        ]
        return seen, len(counted)

    first, n_first = made()
    assert n_first == 600
    assert first[7][2] == [("7", "NUMBER")]
    assert made() == (first, 0)


def test_a_damaged_cache_is_computed_again(tmp_path):
    pytest.importorskip("spacy", reason="spacy is not installed")
    doc = spacy_doc("en", cache=tmp_path)
    rows_with(doc, ["a b"])
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"nothing of use" * 99)
    with pytest.warns(DataWarning, match="cannot be read"):
        assert [len(row.doc) for row in rows_with(doc, ["a b"])] == [2]


def test_preparing_loads_the_pipeline():
    with pytest.raises((ParameterError, MissingDependencyError)):
        spacy_doc("en_no_such").function.prepare()
