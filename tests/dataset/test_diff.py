"""The difference of two versions says which labels changed, and by whom."""

from pathlib import Path

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels, as_items
from weaklabel.dataset import Dataset, build_dataset, diff_versions, write_version
from weaklabel.errors import DatasetError

SCHEMA = LabelSchema(["ham", "spam"])


def make(keys: str, *decisions: Decision) -> Dataset:
    items = as_items([{"item_id": key, "text": f"text of {key * 9}"} for key in keys])
    soft = SoftLabels([[0.1, 0.9]] * len(keys), list(keys), SCHEMA, "model:X")
    return build_dataset(items, soft, DecisionLog(decisions), splits={"all": 1.0})


def test_added_removed_and_changed_items(tmp_path: Path) -> None:
    at = "2026-05-04T10:15:00+00:00"
    before = write_version(make("abcd"), tmp_path)
    reviewed = [Decision("a", "ham", "ann", at), Decision("b", "spam", "ann", at)]
    after = write_version(make("abce", *reviewed), tmp_path)
    found = diff_versions(before, after.path)
    assert found["change"].to_dict() == {
        "a": "label, provenance",
        "b": "provenance",
        "d": "removed",
        "e": "added",
    }
    assert found.loc["a"].tolist()[1:] == ["spam", "ham", "model:X", "review:ann", "all", "all"]
    assert found.loc["d", "label_before"] == "spam"
    assert found.loc["d", "label_after"] is None
    assert found.loc["e", "provenance_after"] == "model:X"


def test_equal_versions_differ_in_nothing() -> None:
    found = diff_versions(make("ab"), make("ba"))
    assert len(found) == 0
    assert found.index.name == "item_id"
    assert "label_before" in found.columns


def test_a_folder_that_is_no_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="is no data set version"):
        diff_versions(tmp_path, make("a"))
