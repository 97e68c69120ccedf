"""Pickling: labeling functions for another process, and by reference where a module holds them."""

from __future__ import annotations

import importlib
import inspect
import os
import pickle
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from weaklabel.errors import LabelingFunctionError, MissingDependencyError

if TYPE_CHECKING:
    from weaklabel.lf._function import LabelingFunction

__all__ = ["dump_functions", "load_functions", "reference"]

#: Around the list of modules that cloudpickle keeps for the whole process.
_LOCK = Lock()


def reference(owner: object, function: object) -> tuple[Any, ...] | None:
    """Return how to find `owner` again, in the form of ``__reduce__``.

    A decorated function cannot be pickled itself: under its name, its module
    holds what the decorator made of it.

    Parameters
    ----------
    owner : object
        What the decorator made.
    function : callable
        What it was made of.

    Returns
    -------
    tuple or None
        None where no module holds `owner` under the name of `function`, and for
        what a notebook or a script defines: another process has another
        ``__main__``, so that cloudpickle, of any engine, must take the code.
    """
    module = getattr(function, "__module__", None)
    path = getattr(function, "__qualname__", "")
    if isinstance(module, str) and module != "__main__" and _found(module, path) is owner:
        return _imported, (module, path)
    return None


def dump_functions(lfs: Sequence[LabelingFunction]) -> bytes:
    """Return labeling functions as bytes that `load_functions` reads in another process.

    Functions of modules that another process can import go by name, all others
    (of a notebook, a script, a file that `collect_lfs` read) with their code.

    Parameters
    ----------
    lfs : sequence of LabelingFunction
        Preprocessors that they share are shared afterwards.

    Raises
    ------
    LabelingFunctionError
        If one holds something that cannot be sent; it names both.
    """
    modules = {name for part in _parts(lfs) for name in _modules(part)}
    with _by_value(name for name in modules if not _is_importable(name)):
        try:
            return _dump(tuple(lfs))
        except Exception as error:  # whatever an object raises that does not want to be pickled
            for lf in lfs:
                _check_can_be_sent(lf)
            raise LabelingFunctionError(f"labeling functions {_WHERE}: {error}.") from error


def load_functions(data: bytes) -> tuple[LabelingFunction, ...]:
    """Return the labeling functions that `dump_functions` wrote in the process that started this one."""
    loaded: tuple[LabelingFunction, ...] = pickle.loads(data)  # noqa: S301 - from our own parent
    return loaded


_WHERE = "cannot be sent to worker processes"
_ADVICE = "Make it inside the function or give it as text or numbers, or leave out n_jobs and timeout_seconds."


def _imported(module: str, path: str) -> Any:
    importlib.import_module(module)
    return _found(module, path)


def _found(module: str, path: str) -> Any:
    found: Any = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def _dump(value: object) -> bytes:
    base: Any = _cloudpickle().Pickler

    class Pickler(base):  # type: ignore[misc]  # cloudpickle has no types
        def reducer_override(self, obj: Any) -> Any:
            is_ours = hasattr(type(obj), "version_parts") and hasattr(obj, "function")
            found = reference(obj, obj.function) if is_ours else None
            if found is not None and not _is_importable(found[1][0]):
                return _built, (type(obj), _values(obj))
            return super().reducer_override(obj)

    stream = BytesIO()
    Pickler(stream).dump(value)
    return stream.getvalue()


def _cloudpickle() -> Any:
    try:
        import cloudpickle
    except ImportError as error:  # pragma: no cover - a dependency of the package
        raise MissingDependencyError(
            "cloudpickle is not installed, needed for worker processes. Reinstall weaklabel."
        ) from error
    return cloudpickle


def _values(made: Any) -> dict[str, Any]:
    values = {field.name: getattr(made, field.name) for field in fields(made)}
    return {k: dict(v) if k == "resources" else v for k, v in values.items()}


def _built(kind: Any, values: dict[str, Any]) -> Any:
    return kind(**values)


@contextmanager
def _by_value(modules: Iterable[str]) -> Iterator[None]:
    """Let cloudpickle take the code of functions of `modules` instead of their names."""
    cloudpickle = _cloudpickle()
    with _LOCK:
        known = cloudpickle.list_registry_pickle_by_value()
        added = [sys.modules[name] for name in modules if name in sys.modules and name not in known]
        for module in added:
            cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            for module in added:
                cloudpickle.unregister_pickle_by_value(module)


def _parts(lfs: Iterable[LabelingFunction]) -> Iterator[Any]:
    """Yield all that users wrote of `lfs`: functions, resources, settings, preprocessors'."""
    for lf in lfs:
        yield from (lf.function, *lf.resources.values(), *lf.settings.values())
        todo = list(lf.preprocessors)
        while todo:
            one = todo.pop()
            yield one.function
            todo += one.preprocessors


def _modules(part: Any) -> Iterator[str]:
    for one in (part, type(part)):
        name = getattr(one, "__module__", None)
        if isinstance(name, str) and name not in ("__main__", "builtins"):
            yield name


def _is_importable(name: str) -> bool:
    """Return whether another process with this one's path finds the same module."""
    module = sys.modules.get(name)
    if name == "__main__" or module is None:
        return False
    parent = name.rpartition(".")[0]
    if parent and not _is_importable(parent):
        return False
    path = getattr(sys.modules.get(parent), "__path__", None) if parent else None
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path) if hasattr(finder, "find_spec") else None
        if spec is not None:
            file = getattr(module, "__file__", None)
            return file is None or spec.origin is None or _same_file(file, spec.origin)
    return False


def _same_file(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _check_can_be_sent(lf: LabelingFunction) -> None:
    try:
        _dump(lf)
    except Exception as error:  # as above
        held = next(_unsendable(lf), f": {error}")
        raise LabelingFunctionError(
            f"labeling function {lf.name!r} {_WHERE}{held}. {_ADVICE}"
        ) from (error)


def _unsendable(lf: LabelingFunction) -> Iterator[str]:
    """Yield what cannot be sent, the innermost names first."""
    for where, value in [*_named(lf), *_held(lf.function, "")]:
        try:
            _dump(value)
        except Exception as error:  # as above
            yield f": {where} is a {type(value).__name__} ({error})"


def _named(lf: LabelingFunction) -> Iterator[tuple[str, Any]]:
    yield from ((f"its resource {name!r}", value) for name, value in lf.resources.items())
    yield from ((f"its setting {name!r}", value) for name, value in lf.settings.items())
    todo = list(lf.preprocessors)
    while todo:
        one = todo.pop(0)
        yield from _held(one.function, f" of preprocessor {one.name!r}")
        todo += one.preprocessors


def _held(function: Any, whose: str) -> Iterator[tuple[str, Any]]:
    """Yield what a function refers to, by name."""
    if inspect.ismethod(function):
        yield f"the object{whose} that its method belongs to", function.__self__
        return
    if not inspect.isfunction(function):
        yield f"the function{whose}", function
        return
    found = inspect.getclosurevars(function)
    yield from (
        (f"{name!r} in the closure{whose}", value) for name, value in found.nonlocals.items()
    )
    yield from ((f"the global {name!r}{whose}", value) for name, value in found.globals.items())
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    yield from ((f"a default{whose}", value) for value in defaults)
