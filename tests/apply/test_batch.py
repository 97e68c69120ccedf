"""BatchApplier: record batch of items in, record batch of votes out, in any process."""

import json
import pickle
import shutil
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.apply import apply
from weaklabel.apply._batch import FAILURES, BatchApplier, merge_failures, pack_failures
from weaklabel.core import LabelSchema
from weaklabel.errors import AnswerError, ItemsError, LabelingFunctionError, ParameterError
from weaklabel.lf import collect_lfs, keyword_lf, labeling_function

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
SCHEMA = LabelSchema(["ham", "spam"])
WIN = keyword_lf("win", "spam", name="win")


@labeling_function
def shouts(item):
    return "spam" if item.text.isupper() else None


def applier(*lfs, on_error="raise", chunk_rows=65_536, schema=SCHEMA):
    return BatchApplier(lfs or (WIN, shouts), schema, "key", on_error, chunk_rows)


def batch(texts, start=0):
    ids = pa.array(range(start, start + len(texts)), pa.int64())
    return pa.RecordBatch.from_pydict({"key": ids, "text": pa.array(texts, pa.string())})


def test_votes_are_class_codes_under_the_names_of_the_functions():
    votes = applier()(batch(["win", "WIN", "no"]))
    assert votes.to_pydict() == {
        "item_id": ["0", "1", "2"],
        "win": [1, 1, -1],
        "shouts": [-1, 1, -1],
    }
    assert [str(field.type) for field in votes.schema] == ["string", "int8", "int8"]


def test_classes_and_versions_are_in_the_metadata():
    header = json.loads(applier(WIN)(batch(["win"])).schema.metadata[b"weaklabel"])
    assert header == {"classes": ["ham", "spam"], "versions": {"win": WIN.version}}


def test_many_classes_take_int16():
    classes = LabelSchema([f"c{i}" for i in range(200)])
    votes = applier(keyword_lf("win", 150, name="w"), schema=classes)(batch(["win"]))
    assert str(votes.schema.field("w").type) == "int16"
    assert votes.column("w").to_pylist() == [150]


def test_empty_batch_gives_an_empty_batch():
    assert applier()(batch([])).num_rows == 0
    assert applier(on_error="abstain")(batch([])).num_rows == 0


def test_slices_are_read_where_they_begin():
    assert applier(WIN)(batch(["win", "no", "win", "no"]).slice(1, 2)).to_pydict() == {
        "item_id": ["1", "2"],
        "win": [-1, 1],
    }


def test_failures_travel_in_the_first_row():
    votes = applier(on_error="abstain")(batch([None, "WIN", None]))
    told = votes.column(FAILURES).to_pylist()
    assert told[1:] == [None, None]
    merged = merge_failures([told[0]])
    assert list(merged) == ["shouts"]
    assert merged["shouts"][0] == 2
    assert merged["shouts"][1].startswith("AttributeError on item '0'")
    assert applier(on_error="abstain")(batch(["WIN"])).column(FAILURES).to_pylist() == [None]


def test_failures_of_batches_add_up_and_the_first_cause_stays():
    packed = [pack_failures({"a": (2, "x"), "b": (1, "y")}), pack_failures({"a": (3, "é")})]
    assert merge_failures(packed) == {"a": (5, "x"), "b": (1, "y")}
    assert pack_failures({}) is None
    assert merge_failures([]) == {}


def test_failure_that_is_fatal_names_function_and_item():
    with pytest.raises(
        LabelingFunctionError, match="labeling function 'shouts' raised AttributeError on item '5'"
    ):
        applier()(batch([None], start=5))


def test_answer_that_is_no_class_is_an_error_whatever_happens_to_failures():
    wrong = labeling_function("wrong")(lambda item: "sapm")
    with pytest.raises(AnswerError, match="Did you mean 'spam'"):
        applier(wrong, on_error="abstain")(batch(["a"]))


@pytest.mark.parametrize(
    ("keys", "words"), [(["a", "a"], "1 duplicates"), (["a", None], "missing")]
)
def test_ids_of_a_batch_are_checked(keys, words):
    twice = pa.RecordBatch.from_pydict({"key": keys, "text": ["x", "y"]})
    with pytest.raises(ItemsError, match=rf"id column 'key'.*{words}"):
        applier(WIN)(twice)


@pytest.mark.parametrize("name", ["item_id", FAILURES])
def test_function_cannot_have_the_name_of_a_column_of_the_votes(name):
    with pytest.raises(ParameterError, match=f"labeling function '{name}' has the name of a"):
        applier(keyword_lf("win", "spam", name=name))


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["win", "WIN it"])), min_size=1
    ),
    st.lists(st.integers(0, 40), max_size=4),
    st.integers(1, 50),
)
def test_votes_are_those_of_memory_however_the_items_are_cut(texts, cuts, chunk_rows):
    lower = labeling_function("lower")(lambda item: "ham" if (item.text or "").islower() else None)
    texts = [t.encode("utf-8", "ignore").decode() if t else t for t in texts]
    whole = batch(texts)
    ends = sorted({0, len(texts), *(min(cut, len(texts)) for cut in cuts)})
    parts = [whole.slice(a, b - a) for a, b in pairwise(ends)]
    found = pa.Table.from_batches(applier(WIN, lower, chunk_rows=chunk_rows).map(parts))
    codes = apply([WIN, lower], pa.table(whole), SCHEMA, id_column="key").codes
    assert np.array_equal(np.column_stack([found["win"], found["lower"]]), codes)


def test_batches_are_cut_to_chunks():
    sizes = [votes.num_rows for votes in applier(WIN, chunk_rows=2).map([batch(["a"] * 5)])]
    assert sizes == [2, 2, 1]
    assert [votes.num_rows for votes in applier(WIN).map([batch([])])] == [0]


def test_what_was_pickled_gives_the_same_votes():
    here = 3
    closure = labeling_function("closure")(lambda item: "ham" if len(item.text) > here else None)
    one = applier(WIN, closure, on_error="abstain", chunk_rows=7)
    again = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own, a line before
    assert again.chunk_rows == 7
    assert again(batch(["win", "long text"])).equals(one(batch(["win", "long text"])))


def test_functions_of_a_script_work_in_a_process_that_does_not_have_it(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import pickle, sys, weaklabel as wl\n"
        "from weaklabel.apply._batch import BatchApplier\n"
        "LIMIT = 3\n"
        "@wl.labeling_function\n"
        "def long(item):\n"
        "    return 'ham' if len(item.text) > LIMIT else None\n"
        "applier = BatchApplier((long,), wl.LabelSchema(['ham', 'spam']), 'key', 'raise')\n"
        "sys.stdout.buffer.write(pickle.dumps(applier))\n"
    )
    written = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout
    found = pickle.loads(written)  # noqa: S301 - from the script above
    assert found(batch(["long text", "no"])).column("long").to_pylist() == [0, -1]


def test_functions_of_a_collected_file_work_in_a_process_that_cannot_import_it(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "words_of_mine.py").write_text("LONG = 5\n")
    (folder / "lfs.py").write_text(
        "import re\n"
        "import weaklabel as wl\n"
        "from words_of_mine import LONG\n"
        "DIGITS = re.compile(r'[0-9]+')\n"
        "def number_of(text):\n"
        "    return sum(map(int, DIGITS.findall(text)))\n"
        "@wl.preprocessor\n"
        "def number(item):\n"
        "    return number_of(item.text)\n"
        "@wl.labeling_function(preprocessors=[number])\n"
        "def much(item):\n"
        "    return 'spam' if item.number > LONG else None\n"
        "def asked(texts):\n"
        "    return ['ham' if number_of(text) < LONG else None for text in texts]\n"
        "asks = wl.model_lf(asked, name='asks')\n"
        "class Doubles:\n"
        "    def predict_proba(self, texts):\n"
        "        return [[1.0, 0.0] if number_of(t) == 2 * LONG else [0.0, 1.0] for t in texts]\n"
        "doubles = wl.classifier_lf(Doubles(), ['ham', 'spam'], 'doubles')\n"
        "win = wl.keyword_lf('win', 'spam', name='win')\n"
    )
    one = applier(*collect_lfs(folder))
    items = batch(["win 3 and 4", "nothing", "10", "5"])
    expected = one(items)
    assert expected.to_pydict() == {
        "item_id": ["0", "1", "2", "3"],
        "much": [1, -1, 1, -1],
        "asks": [-1, 0, -1, -1],
        "doubles": [1, 1, 0, 1],
        "win": [1, -1, -1, -1],
    }
    (tmp_path / "applier").write_bytes(pickle.dumps(one))
    with pa.ipc.new_stream(tmp_path / "items", items.schema) as writer:
        writer.write_batch(items)
    shutil.rmtree(folder)
    code = (
        "import pickle, pathlib, pyarrow as pa\n"
        "applier = pickle.loads(pathlib.Path('applier').read_bytes())\n"
        "batch = pa.ipc.open_stream(pathlib.Path('items').read_bytes()).read_next_batch()\n"
        "print(applier(batch).to_pydict())\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert told.stdout == f"{expected.to_pydict()}\n"
