"""load_youtube, without a network."""

import zipfile
from pathlib import Path

import pytest

from weaklabel.errors import FileFormatError, ItemsError
from weaklabel.examples import load_youtube
from weaklabel.examples._download import download_zip
from weaklabel.examples._youtube import _SHA256

NAMES = [
    "Youtube01-Psy.csv",
    "Youtube02-KatyPerry.csv",
    "Youtube03-LMFAO.csv",
    "Youtube04-Eminem.csv",
    "Youtube05-Shakira.csv",
]
HEADER = "COMMENT_ID,AUTHOR,DATE,CONTENT,CLASS\n"


def write_collection(folder: Path, first: str = "a1,Ann,,hello,0\n") -> Path:
    for i, name in enumerate(NAMES):
        rows = first if i == 0 else f"k{i},Bo,2015-01-01T00:00:00,sub me {i},1\n"
        (folder / name).write_text(HEADER + rows, encoding="utf-8")
    return folder


class TestLoad:
    def test_a_folder_of_five_files_becomes_items_with_gold(self, tmp_path):
        youtube = load_youtube(write_collection(tmp_path))
        assert youtube.items.item_ids.tolist() == ["a1", "k1", "k2", "k3", "k4"]
        assert youtube.gold.tolist() == [0, 1, 1, 1, 1]
        assert youtube.items.column("text")[:2] == ["hello", "sub me 1"]
        assert youtube.items.column("file")[0] == NAMES[0]
        assert youtube.items.column("DATE")[0] == ""

    def test_gold_is_no_column_that_a_classifier_could_learn_from(self, tmp_path):
        assert "CLASS" not in load_youtube(write_collection(tmp_path)).items.column_names

    def test_a_row_that_stands_twice_is_one_item(self, tmp_path):
        row = 'a1,Ann,,"hello,\nyou",0\n'
        youtube = load_youtube(write_collection(tmp_path, row + row))
        assert youtube.items.item_ids.tolist()[:2] == ["a1", "k1"]

    def test_one_id_with_two_texts_is_refused(self, tmp_path):
        with pytest.raises(ItemsError, match="id column 'COMMENT_ID' has 1 duplicates"):
            load_youtube(write_collection(tmp_path, "a1,Ann,,x,0\na1,Ann,,y,0\n"))

    def test_a_missing_file_is_named(self, tmp_path):
        (write_collection(tmp_path) / NAMES[2]).unlink()
        with pytest.raises(ItemsError, match=r"Youtube03-LMFAO\.csv does not exist\. Name the fol"):
            load_youtube(tmp_path)

    def test_a_missing_column_is_named(self, tmp_path):
        (write_collection(tmp_path) / NAMES[1]).write_text("COMMENT_ID,TEXT\n1,x\n")
        message = r"Youtube02-KatyPerry\.csv is not a file of the collection: .*AUTHOR"
        with pytest.raises(ItemsError, match=message):
            load_youtube(tmp_path)

    def test_a_class_that_is_neither_0_nor_1_is_named_with_its_comment(self, tmp_path):
        with pytest.raises(FileFormatError, match="CLASS of comment a1 is '2', must be 0 or 1"):
            load_youtube(write_collection(tmp_path, "a1,Ann,,hello,2\n"))

    def test_what_is_in_the_cache_is_not_downloaded_again(self, tmp_path):
        assert load_youtube(cache=write_collection(tmp_path)).items.n_items == 5

    def test_the_default_cache_is_in_the_users_cache_folder(self, tmp_path, monkeypatch):
        folder = tmp_path / "weaklabel" / "youtube"
        folder.mkdir(parents=True)
        write_collection(folder)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert load_youtube().items.n_items == 5


@pytest.mark.shared
def test_the_real_collection_has_1953_comments(shared):
    youtube = load_youtube(shared / "data" / "youtube")
    assert youtube.items.n_items == 1953
    assert int(youtube.gold.sum()) == 1003


@pytest.mark.shared
def test_the_pinned_checksums_are_those_of_the_real_files(shared, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in NAMES:
            archive.write(shared / "data" / "youtube" / name, name)
    download_zip((tmp_path / "a.zip").as_uri(), _SHA256, tmp_path / "cache")
    assert load_youtube(cache=tmp_path / "cache").items.n_items == 1953
