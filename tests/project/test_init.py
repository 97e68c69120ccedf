"""init_project and guess_config: settings from the data."""

import pytest

from weaklabel.errors import FileFormatError, ProjectError, WriteError
from weaklabel.project import ProjectConfig, guess_config, init_project, read_config

ROWS = "id,CONTENT,CLASS\n1,hello there,0\n2,free money,1\n3,nice song,0\n"


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_columns_are_guessed_by_name(data):
    config = guess_config([data], ProjectConfig(classes=("ham", "spam")))
    assert (config.id_column, config.text_column, config.gold_column) == ("id", "CONTENT", "CLASS")
    assert config.gold_values == {"0": "ham", "1": "spam"}


def test_an_id_column_with_repeats_is_not_chosen(data):
    data.write_text(ROWS.replace("3,nice", "1,nice"), encoding="utf-8")
    assert guess_config([data]).id_column == ""


def test_classes_are_those_of_a_gold_column_with_names(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("body,label\nhello,b\nworld,a\n", encoding="utf-8")
    config = guess_config([path])
    assert config.classes == ("a", "b")
    assert config.gold_column == "label"


def test_a_guessed_gold_column_that_does_not_fit_the_classes_is_dropped(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("body,label\nhello,x\nworld,y\nagain,z\n", encoding="utf-8")
    assert guess_config([path], ProjectConfig(classes=("ham", "spam"))).gold_column == ""


def test_what_is_given_is_not_guessed(data):
    config = guess_config([data], ProjectConfig(text_column="CLASS", classes=("x", "y")))
    assert config.text_column == "CLASS"


def test_the_longest_text_is_taken_where_no_name_helps(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("who,what\nann,a long sentence about many things\nbob,another long sentence\n")
    assert guess_config([path]).text_column == "what"


def test_paths_are_relative_to_the_project(data, tmp_path):
    path = init_project(tmp_path / "p", guess_config([data]))
    config = read_config(path)
    assert config.data_files == ("../comments.csv",)
    assert config.lf_files == ("labeling_functions/my_task.py",)
    assert (tmp_path / "p" / config.lf_files[0]).exists()


def test_settings_and_labeling_functions_that_exist_are_kept(data, tmp_path):
    path = init_project(tmp_path, guess_config([data]))
    starter = tmp_path / "labeling_functions" / "my_task.py"
    starter.write_text("mine = 1\n", encoding="utf-8")
    with pytest.raises(
        ProjectError, match=r"weaklabel\.toml exists already\. Edit it, or replace it"
    ):
        init_project(tmp_path, guess_config([data]))
    assert init_project(tmp_path, guess_config([data]), force=True) == path
    assert starter.read_text(encoding="utf-8") == "mine = 1\n"


def test_a_folder_that_cannot_be_made_is_an_error_in_words(data):
    with pytest.raises(WriteError, match=r"cannot write in .*Choose another folder"):
        init_project(data / "p", guess_config([data]))


def test_data_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises((FileFormatError, ValueError), match="nothing"):
        guess_config([tmp_path / "nothing.csv"])
