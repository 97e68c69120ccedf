"""fingerprint: the same in every process, and changed by whatever decides a vote."""

import datetime
import functools
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.lf import collect_lfs, labeling_function
from weaklabel.lf._version import fingerprint

LFS = '''
import re
import numpy as np
import weaklabel as wl
from weaklabel.lf import keyword_lf, labeling_function, preprocessor, threshold_lf

WORDS = {"free", "win", "money", "offer", "gift"}
PATTERN = re.compile("x+")
WEIGHTS = np.arange(3.0)
NESTED = {"a": [1, {"b", "c", "d"}], "e": (None, 2.5)}


class Box:
    def __init__(self):
        self.words = {"free", "win", "money", "offer"}


BOX = Box()


def helper(text):
    return bool(WORDS & set(text.split())) or other(text)


def other(text):
    return len(text) > LIMIT or text in BOX.words


@preprocessor
def tokens(item):
    return item.text.split()


@labeling_function(preprocessors=[tokens], resources={"more": {"x", "y", "z"}})
def first(item, more, *, default=frozenset({"p", "q", "r"})):
    """Docstring."""
    # comment
    if helper(item.text) and WEIGHTS.sum() > 1 and NESTED:
        return "spam"
    return wl.ABSTAIN if item.text in {"u", "v", "w"} else PATTERN.search(item.text) and "ham"


second = keyword_lf({"b", "a", "c"}, "spam")
LIMIT = 9
'''


def version_of(tmp_path, text, name="first"):
    path = tmp_path / "lfs.py"
    path.write_text(text)
    return {lf.name: lf.version for lf in collect_lfs(path)}[name]


def test_version_is_the_same_in_other_processes(tmp_path):
    path = tmp_path / "lfs.py"
    path.write_text(LFS)
    command = (
        "import sys; from weaklabel.lf import collect_lfs; "
        "print([lf.version for lf in collect_lfs(sys.argv[1])])"
    )
    here = str([lf.version for lf in collect_lfs(path)])
    for seed in ("1", "77"):
        run = subprocess.run(
            [sys.executable, "-c", command, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == here


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 9", "LIMIT = 8"),
        ('"free", "win", "money", "offer", "gift"', '"free", "win", "money", "offer"'),
        ('re.compile("x+")', 're.compile("x+", re.I)'),
        ("np.arange(3.0)", "np.arange(4.0)"),
        ('{"b", "c", "d"}', '{"b", "c", "e"}'),
        ('self.words = {"free", "win", "money", "offer"}', 'self.words = {"free"}'),
        ("len(text) > LIMIT", "len(text) >= LIMIT"),
        ('"more": {"x", "y", "z"}', '"more": {"x", "y"}'),
        ('frozenset({"p", "q", "r"})', 'frozenset({"p", "q"})'),
        ("item.text.split()", "item.text.lower().split()"),
        ('"ham"', '"spam"'),
        ('in {"u", "v", "w"}', 'in {"u", "v"}'),
    ],
)
def test_version_changes_with_what_decides_the_vote(tmp_path, old, new):
    assert old in LFS
    assert version_of(tmp_path, LFS) != version_of(tmp_path, LFS.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def first(", "def renamed("),
        ('"""Docstring."""', '"""Another."""'),
        ("    # comment\n", ""),
        ("LIMIT = 9", "LIMIT = 9\nUNUSED = 3"),
        ("\nWORDS", "\n\n\n# moved\nWORDS"),
        ("preprocessors=[tokens],", "tags=['t'], description='d', preprocessors=[tokens],"),
    ],
)
def test_version_stays_with_what_does_not(tmp_path, old, new):
    assert old in LFS
    changed = LFS.replace(old, new)
    name = "renamed" if "renamed" in changed else "first"
    assert version_of(tmp_path, LFS) == version_of(tmp_path, changed, name)


def test_constant_changed_while_running_changes_the_version(tmp_path):
    path = tmp_path / "lfs.py"
    path.write_text(LFS)
    lf = collect_lfs(path)[0]
    before = lf.version
    lf.function.__globals__["LIMIT"] = 2
    assert lf.version != before


def test_file_edited_after_its_import_does_not_name_the_running_code(tmp_path):
    path = tmp_path / "lfs.py"
    path.write_text(LFS)
    running = collect_lfs(path)[0]
    path.write_text(LFS.replace('return "spam"', 'return "ham"'))
    edited = collect_lfs(path)[0]
    assert running.version != edited.version


def test_helper_in_a_sibling_file_counts(tmp_path):
    text = (
        "import rules_of_mine\nfrom weaklabel.lf import labeling_function\n"
        "@labeling_function\ndef first(item): return rules_of_mine.rule(item.text)\n"
    )
    versions = []
    for bound in (1, 2):
        (tmp_path / "rules_of_mine.py").write_text(f"def rule(text): return len(text) > {bound}\n")
        versions.append(version_of(tmp_path, text))
    assert versions[0] != versions[1]


def make(limit):
    @labeling_function(name="made")
    def long(item):
        return 1 if len(item.text) > limit else None

    return long


def test_closure_counts():
    assert make(3).version == make(3).version != make(4).version


def test_functions_without_source_count_by_bytecode():
    def made(body):
        scope = {}
        exec(f"def f(item):\n    return {body}\n", scope)  # noqa: S102 - a function without source
        return labeling_function(scope["f"]).version

    assert made("1") == made("1") != made("0")


def test_lambdas_on_one_line_differ():
    one, two = labeling_function("a")(lambda item: 1), labeling_function("b")(lambda item: 2)
    assert one.version != two.version


def test_recursive_function_has_a_version():
    @labeling_function
    def again(item):
        return again(item[1:]) if item else 1

    assert len(again.version) == 16


def test_bound_method_of_a_pattern_counts_by_the_pattern():
    assert fingerprint(re.compile("a").search) != fingerprint(re.compile("b").search)


def test_cached_helper_counts_by_what_it_wraps():
    def made(limit):
        @functools.lru_cache
        def rule(text):
            return len(text) > limit

        return rule

    assert fingerprint(made(1)) == fingerprint(made(1)) != fingerprint(made(2))


def test_partial_counts_by_function_and_arguments():
    assert fingerprint(functools.partial(max, 1)) == fingerprint(functools.partial(max, 1))
    assert fingerprint(functools.partial(max, 1)) != fingerprint(functools.partial(max, 2))


class Thing:
    def __init__(self, words):
        self.words = words
        self.me = self


DISTINCT = [
    None,
    True,
    1,
    1.0,
    "1",
    b"1",
    (1,),
    [1],
    {1},
    {1: 1},
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
    range(3),
    re.compile("a"),
    re.compile("a", re.DOTALL),
    np.array([1, 2]),
    np.array([1.0, 2.0]),
    np.array([[1, 2]]),
    np.array(["a", None], dtype=object),
    np.array([(1, 2.0)], dtype=[("a", "i1"), ("b", "f8")]),
    np.float64(1),
    datetime.date(2026, 1, 1),
    datetime.date(2026, 1, 2),
    Path("a"),
    Path("b"),
    Thing({"a", "b"}),
    Thing({"a", "c"}),
    len,
    max,
    Thing,
    os.path.join,
    [[1], 2],
    [1, [2]],
]


def test_contents_that_differ_have_fingerprints_that_differ():
    assert len({fingerprint(value) for value in DISTINCT}) == len(DISTINCT)


def test_equal_objects_have_equal_fingerprints():
    assert fingerprint(Thing({"a", "b"})) == fingerprint(Thing({"b", "a"}))
    assert fingerprint(np.random.default_rng(3)) == fingerprint(np.random.default_rng(3))


def test_pandas_counts_by_content():
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert fingerprint(frame) == fingerprint(frame.copy())
    assert fingerprint(frame) != fingerprint(frame.assign(a=[1, 3]))
    assert fingerprint(frame["a"]) != fingerprint(frame["b"])
    assert fingerprint(frame) != fingerprint(frame.set_index([[5, 6]]))


def test_what_cannot_be_pickled_counts_by_its_type():
    assert fingerprint(threading.Lock()) == fingerprint(threading.Lock())


def test_container_that_holds_itself_has_a_fingerprint():
    endless = []
    endless.append(endless)
    assert len(fingerprint(endless)) == 16


def test_deep_nesting_has_a_fingerprint():
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert len(fingerprint(deep)) == 16


@settings(max_examples=50)
@given(st.sets(st.text() | st.integers() | st.none(), max_size=8), st.randoms())
def test_order_of_a_set_does_not_count(values, generator):
    shuffled = list(values)
    generator.shuffle(shuffled)
    assert fingerprint(set(shuffled)) == fingerprint(values)
