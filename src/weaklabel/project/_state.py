"""ProjectState: which stages are done, for which inputs; written after every stage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from weaklabel.files import atomic_write, file_sha256

__all__ = ["FileHashes", "ProjectState", "StageRecord", "digest"]


def digest(*values: object) -> str:
    """Return the SHA-256 of JSON-able values in canonical form, as 16 hexadecimal digits."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class StageRecord:
    """When a stage was last done, for which inputs, and what it found.

    Parameters
    ----------
    parts : mapping of str to str
        Everything that the stage depends on, named in words, each as a hash.
    finished_at : str
        UTC time, ISO 8601.
    seconds : float
        How long it took.
    facts : mapping
        JSON-able figures for reports.
    """

    parts: Mapping[str, str]
    finished_at: str
    seconds: float
    facts: Mapping[str, Any]


class ProjectState:
    """The stage records of one project, kept in a JSON file.

    A missing or damaged file means that no stage is done: everything in it can
    be computed again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._records = _read(path)

    def reload(self) -> None:
        """Read the file again, which another process may have written."""
        self._records = _read(self._path)

    def get(self, stage: str) -> StageRecord | None:
        """Return the record of a stage, or None if it was never done."""
        return self._records.get(stage)

    def put(
        self, stage: str, parts: Mapping[str, str], seconds: float, facts: Mapping[str, Any]
    ) -> None:
        """Record that a stage is done, and write the file."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._records[stage] = StageRecord(dict(parts), now, round(seconds, 3), dict(facts))
        document = {
            name: {
                "parts": record.parts,
                "finished_at": record.finished_at,
                "seconds": record.seconds,
                "facts": record.facts,
            }
            for name, record in self._records.items()
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(self._path) as temporary:
            temporary.write_text(json.dumps(document, indent=1, default=str), encoding="utf-8")


class FileHashes:
    """SHA-256 of files, remembered as long as size and modification time stay the same."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._known: dict[str, list[Any]] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self._known = {}

    def of(self, files: list[Path]) -> dict[str, str]:
        """Return {file name: SHA-256}, hashing only what changed."""
        before = dict(self._known)
        found = {}
        for file in files:
            stat = file.stat()
            mark = [stat.st_size, stat.st_mtime_ns]
            known = self._known.get(str(file))
            if known is None or known[:2] != mark:
                known = [*mark, file_sha256(file)]
                self._known[str(file)] = known
            found[str(file)] = str(known[2])
        if self._known != before:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(self._path) as temporary:
                temporary.write_text(json.dumps(self._known), encoding="utf-8")
        return found


def _read(path: Path) -> dict[str, StageRecord]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {
            name: StageRecord(dict(r["parts"]), r["finished_at"], float(r["seconds"]), r["facts"])
            for name, r in document.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
