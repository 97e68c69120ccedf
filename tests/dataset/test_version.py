"""Versions are whole, do not change, and are found out when somebody changes them."""

import csv
import errno
import hashlib
import io
import json
import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, as_items
from weaklabel.dataset import (
    Dataset,
    build_dataset,
    list_versions,
    read_version,
    verify_version,
    write_version,
)
from weaklabel.errors import DatasetError, ParameterError, WriteError

AT = "2026-05-04T10:15:00+00:00"
SCHEMA = LabelSchema(["ham", "spam"])
TEXTS = ['=1+1, "x"\n', "naïve 🎉", "\ufeffmark", "tab\t;", "five five", "sixth"]


def make(label: str = "ham") -> Dataset:
    rows = [
        {"item_id": str(i), "text": text, "tags": ["a", str(i)], "n": None if i == 2 else i / 3}
        for i, text in enumerate(TEXTS)
    ]
    soft = SoftLabels(
        [[0.25, 0.75]] * 5 + [[0.5, 0.5]], [r["item_id"] for r in rows], SCHEMA, "model:X"
    )
    log = DecisionLog([Decision("0", label, "ann", AT)])
    return build_dataset(as_items(rows), soft, log, splits={"train": 0.6, "test": 0.4})


def files(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name != ".lock")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_version_is_read_back_as_it_was(tmp_path: Path) -> None:
    data = make()
    version = write_version(data, tmp_path / "new")
    assert version.name == f"v0001-{version.content_id[:12]}"
    assert version.version == 1
    assert files(version.path) == sorted(
        ["manifest.json"]
        + [f"{s}.{f}" for s in ("train", "test", "unlabeled") for f in ("parquet", "jsonl", "csv")]
    )
    back = read_version(version.path)
    order = np.argsort(back.item_ids.tolist())
    assert back.table.take(order).equals(data.table)
    assert (back.schema, back.policy, back.review) == (data.schema, data.policy, data.review)
    assert back.split_names == data.split_names
    assert verify_version(version.path) == version.manifest
    assert repr(version).startswith(f"DatasetVersion({version.name}, 6 items, created 2")
    assert version.name in version._repr_html_()


def test_all_formats_say_the_same(tmp_path: Path) -> None:
    folder = write_version(make(), tmp_path).path
    for split in ("train", "test", "unlabeled"):
        rows = pq.read_table(folder / f"{split}.parquet").to_pylist()
        lines = (folder / f"{split}.jsonl").read_bytes().decode().split("\n")[:-1]
        assert [json.loads(line) for line in lines] == rows
        cells = list(
            csv.DictReader(io.StringIO((folder / f"{split}.csv").read_bytes().decode(), newline=""))
        )
        assert [(c["item_id"], c["text"], c["label"]) for c in cells] == [
            (r["item_id"], r["text"], r["label"] or "") for r in rows
        ]
        assert [float(c["p_spam"]) for c in cells] == [r["p_spam"] for r in rows]


def test_parquet_carries_the_features_of_hugging_face(tmp_path: Path) -> None:
    folder = write_version(make(), tmp_path, formats=["parquet"]).path
    schema = pq.read_schema(folder / "train.parquet")
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["label_code"] == {"names": ["ham", "spam"], "_type": "ClassLabel"}
    assert schema.field("label_code").type == pa.int64()
    assert features["p_spam"] == {"dtype": "float64", "_type": "Value"}
    assert features["text"] == {"dtype": "string", "_type": "Value"}
    assert "tags" not in features


def test_manifest_lists_every_file_and_its_parent(tmp_path: Path) -> None:
    first = write_version(
        make(), tmp_path, created=AT, lineage={"lfs": [{"name": "x", "p": np.nan}]}
    )
    second = write_version(make("spam"), tmp_path, formats=["csv"])
    assert (second.version, second.manifest["parent"]) == (2, first.name)
    assert second.manifest["formats"] == ["parquet", "csv"]
    assert first.manifest["created"] == AT
    assert first.manifest["lineage"] == {"lfs": [{"name": "x", "p": None}]}
    listed = {entry["path"]: entry for entry in first.manifest["files"]}
    assert sorted([*listed, "manifest.json"]) == files(first.path)
    assert sum(e["rows"] for name, e in listed.items() if name.endswith("csv")) == 6
    for name, entry in listed.items():
        assert entry["bytes"] == (first.path / name).stat().st_size
    assert [v.version for v in list_versions(tmp_path)] == [1, 2]
    assert list_versions(tmp_path / "none") == ()


def test_files_of_a_version_are_read_only(tmp_path: Path) -> None:
    folder = write_version(make(), tmp_path).path
    assert {oct(p.stat().st_mode & 0o777) for p in folder.iterdir()} == {"0o444"}


def test_the_same_again_is_the_same_version(tmp_path: Path) -> None:
    first = write_version(make(), tmp_path, lineage={"a": 1})
    assert write_version(make(), tmp_path, lineage={"a": 1}) == first
    assert files(tmp_path) == [first.name]


def test_another_lineage_or_format_is_another_version(tmp_path: Path) -> None:
    write_version(make(), tmp_path, lineage={"a": 1})
    second = write_version(make(), tmp_path, lineage={"a": 2})
    third = write_version(make(), tmp_path, lineage={"a": 2}, formats=["parquet"])
    assert (second.version, third.version) == (2, 3)
    assert second.content_id == third.content_id


def test_a_damaged_newest_version_is_written_anew(tmp_path: Path) -> None:
    first = write_version(make(), tmp_path)
    (first.path / "train.csv").unlink()
    second = write_version(make(), tmp_path)
    assert (second.version, second.manifest["parent"]) == (2, first.name)
    (second.path / "manifest.json").unlink()
    assert write_version(make(), tmp_path).version == 3


def test_versions_written_at_once_have_numbers_of_their_own(tmp_path: Path) -> None:
    data = [make("ham"), make("spam")] * 2
    start = threading.Barrier(len(data))

    def write(dataset: Dataset) -> int:
        start.wait(60)
        return write_version(dataset, tmp_path, formats=["parquet"], lineage={}).version

    with ThreadPoolExecutor(len(data)) as threads:
        numbers = sorted(threads.map(write, data))
    stored = list_versions(tmp_path)
    assert [version.version for version in stored] == sorted(set(numbers))
    assert [v.manifest["parent"] for v in stored] == [None, *(v.name for v in stored[:-1])]


def test_every_damage_is_listed(tmp_path: Path) -> None:
    folder = write_version(make(), tmp_path).path
    (folder / "train.jsonl").unlink()
    (folder / "extra.txt").write_text("")
    (folder / "test.csv").chmod(0o644)
    expected = next(
        e["sha256"] for e in list_versions(tmp_path)[0].manifest["files"] if e["path"] == "test.csv"
    )
    (folder / "test.csv").write_text("changed")
    found = hashlib.sha256(b"changed").hexdigest()
    with pytest.raises(DatasetError) as caught:
        verify_version(folder)
    assert str(caught.value) == (
        f"{folder} does not match its manifest: train.jsonl is missing; "
        f"test.csv was changed (sha256 {found[:12]}, expected {expected[:12]}); "
        "extra.txt is not in the manifest. "
        "Restore the version from a copy, or build it again."
    )
    with pytest.raises(DatasetError, match="does not match its manifest"):
        read_version(folder)


def test_parquet_exchanged_with_its_hash_is_still_noticed(tmp_path: Path) -> None:
    folder = write_version(make(), tmp_path, formats=["parquet"]).path
    other = write_version(make("spam"), tmp_path / "other", formats=["parquet"]).path
    forged = json.loads((other / "manifest.json").read_text())
    assert verify_version(other)["content_id"] == forged["content_id"]
    forged["content_id"] = json.loads((folder / "manifest.json").read_text())["content_id"]
    del forged["manifest_sha256"]
    text = json.dumps(forged, sort_keys=True, separators=(",", ":"))
    forged["manifest_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (other / "manifest.json").chmod(0o644)
    (other / "manifest.json").write_text(json.dumps(forged))
    with pytest.raises(DatasetError, match="do not hold the content that the manifest names"):
        verify_version(other)


@pytest.mark.parametrize("failing", ["replace", "rename"])
def test_a_full_disk_leaves_the_versions_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    write_version(make(), tmp_path)
    before = contents(tmp_path)

    def refuse(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, failing, refuse)
    with pytest.raises(WriteError, match=r"No space left on device. Free some space and try again"):
        write_version(make("spam"), tmp_path)
    assert contents(tmp_path) == before


def test_files_that_cannot_grow_leave_the_versions_before(tmp_path: Path) -> None:
    write_version(make(), tmp_path)
    before = contents(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        with pytest.raises(WriteError, match="File too large"):
            write_version(make("spam"), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(tmp_path) == before
    assert [v.version for v in list_versions(tmp_path)] == [1]


def test_a_folder_that_cannot_be_written_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*file: (Not a dir|File exists)"):
        write_version(make(), tmp_path / "file")


def test_an_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ParameterError, match="formats is 'xml', must be one of parquet, jsonl, csv"
    ):
        write_version(make(), tmp_path, formats=["xml"])


def test_a_column_that_parquet_lacks_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    interval = pa.array([(1, 2, 3)], pa.month_day_nano_interval())
    items = as_items(pa.table({"item_id": ["a"], "text": ["x"], "t": interval}))
    data = build_dataset(items, SoftLabels([[0.0, 1.0]], ["a"], SCHEMA))
    with pytest.raises(DatasetError, match="cannot write the data set as Parquet"):
        write_version(data, tmp_path)
    assert files(tmp_path) == []


@pytest.mark.shared
def test_real_comments_come_back_in_every_format(shared: Path, tmp_path: Path) -> None:
    sources = sorted((shared / "data" / "youtube").glob("*.csv"))
    streams = [io.StringIO(path.read_bytes().decode("utf-8"), newline="") for path in sources]
    items = as_items([row["CONTENT"] for stream in streams for row in csv.DictReader(stream)])
    soft = SoftLabels([[0.9, 0.1]] * items.n_items, items.item_ids, SCHEMA)
    version = write_version(build_dataset(items, soft), tmp_path)
    counts = version.manifest["counts"]["split"]
    assert counts["train"] == pytest.approx(0.8 * items.n_items, rel=0.02)
    expected = dict(zip(items.item_ids.tolist(), items.column("text"), strict=True))
    for form in ("jsonl", "csv", "parquet"):
        assert stored_texts(version.path, form) == expected


def stored_texts(folder: Path, form: str) -> dict[str, str]:
    rows = []
    for path in sorted(folder.glob(f"*.{form}")):
        text = path.read_bytes()
        if form == "parquet":
            rows += pq.read_table(path).to_pylist()
        elif form == "jsonl":
            rows += [json.loads(line) for line in text.decode().split("\n")[:-1]]
        else:
            rows += list(csv.DictReader(io.StringIO(text.decode(), newline="")))
    return {row["item_id"]: row["text"] for row in rows}
