"""Matches of labeling functions come when their files are imported, and never stop the review."""

import pytest

from weaklabel.project import Project
from weaklabel.project._late_highlights import LateHighlights


@pytest.fixture
def said():
    return []


def highlights_of(folder, said):
    parts = Project(folder).workspace.state.get("apply").parts
    head = "labeling function "
    versions = {name.removeprefix(head): parts[name] for name in parts if name.startswith(head)}
    return LateHighlights(folder, versions, said.append)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_is_matched_before_the_start_and_keywords_after_it(done, said):
    found = highlights_of(done, said)
    assert list(found({"text": "free at last"})) == []
    found.start()
    found.join()
    assert [tuple(h) for h in found({"text": "free at last"})] == [("text", 0, 4, "promotion")]
    assert said == []


def test_a_function_that_was_edited_since_highlights_nothing_and_is_told(done, said):
    edit(done / "lfs.py", '"subscribe", "free"', '"subscribe", "last"')
    found = highlights_of(done, said)
    found.start()
    found.join()
    text = {"text": "free at last, love"}
    assert [tuple(h) for h in found(text)] == [("text", 14, 18, "praise")]
    (words,) = said
    assert "out of date: labeling function promotion changed. The review goes on with it" in words
    assert f"weaklabel run -p {done}" in words


@pytest.mark.parametrize("broken", ["import nothing_like_it\n", "raise SystemExit\n", "1 / 0\n"])
def test_a_broken_file_is_told_and_nothing_is_highlighted(done, said, broken):
    (done / "lfs.py").write_text(broken, encoding="utf-8")
    found = LateHighlights(done, {}, said.append)
    found.start()
    found.join()
    assert list(found({"text": "free"})) == []
    (words,) = said
    assert words.startswith("Nothing is highlighted: ")
    assert "lfs.py with labeling functions cannot be imported" in words
    assert words.endswith("The review goes on without.")


def test_data_that_changed_are_told(done, said):
    edit(done / "comments.csv", "song b1", "tune b1")
    found = highlights_of(done, said)
    found.start()
    found.join()
    assert "data file comments.csv changed" in said[0]


def test_an_item_does_not_wait_for_a_file_that_takes_long(done, said, tmp_path):
    gate = tmp_path / "gate"
    waiting = (
        f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)\n"
    )
    lfs = done / "lfs.py"
    lfs.write_text(waiting + lfs.read_text(encoding="utf-8"), encoding="utf-8")
    found = highlights_of(done, said)
    found.start()
    assert list(found({"text": "free"})) == []
    gate.touch()
    found.join()
    assert len(list(found({"text": "free"}))) == 1
