"""Pickling by reference: where a module holds the object, and only there."""

import pickle
import subprocess
import sys
import threading

import pytest

from weaklabel.errors import LabelingFunctionError
from weaklabel.lf import (
    LabelingFunction,
    Preprocessor,
    collect_lfs,
    keyword_lf,
    labeling_function,
    preprocessor,
)
from weaklabel.lf._pickling import dump_functions, load_functions, reference


class Holder:
    def __init__(self, function):
        self.function = function

    def __reduce__(self):
        return reference(self, self.function)


@Holder
def held():
    return 1


def test_what_a_module_holds_is_found_again():
    assert pickle.loads(pickle.dumps(held)) is held  # noqa: S301 - made above


def test_what_no_module_holds_has_no_reference():
    assert reference(Holder(held.function), held.function) is None
    assert reference(held, lambda: 1) is None
    assert reference(held, 7) is None


def in_another_process(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


LOAD = """
import sys
from weaklabel.lf._pickling import load_functions
with open(sys.argv[1], "rb") as file:
    print(*(lf({"text": "win a prize"}) for lf in load_functions(file.read())))
"""


def loaded_elsewhere(lfs, tmp_path):
    file = tmp_path / "functions"
    file.write_bytes(dump_functions(lfs))
    return in_another_process(LOAD, str(file))


WORDS = frozenset({"win"})


@preprocessor
def words(item):
    return set(item.text.split())


@labeling_function(preprocessors=[words], resources={"label": "spam"})
def of_this_module(item, label):
    return label if WORDS & item.words else None


def test_functions_of_a_module_that_others_cannot_import_take_their_code_along(tmp_path):
    least = 3
    closure = labeling_function("closure")(lambda item: "spam" if len(item.text) > least else None)
    lfs = [of_this_module, closure, keyword_lf("prize", "spam")]
    assert loaded_elsewhere(lfs, tmp_path) == ["spam"] * 3


def test_functions_of_collected_files_take_their_code_along(tmp_path):
    (tmp_path / "words_of.py").write_text("LIST = ['win']\ndef has(t):\n    return LIST[0] in t\n")
    (tmp_path / "lfs.py").write_text(
        "import weaklabel as wl\nfrom words_of import has\n"
        "@wl.labeling_function\ndef wins(item):\n    return 'spam' if has(item.text) else None\n"
    )
    assert loaded_elsewhere(collect_lfs(tmp_path), tmp_path) == ["spam"]


SCRIPT = """
import sys
import weaklabel as wl
from weaklabel.lf._pickling import dump_functions
@wl.preprocessor
def size(item):
    return len(item.text)
@wl.labeling_function(preprocessors=[size])
def long(item):
    return "spam" if item.size > 3 else None
import cloudpickle
with open(sys.argv[1], "wb") as file:
    file.write(cloudpickle.dumps((long,)) if sys.argv[2] == "cloudpickle" else dump_functions([long]))
"""


@pytest.mark.parametrize("way", ["cloudpickle", "ours"])
def test_functions_of_a_script_take_their_code_along(way, tmp_path):
    in_another_process(SCRIPT, str(tmp_path / "functions"), way)
    assert in_another_process(LOAD, str(tmp_path / "functions")) == ["spam"]


def test_what_is_shared_stays_shared():
    lfs = [LabelingFunction(name, len, preprocessors=[words]) for name in "ab"]
    one, two = load_functions(dump_functions(lfs))
    assert one.preprocessors[0] is two.preprocessors[0]


def test_nothing_of_cloudpickle_is_changed_afterwards():
    import cloudpickle

    before = set(cloudpickle.list_registry_pickle_by_value())
    dump_functions([of_this_module])
    assert set(cloudpickle.list_registry_pickle_by_value()) == before


LOCK = threading.Lock()


def uses_global(item):
    return LOCK and None


class Holding:
    def __init__(self):
        self.lock = LOCK

    def method(self, item):
        return self.lock and None


@pytest.mark.parametrize(
    ("lf", "words"),
    [
        (LabelingFunction("f", uses_global), "the global 'LOCK' is a lock"),
        (LabelingFunction("f", lambda item, lock=LOCK: None), "a default is a lock"),
        (LabelingFunction("f", Holding().method), "the object that its method belongs to is a Holding"),
        (LabelingFunction("f", len, resources={"l": LOCK}), "its resource 'l' is a lock"),
        (
            LabelingFunction("f", len, preprocessors=[Preprocessor("p", uses_global)]),
            "the global 'LOCK' of preprocessor 'p' is a lock",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_named(lf, words):
    with pytest.raises(
        LabelingFunctionError,
        match=f"^labeling function 'f' cannot be sent to worker processes: {words} .*leave out n_jobs and timeout_seconds",
    ):
        dump_functions([keyword_lf("win", "spam"), lf])
