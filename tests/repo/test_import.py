"""`import weaklabel` loads NumPy and nothing heavier, and changes nothing of the process."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import weaklabel as wl

HEAVY = {
    "anywidget", "cleanlab", "dask", "matplotlib", "narwhals", "pandas", "polars", "pyarrow", "pyspark",
    "pytest", "scipy", "sklearn", "snorkel", "spacy", "sqlalchemy", "starlette", "torch", "tqdm", "typer",
}  # fmt: skip


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()


def test_import_loads_numpy_and_nothing_heavier():
    loaded = run("import sys, weaklabel; print(*{name.partition('.')[0] for name in sys.modules})")
    assert "numpy" in loaded
    assert not HEAVY & set(loaded)


def test_import_leaves_warning_filters_alone():
    code = "import warnings, numpy; a = list(warnings.filters); import weaklabel; print(a == warnings.filters)"
    assert run(code) == ["True"]


def test_import_leaves_random_generators_alone():
    code = (
        "import random, numpy as np; r = random.getstate(); s = np.random.get_state()[1].tolist();"
        "import weaklabel; print(r == random.getstate(), s == np.random.get_state()[1].tolist())"
    )
    assert run(code) == ["True", "True"]


def test_what_is_imported_later_is_what_type_checkers_see():
    tree = ast.parse(Path(wl.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and len(node.body) > 1)
    seen = {node.module: tuple(name.name for name in node.names) for node in block.body}
    assert seen == {f"weaklabel.{module}": names for module, names in wl._LATER.items()}


def test_every_name_is_there_whatever_was_imported_before():
    modules = [
        f"weaklabel.{name}" for name in (*wl._LATER, "apply", "refine", "cluster", "project")
    ]
    code = (
        f"import importlib; [importlib.import_module(name) for name in {modules}]; import weaklabel as wl;"
        "print(*(name for name in wl.__all__ if not (name == 'ABSTAIN' or callable(getattr(wl, name)))))"
    )
    assert run(code) == []
    assert set(wl.__all__) <= set(dir(wl))


def test_modules_that_are_imported_later_can_be_reached():
    code = "import weaklabel as wl; print(wl.models.LabelModel is wl.LabelModel, wl.io.__name__)"
    assert run(code) == ["True", "weaklabel.io"]


def test_a_name_that_is_none_is_said():
    with pytest.raises(AttributeError, match="module 'weaklabel' has no attribute 'LabelModle'"):
        wl.LabelModle  # noqa: B018 - it is the attribute that raises
