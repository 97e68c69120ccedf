"""The content id follows what a data set says; a manifest that was touched is refused."""

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pytest

from weaklabel.core import LabelSchema, SoftLabels, as_items
from weaklabel.dataset import Dataset, build_dataset, write_version
from weaklabel.dataset._manifest import content_id, read_manifest
from weaklabel.errors import DatasetError, ParameterError

SCHEMA = LabelSchema(["ham", "spam"])


def make(spam: float = 0.2, text: str = "hello", classes: LabelSchema = SCHEMA) -> Dataset:
    items = as_items([{"item_id": "a", "text": text}, {"item_id": "b", "text": "other"}])
    soft = SoftLabels([[1 - spam, spam], [0.0, 1.0]], ["a", "b"], classes)
    return build_dataset(items, soft, splits={"train": 1.0})


def test_order_types_and_small_differences_do_not_change_the_id() -> None:
    data = make()
    table = data.table.take([1, 0])
    table = table.set_column(1, "text", table.column("text").cast(pa.large_string()))
    assert content_id(Dataset(table, SCHEMA, {}, {})) == content_id(data)
    assert content_id(make(spam=0.2 + 1e-9)) == content_id(data)


@pytest.mark.parametrize(
    "other",
    [make(spam=0.3), make(text="bye"), make(classes=LabelSchema(["HAM", "spam"]))],
    ids=["probability", "text", "class name"],
)
def test_what_it_says_changes_the_id(other: Dataset) -> None:
    assert content_id(other) != content_id(make())


def test_the_id_can_be_computed_by_anybody() -> None:
    # In the order of the names: item_id, label, label_code, provenance, review, split, text.
    rows = [
        ["a", "ham", 0, "given", "", "train", "hello", ["0.800000", "0.200000"]],
        ["b", "spam", 1, "given", "", "train", "other", ["0.000000", "1.000000"]],
    ]
    names = ["item_id", "label", "label_code", "provenance", "review", "split", "text"]
    head = {"classes": ["ham", "spam"], "columns": names}
    digests = sorted(
        hashlib.sha256(json.dumps(row, separators=(",", ":")).encode()).digest() for row in rows
    )
    expected = hashlib.sha256(json.dumps(head, separators=(",", ":")).encode() + b"\n")
    expected.update(b"".join(digests))
    assert content_id(make()) == expected.hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = write_version(make(), tmp_path).path
    (path / "manifest.json").chmod(0o644)
    return path


def change(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_manifest_holds_what_an_auditor_asks_for(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest["classes"] == ["ham", "spam"]
    assert manifest["content_id"] == content_id(make())
    assert manifest["counts"]["items"] == 2
    assert manifest["counts"]["label"] == {"ham": 1, "spam": 1}
    assert set(manifest["environment"]) >= {"python", "numpy", "pyarrow", "scikit-learn"}
    assert manifest["parent"] is None
    text = (folder / "manifest.json").read_text()
    assert text == json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON: .* Restore the version from a copy, or build it again"),
        ("[]", "holds a list, must be an object"),
        ("{}", "lacks schema_version, version, name, .*, review, or has another type there"),
        ('{"schema_version": 2}', "has schema version 2, must be at most 1 .* Upgrade weaklabel"),
        ("\udcff", "is no JSON"),
    ],
)
def test_what_is_no_manifest_is_refused(folder: Path, content: str, words: str) -> None:
    (folder / "manifest.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DatasetError, match=words):
        read_manifest(folder)


def test_a_changed_manifest_is_noticed(folder: Path) -> None:
    change(folder, created="2020-01-01T00:00:00+00:00")
    with pytest.raises(DatasetError, match="was changed: its contents do not have the hash in it"):
        read_manifest(folder)


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "a/b", "..\\x", None, ""])
def test_a_manifest_cannot_point_outside(folder: Path, path: object) -> None:
    change(folder, files=[{"path": path, "sha256": "x"}])
    with pytest.raises(DatasetError, match=r"in files\[0\], must be a file name"):
        read_manifest(folder)


def test_a_folder_without_manifest_is_no_version(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"is no data set version: cannot read manifest\.json"):
        read_manifest(tmp_path)


def test_lineage_must_be_json(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"lineage\['model'\] is <object .*, must be a text"):
        write_version(make(), tmp_path, lineage={"model": object()})
    assert list(tmp_path.iterdir()) == []
