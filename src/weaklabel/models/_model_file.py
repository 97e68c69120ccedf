"""Files of label models: one .npz of plain arrays with a JSON header, and nothing that runs."""

from __future__ import annotations

import json
import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from weaklabel.errors import FileFormatError, ParameterError, WeaklabelError, wrong_value
from weaklabel.files import Json, atomic_write

__all__ = ["FORMAT_VERSION", "ModelRecord", "read_record", "write_record"]

#: Version of the layout; files of a newer one are refused.
FORMAT_VERSION = 1

_KIND = "weaklabel label model"
_HEADER = "header"

#: What NumPy and zipfile raise where an archive is not what it should be.
_UNREADABLE = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)

_Arrays: TypeAlias = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What a fitted label model is made of, without the model.

    Parameters
    ----------
    class_name : str
        Name of its class.
    parameters : mapping of str to object
        Arguments of its constructor.
    learned : mapping of str to object
        Its learned attributes: arrays, numbers, texts, None, and lists, tuples, mappings
        and records of them.
    """

    class_name: str
    parameters: Mapping[str, object]
    learned: Mapping[str, object]


def write_record(record: ModelRecord, path: str | os.PathLike[str]) -> None:
    """Write `record` as one .npz file, whole or not at all.

    Parameters
    ----------
    record : ModelRecord
        What to write.
    path : path-like
        The file; one that is there is replaced when the new one is complete.

    Raises
    ------
    ParameterError
        If the record holds something that is neither an array nor plain.
    WriteError
        If the system refuses; what was at `path` stays as it was.
    """
    arrays: _Arrays = {}
    model = _encoded(record, record.class_name, arrays)
    header = {"kind": _KIND, "format_version": FORMAT_VERSION, "model": model}
    text = json.dumps(header, sort_keys=True, allow_nan=False)
    named: _Arrays = {_HEADER: np.frombuffer(text.encode("utf-8"), np.uint8)}
    named |= {f"array_{i}": array for i, array in enumerate(arrays.values())}
    with atomic_write(path) as aside, zipfile.ZipFile(aside, "w") as archive:
        for name, array in named.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def read_record(path: str | os.PathLike[str]) -> ModelRecord:
    """Return the record in a file that `write_record` wrote.

    Raises FileFormatError if the file is missing, damaged, foreign or of a newer format.
    """
    name = os.fspath(path)
    header, arrays = _read(name)
    try:
        record = _decoded(header["model"], arrays)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(name, error) from error
    if not isinstance(record, ModelRecord):
        raise _damaged(name, "its header describes no model")
    return record


def _read(name: str) -> tuple[dict[str, Any], _Arrays]:
    if not os.path.isfile(name):
        what = "is a folder" if os.path.isdir(name) else "does not exist"
        raise FileFormatError(f"{name} {what}, must be a file that a label model saved.")
    if not zipfile.is_zipfile(name):
        raise _damaged(name, "it is no .npz archive")
    try:
        # Opened here, because np.load leaves a damaged file open.
        with open(name, "rb") as stream, np.load(stream, allow_pickle=False) as stored:
            if _HEADER not in stored.files:
                raise _foreign(name)
            header = _header(name, stored[_HEADER])
            return header, {key: stored[key] for key in stored.files if key != _HEADER}
    except WeaklabelError:
        raise
    except _UNREADABLE as error:
        raise _damaged(name, error) from error


def _header(name: str, raw: npt.NDArray[Any]) -> dict[str, Any]:
    try:
        header = json.loads(raw.tobytes().decode("utf-8"))
        kind, version = header["kind"], int(header["format_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise _foreign(name) from error
    if kind != _KIND:
        raise _foreign(name)
    if version > FORMAT_VERSION:
        raise FileFormatError(
            f"{name} has format {version}, must be at most {FORMAT_VERSION} for this version of "
            "weaklabel. Install a newer one, or save the model again with this one."
        )
    return dict(header)


def _encoded(value: object, where: str, arrays: _Arrays) -> Json:
    """Return `value` as JSON, with its arrays put into `arrays` by their place."""
    if isinstance(value, np.ndarray):
        return _stored(value, where, arrays)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return {"float": value if math.isfinite(value) else repr(value)}
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, ModelRecord):
        fields = {"class_name": value.class_name}
        return {"model": fields | _encoded_parts(value, where, arrays)}
    if isinstance(value, Mapping):
        return {
            "mapping": {str(k): _encoded(v, f"{where}[{k!r}]", arrays) for k, v in value.items()}
        }
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_encoded(v, f"{where}[{i}]", arrays) for i, v in enumerate(value)]}
    raise _not_plain(where, value)


def _encoded_parts(record: ModelRecord, where: str, arrays: _Arrays) -> dict[str, Any]:
    parts = {"parameters": record.parameters, "learned": record.learned}
    return {
        part: {name: _encoded(v, f"{where}.{name}", arrays) for name, v in values.items()}
        for part, values in parts.items()
    }


def _stored(value: npt.NDArray[Any], where: str, arrays: _Arrays) -> Json:
    if value.dtype.kind not in "biuf":
        raise _not_plain(where, value)
    arrays[where] = value
    return {"array": f"array_{len(arrays) - 1}"}


def _decoded(value: Any, arrays: _Arrays) -> object:
    """Return what `_encoded` was given; KeyError, TypeError or ValueError if it never was."""
    if not isinstance(value, dict):
        return value
    ((kind, held),) = value.items()
    if kind == "array":
        return arrays[held]
    if kind == "float":
        return float(held)
    if kind == "mapping":
        return {name: _decoded(v, arrays) for name, v in held.items()}
    if kind in ("list", "tuple"):
        parts = [_decoded(v, arrays) for v in held]
        return tuple(parts) if kind == "tuple" else parts
    if kind == "model":
        parameters, learned = (
            {name: _decoded(v, arrays) for name, v in held[part].items()}
            for part in ("parameters", "learned")
        )
        return ModelRecord(str(held["class_name"]), parameters, learned)
    raise ValueError(f"unknown kind {kind!r}")


def _not_plain(where: str, value: object) -> ParameterError:
    allowed = "an array of numbers, a number, a text, None, or a list or mapping of them"
    return ParameterError(wrong_value(where, value, allowed, "A model file holds nothing else."))


def _foreign(name: str) -> FileFormatError:
    return FileFormatError(
        f"{name} is no file of a label model. Save a fitted model with model.save(path)."
    )


def _damaged(name: str, why: object) -> FileFormatError:
    return FileFormatError(
        f"{name} is no file of a label model, or is truncated or damaged: {why}. "
        "Save the model again, or restore the file from a copy."
    )
