"""The engine for Spark DataFrames: ``mapInArrow``, of classic Spark and of Spark Connect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from weaklabel.errors import ParameterError

if TYPE_CHECKING:
    import pyarrow as pa

    from weaklabel.apply.engines._cluster import PartitionFunction

__all__ = ["SparkEngine"]


class SparkEngine:
    """Maps a function over the partitions of a Spark DataFrame; imports nothing of Spark.

    Only methods of the DataFrame are called, which classic Spark and Spark Connect both
    have. Workers need weaklabel, and the Python of the driver (``PYSPARK_PYTHON``).
    """

    name = "spark"
    described = "a Spark DataFrame"

    def column_names(self, frame: Any) -> list[str]:
        """Return the names of the columns."""
        return list(frame.columns)

    def map_partitions(
        self, frame: Any, function: PartitionFunction, columns: list[str], schema: pa.Schema
    ) -> Any:
        """Return the DataFrame of what `function` yields; lazy, as all of Spark is."""
        _check_case(schema.names)
        chosen = frame.select(*map(_quoted, columns))
        if any("." in name or "`" in name for name in columns):
            # mapInArrow looks its input up by name without quotes, so give it plain ones.
            chosen = chosen.toDF(*(f"column_{i}" for i in range(len(columns))))
            function = partial(_map_renamed, function=function, names=columns)
        return chosen.mapInArrow(function, _ddl(schema))

    def batches(self, frame: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of some columns, brought to this process."""
        yield from frame.select(*map(_quoted, columns)).toArrow().to_batches()


def _map_renamed(
    batches: Iterable[pa.RecordBatch], function: PartitionFunction, names: list[str]
) -> Iterator[pa.RecordBatch]:
    return function(batch.rename_columns(names) for batch in batches)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _check_case(names: list[str]) -> None:
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(name.lower(), name)
        if other != name:
            raise ParameterError(
                f"labeling functions {other!r} and {name!r} differ only in case, which Spark does "
                "not tell apart in names of columns. Rename one with name=."
            )


def _ddl(schema: pa.Schema) -> str:
    """Return the columns as Spark's SQL declares them: the form that needs no import of Spark."""
    return ", ".join(f"{_quoted(field.name)} {_TYPES[str(field.type)]}" for field in schema)


_TYPES = {
    "string": "STRING",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "double": "DOUBLE",
    "binary": "BINARY",
}
