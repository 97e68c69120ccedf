"""fingerprint: a hash of what code and data say, the same in every process."""

from __future__ import annotations

import enum
import hashlib
import re
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import (
    BuiltinFunctionType,
    CodeType,
    EllipsisType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
    NoneType,
)
from typing import Any

import numpy as np

from weaklabel.lf._source import attribute_names, global_names, normalized_source

__all__ = ["fingerprint"]

#: Values whose repr is their content.
_ATOMS = frozenset({NoneType, bool, int, float, complex, str, bytes, range, EllipsisType})
#: Nesting beyond which only the type of an object counts; keeps far from the recursion limit.
_MAX_DEPTH = 60


def fingerprint(*parts: object) -> str:
    """Return 16 hexadecimal digits that change when the content of `parts` does.

    Nothing that differs between two runs of the same program counts: no
    addresses, no ``hash()``, no order of sets, no file names.

    Parameters
    ----------
    *parts : object
        Functions count by their source without name, decorators, comments and
        docstring, or by their bytecode where the source is not at hand or was
        edited after the import; together with defaults, closure and the global
        names that they use: constants by content, functions and classes of
        installed libraries by name, all others by their own source in turn.
        Containers, numbers, texts, compiled patterns, NumPy and pandas objects
        count by content, objects by the state that pickling would save, and
        what cannot be pickled by the name of its type.

    Returns
    -------
    str
        The first 64 bits of a SHA-256 hash.

    Examples
    --------
    >>> fingerprint({"free", "win"}) == fingerprint({"win", "free"})
    True
    >>> fingerprint(["free", "win"]) == fingerprint(["win", "free"])
    False
    """
    digest = _Digest()
    for part in parts:
        digest.add_root(part)
    return digest.sha.hexdigest()[:16]


class _Digest:
    """A SHA-256 over values, each written with its kind and length."""

    def __init__(self, depth: int = 0) -> None:
        self.sha = hashlib.sha256()
        self.depth = depth
        self.open: set[int] = set()
        self.seen: dict[int, tuple[int, object]] = {}  # keeps the objects, so ids stay theirs
        self.homes: set[str] = set()

    def add_root(self, value: object) -> None:
        """Add a value whose own package counts as the user's, wherever it is installed."""
        if isinstance(value, FunctionType):
            self.homes.add(_package(value))
        self.add(value)

    def write(self, kind: str, content: str | bytes = b"") -> None:
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        self.sha.update(f"{kind}:{len(data)}:".encode())
        self.sha.update(data)

    def add(self, value: Any) -> None:
        kind = type(value)
        if kind in _ATOMS:
            self.write(kind.__name__, repr(value))
        elif id(value) in self.open or self.depth > _MAX_DEPTH:
            self.write("cycle", kind.__qualname__)
        else:
            self.open.add(id(value))
            self.depth += 1
            self._add_content(value)
            self.depth -= 1
            self.open.discard(id(value))

    def _add_content(self, value: Any) -> None:
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            self._add_sequence(value)
        elif isinstance(value, (dict, MappingProxyType)):
            self.write(type(value).__name__)
            self._add_sequence(list(value))
            self._add_sequence(list(value.values()))
        elif isinstance(value, (set, frozenset)):
            self._add_set(value)
        elif isinstance(value, re.Pattern):
            self.write("pattern")
            self._add_sequence([value.pattern, int(value.flags)])
        elif isinstance(value, np.ndarray):
            self._add_array(value)
        elif type(value).__module__.partition(".")[0] == "pandas":
            self._add_pandas(value)
        else:
            self._add_once(value)

    def _add_sequence(self, values: list[Any] | tuple[Any, ...]) -> None:
        self.write(type(values).__name__, str(len(values)))
        if set(map(type, values)) <= _ATOMS:
            self.write("atoms", repr(list(values)))
            return
        for value in values:
            self.add(value)

    def _add_set(self, values: set[Any] | frozenset[Any]) -> None:
        self.write("set", str(len(values)))
        if set(map(type, values)) <= {str}:
            self.write("atoms", repr(sorted(values)))
            return
        for one in sorted(self._alone(value) for value in values):
            self.write("element", one)

    def _alone(self, value: object) -> str:
        digest = _Digest(self.depth)
        digest.homes = self.homes
        digest.add(value)
        return digest.sha.hexdigest()

    def _add_array(self, array: np.ndarray[Any, Any]) -> None:
        self.write("array", f"{array.dtype.descr!r}{array.shape!r}")
        if array.dtype.names:  # field by field: the padding between fields is not content
            for name in array.dtype.names:
                self._add_array(array[name])
        elif array.dtype.hasobject:
            self.add(array.tolist())
        else:
            self.write("bytes", array.tobytes())

    def _add_pandas(self, value: Any) -> None:
        import pandas as pd

        if not isinstance(value, (pd.DataFrame, pd.Series, pd.Index)):
            self._add_once(value)
            return
        self.write("pandas", type(value).__name__)
        frame = value.to_frame() if not isinstance(value, pd.DataFrame) else value
        self.add([str(name) for name in frame.columns])
        self.add([str(dtype) for dtype in frame.dtypes])
        self.add(frame.index.tolist())
        for j in range(frame.shape[1]):
            self.add(frame.iloc[:, j].tolist())

    def _add_once(self, value: Any) -> None:
        """Add a function, class or object; the second time only its ordinal."""
        if id(value) in self.seen:
            self.write("again", str(self.seen[id(value)][0]))
            return
        self.seen[id(value)] = (len(self.seen), value)
        if isinstance(value, FunctionType):
            self._add_function(value)
        elif isinstance(value, MethodType):
            self.write("method", value.__func__.__qualname__)
            self.add(value.__func__)
            self.add(value.__self__)
        elif isinstance(value, BuiltinFunctionType):
            owner = value.__self__
            self.write("builtin", value.__qualname__)
            self.add(None if isinstance(owner, (ModuleType, NoneType)) else owner)
        elif isinstance(value, ModuleType):
            self.write("module", value.__name__ if _is_library_module(value) else "")
        elif isinstance(value, CodeType):
            self._add_bytecode(value)
        elif isinstance(value, type):
            self._add_class(value)
        elif isinstance(value, enum.Enum):
            self.write("enum", f"{type(value).__qualname__}.{value.name}")
            self.add(value.value)
        elif hasattr(value, "version_parts"):
            self.write(type(value).__name__)
            for part in value.version_parts():
                self.add_root(part)
        elif isinstance(getattr(value, "__wrapped__", None), FunctionType):
            self.write("wrapped", type(value).__qualname__)
            self.add(value.__wrapped__)
        else:
            self._add_object(value)

    def _add_function(self, function: FunctionType) -> None:
        if self._is_library(function):
            self.write("library", f"{function.__module__}.{function.__qualname__}")
            return
        code = function.__code__
        source = normalized_source(code, function.__globals__)
        if source is None:
            self._add_bytecode(code)
        else:
            self.write("source", source)
        self.add(function.__defaults__)
        self.add(function.__kwdefaults__)
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            self.write("closure", name)
            self.add(_cell_content(cell))
        self._add_globals(code, function.__globals__)

    def _add_globals(self, code: CodeType, scope: Mapping[str, Any]) -> None:
        for name in sorted(global_names(code)):
            if name not in scope:
                continue
            self.write("global", name)
            value = scope[name]
            self.add(value)
            if isinstance(value, ModuleType) and not _is_library_module(value):
                for attribute in sorted(attribute_names(code) & vars(value).keys()):
                    self.write("attribute", attribute)
                    self.add(vars(value)[attribute])

    def _add_bytecode(self, code: CodeType) -> None:
        self.write("bytecode", code.co_code)
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        self.add([list(group) for group in names])
        for constant in code.co_consts:
            self.add(constant)

    def _add_class(self, kind: type) -> None:
        if self._is_library(kind):
            self.write("library", f"{kind.__module__}.{kind.__qualname__}")
            return
        self.write("class", kind.__qualname__)
        self.add(list(kind.__bases__))
        for name, member in sorted(vars(kind).items()):
            inner = getattr(member, "__func__", getattr(member, "fget", member))
            if isinstance(inner, FunctionType) or not name.startswith("__"):
                self.write("member", name)
                self.add(inner)

    def _add_object(self, value: Any) -> None:
        try:
            reduced = value.__reduce_ex__(4)
        except Exception:  # whatever an object raises that does not want to be pickled
            self.write("type", type(value).__qualname__)
            return
        if isinstance(reduced, str):
            self.write("name", reduced)
            return
        self.write("object", type(value).__qualname__)
        for part in reduced:  # maker, arguments, state, list items, dict items
            self.add(list(part) if isinstance(part, Iterator) else part)

    def _is_library(self, value: FunctionType | type) -> bool:
        package = _package(value)
        if (value.__module__ or "").startswith("weaklabel.lf."):
            return True
        if package in self.homes:
            return False
        if package in sys.stdlib_module_names or package in ("weaklabel", "builtins"):
            return True
        module = sys.modules.get(value.__module__)
        code = value.__code__.co_filename if isinstance(value, FunctionType) else None
        return _is_installed(code or getattr(module, "__file__", None) or "")


def _package(value: Any) -> str:
    return str(value.__module__ or "").partition(".")[0]


def _is_library_module(module: ModuleType) -> bool:
    package = module.__name__.partition(".")[0]
    file = getattr(module, "__file__", None)
    # weaklabel's own constants (ABSTAIN) are no library behaviour, but nor do they change.
    return package in sys.stdlib_module_names or package == "weaklabel" or _is_installed(file or "")


def _is_installed(file: str) -> bool:
    return file.startswith(_library_folders())


@lru_cache(maxsize=1)
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    return tuple(paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))


def _cell_content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
