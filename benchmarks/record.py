"""What every benchmark shares: the versions it ran on, the data folder, the file of results."""

import importlib.util
import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
LIBRARIES = (
    "weaklabel",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "polars",
    "spacy",
    "scikit-learn",
    "cleanlab",
    "snorkel",
    "torch",
    "SQLAlchemy",
    "psycopg",
    "starlette",
    "uvicorn",
    "anywidget",
    "playwright",
)


def versions():
    """Return the versions of Python and of the libraries that are installed, and the cores."""
    found = {"python": platform.python_version(), "cores": os.cpu_count()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def append(name, line):
    """Append one JSON line to results/<name>.jsonl, with the time and the versions first."""
    path = Path(__file__).parent / "results" / f"{name}.jsonl"
    path.parent.mkdir(exist_ok=True)
    head = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "versions": versions()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(head | line) + "\n")


def shared_folder():
    """Return the folder with the benchmark data, or stop with a word."""
    folder = Path(os.environ.get("WEAKLABEL_SHARED", REPOSITORY.parent / "shared"))
    if not (folder / "bench" / "bench.py").exists():
        sys.exit(f"There is no bench/bench.py in {folder}. Set WEAKLABEL_SHARED to its folder.")
    return folder


def load_bench(folder):
    """Return bench.py of the benchmark folder as a module."""
    spec = importlib.util.spec_from_file_location("bench", folder / "bench" / "bench.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def snorkel_posterior(codes, n_classes):
    """Return the posterior of Snorkel's LabelModel with its defaults and seed 0."""
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=n_classes, verbose=False)
    model.fit(codes.astype(int), seed=0, progress_bar=False)
    return model.predict_proba(codes.astype(int)).astype(float)
