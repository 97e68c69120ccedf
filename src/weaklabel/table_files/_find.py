"""find_files: the table files that paths, patterns and folders stand for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from weaklabel.errors import FileFormatError, ItemsError

__all__ = ["SUFFIXES", "PathLike", "find_files", "is_csv"]

PathLike: TypeAlias = str | os.PathLike[str]

#: Endings of the files that are read, in lower case.
SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


def find_files(files: PathLike | Iterable[PathLike], *, folders: bool = False) -> list[Path]:
    """Return the files that `files` stands for, each once.

    Parameters
    ----------
    files : path or glob pattern, or several of them
        A pattern stands for the files that it matches, sorted by name.
    folders : bool
        Whether a folder stands for the table files in it and below it, sorted by
        path; those that begin with "_" or "." are left out, as Spark and Dask mean
        them to be.

    Returns
    -------
    list of pathlib.Path
        In the order of `files`.

    Raises
    ------
    ItemsError
        If there is none, or one does not exist.
    FileFormatError
        If one has another suffix than those of `SUFFIXES`.

    Examples
    --------
    >>> find_files("no/such/file.csv")
    Traceback (most recent call last):
    ...
    weaklabel.errors.ItemsError: no/such/file.csv does not exist. Check the path and the folder \
it starts in.
    """
    named = [files] if isinstance(files, (str, os.PathLike)) else list(files)
    if not named:
        raise ItemsError("files is empty, must name at least one file.")
    paths: dict[Path, Path] = {}
    for name in named:
        for path in _matches(os.fspath(name), folders):
            paths.setdefault(path.resolve(), path)
    for path in paths.values():
        if path.suffix.lower() not in SUFFIXES:
            raise FileFormatError(
                f"{path} has the suffix {path.suffix!r}, must be one of {', '.join(SUFFIXES)}. "
                "Convert the file, or rename it if it is one of these."
            )
    return list(paths.values())


def is_csv(path: Path) -> bool:
    """Return whether the suffix says CSV, with commas or tabs."""
    return path.suffix.lower() in (".csv", ".tsv")


def _matches(name: str, folders: bool) -> list[Path]:
    if os.path.isfile(name):
        return [Path(name)]
    if folders and os.path.isdir(name):
        return _in_folder(Path(name))
    found = [Path(match) for match in sorted(glob.glob(name, recursive=True))]
    found = [path for path in found if path.is_file()]
    if found:
        return found
    if os.path.isdir(name):
        raise ItemsError(
            f"{name} is a folder, must be a file or a pattern. "
            f"Write {os.path.join(name, '*.csv')!r} for the CSV files in it."
        )
    if glob.has_magic(name):
        raise ItemsError(
            f"No file matches {name!r}. Check the pattern and the folder it starts in."
        )
    raise ItemsError(f"{name} does not exist. Check the path and the folder it starts in.")


def _in_folder(folder: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix.lower() in SUFFIXES
        and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise ItemsError(
            f"{folder} has no table file in it, must have at least one of "
            f"{', '.join(SUFFIXES)}. Check the folder."
        )
    return found
