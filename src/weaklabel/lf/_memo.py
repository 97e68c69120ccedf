"""Memo: values of a preprocessor kept on disk, found by the content that they were made of."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.errors import DataWarning, ParameterError
from weaklabel.lf._version import fingerprint

if TYPE_CHECKING:
    from weaklabel.lf._preprocess import Preprocessor

__all__ = ["Memo", "MemoColumn", "decoded", "encoded"]

#: Part of the name of every file, so that a change of the format reads no old file.
_FORMAT = "weaklabel memo 1"
_SECONDS_TO_WAIT = 60.0
#: Fewer than the variables that the oldest SQLite takes in one statement.
_KEYS_AT_ONCE = 500
#: Documents in one entry: one alone takes spaCy a millisecond, because each brings its vocabulary.
_GROUP = 256


class Memo:
    """Bytes by key in one SQLite file, which several processes may use at once.

    A file that is damaged is put aside with a warning, and begun anew; an entry
    whose check sum is wrong is left out. Deleting the file is safe.

    Parameters
    ----------
    path : path
        Made when the first entry is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the content of those of `keys` that are there.

        Warns
        -----
        DataWarning
            If the file, or an entry, is damaged.
        """
        if not self.path.exists():
            return {}
        try:
            with self._open() as connection:
                found = dict(_selected(connection, list(dict.fromkeys(keys))))
        except sqlite3.DatabaseError as error:
            self._put_aside(error)
            return {}
        whole = {key: value[8:] for key, value in found.items() if value[:8] == _sum(value[8:])}
        if len(whole) < len(found):
            _warn(f"{len(found) - len(whole)} values in {self.path} are damaged")
        return whole

    def store(self, entries: dict[bytes, bytes]) -> None:
        """Keep `entries`, all or none of them.

        Warns
        -----
        DataWarning
            If they cannot be written; only the next run is slower.
        """
        rows = [(key, _sum(value) + value) for key, value in entries.items()]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as connection, connection:
                connection.execute(
                    "CREATE TABLE IF NOT EXISTS memo (key BLOB PRIMARY KEY, value BLOB) "
                    "WITHOUT ROWID"
                )
                connection.executemany("INSERT OR REPLACE INTO memo VALUES (?, ?)", rows)
        except (sqlite3.DatabaseError, OSError) as error:
            _warn(f"values cannot be kept in {self.path} ({error})")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=_SECONDS_TO_WAIT)) as connection:
            yield connection

    def _put_aside(self, error: Exception) -> None:
        if isinstance(error, sqlite3.OperationalError) and "no such table" in str(error):
            return  # another process makes it at this moment
        _warn(f"{self.path} cannot be read ({error})")
        if not isinstance(error, sqlite3.OperationalError):  # which may be only locked
            self.path.unlink(missing_ok=True)


class MemoColumn:
    """The memo of one preprocessor as one run on some items sees it.

    Parameters
    ----------
    preprocessor : Preprocessor
        With a `cache`.
    version : str
        Its version, from before it ran.
    columns : mapping of str to list
        The columns that its values are made of.
    """

    def __init__(
        self, preprocessor: Preprocessor, version: str, columns: Mapping[str, list[Any]]
    ) -> None:
        function = preprocessor.function
        self.name = preprocessor.name
        self.columns = columns
        self.encode: Callable[[list[Any]], bytes] | None = getattr(function, "encoded", None)
        self.decode: Callable[[bytes], list[Any]] = getattr(function, "decoded", list)
        parts: tuple[object, ...] = getattr(function, "memo_parts", tuple)()
        made_by = fingerprint(_FORMAT, version, list(columns), parts)
        folder = Path() if preprocessor.cache is None else preprocessor.cache
        self.memo = Memo(folder / f"{made_by}.sqlite")
        self._keys: dict[int, bytes] = {}

    def fill(self, values: list[Any], positions: list[int]) -> list[int]:
        """Put what is kept into `values`, and return those of `positions` that are not."""
        rows = list(zip(*self.columns.values(), strict=True))
        self._keys = {i: _key(rows[i]) for i in positions}
        found = self.memo.load(self._keys.values())
        known = self._from_groups(found) if self.encode else _each(decoded, found)
        for i, key in self._keys.items():
            if key in known:
                values[i] = known[key]
        return [i for i, key in self._keys.items() if key not in known]

    def keep(self, values: list[Any], positions: list[int]) -> None:
        """Keep the values at `positions`.

        Raises
        ------
        ParameterError
            If one is of a type that cannot be kept.
        """
        new = {self._keys[i]: values[i] for i in positions}
        try:
            entries = self._in_groups(new) if self.encode else _each(encoded, new)
        except ParameterError as error:
            raise ParameterError(
                f"preprocessor {self.name!r} has a cache and gave {error}"
            ) from None
        if entries:
            self.memo.store(entries)

    def _in_groups(self, values: dict[bytes, Any]) -> dict[bytes, bytes]:
        """Return entries of which each points into one that holds many values at once."""
        entries: dict[bytes, bytes] = {}
        keys = list(values)
        for start in range(0, len(keys), _GROUP):
            group = keys[start : start + _GROUP]
            content = self.encode([values[key] for key in group])  # type: ignore[misc]  # it is set
            place = hashlib.blake2b(b"group" + content, digest_size=16).digest()
            entries[place] = content
            entries |= {key: place + i.to_bytes(4, "big") for i, key in enumerate(group)}
        return entries

    def _from_groups(self, found: dict[bytes, bytes]) -> dict[bytes, Any]:
        groups = _each(self.decode, self.memo.load(place[:16] for place in found.values()))
        return {
            key: groups[place[:16]][int.from_bytes(place[16:], "big")]
            for key, place in found.items()
            if place[:16] in groups
        }


def _each(function: Callable[[Any], Any], values: Mapping[bytes, Any]) -> dict[bytes, Any]:
    return {key: function(value) for key, value in values.items()}


def encoded(value: object) -> bytes:
    """Return a value as bytes: JSON in which other types than its own are named, or an array.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, bytes, or a list, tuple, set, frozenset or
        dict of them, exactly; or a NumPy array without objects in it.

    Raises
    ------
    ParameterError
        If it is, or holds, anything else, which would come back as something else.

    Examples
    --------
    >>> encoded([1, "a", None])
    b'j[1,"a",null]'
    >>> decoded(encoded({"a": (1, 2.5)}))
    {'a': (1, 2.5)}
    """
    if type(value) is np.ndarray and not value.dtype.hasobject:
        stream = io.BytesIO()
        np.save(stream, value, allow_pickle=False)
        return b"a" + stream.getvalue()
    text = json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":"))
    return b"j" + text.encode("ascii")


def decoded(data: bytes) -> Any:
    """Return the value that `encoded` wrote."""
    if data[:1] == b"a":
        return np.load(io.BytesIO(data[1:]), allow_pickle=False)
    return _from_plain(json.loads(data[1:]))


#: The key of a dict that stands for another type.
_TYPE = "\x00type"


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in (bool, int, float, str) or value is None:
        return value
    if kind is list:
        return [_plain(one) for one in value]
    if kind is dict and _TYPE not in value and all(type(key) is str for key in value):
        return {key: _plain(one) for key, one in value.items()}
    if kind is dict:
        return {_TYPE: "dict", "of": [[_plain(key), _plain(one)] for key, one in value.items()]}
    if kind in (tuple, set, frozenset):
        return {_TYPE: kind.__name__, "of": [_plain(one) for one in value]}
    if kind is bytes:
        return {_TYPE: "bytes", "of": base64.b64encode(value).decode("ascii")}
    raise ParameterError(
        f"a {kind.__name__}, must give None, booleans, numbers, texts, bytes, lists, tuples, sets "
        "and dicts of them, or an array of numbers. Convert it, or leave out cache."
    )


def _from_plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_from_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_TYPE)
    if kind is None:
        return {key: _from_plain(one) for key, one in value.items()}
    if kind == "bytes":
        return base64.b64decode(value["of"])
    parts = [_from_plain(one) for one in value["of"]]
    return {"tuple": tuple, "set": set, "frozenset": frozenset, "dict": dict}[kind](parts)


def _selected(connection: sqlite3.Connection, keys: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from connection.execute(
            f"SELECT key, value FROM memo WHERE key IN ({marks})",  # noqa: S608 - only marks
            some,
        )


def _key(row: tuple[Any, ...]) -> bytes:
    content = "\x1f".join(map(repr, row)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=16).digest()


def _sum(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=8).digest()


def _warn(what: str) -> None:
    warnings.warn(f"{what}; preprocessors compute them again.", DataWarning, stacklevel=2)
