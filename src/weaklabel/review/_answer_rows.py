"""read_rows: the rows of an answer file, CSV or JSONL, each with its line number."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weaklabel.errors import FileFormatError
from weaklabel.files import unsafe_cell

__all__ = ["AnswerRow", "read_rows"]

_NEEDED = ("item_id", "answer")
_SEPARATORS = (",", ";", "\t")
_JSONL = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of an answer file: the line on which it starts, and its fields by name."""

    line: int
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return a field as text without blanks around it, "" where it is missing."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        """Return a field as text, "" where it is missing."""
        value = self.fields.get(name)
        return "" if value is None else str(value)


def read_rows(path: Path) -> list[AnswerRow]:
    """Return the rows of a CSV file (comma, semicolon or tab) or a JSONL file.

    Parameters
    ----------
    path : pathlib.Path
        Read as JSONL if it ends in .jsonl or .ndjson, else as CSV; UTF-8.

    Returns
    -------
    list of AnswerRow
        Rows that are wholly empty are left out; cells are as they were before
        `weaklabel.files.safe_cell`.

    Raises
    ------
    FileFormatError
        If the file is missing, empty, not UTF-8, broken, or lacks a column.
    """
    text = _text(path)
    if not text.strip():
        raise FileFormatError(
            f"{path} is empty, must have the columns item_id and answer. Give the reviewed file."
        )
    return _jsonl_rows(path, text) if path.suffix.lower() in _JSONL else _csv_rows(path, text)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileFormatError(
            f"{path} is not UTF-8 (byte {error.start} is 0x{error.object[error.start]:02x}). "
            "Save it as 'CSV UTF-8'."
        ) from error
    except OSError as error:
        raise FileFormatError(
            f"cannot read {path}: {error.strerror}. Check that the file exists."
        ) from error


def _csv_rows(path: Path, text: str) -> list[AnswerRow]:
    with _long_fields():
        header, separator = _header(path, text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows, line = [], 1
        try:
            for cells in reader:
                if line > 1 and any(cells):
                    rows.append(_csv_row(path, line, header, cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise FileFormatError(
                f"{path} is broken in the row that starts on line {line}: {error}. "
                "Close every quote, and write a quote inside a text twice."
            ) from error
    return rows


def _header(path: Path, text: str) -> tuple[list[str], str]:
    for separator in _SEPARATORS:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        names = [name.strip() for name in first]
        if all(name in names for name in _NEEDED):
            return names, separator
    first = next(csv.reader(io.StringIO(text, newline="")))
    missing = next((n for n in _NEEDED if n not in [cell.strip() for cell in first]), "item_id")
    shown = ", ".join(repr(cell[:40]) for cell in first[:10])
    raise FileFormatError(
        f"{path} has no column {missing!r} but {shown}. "
        "Its first line must name the columns, item_id and answer among them."
    )


def _csv_row(path: Path, line: int, header: list[str], cells: list[str]) -> AnswerRow:
    if any(cells[len(header) :]):
        raise FileFormatError(
            f"{path} has {len(cells)} fields on line {line}, must have {len(header)}. "
            "Put texts that hold the separator in quotes."
        )
    return AnswerRow(line, dict(zip(header, map(unsafe_cell, cells), strict=False)))


@contextmanager
def _long_fields() -> Iterator[None]:
    # By default the csv module refuses texts of more than 131,072 characters.
    limit = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _jsonl_rows(path: Path, text: str) -> list[AnswerRow]:
    # Not splitlines(): that would also split on separators inside a text.
    lines = [(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    rows = [_jsonl_row(path, n, line) for n, line in lines]
    if not any("answer" in row.fields for row in rows):
        raise FileFormatError(
            f'{path} has no field \'answer\'. Write {{"item_id": …, "answer": …}} in each line.'
        )
    return rows


def _jsonl_row(path: Path, number: int, line: str) -> AnswerRow:
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(
            f"{path} has no JSON on line {number}: {error}. Write one JSON object in each line."
        ) from error
    if not isinstance(fields, dict) or fields.get("item_id") is None:
        raise FileFormatError(
            f"{path} has no 'item_id' on line {number}. "
            "Write a JSON object with item_id and answer in each line."
        )
    return AnswerRow(number, fields)
