"""Kept: what was made of items that somebody still holds, for the next run on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from weaklabel.apply._fingerprint import RowsFingerprints
from weaklabel.apply.text import TextForms
from weaklabel.core import Items

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Kept", "chunks_of", "kept_chunks", "kept_of"]

#: What is kept of the items of one `Items` object takes at most so many bytes.
_MOST_BYTES = 1 << 30


class Kept:
    """What runs make of a chunk of items besides votes, each made when first needed.

    Nothing here depends on a labeling function, and nothing of it can be changed by one.

    Parameters
    ----------
    chunk : Items
        The items.

    Attributes
    ----------
    fingerprints : RowsFingerprints
        Hashes of the columns.
    columns : dict of str to list
        Values of a column.
    rows : dict of tuple of str to list
        Light rows of some columns.
    texts : dict of str to TextForms or None
        Distinct texts of a column; None where they are not valid UTF-8.
    """

    __slots__ = ("columns", "fingerprints", "rows", "texts")

    def __init__(self, chunk: Items) -> None:
        self.fingerprints = RowsFingerprints(chunk.table)
        self.columns: dict[str, list[Any]] = {}
        self.rows: dict[tuple[str, ...], list[Any]] = {}
        self.texts: dict[str, TextForms | None] = {}


#: By the chunk. Items cannot change, so that what was made of them stays right.
_KEPT: WeakKeyDictionary[Items, Kept] = WeakKeyDictionary()
#: By the items that a user gave: their chunks, and how many rows each has.
_CHUNKS: WeakKeyDictionary[Items, tuple[int, list[Items]]] = WeakKeyDictionary()


def kept_of(chunk: Items) -> Kept:
    """Return what is kept of a chunk; where nothing is, what this run makes of it."""
    found = _KEPT.get(chunk)
    return Kept(chunk) if found is None else found


def kept_chunks(items: Items, n_rows: int) -> Iterator[Items]:
    """Yield `chunks_of` items, and keep what is made of them as long as `items` is there.

    Parameters
    ----------
    items : Items
        What the user gave.
    n_rows : int
        Rows of a chunk.

    Notes
    -----
    Editing one labeling function of many takes as long as what is made anew: without this,
    most of that would be the rows. What is kept takes at most 1 GiB by an estimate from
    above, of which it is half at most as a rule; later chunks are made anew. Columns of
    lists and other values that a function could change are a reason to keep nothing.
    """
    if not all(map(_is_unchangeable, items.table.schema.types)):
        yield from chunks_of(items, n_rows)
        return
    held_rows, chunks = _CHUNKS.get(items, (0, []))
    if held_rows != n_rows:
        chunks = list(chunks_of(items, n_rows))
        _CHUNKS[items] = (n_rows, [chunk for chunk in chunks if chunk is not items])
    left = _MOST_BYTES
    for chunk in chunks or [items]:
        left -= _estimated_bytes(chunk.table)
        if left >= 0 and chunk not in _KEPT:
            _KEPT[chunk] = Kept(chunk)
        yield chunk


def chunks_of(items: Items, n_rows: int) -> Iterator[Items]:
    """Yield items in chunks of `n_rows`, the last one shorter; `items` itself where it is one."""
    if items.n_items <= n_rows:
        yield items
        return
    for start in range(0, items.n_items, n_rows):
        part = slice(start, start + n_rows)
        yield Items(items.table.slice(start, n_rows), items.item_ids[part])


def _estimated_bytes(table: pa.Table) -> int:
    """Return how much can be made of a table: Python values, rows, distinct and folded texts."""
    return 4 * int(table.nbytes) + 200 * int(table.num_rows) * int(table.num_columns)


def _is_unchangeable(kind: pa.DataType) -> bool:
    from pyarrow import types

    return not types.is_nested(kind) and not isinstance(kind, _extension())


def _extension() -> type:
    import pyarrow as pa

    return pa.BaseExtensionType  # type: ignore[no-any-return]  # pyarrow has no types
