"""Rules of the house that no linter knows."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "weaklabel"
MODULES = sorted(SOURCE.rglob("*.py"))
CLI = [m.stem for m in (SOURCE / "cli").glob("*.py")]


def imported(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("cleanlab", {"triage/_cleanlab.py"}),
        (
            "sqlalchemy",
            {
                "review/store/_append.py",
                "review/store/_database.py",
                "review/store/_failures.py",
                "review/store/_migrations.py",
                "review/store/_store.py",
                "review/store/_tables.py",
                "review/team/_lead_figures.py",
                "review/team/_leases.py",
                "review/team/_log_feed.py",
                "review/team/_reviewers.py",
            },
        ),
        ("typer", {f"cli/{name}.py" for name in CLI}),
        ("tqdm", {"progress.py"}),
        ("filelock", {"lock.py"}),
        ("spacy", {"lf/_spacy.py"}),
        ("narwhals", {"core/_items.py"}),
        ("hypothesis", {"testing/_strategies.py"}),
    ],
)
def test_each_of_these_libraries_is_imported_in_one_place(library, places):
    found = {m.relative_to(SOURCE).as_posix() for m in MODULES if library in set(imported(m))}
    assert found <= places
    assert found


def test_libraries_of_engines_are_never_imported():
    """An engine calls methods of the frame that it is given."""
    libraries = {"dask", "distributed", "pyspark", "ray", "duckdb"}
    assert [m for m in MODULES if libraries & set(imported(m))] == []


def test_spark_connect_has_no_java_to_reach_for():
    java = ("_jvm", "_jdf", "_jc", "sparkContext", ".rdd")
    assert [m for m in MODULES if any(name in m.read_text(encoding="utf-8") for name in java)] == []


def test_every_module_says_what_it_is_for():
    without = [
        m for m in MODULES if not ast.get_docstring(ast.parse(m.read_text(encoding="utf-8")))
    ]
    assert without == []


def test_nothing_is_unpickled_from_files():
    assert [
        m for m in MODULES if "joblib" in set(imported(m)) or "pickle.load(" in m.read_text()
    ] == []
