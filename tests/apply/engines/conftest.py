"""Items and labeling functions on which every engine must give the votes of the memory engine."""

import os
import sys

import pytest

from weaklabel.apply import apply
from weaklabel.lf import (
    keyword_lf,
    labeling_function,
    lookup_lf,
    preprocessor,
    regex_lf,
    threshold_lf,
)

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

TEXTS = [
    "WIN a phone",
    "nice song",
    "",
    "see http://x.example",
    "win\nwin \U0001f44d\U0001f3fd",
    None,
    "İstanbul ist schön, e\u0301 too",
    "a`b \"quoted\" 'text', with\ttabs",
]


@preprocessor
def tokens(item):
    return (item.text or "").split()


@labeling_function(preprocessors=[tokens], resources={"praise": frozenset({"nice", "love"})})
def praises(item, praise):
    return "ham" if praise & set(item.tokens) else None


@labeling_function
def short(item):
    return "ham" if item.text is not None and len(item.text) < 4 else None


@labeling_function
def fails_on_null(item):
    return "ham" if item.text.islower() else None


@pytest.fixture(scope="session")
def classes():
    return ["ham", "spam"]


@pytest.fixture(scope="session")
def lfs():
    return [
        keyword_lf(["win", "phone"], "spam", name="win"),
        regex_lf(r"https?://\S+", "spam", name="a.`link`"),
        lookup_lf({"nice song": "ham"}, name="known"),
        threshold_lf("likes", "ham", above=3, name="liked"),
        praises,
        short,
    ]


@pytest.fixture(scope="session")
def failing_lfs(lfs):
    return [lfs[0], fails_on_null]


@pytest.fixture(scope="session")
def table():
    n = 200
    return pa.table(
        {
            "key": [f"k{i * 7919 % n:03d}" for i in range(n)],
            "text": pa.array([TEXTS[i % len(TEXTS)] for i in range(n)], pa.string()),
            "likes": [None if i % 5 == 0 else float(i % 9) for i in range(n)],
            "unused column": list(range(n)),
        }
    )


@pytest.fixture(scope="session")
def expected(lfs, table, classes):
    """Return the votes of the memory engine, by item id."""
    return apply(lfs, table.sort_by("key"), classes, id_column="key")


@pytest.fixture(scope="session")
def python_of_workers():
    """Let Spark start its workers with this Python and not with the first one on the path."""
    names = ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, sys.executable))
    yield
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
