"""collect_lfs: the labeling functions that modules, files and folders define."""

from __future__ import annotations

import glob
import hashlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from os import PathLike, fspath
from pathlib import Path
from types import CodeType, ModuleType

from weaklabel.errors import LabelingFunctionError
from weaklabel.lf._answer import describe_error
from weaklabel.lf._function import LabelingFunction

__all__ = ["collect_lfs"]

Source = ModuleType | str | PathLike[str]


def collect_lfs(sources: Source | Iterable[Source]) -> tuple[LabelingFunction, ...]:
    """Return the labeling functions that `sources` define, in order.

    Those at the top level of a module and in its top-level lists and tuples
    count, in the order in which they are defined.

    Parameters
    ----------
    sources : module, path, or iterable of them
        A module object; a ``.py`` file; a folder, for all its ``.py`` files in
        the order of their names but for those that start with an underscore; or
        a pattern such as ``"lfs/**/*.py"``.

    Returns
    -------
    tuple of LabelingFunction
        Each object once, with distinct names.

    Raises
    ------
    LabelingFunctionError
        If a path does not exist, a file cannot be imported, two labeling
        functions have one name, or there is none at all.

    Notes
    -----
    Importing a file runs it: collect only from files that you trust. A file is
    imported anew each time, under a private name, so that an edit counts; it may
    import its siblings by their plain names. `sys.path` is as before afterwards.
    """
    given = [sources] if isinstance(sources, (ModuleType, str, PathLike)) else list(sources)
    loaded: dict[Path, ModuleType] = {}
    found: dict[str, tuple[LabelingFunction, str]] = {}
    looked: list[str] = []
    for module in _modules(given, loaded):
        place = getattr(module, "__file__", None) or f"module {module.__name__}"
        looked.append(place)
        for lf in _defined(module):
            first, where = found.setdefault(lf.name, (lf, place))
            if first is not lf:
                raise LabelingFunctionError(_same_name(lf.name, where, place))
    if not found:
        places = ", ".join(looked) or "nothing: no source was given"
        raise LabelingFunctionError(
            f"no labeling function found in {places}. "
            "Decorate a function with @weaklabel.labeling_function, or use a builder at top level."
        )
    return tuple(lf for lf, _ in found.values())


def _same_name(name: str, first: str, second: str) -> str:
    places = f"twice in {first}" if first == second else f"in {first} and in {second}"
    return (
        f"labeling function {name!r} is defined {places}, must have a name of its own. "
        "Rename one with name=."
    )


def _modules(sources: Iterable[Source], loaded: dict[Path, ModuleType]) -> Iterator[ModuleType]:
    done: set[Path] = set()
    for source in sources:
        if isinstance(source, ModuleType):
            yield source
            continue
        for path in _files(source):
            if path not in done:
                done.add(path)
                yield loaded[path] if path in loaded else _imported(path, loaded)


def _files(source: str | PathLike[str]) -> list[Path]:
    path = Path(source).expanduser()
    if path.is_dir():
        files = [p for p in sorted(path.glob("*.py")) if not p.name.startswith("_")]
        advice = "It is a folder without .py files."
    elif path.is_file():
        files = [path] if path.suffix == ".py" else []
        advice = "It is no .py file."
    else:
        matches = sorted(glob.glob(str(path), recursive=True))
        files = [p for p in map(Path, matches) if p.suffix == ".py" and not p.name.startswith("_")]
        advice = "It does not exist. Check the path."
    if not files:
        raise LabelingFunctionError(
            f"source of labeling functions is {fspath(source)!r}, must be a .py file, a folder "
            f"of them or a pattern. {advice}"
        )
    return [file.resolve() for file in files]


def _defined(module: ModuleType) -> Iterator[LabelingFunction]:
    for value in list(vars(module).values()):
        members = value if isinstance(value, (list, tuple)) else [value]
        yield from (member for member in members if isinstance(member, LabelingFunction))


class _FreshLoader(SourceFileLoader):
    """Compiles the file itself: a byte-code cache may miss an edit within one second."""

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002 - the loader protocol
        return self.source_to_code(self.get_data(self.path), self.path)  # type: ignore[no-any-return, unused-ignore]  # typeshed says Any


def _imported(path: Path, loaded: dict[Path, ModuleType]) -> ModuleType:
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:12]
    name = f"_weaklabel_lfs_{digest}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path, loader=_FreshLoader(name, str(path)))
    if spec is None or spec.loader is None:
        raise LabelingFunctionError(f"{path} cannot be imported as a Python module.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with _siblings(path.parent, loaded):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise LabelingFunctionError(
            f"{path} with labeling functions cannot be imported: {describe_error(error)}."
        ) from error
    loaded[path] = module
    return module


@contextmanager
def _siblings(folder: Path, loaded: dict[Path, ModuleType]) -> Iterator[None]:
    """Let files of `folder` import each other by plain names, and leave no trace of it."""
    before = dict(sys.modules)
    for path, module in loaded.items():
        if path.parent == folder:
            sys.modules.setdefault(path.stem, module)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name in before or not file or Path(file).resolve().parent != folder:
                continue
            if not name.startswith("_weaklabel_lfs_"):
                del sys.modules[name]
                loaded.setdefault(Path(file).resolve(), module)
