"""The demo project: an ordinary folder, and a reviewer who knows gold."""

import csv

import pytest

from weaklabel.errors import ParameterError, WriteError
from weaklabel.project import Project, prepare_demo, read_config, simulate_review


def test_an_example_becomes_an_ordinary_project(tmp_path):
    root, _ = prepare_demo("tumours", tmp_path / "demo")
    config = read_config(root / "weaklabel.toml")
    assert config.classes == ("malignant", "benign")
    assert config.text_column == ""
    assert Project(root).workspace.items.n_items == 569
    assert (root / config.lf_files[0]).exists()


def test_a_demo_that_is_there_already_is_kept(tmp_path):
    root, _ = prepare_demo("spam", tmp_path / "demo")
    lfs = root / read_config(root / "weaklabel.toml").lf_files[0]
    lfs.write_text("mine = 1\n", encoding="utf-8")
    assert prepare_demo("spam", root) == (root, False)
    assert lfs.read_text(encoding="utf-8") == "mine = 1\n"


def test_comments_of_ones_own_take_the_place_of_the_synthetic_ones(small_project, tmp_path):
    root, _ = prepare_demo("spam", tmp_path / "demo", [small_project / "comments.csv"])
    config = read_config(root / "weaklabel.toml")
    assert config.gold_column == "gold"
    assert config.classes == ("ham", "spam")


@pytest.mark.parametrize(
    ("task", "data", "message"),
    [
        ("eggs", None, "'eggs'"),
        ("tumours", ["x.csv"], "--data goes with --task spam, not 'tumours'."),
    ],
)
def test_wrong_use_is_refused_in_words(tmp_path, task, data, message):
    with pytest.raises(ParameterError) as caught:
        prepare_demo(task, tmp_path / "demo", data)
    assert message in str(caught.value)


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot write"):
        prepare_demo("spam", tmp_path / "file" / "demo")


def test_the_simulated_reviewer_answers_every_queued_item_with_gold_once(done):
    project = Project(done, progress=False)
    path = simulate_review(project)
    assert path is not None
    with path.open(encoding="utf-8", newline="") as file:
        answers = list(csv.DictReader(file))
    assert len(answers) == 10
    gold = dict(zip(project.workspace.items.item_ids.tolist(), project.workspace.gold, strict=True))
    assert all(project.workspace.schema.code(a["answer"]) == gold[a["item_id"]] for a in answers)
    project.decide(path, "simulated")
    assert simulate_review(project) is None
