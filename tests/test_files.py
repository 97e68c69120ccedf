"""Files are written whole or not at all, whatever the disk does."""

import csv
import errno
import hashlib
import io
import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.errors import FileFormatError, ParameterError, WriteError
from weaklabel.files import (
    as_json,
    atomic_folder,
    atomic_write,
    canonical_json,
    file_sha256,
    safe_cell,
    unsafe_cell,
    write_csv,
    write_jsonl,
    write_text_atomic,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


def test_a_file_appears_only_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with atomic_write(target) as aside:
        aside.write_text("whole")
        assert aside.parent == target.parent
        assert aside.name.startswith(".")
        assert str(os.getpid()) in aside.name
        assert not target.exists()
    assert target.read_text() == "whole"
    assert os.listdir(target.parent) == ["a.txt"]


@pytest.mark.parametrize("raised", [RuntimeError("boom"), KeyboardInterrupt(), OSError("bad disk")])
def test_a_failure_leaves_what_was_there_and_no_rest(tmp_path: Path, raised: BaseException) -> None:
    target = tmp_path / "a.txt"
    target.write_text("before")

    def fail() -> None:
        with atomic_write(target) as aside:
            aside.write_text("half")
            raise raised

    with pytest.raises(WriteError if isinstance(raised, OSError) else type(raised)):
        fail()
    assert target.read_text() == "before"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_named_and_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("before")

    def fill() -> None:
        with atomic_write(target) as aside:
            aside.symlink_to("/dev/full")
            aside.write_text("too much")

    with pytest.raises(WriteError) as caught:
        fill()
    assert str(caught.value) == (
        f"cannot write {target}: No space left on device. Free some space and try again; "
        "what was there before is intact."
    )
    assert isinstance(caught.value.__cause__, OSError)
    assert target.read_text() == "before"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_refused_rename_is_a_write_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(WriteError, match="Choose a folder that you may write to"):
        write_text_atomic(tmp_path / "a.txt", "x")
    assert os.listdir(tmp_path) == []


def test_a_folder_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"cannot write .*: (Not a directory|File exists)"):
        write_text_atomic(tmp_path / "file" / "a.txt", "x")


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="No such file"), atomic_write(tmp_path / "a.txt"):
        pass


def test_what_need_not_be_durable_is_not_flushed_but_whole_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: int) -> None:
        raise AssertionError("flushed")

    monkeypatch.setattr(os, "fsync", refuse)
    with atomic_write(tmp_path / "a", durable=False) as aside:
        aside.write_text("x")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a").read_text() == "x"
    assert os.listdir(tmp_path) == ["a"]


def test_a_link_is_followed_and_a_long_name_fits(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text_atomic(tmp_path / "link", "x\r\n")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x\r\n"
    write_text_atomic(tmp_path / ("é" * 120), "y")


def test_a_folder_appears_whole_and_is_never_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "v1"
    with atomic_folder(target) as aside:
        (aside / "sub").mkdir()
        (aside / "sub" / "a.txt").write_text("1")
        (aside / "b.txt").write_text("2")
        (aside / "b.txt").chmod(0o444)
        assert not target.exists()
    assert (target / "sub" / "a.txt").read_text() == "1"
    assert os.listdir(target.parent) == ["v1"]
    with pytest.raises(WriteError, match="it exists already"), atomic_folder(target):
        pass
    assert (target / "b.txt").read_text() == "2"


def test_a_failing_folder_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic_folder(tmp_path / "v1") as aside:
            (aside / "a.txt").write_text("1")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError, match="No space left on device"):
        fail()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with (
        pytest.raises(WriteError, match="it exists already"),
        atomic_folder(tmp_path / "v1"),
    ):
        (tmp_path / "v1").mkdir()
    assert os.listdir(tmp_path) == ["v1"]


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert file_sha256(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(FileFormatError, match=r"cannot read .*missing: No such file"):
        file_sha256(tmp_path / "missing")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'="])
def test_a_formula_is_defused(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@given(st.one_of(TEXT, st.text("'=+-@\t\r\na", max_size=6)))
def test_every_cell_comes_back(text: str) -> None:
    cell = safe_cell(text)
    assert unsafe_cell(cell) == text
    assert cell[:1] not in set("=+-@\t\r\n＝＋－＠") or not cell


@given(rows=st.lists(st.tuples(TEXT, TEXT), max_size=4), spreadsheet=st.booleans())
def test_csv_round_trips_every_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], spreadsheet: bool
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    write_csv(path, ["a", "=b"], rows, spreadsheet=spreadsheet)
    text = path.read_bytes().decode("utf-8-sig" if spreadsheet else "utf-8")
    found = list(csv.reader(io.StringIO(text, newline="")))
    back = [[unsafe_cell(c) for c in row] for row in found] if spreadsheet else found
    assert back == [["a", "=b"], *map(list, rows)]


def test_csv_writes_numbers_bare_and_the_rest_as_json(tmp_path: Path) -> None:
    row = [-1.5, None, float("nan"), True, ["a", 1], np.int8(3)]
    write_csv(tmp_path / "a.csv", list("abcdef"), [row], spreadsheet=True)
    lines = (tmp_path / "a.csv").read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[1] == '-1.5,"","","true","[""a"", 1]",3'


def test_jsonl_keeps_line_separators_inside_texts(tmp_path: Path) -> None:
    rows = [{"t": "a\nb\u2028c"}, {"t": "é"}]
    write_jsonl(tmp_path / "a.jsonl", rows)
    lines = (tmp_path / "a.jsonl").read_bytes().decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == rows


def test_json_holds_what_tables_hold() -> None:
    value = {
        "time": datetime(2026, 1, 2, tzinfo=UTC),
        "price": Decimal("1.50"),
        "blob": b"\x00",
        "array": np.array([1.0, np.inf]),
        "path": Path("a"),
    }
    assert as_json(value) == {
        "time": "2026-01-02T00:00:00+00:00",
        "price": "1.50",
        "blob": "AA==",
        "array": [1.0, None],
        "path": "a",
    }


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical_json({"b": 1, "a": (2,)}) == '{"a":[2],"b":1}'


def test_an_object_without_json_form_is_named_with_its_place() -> None:
    with pytest.raises(ParameterError, match=r"value\['model'\]\[1\] is \{1\}, must be a text"):
        as_json({"model": [0, {1}]})
