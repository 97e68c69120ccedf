"""ProjectState and FileHashes: what is remembered, and what is not trusted."""

import os

from weaklabel.project._state import FileHashes, ProjectState, digest


def test_a_record_is_read_back(tmp_path):
    ProjectState(tmp_path / "state.json").put("fit", {"settings": "a"}, 1.23456, {"n": 3})
    record = ProjectState(tmp_path / "state.json").get("fit")
    assert record is not None
    assert (dict(record.parts), record.seconds, dict(record.facts)) == (
        {"settings": "a"},
        1.235,
        {"n": 3},
    )
    assert record.finished_at.endswith("+00:00")


def test_a_damaged_file_means_that_nothing_is_done(tmp_path):
    path = tmp_path / "state.json"
    for text in ("", "{", "[]", '{"fit": {}}', '{"fit": 3}'):
        path.write_text(text)
        assert ProjectState(path).get("fit") is None


def test_what_another_process_wrote_is_seen_after_a_reload(tmp_path):
    mine, other = (ProjectState(tmp_path / "state.json") for _ in range(2))
    other.put("fit", {}, 1.0, {})
    assert mine.get("fit") is None
    mine.reload()
    assert mine.get("fit") is not None


def test_digest_depends_on_content_and_not_on_key_order():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert len(digest()) == 16


def test_a_file_that_changed_gets_another_hash(tmp_path):
    file, known = tmp_path / "a.csv", tmp_path / "files.json"
    file.write_text("one")
    first = FileHashes(known).of([file])
    assert FileHashes(known).of([file]) == first
    file.write_text("two")
    os.utime(file, ns=(1, 1))
    assert FileHashes(known).of([file]) != first
