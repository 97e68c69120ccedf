"""Engines: one adapter for each place in which items are."""

from weaklabel.apply.engines._choose import EngineName, engine_for
from weaklabel.apply.engines._chunks import votes_by_chunk, warn_of_failures
from weaklabel.apply.engines._cluster import ClusterFrame, apply_on_cluster, cluster_engine
from weaklabel.apply.engines._memory import apply_in_memory
from weaklabel.apply.engines._source import stream_of
from weaklabel.apply.engines._stream import ItemStream, apply_to_stream

__all__ = [
    "ClusterFrame",
    "EngineName",
    "ItemStream",
    "apply_in_memory",
    "apply_on_cluster",
    "apply_to_stream",
    "cluster_engine",
    "engine_for",
    "stream_of",
    "votes_by_chunk",
    "warn_of_failures",
]
