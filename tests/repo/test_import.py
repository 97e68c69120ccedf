"""`import weaklabel` loads NumPy and nothing heavier, and changes nothing of the process."""

import subprocess
import sys

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
