"""download_zip, from archives on disk."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError, ItemsError, ParameterError, WriteError
from weaklabel.examples._download import download_zip


def write_zip(folder: Path, **contents: str) -> str:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/one.csv", "junk")
        for name, content in contents.items():
            archive.writestr(f"inner/{name}.csv", content)
    return path.as_uri()


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_wanted_files_are_stored_and_others_are_not(tmp_path):
    url = write_zip(tmp_path, one="1", two="2")
    download_zip(url, {"one.csv": sha256("1")}, tmp_path / "new" / "cache")
    stored = {p.name: p.read_text() for p in (tmp_path / "new" / "cache").iterdir()}
    assert stored == {"one.csv": "1"}


def test_a_wrong_checksum_is_an_error_and_stores_nothing(tmp_path):
    url = write_zip(tmp_path, one="1", two="2")
    wanted = {"one.csv": sha256("1"), "two.csv": sha256("other")}
    message = rf"two\.csv from .* has the SHA-256 {sha256('2')}, must be {sha256('other')}"
    with pytest.raises(FileFormatError, match=message):
        download_zip(url, wanted, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_file_that_the_archive_lacks_is_named(tmp_path):
    with pytest.raises(FileFormatError, match=r"has no file three\.csv; it holds"):
        download_zip(write_zip(tmp_path, one="1"), {"three.csv": ""}, tmp_path / "cache")


def test_an_archive_that_is_none(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html>not here</html>")
    with pytest.raises(FileFormatError, match=r"page\.html is no zip archive"):
        download_zip(path.as_uri(), {"one.csv": ""}, tmp_path / "cache")


def test_no_network_says_how_to_go_on(tmp_path):
    url = (tmp_path / "none.zip").as_uri()
    with pytest.raises(ItemsError, match=r"cannot be downloaded: .*name its folder with folder="):
        download_zip(url, {"one.csv": ""}, tmp_path / "cache")


def test_other_schemes_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="scheme of url is 'ftp', must be http"):
        download_zip("ftp://example.com/a.zip", {}, tmp_path)


def test_a_cache_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    url = write_zip(tmp_path, one="1")
    with pytest.raises(WriteError, match=r"cannot be made: .*Choose another cache"):
        download_zip(url, {"one.csv": sha256("1")}, tmp_path / "file" / "cache")
