"""read_wrench: a small folder by hand, the real one, and every way a folder can be broken."""

import json
from pathlib import Path

import numpy as np
import pytest

from weaklabel.errors import FileFormatError
from weaklabel.exchange import read_wrench


def item(label: int, votes: list[int], text: str = "hi") -> dict[str, object]:
    return {"label": label, "weak_labels": votes, "data": {"text": text}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    contents = {
        "label": {"1": "SPAM", "0": "HAM"},
        "train": {"0": item(1, [1, -1], "buy"), "7": item(-1, [-1, -1])},
        "valid": {"0": item(0, [0, 1])},
        "test": {"0": item(0, [-1, 0])},
    }
    for name, content in contents.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def change(folder: Path, name: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def test_a_folder_becomes_items_votes_gold_and_split(folder):
    data = read_wrench(folder)
    assert data.schema.classes == ("HAM", "SPAM")
    assert data.items.item_ids.tolist() == ["train-0", "train-7", "valid-0", "test-0"]
    assert data.items.column("text") == ["buy", "hi", "hi", "hi"]
    assert data.votes.codes.tolist() == [[1, -1], [-1, -1], [0, 1], [-1, 0]]
    assert data.votes.item_ids.tolist() == data.items.item_ids.tolist()
    assert data.gold.tolist() == [1, -1, 0, 0]
    assert data.split.tolist() == ["train", "train", "valid", "test"]
    assert repr(data) == (
        "WrenchData(4 items (2 train, 1 valid, 1 test), 2 labeling functions, 2 classes)"
    )


def test_labeling_functions_may_be_named(folder):
    assert read_wrench(folder, lf_names=["link", "short"]).votes.lf_names == ("link", "short")


@pytest.mark.parametrize("name", ["label", "train", "valid", "test"])
def test_a_missing_file_is_named(folder, name):
    (folder / f"{name}.json").unlink()
    with pytest.raises(
        FileFormatError, match=rf"{name}\.json does not exist\. A WRENCH folder has"
    ):
        read_wrench(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("train", '{"0": {"lab', r"train\.json is no valid JSON file"),
        ("train", [1, 2], r"train\.json holds a JSON list, must be an object"),
        ("train", {"0": 3}, r"train\.json item '0' is a int, must be an object"),
        ("train", {"0": {"label": 1, "data": {}}}, "has 'weak_labels' None, must be a list"),
        ("train", {"0": item("x", [0, 0])}, "has 'label' 'x', must be a class code"),
        ("valid", {"0": item(0, [0])}, r"valid\.json item '0' has 1 weak labels, must have 2"),
        ("valid", {"0": item(0, [0, 2])}, r"code 2 in 'weak_labels', must be in \[-1, 2\)"),
        ("valid", {"0": item(0, [0, 0.5])}, "code 0.5 in 'weak_labels'"),
        ("test", {"0": item(5, [0, 0])}, "code 5 in 'label'"),
        ("label", {"1": "HAM", "2": "SPAM"}, r"label\.json has the codes '1', '2', must have '0'"),
        ("label", {"0": "HAM"}, r"label\.json: classes is .*must be two or more"),
        ("label", {"0": "HAM", "1": "HAM"}, r"label\.json: classes\[1\] is 'HAM'"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(folder, name, content, message):
    change(folder, name, content)
    with pytest.raises(FileFormatError, match=message):
        read_wrench(folder)


def test_three_empty_splits_hold_nothing(folder):
    for name in ("train", "valid", "test"):
        change(folder, name, {})
    with pytest.raises(FileFormatError, match="has no items"):
        read_wrench(folder)


def test_fields_of_two_types_make_no_table(folder):
    rows = {"0": item(0, [0, 0]), "1": {"label": 0, "weak_labels": [0, 0], "data": {"text": 1}}}
    change(folder, "train", rows)
    with pytest.raises(FileFormatError, match=r"fields under 'data' in .* make no table"):
        read_wrench(folder)


@pytest.mark.shared
def test_the_real_folder_is_read(shared):
    data = read_wrench(shared / "data" / "wrench_youtube")
    assert data.votes.n_lfs == 10
    assert data.items.n_items == 2056
    assert np.bincount(data.gold).tolist() == [997, 1059]
    assert {s: int((data.split == s).sum()) for s in ("train", "valid", "test")} == {
        "train": 1686,
        "valid": 120,
        "test": 250,
    }
