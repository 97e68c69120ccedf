"""Workspace: the inputs of a project as nouns, gold apart."""

import pytest

from weaklabel.errors import ParameterError, ProjectError
from weaklabel.project._workspace import Workspace


def change(folder, old, new):
    path = folder / "weaklabel.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return Workspace(folder)


def test_gold_is_cut_off_the_items(small_project):
    ws = Workspace(small_project)
    assert ws.items.column_names == ("id", "text")
    assert ws.gold is not None
    assert ws.gold[:3].tolist() == [1, 0, 0]
    assert ws.items.item_ids[:2].tolist() == ["c000", "c001"]


def test_ids_do_not_depend_on_gold(small_project):
    with_gold = change(small_project, 'id_column = "id"', 'id_column = ""')
    expected = with_gold.items.item_ids.tolist()
    without = change(small_project, 'gold_column = "gold"', 'gold_column = ""')
    assert "gold" in without.items.column_names
    data = small_project / "comments.csv"
    lines = [line.rsplit(",", 1)[0] for line in data.read_text(encoding="utf-8").splitlines()]
    data.write_text("\n".join(lines), encoding="utf-8")
    assert Workspace(small_project).items.item_ids.tolist() == expected


def test_labeling_functions_see_the_text_column_as_text(small_project):
    data = small_project / "comments.csv"
    data.write_text(
        data.read_text(encoding="utf-8").replace("id,text,", "id,CONTENT,", 1), encoding="utf-8"
    )
    ws = change(small_project, 'text_column = "text"', 'text_column = "CONTENT"')
    assert ws.items.column("text") == ws.items.column("CONTENT")
    assert ws.export_items.column_names == ("id", "CONTENT")
    assert ws.export_text_columns == ["CONTENT"]


def test_another_column_named_text_is_an_error(small_project):
    ws = change(small_project, 'text_column = "text"', 'text_column = "id"')
    with pytest.raises(ProjectError, match="the data also have a column 'text'"):
        _ = ws.items


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('text_column = "text"', 'text_column = "body"', "'body'"),
        (
            'gold_column = "gold"',
            'gold_column = "truth"',
            "[data] gold_column is 'truth', must be one of",
        ),
        (
            '["comments.csv"]',
            '["missing.csv"]',
            "[data] files names 'missing.csv', but there is no such file",
        ),
        (
            '["ham", "spam"]',
            '["good", "bad"]',
            "a value of gold_column 'gold' is no class: label is 'spam'",
        ),
    ],
)
def test_settings_that_do_not_fit_the_data_are_named(small_project, old, new, message):
    ws = change(small_project, old, new)
    with pytest.raises(ValueError) as caught:
        _ = ws.items, ws.gold, ws.source_hashes()
    assert message in str(caught.value)


def test_gold_values_are_mapped(small_project):
    data = small_project / "comments.csv"
    text = data.read_text(encoding="utf-8").replace(",spam\r", ",1\r").replace(",ham\r", ",0\r")
    data.write_text(text, encoding="utf-8", newline="")
    ws = change(
        small_project,
        'gold_column = "gold"',
        'gold_column = "gold"\ngold_values = { 0 = "ham", 1 = "spam" }',
    )
    assert ws.gold is not None
    assert ws.gold[:3].tolist() == [1, 0, 0]


def test_sources_are_hashed_by_relative_name(small_project):
    assert list(Workspace(small_project).source_hashes()) == ["comments.csv"]


def wrench(tmp_path, classes):
    import json

    folder = tmp_path / "wrench"
    folder.mkdir()
    (folder / "label.json").write_text('{"0": "HAM", "1": "SPAM"}')
    rows = {
        str(i): {"label": i % 2, "weak_labels": [i % 2, -1], "data": {"text": f"comment {i}"}}
        for i in range(4)
    }
    for split in ("train", "valid", "test"):
        (folder / f"{split}.json").write_text(json.dumps(rows))
    (tmp_path / "weaklabel.toml").write_text(
        f'[data]\nwrench = "wrench"\n[labels]\nclasses = {classes}\n'
    )
    return Workspace(tmp_path)


def test_a_wrench_folder_brings_its_classes_gold_and_votes(tmp_path):
    ws = wrench(tmp_path, [])
    assert ws.schema.classes == ("HAM", "SPAM")
    assert ws.gold is not None
    assert ws.gold[:4].tolist() == [0, 1, 0, 1]
    assert ws.published_votes is not None
    assert ws.published_votes.n_items == ws.items.n_items == 12
    assert ws.text_columns == ["text"]


def test_the_classes_of_a_wrench_folder_can_be_renamed(tmp_path):
    ws = wrench(tmp_path, ["ham", "spam"])
    assert ws.published_votes is not None
    assert ws.published_votes.schema.classes == ("ham", "spam")


def test_another_number_of_classes_than_the_wrench_folder_has_is_an_error(tmp_path):
    with pytest.raises(ProjectError, match=r"must be 2 names, in place of \['HAM', 'SPAM'\]"):
        _ = wrench(tmp_path, ["a", "b", "c"]).items


def test_number_of_workers_can_be_said_in_place_of_the_settings(small_project):
    assert Workspace(small_project).config.n_jobs == 1
    assert Workspace(small_project, n_jobs=-1).config.n_jobs == -1
    with pytest.raises(ParameterError, match="n_jobs is 0, must be an integer of at least 1"):
        Workspace(small_project, n_jobs=0)


def test_votes_are_cached_in_the_project(small_project):
    ws = Workspace(small_project)
    assert ws.vote_cache.folder == small_project / ".weaklabel" / "votes"
