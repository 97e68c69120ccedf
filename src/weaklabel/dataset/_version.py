"""write_version: a data set as a folder that does not change, with a manifest of all hashes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weaklabel.core import LabelSchema
from weaklabel.core._html import escape
from weaklabel.dataset._dataset import Dataset
from weaklabel.dataset._manifest import (
    MANIFEST,
    Manifest,
    content_id,
    file_problems,
    make_manifest,
    read_manifest,
)
from weaklabel.errors import DatasetError, FileFormatError, ParameterError, wrong_value
from weaklabel.files import (
    Json,
    as_json,
    atomic_folder,
    canonical_json,
    file_sha256,
    write_csv,
    write_jsonl,
)
from weaklabel.lock import exclusive

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["DatasetVersion", "list_versions", "read_version", "verify_version", "write_version"]

_FORMATS = ("parquet", "jsonl", "csv")
#: How long to wait for another one that is writing a version.
_WAIT_SECONDS = 600.0
_NAME = re.compile(r"v(\d{4,})-([0-9a-f]{12})")
#: Types whose name in Arrow is not that in the features of Hugging Face datasets.
_HUGGING_FACE = {"double": "float64", "float": "float32", "halffloat": "float16"}
_PLAIN = re.compile(r"bool|u?int(8|16|32|64)|float(16|32|64)|(large_)?string")


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """One stored version of a data set.

    Parameters
    ----------
    path : pathlib.Path
        Its folder.
    version : int
        Its number, from 1.
    manifest : dict
        What manifest.json holds.
    """

    path: Path
    version: int
    manifest: Manifest

    @property
    def name(self) -> str:
        """Name of the folder: number and start of the content id."""
        return self.path.name

    @property
    def content_id(self) -> str:
        """SHA-256 of what the version says, however it is stored."""
        return str(self.manifest["content_id"])

    def __repr__(self) -> str:
        counts = self.manifest.get("counts")
        n_items = counts.get("items") if isinstance(counts, dict) else None
        return f"DatasetVersion({self.name}, {n_items} items, created {self.manifest['created']})"

    def _repr_html_(self) -> str:
        counts = self.manifest.get("counts")
        shown = {"path": str(self.path), "content id": self.content_id}
        shown |= {k: str(v) for k, v in counts.items()} if isinstance(counts, dict) else {}
        rows = "".join(
            f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in shown.items()
        )
        return f"<div><p>{escape(repr(self))}</p><table><tbody>{rows}</tbody></table></div>"


def write_version(
    dataset: Dataset,
    folder: str | os.PathLike[str],
    *,
    formats: Sequence[str] = _FORMATS,
    lineage: Mapping[str, object] | None = None,
    created: str | None = None,
) -> DatasetVersion:
    """Store a data set as the next version in `folder`.

    The version is a folder ``v0001-<start of the content id>`` with one file for
    each split and format and manifest.json. It is written aside and appears in
    one step; its files are read-only, and no version is ever overwritten.

    Parameters
    ----------
    dataset : Dataset
        What to store.
    folder : path-like
        Where the versions are; made if need be.
    formats : sequence of str
        Of "parquet", "jsonl" and "csv". Parquet is always among them, because
        `read_version` reads it.
    lineage : mapping, optional
        Where the labels come from, as JSON values: data files with their hashes,
        labeling functions, label model, head hash of the decision log.
    created : str, optional
        Time for the manifest; by default now, in UTC.

    Returns
    -------
    DatasetVersion
        The new version; or the newest, where it is intact and has the same
        content, policy, lineage and formats.

    Raises
    ------
    ParameterError
        If a format is unknown, or `lineage` holds something that JSON cannot.
    WriteError
        If the system refuses; the versions that were there stay as they were.
    BusyError
        If another process is still writing a version there after ten minutes.

    Notes
    -----
    Parquet files carry the features of Hugging Face datasets, with
    ``label_code`` as ClassLabel. JSONL and CSV are for programs: texts are in
    them exactly as they are, also those that a spreadsheet would run as a
    formula. What is meant for spreadsheets is the file of `write_queue`.
    """
    for form in formats:
        if form not in _FORMATS:
            raise ParameterError(wrong_value("formats", form, f"one of {', '.join(_FORMATS)}"))
    forms = [form for form in _FORMATS if form in formats or form == "parquet"]
    origin = {str(key): as_json(v, f"lineage[{key!r}]") for key, v in (lineage or {}).items()}
    # Two at once would take the same number.
    what = f"the folder of dataset versions {os.fspath(folder)}"
    with exclusive(folder, what, "write_version", wait_seconds=_WAIT_SECONDS):
        return _write_next(dataset, Path(folder), forms, origin, created)


def _write_next(
    dataset: Dataset, place: Path, forms: list[str], origin: Mapping[str, Json], created: str | None
) -> DatasetVersion:
    newest = _newest(place)
    identity = content_id(dataset)
    if newest is not None and _is_same(newest, dataset, identity, origin, forms):
        return newest
    number = max((n for n, _ in _folders(place)), default=0) + 1
    name = f"v{number:04d}-{identity[:12]}"
    with atomic_folder(place / name) as aside:
        manifest = make_manifest(
            dataset,
            identity=identity,
            name=name,
            version=number,
            parent=newest.name if newest is not None else None,
            created=created or datetime.now(UTC).isoformat(timespec="seconds"),
            lineage=origin,
            formats=forms,
            files=list(_write_files(dataset, aside, forms)),
        )
        text = json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
        (aside / MANIFEST).write_text(text + "\n", encoding="utf-8")
        for file in aside.iterdir():
            file.chmod(0o444)
    return DatasetVersion(place / name, number, manifest)


def list_versions(folder: str | os.PathLike[str]) -> tuple[DatasetVersion, ...]:
    """Return the versions in a folder, oldest first.

    Parameters
    ----------
    folder : path-like
        Where `write_version` wrote them.

    Returns
    -------
    tuple of DatasetVersion
        Empty if there is no such folder; what else is in it is passed over.

    Raises
    ------
    DatasetError
        If the manifest of one cannot be read.
    """
    found = _folders(Path(folder))
    return tuple(DatasetVersion(path, number, read_manifest(path)) for number, path in found)


def read_version(path: str | os.PathLike[str]) -> Dataset:
    """Return the data set in the folder of a version, after `verify_version`.

    Parameters
    ----------
    path : path-like
        The folder of one version.

    Returns
    -------
    Dataset
        Rows come split by split, in each in the order in which they were stored.

    Raises
    ------
    DatasetError
        If a file is missing, changed or extra, or the manifest cannot be read.
    """
    return _read(Path(path), verify_version(path))


def verify_version(path: str | os.PathLike[str]) -> dict[str, Json]:
    """Return the manifest of a version after hashing every file and the content anew.

    Parameters
    ----------
    path : path-like
        The folder of one version.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    DatasetError
        If the manifest cannot be read, or listing every file that is missing,
        changed, or not in the manifest.
    """
    folder = Path(path)
    manifest = read_manifest(folder)
    problems = file_problems(folder, manifest)
    if not problems and content_id(_read(folder, manifest)) != manifest["content_id"]:
        problems = ["the Parquet files do not hold the content that the manifest names"]
    if problems:
        raise DatasetError(
            f"{folder} does not match its manifest: {'; '.join(problems)}. "
            "Restore the version from a copy, or build it again."
        )
    return manifest


def _read(folder: Path, manifest: Manifest) -> Dataset:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = [str(n) for n in _paths(manifest) if str(n).endswith(".parquet")]
    try:
        tables = [pq.ParquetFile(folder / name).read() for name in names]
        table = pa.concat_tables([t.replace_schema_metadata(None) for t in tables])
        schema = LabelSchema(manifest["classes"])  # type: ignore[arg-type] # checked to be a list
        return Dataset(table, schema, manifest["policy"], manifest["review"])  # type: ignore[arg-type] # checked to be dicts
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise DatasetError(f"{folder} does not hold a sound data set: {error}") from error


def _paths(manifest: Manifest) -> Iterator[Json]:
    files = manifest["files"]
    for entry in files if isinstance(files, list) else []:
        if isinstance(entry, dict):
            yield entry["path"]


def _folders(folder: Path) -> list[tuple[int, Path]]:
    if not folder.is_dir():
        return []
    matches = [(_NAME.fullmatch(p.name), p) for p in folder.iterdir() if p.is_dir()]
    return sorted((int(match[1]), p) for match, p in matches if match)


def _newest(folder: Path) -> DatasetVersion | None:
    found = _folders(folder)
    if not found:
        return None
    number, path = found[-1]
    try:
        return DatasetVersion(path, number, read_manifest(path))
    except DatasetError:  # still the parent by name; a new version does not need its manifest
        return DatasetVersion(path, number, {"content_id": "", "created": "unknown"})


def _is_same(
    version: DatasetVersion,
    dataset: Dataset,
    identity: str,
    lineage: Mapping[str, Json],
    formats: list[str],
) -> bool:
    wanted = {
        "content_id": identity,
        "lineage": lineage,
        "policy": dataset.policy,
        "review": dataset.review,
        "formats": formats,
    }
    found = {key: version.manifest.get(key) for key in wanted}
    if canonical_json(found) != canonical_json(wanted):
        return False
    try:
        return not file_problems(version.path, version.manifest)
    except (FileFormatError, OSError):
        return False


def _write_files(dataset: Dataset, folder: Path, formats: list[str]) -> Iterator[dict[str, Json]]:
    for split in dataset.split_names:
        table = dataset.split(split)
        for form in formats:
            path = folder / f"{split}.{form}"
            _write_table(table, path, form, dataset.schema)
            yield {
                "path": path.name,
                "split": split,
                "rows": int(table.num_rows),
                "bytes": path.stat().st_size,
                "sha256": file_sha256(path),
            }


def _write_table(table: pa.Table, path: Path, form: str, schema: LabelSchema) -> None:
    if form == "parquet":
        _write_parquet(table, path, schema)
        return
    batches = table.to_batches(max_chunksize=10_000)
    if form == "jsonl":
        write_jsonl(path, (row for batch in batches for row in batch.to_pylist()))
        return
    rows = (list(row.values()) for batch in batches for row in batch.to_pylist())
    write_csv(path, table.column_names, rows)


def _write_parquet(table: pa.Table, path: Path, schema: LabelSchema) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = {"info": {"features": _features(table, schema)}}
    try:
        pq.write_table(
            table.replace_schema_metadata({"huggingface": json.dumps(features)}),
            path,
            compression="zstd",
            write_page_checksum=True,
        )
    except pa.ArrowException as error:
        if isinstance(error, OSError):
            raise
        raise DatasetError(
            f"cannot write the data set as Parquet: {error}. Convert or drop that column."
        ) from error


def _features(table: pa.Table, schema: LabelSchema) -> dict[str, Any]:
    """Return what Hugging Face datasets cannot see from the Arrow types, and the plain rest."""
    features: dict[str, Any] = {}
    for field in table.schema:
        kind = _HUGGING_FACE.get(str(field.type), str(field.type))
        if _PLAIN.fullmatch(kind):
            features[field.name] = {"dtype": kind, "_type": "Value"}
    features["label_code"] = {"names": list(schema.classes), "_type": "ClassLabel"}
    return features
