"""engine_for: which engine a kind of items has, told without importing any library."""

from __future__ import annotations

import os
from typing import Literal, get_args

from weaklabel.core._check import check_choice
from weaklabel.errors import ItemsError, ParameterError

__all__ = ["EngineName", "engine_for", "kind_of"]

EngineName = Literal["auto", "memory", "files", "duckdb", "dask", "spark", "ray"]

_DESCRIBED = {
    "memory": "a data frame, an Arrow table or a list",
    "files": "a path, a pattern, or a list of them",
    "duckdb": "a DuckDB relation",
    "dask": "a Dask DataFrame",
    "spark": "a Spark DataFrame",
    "ray": "a Ray Dataset",
}

#: Class names of the frames of each library; other things of it are answered in words.
_FRAMES = {
    "duckdb": "DuckDBPyRelation",
    "dask": "DataFrame",
    "dask_expr": "DataFrame",
    "pyspark": "DataFrame",
    "ray": "Dataset",
}
_ENGINE_OF_LIBRARY = {"pyspark": "spark", "dask_expr": "dask"}
_ADVICE = {
    "duckdb": "Give the relation that con.sql(…) or con.table(…) returns.",
    "dask": "Give a DataFrame, for example series.to_frame().",
    "dask_expr": "Give a DataFrame, for example series.to_frame().",
    "pyspark": "Give a DataFrame of pyspark.sql, for example frame.to_spark() of pyspark.pandas.",
    "ray": "Give a Dataset, for example ray.data.from_pandas(frame).",
}


def engine_for(items: object, engine: str = "auto") -> str:
    """Return the engine that `items` are applied on.

    Parameters
    ----------
    items : object
        What `apply` was given.
    engine : str
        What the user asked for; "auto" goes by the type of `items`.

    Returns
    -------
    str
        One of "memory", "files", "duckdb", "dask", "spark", "ray".

    Raises
    ------
    ParameterError
        If there is no such engine, or it does not take these items.
    ItemsError
        If `items` is something of Dask, Spark, Ray or DuckDB other than a frame.

    Examples
    --------
    >>> engine_for(["a text"]), engine_for("comments/*.parquet")
    ('memory', 'files')
    >>> engine_for(["a text"], "spark")
    Traceback (most recent call last):
    ...
    weaklabel.errors.ParameterError: engine is 'spark', which takes a Spark DataFrame, but items \
is a list. Leave engine out to choose by the items.
    """
    check_choice("engine", engine, get_args(EngineName), "Leave it out to choose by the items.")
    kind = kind_of(items)
    if engine in ("auto", kind) or (engine == "memory" and kind in ("duckdb", "dask", "spark")):
        return kind if engine == "auto" else engine
    if engine == "files" and _are_paths(items):
        return "files"
    raise ParameterError(
        f"engine is {engine!r}, which takes {_DESCRIBED[engine]}, but items is a "
        f"{type(items).__name__}. Leave engine out to choose by the items."
    )


def kind_of(items: object) -> str:
    """Return the engine of the type of `items`, by the names of its module and class.

    Raises
    ------
    ItemsError
        If it is something of Dask, Spark, Ray or DuckDB other than a frame.
    """
    if isinstance(items, (str, os.PathLike)):
        return "files"
    if isinstance(items, list) and items and all(isinstance(i, os.PathLike) for i in items):
        return "files"
    # By the bases too: Ray's MaterializedDataset is a Dataset, and a user may derive a class.
    classes = [(_library(cls), cls) for cls in type(items).__mro__ if _library(cls) in _FRAMES]
    for library, cls in classes:
        if cls.__name__ == _FRAMES[library] and not cls.__module__.startswith("pyspark.pandas"):
            return _ENGINE_OF_LIBRARY.get(library, library)
    if classes:
        library, cls = classes[0]
        engine = _ENGINE_OF_LIBRARY.get(library, library)
        raise ItemsError(
            f"items is a {cls.__module__}.{cls.__name__}, must be {_DESCRIBED[engine]}. "
            f"{_ADVICE[library]}"
        )
    return "memory"


def _library(cls: type) -> str:
    return cls.__module__.partition(".")[0].removeprefix("_")


def _are_paths(items: object) -> bool:
    return isinstance(items, (list, tuple)) and all(
        isinstance(i, (str, os.PathLike)) for i in items
    )
