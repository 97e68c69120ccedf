"""Workspace: the inputs of a project as nouns, gold apart."""

import pytest

from weaklabel.errors import ProjectError
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
