"""Files written whole or not at all, their hashes, and CSV cells that no spreadsheet runs."""

from __future__ import annotations

import base64
import csv
import errno
import hashlib
import json
import math
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import numpy as np

from weaklabel.errors import FileFormatError, ParameterError, WriteError, wrong_value

__all__ = [
    "Json",
    "as_json",
    "atomic_folder",
    "atomic_write",
    "canonical_json",
    "file_sha256",
    "safe_cell",
    "unsafe_cell",
    "write_csv",
    "write_jsonl",
    "write_text_atomic",
]

#: What a JSON text can hold.
Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

# What spreadsheets take for the start of a formula; OWASP, "CSV Injection".
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_QUOTED_FORMULA = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")

_ADVICE = {
    errno.ENOSPC: "Free some space and try again",
    errno.EDQUOT: "Free some space and try again",
    errno.EFBIG: "Free some space and try again",
    errno.EACCES: "Choose a folder that you may write to",
    errno.EPERM: "Choose a folder that you may write to",
    errno.EROFS: "Choose a folder that you may write to",
}


@contextmanager
def atomic_write(path: str | os.PathLike[str], *, durable: bool = True) -> Iterator[Path]:
    """Yield a path to write to, and put that file at `path` if all goes well.

    The yielded path is in the same folder, which is made if need be. When the
    block ends, the file is flushed to the disk and takes the place of what was
    at `path` in one step; when the block raises, it is removed and what was at
    `path` stays as it was.

    Parameters
    ----------
    path : path-like
        Where the file should be in the end; a link is followed.
    durable : bool
        Whether to flush to the disk. Without, which is much faster for many
        small files, one that was just written may be torn after a power cut,
        though not after a crash of the program.

    Yields
    ------
    pathlib.Path
        A path that does not exist yet; write the whole file there.

    Raises
    ------
    WriteError
        If the system refuses: a full disk, a folder that is read-only, ….

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "note.txt")
    ...     with atomic_write(target) as aside:
    ...         _ = aside.write_text("all or nothing")
    ...     target.read_text()
    'all or nothing'
    """
    target = Path(os.path.realpath(path))
    aside = _aside(target, target.suffix)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield aside
        if durable:
            _flush(aside)
        os.replace(aside, target)
        if durable:
            _flush_folder(target.parent)
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(_refused(path, error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield an empty folder to fill, and rename it to `path` if all goes well.

    Parameters
    ----------
    path : path-like
        Where the folder should be in the end; nothing may be there yet.

    Yields
    ------
    pathlib.Path
        A folder beside `path`; whatever it holds appears at `path` in one step.

    Raises
    ------
    WriteError
        If something is at `path`, or the system refuses.
    """
    target = Path(path)
    aside = _aside(target, "")
    try:
        _refuse_existing(target)
        aside.mkdir(parents=True)
        yield aside
        for file in sorted(aside.rglob("*")):
            if file.is_file():
                _flush(file)
            else:
                _flush_folder(file)
        _flush_folder(aside)
        _refuse_existing(target)
        os.rename(aside, target)
        _flush_folder(target.parent)
    except WriteError:
        raise
    except OSError as error:
        raise WriteError(_refused(path, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def write_text_atomic(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8, line ends as they are, whole or not at all.

    Parameters
    ----------
    path : path-like
        The file; one that is there is replaced when the new one is complete.
    text : str
        All of its contents.

    Raises
    ------
    WriteError
        If the system refuses; what was at `path` stays as it was.
    """
    with atomic_write(path) as aside:
        aside.write_bytes(text.encode("utf-8"))


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    FileFormatError
        If the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise FileFormatError(
            f"cannot read {os.fspath(path)}: {_reason(error)}. Check that the file exists."
        ) from error


def safe_cell(text: str) -> str:
    """Return `text` with an apostrophe before it where a spreadsheet would see a formula.

    `unsafe_cell` takes it off again, so that every text survives the round trip.

    Examples
    --------
    >>> safe_cell("=HYPERLINK(1)"), safe_cell("'tis"), unsafe_cell(safe_cell("'=1"))
    ("'=HYPERLINK(1)", "'tis", "'=1")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unsafe_cell(text: str) -> str:
    """Return the text that `safe_cell` made this cell of."""
    return text[1:] if _QUOTED_FORMULA.match(text) else text


def write_csv(
    path: str | os.PathLike[str],
    names: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    spreadsheet: bool = False,
) -> None:
    """Write rows as UTF-8 CSV: texts in quotes, numbers bare, missing values empty.

    Parameters
    ----------
    path : path-like
        The file, written whole or not at all.
    names : sequence of str
        The header.
    rows : iterable of sequence
        One value for each name; what is neither text nor number is written as JSON.
    spreadsheet : bool
        Whether people will open it in one: a byte order mark shows the program
        that it is UTF-8, and cells go through `safe_cell`.

    Raises
    ------
    WriteError
        If the system refuses.
    """
    form = safe_cell if spreadsheet else str
    encoding = "utf-8-sig" if spreadsheet else "utf-8"
    with (
        atomic_write(path) as aside,
        open(aside, "w", encoding=encoding, newline="") as stream,
    ):
        writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([form(name) for name in names])
        for row in rows:
            writer.writerow([_cell(value, form is safe_cell) for value in row])


def write_jsonl(path: str | os.PathLike[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write one JSON object in each line, UTF-8, whole or not at all.

    Raises WriteError if the system refuses.
    """
    with atomic_write(path) as aside, open(aside, "w", encoding="utf-8", newline="") as stream:
        for row in rows:
            stream.write(json.dumps(as_json(row), ensure_ascii=False, allow_nan=False) + "\n")


def canonical_json(value: object) -> str:
    """Return `value` as JSON in one fixed form: sorted keys, ASCII, no blanks.

    Raises ParameterError if it holds something that JSON cannot.
    """
    return json.dumps(as_json(value), sort_keys=True, allow_nan=False, separators=(",", ":"))


def as_json(value: object, where: str = "value") -> Json:
    """Return `value` in types that JSON has.

    Times become ISO 8601, bytes base64, decimals and paths texts, numbers that
    are not finite None; arrays and tuples become lists.

    Parameters
    ----------
    value : object
        What to convert; it is left as it is.
    where : str
        What to call it in the message.

    Returns
    -------
    None, bool, int, float, str, list or dict
        What ``json.dumps`` accepts.

    Raises
    ------
    ParameterError
        If it is, or holds, something else; the message says where.
    """
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.tolist()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): as_json(v, f"{where}[{key!r}]") for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(v, f"{where}[{i}]") for i, v in enumerate(value)]
    return _text_of(value, where)


def _text_of(value: object, where: str) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (Decimal, timedelta, Path)):
        return str(value)
    raise ParameterError(
        wrong_value(
            where, value, "a text, number, None, list or dict", "Convert it to one of them first."
        )
    )


def _cell(value: object, spreadsheet: bool) -> str | int | float:
    plain = as_json(value)
    if plain is None:
        return ""
    if isinstance(plain, (list, dict)):
        plain = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, str):
        return safe_cell(plain) if spreadsheet else plain
    return plain


def _aside(target: Path, suffix: str) -> Path:
    # Short enough for a file system that allows 255 bytes, whatever the target is called.
    name = f".{target.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}.tmp{suffix[:10]}"
    return target.parent / name


def _refuse_existing(target: Path) -> None:
    if os.path.lexists(target):
        raise WriteError(
            f"cannot write {target}: it exists already. Choose another name; nothing was changed."
        )


def _flush(file: Path) -> None:
    # Writable, because Windows refuses to flush what is open for reading only.
    with open(file, "rb" if not os.access(file, os.W_OK) else "rb+") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    with suppress(OSError):  # Windows cannot open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _refused(path: str | os.PathLike[str], error: OSError) -> str:
    advice = _ADVICE.get(error.errno or 0, "Check the path and the disk")
    return (
        f"cannot write {os.fspath(path)}: {_reason(error)}. {advice}; "
        "what was there before is intact."
    )


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error).rstrip(".")
