"""count_votes: all that a label model learns from, out of votes that stay where they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from weaklabel.apply import VoteFolder
from weaklabel.apply._batch import FAILURES, merge_failures, pack_failures
from weaklabel.apply._collect import failure_texts, vote_codes, vote_columns, warn_of_packed
from weaklabel.apply.engines import cluster_engine, engine_for
from weaklabel.cluster._packed_counts import pack_counts, unpack_counts
from weaklabel.core import LabelSchema, VoteMatrix
from weaklabel.errors import ParameterError, VotesError, wrong_value
from weaklabel.models import PatternCounts
from weaklabel.models._pattern_counts import merge_counts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["count_votes"]


def count_votes(votes: object, schema: LabelSchema | Sequence[str]) -> PatternCounts:
    """Return how many items have each vote pattern, counted where the votes are.

    Each partition is counted in its place, and only counts come to this process, where they
    are added up: a label model is fitted on any number of items without a row that moves,
    and learns what it would learn from all of them in one memory, to the last bit.

    Parameters
    ----------
    votes : Spark DataFrame, Dask DataFrame, Ray Dataset, or VoteFolder
        What `apply` or `apply_to_folder` returned. A frame is computed by this; `persist`
        or write it before, if it is used again.
    schema : LabelSchema or sequence of str
        The classes, in the order that they were applied with.

    Returns
    -------
    PatternCounts
        For ``fit_counts``.

    Raises
    ------
    ItemsError, VotesError
        If these are no votes, or there are none; as in `collect_votes`.
    ParameterError
        If `votes` is of another kind.

    Warns
    -----
    DataWarning
        If labeling functions failed on items, with ``on_error="abstain"``.

    Notes
    -----
    Ids do not move, so that an item that occurs twice is counted twice.

    Examples
    --------
    >>> import tempfile
    >>> from weaklabel.apply import apply_to_folder
    >>> from weaklabel.lf import keyword_lf
    >>> from weaklabel.models import MajorityVote
    >>> items = [{"item_id": i, "text": t} for i, t in enumerate(["win!", "nice", "I win"])]
    >>> lfs = [keyword_lf("win", "spam", name="win"), keyword_lf("nice", "ham", name="nice")]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     votes = apply_to_folder(lfs, items, ["ham", "spam"], folder)
    ...     counts = count_votes(votes, ["ham", "spam"])
    >>> counts
    PatternCounts(3 items, 2 patterns of 2 labeling functions, 0 items without votes)
    >>> MajorityVote().fit_counts(counts).schema_
    LabelSchema(['ham', 'spam'])
    """
    classes = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    if isinstance(votes, VoteFolder):
        _check_classes(votes, classes)
        return merge_counts(PatternCounts.of(batch) for batch in votes.batches())
    engine = cluster_engine(engine_for(votes))
    if engine is None:
        allowed = "a frame of Spark, Dask or Ray, or a VoteFolder"
        advice = "Votes in memory are counted by PatternCounts.of."
        raise ParameterError(wrong_value("votes", votes, allowed, advice))
    counter = _Counter(classes)
    columns = engine.column_names(votes)
    counted = engine.map_partitions(votes, counter.map, columns, counter.arrow_schema)
    failures: list[str] = []
    parts = _unpacked(engine.batches(counted, counter.arrow_schema.names), failures)
    counts = merge_counts(parts)
    warn_of_packed(failures, counts.n_items, stacklevel=3)
    return counts


@dataclass(frozen=True, slots=True)
class _Counter:
    """From the votes of a partition to one row: their packed counts, and the failures in them."""

    schema: LabelSchema

    @property
    def arrow_schema(self) -> pa.Schema:
        import pyarrow as pa

        return pa.schema([("counts", pa.binary()), (FAILURES, pa.string())])

    def map(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        failures: list[str] = []
        try:
            counts = merge_counts(self._counted(batches, failures))
        except _NothingToCount:
            return
        told = pack_failures(merge_failures(failures))
        arrays = [pa.array([pack_counts(counts)], pa.binary()), pa.array([told], pa.string())]
        yield pa.RecordBatch.from_arrays(arrays, schema=self.arrow_schema)

    def _counted(
        self, batches: Iterable[pa.RecordBatch], failures: list[str]
    ) -> Iterator[PatternCounts]:
        n_batches = 0
        for batch in batches:
            names = vote_columns(batch.schema)
            failures += failure_texts(batch)
            n_batches += 1
            yield PatternCounts.of(
                VoteMatrix(vote_codes(batch, self.schema), None, names, self.schema)
            )
        if n_batches == 0:
            raise _NothingToCount


class _NothingToCount(Exception):  # noqa: N818 - no error: a partition without batches
    """There is no batch in a partition."""


def _unpacked(rows: Iterable[pa.RecordBatch], failures: list[str]) -> Iterator[PatternCounts]:
    for batch in rows:
        failures += failure_texts(batch)
        for content in batch.column("counts").to_pylist():
            yield unpack_counts(content)


def _check_classes(votes: VoteFolder, schema: LabelSchema) -> None:
    if votes.schema != schema:
        raise VotesError(
            f"classes of {votes.path} are {list(votes.schema.classes)}, must be "
            f"{list(schema.classes)}. Give the classes that the votes were made with."
        )
