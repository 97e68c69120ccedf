"""rows_fingerprint: a hash of what columns hold, by value and not by how Arrow stores it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RowsFingerprints", "column_digest", "rows_fingerprint"]


class _Digest(Protocol):
    def update(self, data: Any, /) -> None: ...


class RowsFingerprints:
    """Fingerprints of rows by the columns that count; each column is hashed once.

    Parameters
    ----------
    rows : pyarrow.Table
        The rows.
    """

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self._digests: dict[str, bytes] = {}

    def of(self, columns: Sequence[str], *, with_types: bool = False) -> str:
        """Return the `rows_fingerprint` of the rows, as far as `columns` go.

        With `with_types`, how Arrow stores them counts too.
        """
        parts = []
        for name in sorted(set(columns)):
            if name not in self._digests:
                self._digests[name] = column_digest(self._rows.column(name))
            kind = str(self._rows.schema.field(name).type) if with_types else ""
            parts.append((name, kind, self._digests[name]))
        return _joined(tuple(parts))


def rows_fingerprint(rows: pa.Table, columns: Sequence[str] | None = None) -> str:
    """Return 32 hexadecimal digits that change with any value in `columns`, or their order.

    Parameters
    ----------
    rows : pyarrow.Table
        The rows, whose order counts.
    columns : sequence of str, optional
        The columns that count, in any order; by default all.

    Returns
    -------
    str
        The first 128 bits of a SHA-256 hash.

    Notes
    -----
    Two tables agree if the Python values in them do, and the names of the
    columns. How Arrow stores them does not count: the width of integers and
    floats, plain, large and view forms of texts and lists, dictionaries,
    slices, chunks, what is in the memory of a null, the unit of times. But
    nanoseconds are told from the coarser units, since functions then see
    another type, and 1, 1.0 and True are told from each other.

    Examples
    --------
    >>> import pyarrow as pa
    >>> plain = pa.table({"text": ["a", None], "n": [1, 2]})
    >>> wide = pa.table({"n": pa.array([1, 2], pa.int8()), "text": pa.array(["a", None]).cast("large_string")})
    >>> rows_fingerprint(plain) == rows_fingerprint(wide)
    True
    >>> rows_fingerprint(plain) == rows_fingerprint(plain.slice(0, 1))
    False
    """
    return RowsFingerprints(rows).of(rows.column_names if columns is None else columns)


@lru_cache(maxsize=64)  # functions that read the same columns ask for the same
def _joined(columns: tuple[tuple[str, str, bytes], ...]) -> str:
    whole = hashlib.sha256()
    for name, kind, digest in columns:
        _write(whole, name.encode("utf-8", "surrogatepass"))
        _write(whole, kind.encode("utf-8", "surrogatepass"))
        whole.update(digest)
    return whole.hexdigest()[:32]


def column_digest(column: pa.ChunkedArray) -> bytes:
    """Return the SHA-256 hash of the values of a column, 32 bytes."""
    digest = hashlib.sha256()
    _add(digest, _one_array(column))
    return digest.digest()


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    if column.num_chunks == 1:
        return column.chunk(0)
    joined = column.combine_chunks()
    # Several chunks come back where one array cannot hold all texts of 32-bit offsets.
    return pa.concat_arrays(joined.chunks) if isinstance(joined, pa.ChunkedArray) else joined


def _add(digest: _Digest, array: pa.Array) -> None:
    """Write length, nulls and the values that are not null, so that each part ends somewhere."""
    array = _decoded(array)
    n_nulls = array.null_count
    if n_nulls == len(array):  # whatever the type: functions see None
        digest.update(f"null:{len(array)}:".encode())
        return
    digest.update(f"{len(array)}:{n_nulls}:".encode())
    if n_nulls:
        valid = array.is_valid().to_numpy(zero_copy_only=False)
        digest.update(np.packbits(valid))
        array = array.take(np.flatnonzero(valid))
    _add_values(digest, array)


def _decoded(array: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(array.type):
        return _decoded(array.dictionary_decode())
    if pa.types.is_run_end_encoded(array.type):
        return _decoded(pc.run_end_decode(array))
    for view, plain in (("string_view", pa.large_string()), ("binary_view", pa.large_binary())):
        if _is_any(array.type, view):
            return _cast(array, plain)
    return _cast(array, pa.large_binary()) if _is_any(array.type, "fixed_size_binary") else array


def _add_values(digest: _Digest, array: pa.Array) -> None:
    from pyarrow import types

    kind = array.type
    if _is_any(kind, "string", "large_string"):
        _add_bytes(digest, "text", array)
    elif types.is_integer(kind):
        _add_integers(digest, array)
    elif types.is_floating(kind):
        _add_floats(digest, array)
    elif types.is_boolean(kind):
        _add_numbers(digest, "bool", np.packbits(array.to_numpy(zero_copy_only=False)))
    elif _is_any(kind, "binary", "large_binary"):
        _add_bytes(digest, "bytes", array)
    elif _is_any(kind, "timestamp", "duration", "time", "date"):
        _add_times(digest, array)
    elif _is_any(kind, "list", "large_list", "list_view", "large_list_view", "fixed_size_list"):
        _add_lists(digest, array)
    elif types.is_struct(kind):
        _add_structs(digest, array)
    else:  # rare enough to be slow
        _write(digest, f"{kind}:{array.to_pylist()!r}".encode("utf-8", "surrogatepass"))


def _is_any(kind: pa.DataType, *names: str) -> bool:
    from pyarrow import types

    tests = (getattr(types, f"is_{name}", None) for name in names)  # views are younger than 16
    return any(test(kind) for test in tests if test is not None)


def _add_bytes(digest: _Digest, kind: str, array: pa.Array) -> None:
    is_large = str(array.type).startswith("large")
    _, starts, data = array.buffers()
    offsets = np.frombuffer(starts, dtype=np.int64 if is_large else np.int32)
    offsets = offsets[array.offset : array.offset + len(array) + 1].astype(np.int64)
    _add_numbers(digest, kind, np.diff(offsets))
    if data is not None:
        digest.update(memoryview(data)[offsets[0] : offsets[-1]])


def _cast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    try:
        return array.cast(kind)
    except pa.ArrowNotImplementedError:  # views, in old pyarrow
        return pa.array(array.to_pylist(), type=kind)


def _add_integers(digest: _Digest, array: pa.Array) -> None:
    values = array.to_numpy(zero_copy_only=False)
    if values.dtype == np.uint64 and int(values.max()) > np.iinfo(np.int64).max:
        _add_numbers(digest, "uint", values)
    else:
        _add_numbers(digest, "int", values.astype(np.int64, copy=False))


def _add_floats(digest: _Digest, array: pa.Array) -> None:
    values = array.to_numpy(zero_copy_only=False).astype(np.float64)
    values[np.isnan(values)] = np.nan  # there are many
    _add_numbers(digest, "float", values)


def _add_times(digest: _Digest, array: pa.Array) -> None:
    import pyarrow as pa
    from pyarrow import types

    kind = array.type
    name = next(n for n in ("timestamp", "duration", "time", "date") if str(kind).startswith(n))
    unit = getattr(kind, "unit", "")
    if name == "date":
        array = array.cast(pa.date32(), safe=False)
    elif unit in ("s", "ms"):
        fine = {
            "timestamp": lambda: pa.timestamp("us", kind.tz),
            "duration": lambda: pa.duration("us"),
            "time": lambda: pa.time64("us"),
        }[name]()
        with suppress(pa.ArrowInvalid):  # some hundred thousand years away
            array, unit = array.cast(fine), "us"
    _write(digest, f"{name}:{unit}:{getattr(kind, 'tz', None)}".encode())
    narrow = types.is_date32(array.type) or types.is_time32(array.type)
    _add_integers(digest, array.view(pa.int32() if narrow else pa.int64()))


def _add_lists(digest: _Digest, array: pa.Array) -> None:
    import pyarrow.compute as pc

    lengths = pc.list_value_length(array).to_numpy(zero_copy_only=False)
    _add_numbers(digest, "list", lengths.astype(np.int64))
    _add(digest, array.flatten())


def _add_structs(digest: _Digest, array: pa.Array) -> None:
    names = [field.name for field in array.type]
    _write(digest, f"struct:{names!r}".encode("utf-8", "surrogatepass"))
    for values in array.flatten():
        _add(digest, values)


def _add_numbers(digest: _Digest, kind: str, values: npt.NDArray[Any]) -> None:
    digest.update(f"{kind}:{values.nbytes}:".encode())
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    digest.update(np.ascontiguousarray(little).view(np.uint8))


def _write(digest: _Digest, content: bytes) -> None:
    digest.update(f"{len(content)}:".encode())
    digest.update(content)
