"""open_review: a project's review set, ready for a reviewer."""

import json

import pytest

from weaklabel.core import Decision
from weaklabel.errors import ParameterError, ProjectError
from weaklabel.project import Project, open_review, open_store


@pytest.fixture
def opened_by(done):
    """Return a function that changes the settings, and opens the review."""
    stores = []

    def open_with(text="", **options):
        path = done / "weaklabel.toml"
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace("budget = 10", "budget = 10\n" + text), encoding="utf-8")
        Project(done, progress=False).run()
        opened = open_review(done, **options)
        stores.append(opened.store)
        return opened

    yield open_with
    for store in stores:
        store.close()


def screen(desk, **message):
    reply = desk.reply("ann", {"do": "open", **message})
    assert reply["ok"], reply
    return reply["screen"]


def test_the_first_item_has_votes_with_versions_and_precision(opened_by, done):
    opened = opened_by("blind = []")
    item = screen(opened.desk("ann"))["item"]
    assert opened.title == "copy"
    assert item["total"] == opened.n_items == 10
    summary = Project(done).facts("triage")["precision"]
    versions = Project(done).workspace.state.get("apply").parts
    chips = [chip for i in range(10) for chip in opened.source.of(i).votes]
    assert chips
    for chip in chips:
        assert chip.precision == pytest.approx(summary[chip.function])
        assert chip.version == versions[f"labeling function {chip.function}"]


def test_the_random_stratum_is_blind_unless_said_otherwise(opened_by):
    source = opened_by().source
    is_random = [stratum == "random" for stratum in source.queue.strata]
    assert any(is_random)
    assert [source.of(i).blind for i in range(10)] == is_random


def test_answers_are_counted_and_taken_in_by_the_next_run(opened_by, done):
    opened = opened_by()
    before = opened.last_decision()
    desk = opened.desk("ann")
    first = screen(desk)["item"]["item_id"]
    assert desk.reply("ann", {"do": "answer", "label": "spam", "key": "abcdefgh"})["ok"]
    assert [d.item_id for d in opened.store.since(before)[0]] == [first]
    project = Project(done, progress=False)
    assert {s.name: s.reason for s in project.status()}["refine"] == "decisions changed"
    assert project.run() == ("refine", "triage", "export")
    assert first not in open_review(done).source.place
    (decision,) = project.workspace.log()
    assert (decision.reviewer, decision.dataset_version) == ("ann", opened.dataset_version)
    assert opened.dataset_version.startswith("v0001-")


def test_the_number_of_the_last_decision_is_that_of_the_store(opened_by):
    opened = opened_by()
    assert opened.last_decision() == 0
    at = "2026-05-04T10:15:00+00:00"
    opened.store.append([Decision("c001", "spam", "ann", at), Decision("c002", "ham", "ann", at)])
    assert opened.last_decision() == opened.store.since(0)[1] == 2


def test_decisions_may_be_kept_elsewhere(opened_by, done, tmp_path):
    opened = opened_by('store = "review/other.sqlite"')
    desk = opened.desk("ann")
    screen(desk)
    assert desk.reply("ann", {"do": "skip", "key": "abcdefgh"})["ok"]
    assert not (done / "review" / "decisions.sqlite").exists()
    assert len(Project(done).workspace.log()) == 1
    assert Project(done).verify_decisions() == Project(done).workspace.log().head_hash
    assert len(open_store(done).log()) == 1
    other = str(tmp_path / "third.sqlite")
    assert open_review(done, store=other).store.name == other
    assert open_store(done, other).name == other


def test_guidelines_stand_beside_the_items(opened_by, done):
    (done / "guide.md").write_text("Advertising is spam.", encoding="utf-8")
    desk = opened_by('guidelines = "guide.md"').desk("ann")
    assert desk.reply("ann", {"do": "guidelines"})["guidelines"]["text"] == "Advertising is spam."
    (done / "guide.md").write_text("It depends on the channel.", encoding="utf-8")
    text = desk.reply("ann", {"do": "guidelines"})["guidelines"]["text"]
    assert text == "It depends on the channel."


def test_images_come_from_their_folder(opened_by, done):
    csv = done / "comments.csv"
    lines = csv.read_text(encoding="utf-8").splitlines()
    rows = [f"{line},dot.gif" for line in lines[1:]]
    csv.write_text("\n".join([lines[0] + ",photo", *rows]), encoding="utf-8")
    (done / "photos").mkdir()
    (done / "photos" / "dot.gif").write_bytes(b"GIF89a...")
    desk = opened_by('image_columns = "photo"\nimage_folder = "photos"').desk("ann")
    item = screen(desk)["item"]
    assert [(f["name"], f["is_image"]) for f in item["fields"]] == [
        ("text", False),
        ("photo", True),
    ]
    assert desk.image("ann", item["item_id"], "photo") == ("image/gif", b"GIF89a...")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('guidelines = "none.md"', ProjectError, r"guidelines names .*none.md, which cannot be r"),
        ('keymap = { acept = "y" }', ParameterError, "an action of keymap is 'acept', must be one"),
        (
            'image_columns = "text"\nimage_folder = "none"',
            ProjectError,
            r"\[review\] image_folder names .*none, which is no folder. Correct the name",
        ),
    ],
)
def test_wrong_settings_are_said_before_anybody_sits_down(opened_by, text, error, words):
    with pytest.raises(error, match=words):
        opened_by(text)


def test_the_estimate_of_the_last_run_is_shown_with_its_time(opened_by, done):
    opened_by()
    state = done / ".weaklabel" / "state.json"
    document = json.loads(state.read_text(encoding="utf-8"))
    document["refine"]["facts"]["estimate"] = {"words": "About 90 % are right."}
    document["refine"]["finished_at"] = "2026-05-04T10:15:00+00:00"
    state.write_text(json.dumps(document), encoding="utf-8")
    words = screen(open_review(done).desk("ann"))["progress"]["estimate"]
    assert words == "About 90 % are right. (By the run of 2026-05-04 10:15 UTC.)"


def test_neither_data_nor_labeling_functions_nor_all_labels_are_read(done):
    (done / "comments.csv").unlink()
    (done / "lfs.py").unlink()
    for name in ("votes", "soft", "labels", "refined", "pred_probs"):
        (done / ".weaklabel" / f"{name}.parquet").unlink()
    assert screen(open_review(done).desk("ann"))["item"]["total"] == 10


def test_checks_are_for_a_team_alone(opened_by, done):
    queued = open_review(done).source.ids
    free = next(f"c{i:03d}" for i in range(60) if f"c{i:03d}" not in queued)
    (done / "checks.csv").write_text(f"item_id,answer\n{free},ham\n", encoding="utf-8")
    team = opened_by('[review.team]\ngold_file = "checks.csv"\ngold_rate = 0.2', team=True)
    assert team.gold == {free: "ham"}
    assert team.source.ids == (*queued, free)
    assert team.n_items == 10
    assert open_review(done).source.ids == queued
    path = done / "weaklabel.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("gold_rate = 0.2", "gold_rate = 0"))
    assert open_review(done, team=True).source.ids == queued


def test_a_column_of_images_that_the_review_set_lacks_is_said(opened_by, done):
    opened_by()
    path = done / "weaklabel.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("budget = 10", 'budget = 10\nimage_columns = ["id"]'))
    with pytest.raises(ProjectError, match=r"image_columns names 'id', which the review set was m"):
        open_review(done)
