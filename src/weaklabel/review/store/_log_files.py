"""write_log and read_log: a decision log as CSV or JSONL, with every field, and back."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from weaklabel.core import Decision, DecisionLog
from weaklabel.errors import DecisionsError, FileFormatError, ParameterError, wrong_value
from weaklabel.files import unsafe_cell, write_csv, write_jsonl
from weaklabel.review._answer_rows import _long_fields

__all__ = ["read_log", "write_log"]

_JSONL = (".jsonl", ".ndjson")
_NAMES = tuple(Decision.__dataclass_fields__)
_MARKS = ("blind", "gold")
#: Where None says something else than the empty text.
_OPTIONAL = ("label", "proposed")
_APOSTROPHES = re.compile("'+")


def write_log(log: DecisionLog, path: str | os.PathLike[str]) -> None:
    """Write every field of every decision, whole or not at all.

    Parameters
    ----------
    log : DecisionLog
        The decisions.
    path : path-like
        A file that ends in .csv, for spreadsheets: what they would take for a
        formula gets an apostrophe, `shown` is JSON, and an empty cell is None; or
        in .jsonl or .ndjson: one object in each line.

    Raises
    ------
    ParameterError
        If it ends in something else.
    WriteError
        If the system refuses.

    Examples
    --------
    >>> import tempfile
    >>> log = DecisionLog([Decision("a", None, "ann", "2026-05-04T10:15:00+00:00", comment="=1")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_log(log, f"{folder}/log.csv")
    ...     read_log(f"{folder}/log.csv") == log
    True
    """
    if _is_jsonl(path):
        write_jsonl(path, ({name: getattr(d, name) for name in _NAMES} for d in log))
    else:
        write_csv(path, _NAMES, (list(_cells(d)) for d in log), spreadsheet=True)


def read_log(path: str | os.PathLike[str]) -> DecisionLog:
    """Return the log that `write_log` wrote; fields that are missing have their defaults.

    Parameters
    ----------
    path : path-like
        The file, CSV or JSONL.

    Raises
    ------
    ParameterError
        If its name ends in something else than .csv, .jsonl or .ndjson.
    FileFormatError
        If it cannot be read, is no UTF-8, or a line holds no decision.
    """
    read = _jsonl_rows if _is_jsonl(path) else _csv_rows
    decisions = []
    for line, values in read(Path(path)):
        try:
            decisions.append(Decision.of_record(values))
        except (DecisionsError, TypeError) as error:
            raise FileFormatError(
                f"{os.fspath(path)} holds no decision on line {line}: {error} "
                "Give a file as weaklabel log export writes it."
            ) from error
    return DecisionLog(decisions)


def _is_jsonl(path: str | os.PathLike[str]) -> bool:
    suffix = Path(path).suffix.lower()
    if suffix not in (".csv", *_JSONL):
        allowed = "a file that ends in .csv, .jsonl or .ndjson"
        raise ParameterError(wrong_value("path", os.fspath(path), allowed))
    return suffix in _JSONL


def _cells(decision: Decision) -> Iterator[object]:
    for name in _NAMES:
        value = getattr(decision, name)
        if name in _OPTIONAL and value is not None and not value.strip("'"):
            value = f"'{value}"  # so that the empty text is another cell than None
        yield value


def _csv_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows, line = [], 1
    with _long_fields(), _words(path), open(path, encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        for cells in reader:
            rows.append((line, list(map(unsafe_cell, cells))))
            line = reader.line_num + 1
    names = rows[0][1] if rows else []
    for line, cells in rows[1:]:
        if cells:
            yield line, _of_cells(dict(zip(names, cells, strict=False)))


def _of_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict(cells)
    for name in _MARKS:
        if name in cells:
            values[name] = {"true": True, "false": False, "": False}.get(
                cells[name].lower(), cells[name]
            )
    for name in _OPTIONAL:
        if name in cells:
            values[name] = _optional(cells[name])
    values["shown"] = cells.get("shown") or None
    values["seconds"] = _number(cells.get("seconds", ""))
    return values


def _optional(cell: str) -> str | None:
    if not cell:
        return None
    return cell[1:] if _APOSTROPHES.fullmatch(cell) else cell


def _number(cell: str) -> float | str | None:
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell  # Decision refuses it in words


@contextmanager
def _words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileFormatError(
            f"cannot read {path}: {error.strerror}. Check that the file exists."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileFormatError(
            f"{path} is no log that was exported: {error}. Export it again."
        ) from error


def _jsonl_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with _words(path), open(path, encoding="utf-8-sig", newline="\n") as stream:
        for line, text in enumerate(stream, start=1):
            if not text.strip():
                continue
            try:
                values = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise FileFormatError(
                    f"{path} has no JSON on line {line}: {error}. Write one JSON object in each "
                    "line."
                ) from error
            if not isinstance(values, dict):
                raise FileFormatError(
                    f"{path} has no JSON object on line {line}. Write one JSON object in each line."
                )
            yield line, values
