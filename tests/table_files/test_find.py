"""find_files: paths, patterns and folders."""

from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.table_files import find_files
from weaklabel.table_files._find import is_csv


@pytest.fixture
def folder(tmp_path):
    for name in ("b.csv", "a.csv", "sub/c.PARQUET", "_SUCCESS", "_tmp/d.csv", ".e.csv", "note.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def names(paths, folder):
    return [path.relative_to(folder).as_posix() for path in paths]


def test_pattern_is_sorted_and_a_file_named_twice_comes_once(folder):
    found = find_files([folder / "b.csv", f"{folder}/*.csv"])
    assert names(found, folder) == ["b.csv", "a.csv"]


def test_folder_stands_for_the_tables_in_it_and_below(folder):
    assert names(find_files(folder, folders=True), folder) == ["a.csv", "b.csv", "sub/c.PARQUET"]


def test_folder_whose_own_path_begins_with_a_dot_is_read(tmp_path):
    hidden = tmp_path / ".cache"
    hidden.mkdir()
    (hidden / "a.csv").touch()
    assert names(find_files(hidden, folders=True), hidden) == ["a.csv"]


def test_file_whose_name_looks_like_a_pattern_is_a_file(tmp_path):
    path = tmp_path / "a[1].csv"
    path.touch()
    assert find_files(path) == [path]


@pytest.mark.parametrize(
    ("files", "folders", "error", "words"),
    [
        ([], False, ItemsError, "files is empty, must name at least one file"),
        ("{}", False, ItemsError, r"is a folder, must be a file or a pattern\. Write '.*\*\.csv'"),
        ("{}/_tmp/x", True, ItemsError, "does not exist"),
        ("{}/*.jsonl", True, ItemsError, "No file matches"),
        ("{}/note.txt", False, FileFormatError, r"has the suffix '\.txt', must be one of \.csv"),
    ],
)
def test_what_is_no_table_is_answered(folder, files, folders, error, words):
    given = files.format(folder) if isinstance(files, str) else files
    with pytest.raises(error, match=words):
        find_files(given, folders=folders)


def test_folder_without_tables_is_answered(tmp_path):
    (tmp_path / "_only.csv").touch()
    with pytest.raises(ItemsError, match="has no table file in it"):
        find_files(tmp_path, folders=True)


def test_csv_is_told_by_the_suffix():
    names = ("a.csv", "b.TSV", "c.jsonl", "csv")
    assert [is_csv(Path(name)) for name in names] == [True, True, False, False]
