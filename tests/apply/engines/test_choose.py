"""engine_for: the engine of each kind of items, without importing a library."""

import subprocess
import sys
from pathlib import Path

import pytest

from weaklabel.apply.engines import engine_for
from weaklabel.errors import ItemsError, ParameterError


def made(module, name, *bases):
    """Return an instance of a class that says it comes from `module`."""
    return type(name, bases or (object,), {"__module__": module})()


@pytest.mark.parametrize(
    ("items", "engine"),
    [
        (["a text"], "memory"),
        ([], "memory"),
        ([{"text": "a"}], "memory"),
        ("comments.csv", "files"),
        (Path("comments"), "files"),
        ([Path("a.csv"), Path("b.csv")], "files"),
        (made("pandas.core.frame", "DataFrame"), "memory"),
        (made("polars.lazyframe.frame", "LazyFrame"), "memory"),
        (made("dask.dataframe.dask_expr._collection", "DataFrame"), "dask"),
        (made("dask_expr._collection", "DataFrame"), "dask"),
        (made("pyspark.sql.classic.dataframe", "DataFrame"), "spark"),
        (made("pyspark.sql.connect.dataframe", "DataFrame"), "spark"),
        (made("ray.data.dataset", "Dataset"), "ray"),
        (made("duckdb", "DuckDBPyRelation"), "duckdb"),
        (made("_duckdb", "DuckDBPyRelation"), "duckdb"),
        (made("raygun.data", "Dataset"), "memory"),
    ],
)
def test_auto_goes_by_the_type_of_the_items(items, engine):
    assert engine_for(items) == engine
    assert engine_for(items, engine) == engine


def test_class_that_derives_from_a_frame_is_one():
    dataset = type("Dataset", (), {"__module__": "ray.data.dataset"})
    assert engine_for(made("ray.data.dataset", "MaterializedDataset", dataset)) == "ray"
    assert engine_for(made("my.frames", "Comments", dataset)) == "ray"


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (made("dask.bag.core", "Bag"), r"a dask.bag.core.Bag, must be a Dask DataFrame\. Give"),
        (made("pyspark.core.rdd", "RDD"), r"must be a Spark DataFrame\. Give a DataFrame of"),
        (made("pyspark.pandas.frame", "DataFrame"), r"for example frame\.to_spark\(\)"),
        (made("ray", "ObjectRef"), r"must be a Ray Dataset\. Give a Dataset"),
        (made("duckdb", "DuckDBPyConnection"), r"Give the relation that con\.sql"),
    ],
)
def test_other_things_of_these_libraries_are_answered(items, words):
    with pytest.raises(ItemsError, match=words):
        engine_for(items)


def test_engine_that_does_not_exist_is_answered():
    with pytest.raises(ParameterError, match="engine is 'pandas', must be one of 'auto', 'memory'"):
        engine_for(["a"], "pandas")


@pytest.mark.parametrize("engine", ["files", "duckdb", "dask", "spark", "ray"])
def test_engine_that_does_not_fit_is_answered(engine):
    with pytest.raises(
        ParameterError,
        match=f"engine is '{engine}', which takes a.* but items is a tuple. Leave engine out",
    ):
        engine_for((1, 2), engine)


def test_texts_are_paths_where_engine_files_is_asked_for():
    assert engine_for(["a.csv", "b.csv"], "files") == "files"


def test_frame_of_ray_does_not_come_to_memory_by_itself():
    with pytest.raises(ParameterError, match="engine is 'memory', which takes a data frame"):
        engine_for(made("ray.data.dataset", "Dataset"), "memory")
    assert engine_for(made("pyspark.sql.connect.dataframe", "DataFrame"), "memory") == "memory"


def test_no_library_is_imported():
    code = (
        "import sys; from weaklabel.apply.engines import engine_for; engine_for(['a'])\n"
        "print({'dask', 'pyspark', 'ray', 'duckdb', 'pyarrow', 'pandas'} & set(sys.modules))"
    )
    run = [sys.executable, "-c", code]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "set()\n"
