"""Guidelines are read from their file, and anew when it changes."""

import os

import pytest

from weaklabel.errors import ProjectError
from weaklabel.project._guidelines_file import GuidelinesFile


def write(path, text, at):
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(at, at))


def test_a_change_of_the_file_is_another_version(tmp_path):
    path = tmp_path / "guide.md"
    write(path, "Advertising is spam.", 10**18)
    guidelines = GuidelinesFile(path)
    first = guidelines()
    assert first.text == "Advertising is spam."
    assert guidelines() is first
    write(path, "Advertising is ham!!", 10**18 + 1)
    assert guidelines().text == "Advertising is ham!!"
    assert guidelines().version != first.version


def test_a_file_that_is_gone_for_a_moment_leaves_the_guidelines_as_they_were(tmp_path):
    path = tmp_path / "guide.md"
    write(path, "old", 10**18)
    guidelines = GuidelinesFile(path)
    path.unlink()
    assert guidelines().text == "old"
    path.write_bytes(b"\xff\xfe")
    assert guidelines().text == "old"
    write(path, "new", 10**18 + 1)
    assert guidelines().text == "new"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, r"guidelines names .*guide.md, which cannot be read: No such file"),
        (b"\xff", "cannot be read: it is not UTF-8. Correct the name, or save the file as UTF-8"),
        (b"a" * 1_000_001, "guide.md is longer than 1,000,000 bytes. Shorten it"),
    ],
)
def test_at_the_start_a_file_that_cannot_be_read_is_said(tmp_path, content, words):
    path = tmp_path / "guide.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError, match=words):
        GuidelinesFile(path)
