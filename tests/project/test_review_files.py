"""What triage leaves for the review: all of its items, and nothing of the gold."""

import numpy as np
import pytest

from weaklabel import io
from weaklabel.core import SoftLabels, VoteMatrix
from weaklabel.errors import FileFormatError, ProjectError
from weaklabel.project import Project
from weaklabel.project._review_files import REVIEW_FILES, read_review_files
from weaklabel.project._workspace import Workspace


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def settings(folder, text):
    edit(folder / "weaklabel.toml", "budget = 10", "budget = 10\n" + text)
    Project(folder, progress=False).run("triage")
    return read_review_files(folder / ".weaklabel")


def test_items_and_votes_are_those_of_the_queue(done):
    files = read_review_files(done / ".weaklabel")
    ids = files.queue.item_ids.tolist()
    assert len(ids) == 10
    assert files.items.item_ids.tolist()[:10] == ids
    assert files.items.column_names == ("text",)
    whole = Workspace(done)
    place = {key: i for i, key in enumerate(whole.items.item_ids.tolist())}
    rows = [place[key] for key in ids]
    assert files.items.column("text")[:10] == [whole.items.column("text")[i] for i in rows]
    votes = io.load(done / ".weaklabel" / "votes.parquet", VoteMatrix)
    assert files.votes.item_ids.tolist() == ids
    assert np.array_equal(files.votes.codes, votes.codes[rows])
    assert files.checks.n_items == 0


def test_near_duplicates_come_along_but_not_all_of_a_large_group(done):
    work = done / ".weaklabel"
    queue = read_review_files(work).queue
    soft = io.load(work / "labels.parquet", SoftLabels)
    ids = soft.item_ids.tolist()
    groups = np.arange(60)
    one = queue.item_ids.tolist()[0]
    others = [i for i, key in enumerate(ids) if key not in queue.item_ids.tolist()]
    groups[[ids.index(one), *others[:30]]] = 1000
    np.save(work / "near_duplicates.npy", groups)
    (work / REVIEW_FILES[0]).unlink()
    Project(done, progress=False).run("triage")
    files = read_review_files(work)
    near = files.items.item_ids.tolist()[files.queue.n_items :]
    assert len(near) == 20
    assert {ids.index(key) for key in near} <= set(others[:30])
    assert len(files.groups) == files.items.n_items
    assert set(files.groups[files.queue.n_items :]) == {1000}


def test_of_a_table_all_columns_are_shown_but_ids_and_gold(done):
    edit(done / "weaklabel.toml", 'text_column = "text"\n', "")
    files = settings(done, "")
    assert files.items.column_names == ("text",)
    files = settings(done, 'columns = ["id", "text"]')
    assert files.items.column_names == ("id", "text")


def test_the_text_column_is_shown_by_the_name_that_functions_know(done):
    edit(done / "comments.csv", "id,text,gold", "id,body,gold")
    edit(done / "weaklabel.toml", 'text_column = "text"', 'text_column = "body"')
    assert settings(done, 'columns = ["body", "id"]').items.column_names == ("text", "id")


def test_columns_for_reviewers_are_part_of_what_the_stage_depends_on(done):
    edit(done / "weaklabel.toml", "budget = 10", 'budget = 10\ncolumns = ["id"]')
    status = {s.name: s for s in Project(done).status()}
    assert status["triage"].reason == "columns for reviewers is new"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('columns = ["gold"]', "columns names 'gold', which is the gold column and would give"),
        ('image_columns = ["gold"]', "image_columns names 'gold', which is the gold column"),
        ('columns = ["txt"]', r"columns is 'txt', must be one of the columns \['id', 'text'\]"),
    ],
)
def test_a_column_that_is_none_or_gives_the_answer_away_is_refused(done, text, words):
    with pytest.raises(ProjectError, match=words):
        settings(done, text)


def test_items_that_check_reviewers_come_after_the_queue(done):
    queued = read_review_files(done / ".weaklabel").queue.item_ids.tolist()
    free = next(f"c{i:03d}" for i in range(60) if f"c{i:03d}" not in queued)
    (done / "checks.csv").write_text(f"item_id,answer\n{queued[0]},spam\n{free},ham\n")
    files = settings(done, '[review.team]\ngold_file = "checks.csv"\ngold_rate = 0.2')
    assert files.checks.item_ids.tolist() == [free]
    assert files.with_checks([]) is files.queue
    together = files.with_checks([free, "c999"])
    assert together.item_ids.tolist() == [*files.queue.item_ids.tolist(), free]
    assert together.strata[-1] == "gold check"
    assert files.votes.item_ids.tolist() == together.item_ids.tolist()
    assert files.items.item_ids.tolist()[: len(together)] == together.item_ids.tolist()
    (done / "checks.csv").write_text(f"item_id,answer\n{free},spam\n")
    status = {s.name: s for s in Project(done).status()}
    assert status["triage"].reason == "gold file changed"


def test_a_check_that_is_no_item_is_said(done):
    (done / "checks.csv").write_text("item_id,answer\nzzz,spam\n")
    with pytest.raises(ProjectError, match=r"checks.csv: 1 of 1 item ids are not among the items"):
        settings(done, '[review.team]\ngold_file = "checks.csv"\ngold_rate = 0.2')


def test_without_a_queue_it_is_said_what_to_run(small_project):
    with pytest.raises(ProjectError, match=r"there is no review set in .* yet. Run: weaklabel run"):
        read_review_files(small_project / ".weaklabel")


def test_a_queue_of_an_older_version_is_said(done):
    (done / ".weaklabel" / "review_votes.parquet").unlink()
    with pytest.raises(ProjectError, match=r"lacks review_votes.parquet: an older version .* made"):
        read_review_files(done / ".weaklabel")
    assert {s.name: s.state for s in Project(done).status()}["triage"] == "missing"


def test_a_damaged_file_is_said(done):
    (done / ".weaklabel" / "review_groups.npy").write_bytes(b"nothing")
    with pytest.raises(FileFormatError, match=r"review_groups.npy cannot be read"):
        read_review_files(done / ".weaklabel")
