"""The manifest of a data set version: what it holds, where that comes from, and every hash."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TypeAlias

import numpy as np

from weaklabel.dataset._dataset import Dataset
from weaklabel.errors import DatasetError
from weaklabel.files import Json, as_json, canonical_json, file_sha256

__all__ = [
    "MANIFEST",
    "SCHEMA_VERSION",
    "Manifest",
    "content_id",
    "file_problems",
    "make_manifest",
    "read_manifest",
]

#: Name of the manifest in the folder of a version.
MANIFEST = "manifest.json"
#: Version of the manifest's layout; a newer one is refused.
SCHEMA_VERSION = 1

Manifest: TypeAlias = dict[str, Json]

_LIBRARIES = (
    "weaklabel",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "narwhals",
    "scikit-learn",
    "cleanlab",
    "SQLAlchemy",
)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_KEYS: dict[str, type] = {
    "schema_version": int,
    "version": int,
    "name": str,
    "content_id": str,
    "created": str,
    "classes": list,
    "columns": list,
    "counts": dict,
    "environment": dict,
    "files": list,
    "formats": list,
    "lineage": dict,
    "policy": dict,
    "review": dict,
}


def content_id(dataset: Dataset) -> str:
    """Return the SHA-256 of what a data set says, however it is stored.

    The order of the rows, the version of the Parquet library and the sixth
    decimal of a probability make no difference; a changed label, split,
    provenance, value or class name does.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    table = dataset.table
    proba = [f"p_{name}" for name in dataset.schema.classes]
    names = sorted(set(table.column_names) - {*proba, "confidence"})
    columns = [table.column(name).to_pylist() for name in names]
    rounded = np.round(dataset.posterior, 6) + 0.0  # no minus zero
    digests = [
        hashlib.sha256(canonical_json([*row, [f"{p:.6f}" for p in ps]]).encode()).digest()
        for *row, ps in zip(*columns, rounded.tolist(), strict=True)
    ]
    head = canonical_json({"classes": dataset.schema.classes, "columns": names})
    return hashlib.sha256(head.encode() + b"\n" + b"".join(sorted(digests))).hexdigest()


def make_manifest(
    dataset: Dataset,
    *,
    identity: str,
    name: str,
    version: int,
    parent: str | None,
    created: str,
    lineage: Mapping[str, object],
    formats: Sequence[str],
    files: Sequence[Mapping[str, Json]],
) -> Manifest:
    """Return the manifest of a version, with its own hash under "manifest_sha256".

    `identity` is what `content_id` gives for `dataset`, and `parent` the name of
    the version before.

    Raises ParameterError if `lineage` holds something that JSON cannot.
    """
    columns = [{"name": f.name, "type": str(f.type)} for f in dataset.table.schema]
    manifest: Manifest = {
        "schema_version": SCHEMA_VERSION,
        "version": version,
        "name": name,
        "content_id": identity,
        "parent": parent,
        "created": created,
        "classes": list(dataset.schema.classes),
        "columns": as_json(columns),
        "counts": as_json({"items": dataset.n_items, **dataset.counts}),
        "environment": _environment(),
        "files": as_json(list(files)),
        "formats": list(formats),
        "lineage": as_json(lineage, "lineage"),
        "policy": as_json(dataset.policy),
        "review": as_json(dataset.review),
    }
    return {**manifest, "manifest_sha256": _own_hash(manifest)}


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest in the folder of a version.

    Raises
    ------
    DatasetError
        If it is missing, no JSON, incomplete, changed, or of a newer layout.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise DatasetError(
            f"{folder} is no data set version: cannot read {MANIFEST} ({error.strerror}). "
            "Name the folder of one version."
        ) from error
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{path} is no JSON: {error}. {_RESTORE}") from error
    if not isinstance(found, dict):
        raise DatasetError(f"{path} holds a {type(found).__name__}, must be an object. {_RESTORE}")
    _check_keys(path, found)
    own = {key: value for key, value in found.items() if key != "manifest_sha256"}
    if found.get("manifest_sha256") != _own_hash(own):
        raise DatasetError(
            f"{path} was changed: its contents do not have the hash in it. {_RESTORE}"
        )
    return found


_RESTORE = "Restore the version from a copy, or build it again."


def _check_keys(path: Path, manifest: Manifest) -> None:
    version = manifest.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise DatasetError(
            f"{path} has schema version {version}, must be at most {SCHEMA_VERSION} for this "
            "version of weaklabel. Upgrade weaklabel."
        )
    wrong = [key for key, kind in _KEYS.items() if not isinstance(manifest.get(key), kind)]
    if wrong:
        raise DatasetError(
            f"{path} lacks {', '.join(wrong)}, or has another type there. {_RESTORE}"
        )
    for i, entry in enumerate(_entries(manifest)):
        name = entry.get("path")
        # A plain name, so that a manifest cannot point outside of its folder.
        if not isinstance(name, str) or not _FILE_NAME.fullmatch(name):
            raise DatasetError(f"{path} has the path {name!r} in files[{i}], must be a file name.")


def _entries(manifest: Manifest) -> list[dict[str, Json]]:
    files = manifest["files"]
    entries = files if isinstance(files, list) else []
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def file_problems(folder: Path, manifest: Manifest) -> list[str]:
    """Return in words every file that is missing, changed, or not in the manifest."""
    problems = []
    known = {MANIFEST}
    for entry in _entries(manifest):
        name, expected = str(entry["path"]), str(entry.get("sha256"))
        known.add(name)
        if not (folder / name).is_file():
            problems.append(f"{name} is missing")
            continue
        found = file_sha256(folder / name)
        if found != expected:
            problems.append(f"{name} was changed (sha256 {found[:12]}, expected {expected[:12]})")
    extra = sorted(p.name for p in folder.iterdir() if p.name not in known)
    return [*problems, *(f"{name} is not in the manifest" for name in extra)]


def _own_hash(manifest: Manifest) -> str:
    return hashlib.sha256(canonical_json(manifest).encode()).hexdigest()


def _environment() -> dict[str, Json]:
    found: dict[str, Json] = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue  # run from a source tree, or an optional one is absent
    return found
