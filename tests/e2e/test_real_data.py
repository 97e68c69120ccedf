"""The main job on real comments: five CSV files, and the same collection in WRENCH format."""

from pathlib import Path

import pytest

from weaklabel.cli import main
from weaklabel.project import Project

LFS = Path(__file__).parents[2] / "labeling_functions" / "youtube_spam.py"

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def init(shared: Path, folder: Path) -> None:
    """Make a project of the five files."""
    files = sorted((shared / "data" / "youtube").glob("*.csv"))
    data = [word for file in files for word in ("--data", str(file))]
    arguments = ["init", str(folder), *data, "--lfs", str(LFS), "--classes", "ham,spam"]
    assert main([*arguments, "--text-column", "CONTENT", "--gold-column", "CLASS"]) == 0


@pytest.fixture(scope="module")
def youtube(shared, tmp_path_factory) -> Project:
    """Return the project of the real comments after one run."""
    folder = tmp_path_factory.mktemp("youtube") / "project"
    init(shared, folder)
    assert main(["run", "-p", str(folder), "-q"]) == 0
    return Project(folder)


def test_labeling_functions_cover_the_comments(youtube):
    assert youtube.facts("apply")["items"] == 1956
    assert youtube.facts("apply")["coverage"] >= 0.85


def test_the_label_model_is_right_on_covered_comments(youtube):
    assert youtube.facts("fit")["accuracy_covered"] >= 0.88


def test_refined_labels_are_right_on_all_comments(youtube):
    assert youtube.facts("refine")["accuracy"] >= 0.90


def test_the_review_set_holds_many_times_as_many_wrong_labels_as_chance(youtube):
    found = youtube.facts("triage")["yield"]
    assert found["reviewed"] == 100
    assert found["wrong"] >= 2.5 * found["chance"]


def test_turning_gold_around_changes_the_figures_and_no_label(youtube, shared, tmp_path):
    folder = tmp_path / "project"
    init(shared, folder)
    settings = folder / "weaklabel.toml"
    text = settings.read_text(encoding="utf-8")
    turned = text.replace('{ 0 = "ham", 1 = "spam" }', '{ 0 = "spam", 1 = "ham" }')
    assert turned != text
    settings.write_text(turned, encoding="utf-8")
    other = Project(folder, progress=False)
    other.run()
    assert other.facts("refine")["accuracy"] < 0.1
    for name in ("soft", "pred_probs", "refined", "queue"):
        file = Path(".weaklabel") / f"{name}.parquet"
        assert (folder / file).read_bytes() == (youtube.folder / file).read_bytes()


def test_a_wrench_folder_goes_through_the_same_pipeline(shared, tmp_path):
    folder = tmp_path / "wrench"
    source = shared / "data" / "wrench_youtube"
    assert main(["init", str(folder), "--wrench", str(source), "--lfs", str(LFS)]) == 0
    settings = folder / "weaklabel.toml"
    text = settings.read_text(encoding="utf-8")
    lfs = next(
        line for line in text.splitlines() if line.startswith("files = ") and "youtube_spam" in line
    )
    settings.write_text(text.replace(lfs, "files = []"), encoding="utf-8")
    assert main(["run", "-p", str(folder), "-q"]) == 0
    project = Project(folder)
    assert project.facts("apply")["labeling_functions"] == 10
    assert project.facts("fit")["accuracy_covered"] >= 0.85
    assert (folder / "dataset").is_dir()


def test_published_votes_and_own_labeling_functions_stand_side_by_side(shared, tmp_path):
    folder = tmp_path / "wrench"
    source = shared / "data" / "wrench_youtube"
    arguments = ["init", str(folder), "--wrench", str(source), "--lfs", str(LFS)]
    assert main([*arguments, "--classes", "ham,spam"]) == 0
    project = Project(folder, progress=False)
    project.run("fit")
    assert project.facts("apply")["labeling_functions"] == 10 + len(project.workspace.lfs)
