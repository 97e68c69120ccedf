"""ClusterEngine: what an adapter to Spark, Dask or Ray can do, and which one fits a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from weaklabel.apply._batch import BatchApplier
from weaklabel.apply._inputs import check_columns, columns_read, id_column_of
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply.engines._dask import DaskEngine
from weaklabel.apply.engines._ray import RayEngine
from weaklabel.apply.engines._spark import SparkEngine
from weaklabel.core import LabelSchema
from weaklabel.errors import ParameterError
from weaklabel.lf import LabelingFunction
from weaklabel.lf._pickling import dump_functions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "ClusterEngine",
    "ClusterFrame",
    "PartitionFunction",
    "apply_on_cluster",
    "cluster_engine",
]

#: From the record batches of one partition to those that take their place.
PartitionFunction: TypeAlias = "Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]"


class _SparkFrame(Protocol):
    @property
    def mapInArrow(self) -> Any: ...  # noqa: N802 - Spark's name


class _DaskFrame(Protocol):
    @property
    def map_partitions(self) -> Any: ...
    @property
    def compute(self) -> Any: ...


class _RayDataset(Protocol):
    @property
    def map_batches(self) -> Any: ...
    @property
    def iter_batches(self) -> Any: ...


#: A frame that stays where it is: Spark in, Spark out.
ClusterFrame = TypeVar("ClusterFrame", bound=_SparkFrame | _DaskFrame | _RayDataset)


class ClusterEngine(Protocol):
    """An adapter to one library that keeps a frame in partitions, in many processes.

    An adapter imports nothing: it calls methods of the frame that it is given.
    """

    name: str
    described: str

    def column_names(self, frame: Any) -> list[str]:
        """Return the names of the columns, without computing the frame where possible."""

    def map_partitions(
        self, frame: Any, function: PartitionFunction, columns: list[str], schema: pa.Schema
    ) -> Any:
        """Return the lazy frame of `schema` that `function` makes of some columns of `frame`."""

    def batches(self, frame: Any, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Compute some columns of `frame` and yield their rows in this process."""


_ENGINES: dict[str, ClusterEngine] = {
    "dask": DaskEngine(),
    "ray": RayEngine(),
    "spark": SparkEngine(),
}


def cluster_engine(name: str) -> ClusterEngine | None:
    """Return the adapter of engine `name`; None where items come to this process."""
    return _ENGINES.get(name)


def apply_on_cluster(
    engine: ClusterEngine,
    lfs: Sequence[LabelingFunction],
    frame: Any,
    schema: LabelSchema,
    id_column: str | None,
    options: ApplyOptions,
) -> Any:
    """Return the votes on a frame of Spark, Dask or Ray as another, in the same place.

    Parameters
    ----------
    engine : ClusterEngine
        The adapter.
    lfs : sequence of LabelingFunction
        With distinct names.
    frame : object
        The items, of the library that `engine` is for.
    schema : LabelSchema
        The classes.
    id_column : str, optional
        The column with the user's ids; by default "item_id".
    options : ApplyOptions
        How to run them.

    Returns
    -------
    object
        A lazy frame of the same library: columns as `BatchApplier` says.

    Raises
    ------
    ItemsError
        If there is no id column, or a column that is needed.
    ParameterError
        If an option is given that the library decides itself.
    LabelingFunctionError
        If a labeling function holds something that cannot be sent to workers.
    """
    _check_options(engine, options)
    names = engine.column_names(frame)
    ids = id_column_of(id_column, names, engine.described)
    check_columns(lfs, names)
    applier = BatchApplier(tuple(lfs), schema, ids, options.on_error, options.chunk_rows)
    dump_functions(lfs)  # what cannot be sent is told here, in words, and not by the engine
    columns = columns_read(lfs, ids, names)
    return engine.map_partitions(frame, applier.map, columns, applier.arrow_schema)


def _check_options(engine: ClusterEngine, options: ApplyOptions) -> None:
    default = ApplyOptions()
    reasons = {
        "cache": "Write the votes to files with the means of the engine.",
        "n_jobs": "The engine spreads the work itself: give the frame more partitions.",
        "timeout_seconds": "Try the labeling functions on a sample in memory first.",
    }
    for name, advice in reasons.items():
        if getattr(options, name) != getattr(default, name):
            raise ParameterError(
                f"{name} is {getattr(options, name)!r}, must be left out on {engine.described}. "
                f"{advice}"
            )
