"""What reviewers went by is found again from the version that decisions name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from weaklabel.core import Decision
from weaklabel.errors import ParameterError, WriteError
from weaklabel.review import DecisionStore
from weaklabel.review.desk._guideline_versions import (
    GuidelineRecorder,
    guideline_text,
    record_guidelines,
)
from weaklabel.review.session._guidelines import Guidelines

OpenStore = Callable[..., DecisionStore]
HOSTILE = "<script>\x00\x01\u202e\U0001f600" + "x" * 100_000


@pytest.mark.parametrize("text", ["Be kind.", "", HOSTILE])
def test_a_text_is_found_by_its_version(location: str, open_store: OpenStore, text: str) -> None:
    store = open_store(location)
    record_guidelines(store, Guidelines("Be quick.", "1"))
    record_guidelines(store, Guidelines(text, "2\x00"))
    assert guideline_text(store, "1") == "Be quick."
    assert guideline_text(store, "2\x00") == text
    assert guideline_text(store, "3") is None


def test_without_a_log_there_is_no_text_and_asking_makes_none(
    location: str, open_store: OpenStore
) -> None:
    store = open_store(location)
    assert guideline_text(store, "1") is None
    record_guidelines(store, Guidelines())
    assert guideline_text(store, "1") is None


def test_a_version_keeps_its_text(location: str, open_store: OpenStore) -> None:
    store = open_store(location)
    record_guidelines(store, Guidelines("Be kind.", "1"))
    record_guidelines(store, Guidelines("Be kind.", "1"))
    with pytest.raises(ParameterError, match=r"version '1' of the guidelines has another text"):
        record_guidelines(store, Guidelines("Be quick.", "1"))
    assert guideline_text(store, "1") == "Be kind."


def test_guidelines_are_no_link_of_the_chain(location: str, open_store: OpenStore) -> None:
    store = open_store(location)
    store.append([Decision("a", "ham", "ann", Decision.now())])
    head = store.verify()
    record_guidelines(store, Guidelines("Be kind.", "1"))
    assert store.verify() == head


def test_what_was_shown_is_stored_when_something_is(location: str, open_store: OpenStore) -> None:
    store = open_store(location)
    recorder = GuidelineRecorder(store)
    recorder.note(Guidelines("Be kind.", "1"))
    recorder.note(Guidelines("Be quick.", "2"))
    recorder.note(Guidelines("Be kind.", "1"))
    assert guideline_text(store, "1") is None
    recorder.record()
    recorder.record()
    assert [guideline_text(store, version) for version in "12"] == ["Be kind.", "Be quick."]


def test_a_version_with_another_text_does_not_stop_the_review(
    location: str, open_store: OpenStore, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(location)
    record_guidelines(store, Guidelines("Be kind.", "1"))
    recorder = GuidelineRecorder(store)
    recorder.note(Guidelines("Be quick.", "1"))
    recorder.note(Guidelines("Be brave.", "2"))
    recorder.record()
    assert guideline_text(store, "1") == "Be kind."
    assert guideline_text(store, "2") == "Be brave."
    assert "has another text" in caplog.text


def test_what_the_store_did_not_take_is_tried_again(tmp_path: Path, open_store: OpenStore) -> None:
    (tmp_path / "folder").write_text("in the way")
    store = open_store(tmp_path / "folder" / "log.sqlite")
    recorder = GuidelineRecorder(store)
    recorder.note(Guidelines("Be kind.", "1"))
    with pytest.raises(WriteError):
        recorder.record()
    (tmp_path / "folder").unlink()
    recorder.record()
    assert guideline_text(store, "1") == "Be kind."
