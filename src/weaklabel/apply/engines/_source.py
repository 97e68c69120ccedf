"""stream_of: items of any kind that come to this process, as a stream."""

from __future__ import annotations

from typing import Any

from weaklabel.apply.engines._duckdb import stream_of_relation
from weaklabel.apply.engines._files import stream_of_files
from weaklabel.apply.engines._stream import ItemStream, stream_of_items
from weaklabel.core import as_items
from weaklabel.errors import ParameterError

__all__ = ["stream_of"]


def stream_of(items: Any, engine: str, id_column: str | None) -> ItemStream:
    """Return `items` as a stream.

    Parameters
    ----------
    items : object
        What `apply` was given.
    engine : str
        What `engine_for` says of them.
    id_column : str, optional
        The column with the user's ids.

    Raises
    ------
    ParameterError
        If the engine keeps its items and votes on a cluster.
    ItemsError, FileFormatError
        If the items cannot be read.
    """
    if engine == "files":
        return stream_of_files(items, id_column)
    if engine == "duckdb":
        return stream_of_relation(items)
    if engine == "memory":
        return stream_of_items(as_items(items, id_column))
    raise ParameterError(
        f"items are on engine {engine!r}, where votes stay in its own frame. Call apply and write "
        "the frame that it returns with the means of the engine."
    )
