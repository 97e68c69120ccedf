"""The stages: their order, what they need, what they depend on."""

import json

import numpy as np
import pytest

from weaklabel import VoteMatrix, load
from weaklabel.project import Project
from weaklabel.project._health import HEALTH_FILES
from weaklabel.project._stages import STAGES
from weaklabel.project._workspace import Workspace


def test_every_stage_needs_only_stages_before_it():
    names = [stage.name for stage in STAGES]
    for i, stage in enumerate(STAGES):
        assert set(stage.needs) <= set(names[:i])


def test_what_apply_depends_on_is_named_in_words(small_project):
    parts = STAGES[0].parts(Workspace(small_project))
    assert set(parts) == {
        "data file comments.csv",
        "labeling function promotion",
        "labeling function link",
        "labeling function praise",
        "labeling function short",
        "data and label settings",
        "weaklabel",
    }


def apply_parts(folder, settings):
    with (folder / "weaklabel.toml").open("a", encoding="utf-8") as file:
        file.write(f"[apply]\n{settings}\n")
    return STAGES[0].parts(Workspace(folder))


def test_workers_and_chunks_change_no_result_but_a_time_limit_may(small_project):
    before = STAGES[0].parts(Workspace(small_project))
    assert apply_parts(small_project, "n_jobs = 2\nchunk_rows = 7") == before


def test_a_time_limit_may_make_a_vote_an_abstain(small_project):
    before = STAGES[0].parts(Workspace(small_project))
    changed = apply_parts(small_project, "timeout_seconds = 5")
    assert set(changed) - set(before) == {"time limit"}


def test_chunks_of_the_project_are_those_of_its_cache(small_project):
    apply_parts(small_project, "chunk_rows = 20")
    project = Project(small_project, progress=False)
    project.run("apply")
    chunks = {file.parent for file in project.workspace.vote_cache.folder.rglob("*.parquet")}
    # Three chunks, each under the fingerprint of its texts and under that of all its columns.
    assert len(chunks) == 6


def test_facts_are_measured_against_gold(done):
    project = Project(done)
    assert 0.5 < project.facts("fit")["accuracy_covered"] <= 1
    assert 0.5 < project.facts("refine")["accuracy"] <= 1
    assert project.facts("triage")["yield"]["reviewed"] == 10
    assert project.facts("export")["version"].startswith("v0001-")


@pytest.mark.parametrize("name", HEALTH_FILES)
def test_a_health_table_that_is_gone_is_made_again(done, name):
    project = Project(done, progress=False)
    path = done / "analysis" / name
    before = path.read_text(encoding="utf-8")
    path.unlink()
    (status,) = (s for s in project.status() if s.name == "triage")
    assert (status.state, status.reason) == ("missing", f"{name} is gone")
    project.run()
    assert path.read_text(encoding="utf-8") == before


def test_triage_says_what_stands_out(done):
    project = Project(done, progress=False)
    facts = project.facts("triage")
    assert {"looks_wrong", "uncovered", "contradicted"} <= set(facts)
    assert facts["contradicted"] == []
    votes = load(done / ".weaklabel" / "votes.parquet")
    regions = (done / "analysis" / "uncovered_regions.csv").read_text(encoding="utf-8")
    n_uncovered = int((~votes.covered).sum())
    assert n_uncovered > 10
    assert "without votes, with " in regions


def test_an_answer_against_votes_and_content_is_to_be_looked_at_again(done):
    project = Project(done, progress=False)
    soft, pred = (load(done / ".weaklabel" / f"{name}.parquet") for name in ("soft", "pred_probs"))
    sure = np.minimum(soft.posterior, pred.posterior)
    sure[~load(done / ".weaklabel" / "votes.parquet").covered] = 0
    i = int(sure.max(axis=1).argmax())
    other = soft.schema.classes[1 - int(sure[i].argmax())]
    key = str(soft.item_ids[i])
    answer(project, f"{key},{other}")
    (words,) = project.facts("triage")["contradicted"]
    assert words.startswith(f"{key} was decided as {other}, but label model says ")


def test_near_duplicates_are_asked_about_once(done):
    groups = np.load(done / ".weaklabel" / "near_duplicates.npy", allow_pickle=False)
    ids = load(done / ".weaklabel" / "refined.parquet").item_ids.tolist()
    group_of = dict(zip(ids, groups.tolist(), strict=True))
    queue = load(done / ".weaklabel" / "queue.parquet")
    assert len(group_of) > len(set(groups.tolist()))
    chosen = [
        group_of[key]
        for key, stratum in zip(queue.item_ids.tolist(), queue.strata, strict=True)
        if stratum != "random"
    ]
    assert len(chosen) == len(set(chosen)) > 5


def test_votes_and_the_fitted_model_are_on_disk(done):
    votes = load(done / ".weaklabel" / "votes.parquet")
    assert isinstance(votes, VoteMatrix)
    assert votes.lf_names == ("promotion", "link", "praise", "short")
    learned = json.loads((done / ".weaklabel" / "label_model.json").read_text(encoding="utf-8"))
    assert learned["name"] == "LabelModel"
    assert len(learned["precision_"]) == 4


def test_the_manifest_tells_where_the_labels_come_from(done):
    (manifest,) = (done / "dataset").glob("v0001-*/manifest.json")
    lineage = json.loads(manifest.read_text(encoding="utf-8"))["lineage"]
    assert list(lineage["data_files"]) == ["comments.csv"]
    assert [lf["name"] for lf in lineage["labeling_functions"]] == [
        "promotion",
        "link",
        "praise",
        "short",
    ]
    assert lineage["label_model"]["name"] == "LabelModel"
    assert lineage["review"]["decisions"] == 0


def test_answers_move_labels_and_estimate_accuracy(done):
    project = Project(done, progress=False)
    assert "flipped" not in project.facts("refine")
    queue = load(done / ".weaklabel" / "queue.parquet")
    answers = done / "answers.csv"
    rows = [f"{key},spam" for key in queue.item_ids.tolist()]
    answers.write_text("\n".join(["item_id,answer", *rows]) + "\n", encoding="utf-8")
    project.decide(answers, "ann")
    project.run()
    facts = project.facts("refine")
    assert sum(facts["flipped"].values()) > 0
    assert "labels are right" in facts["estimate"]["words"]
    assert "queue_starts" not in facts["estimate"]["words"]  # they are known
    assert project.facts("triage")["queue_starts"] == [0, len(rows)]
    labels = load(done / ".weaklabel" / "labels.parquet")
    known = dict(zip(labels.item_ids.tolist(), labels.posterior[:, 1].tolist(), strict=True))
    assert {known[key] for key in queue.item_ids.tolist()} == {1.0}


def answer(project, *rows, columns="item_id,answer"):
    answers = project.folder / "answers.csv"
    answers.write_text("\n".join([columns, *rows]) + "\n", encoding="utf-8")
    project.decide(answers, "ann")
    project.run()
    return project.facts("refine")


def test_causes_are_among_the_facts(done):
    project = Project(done, progress=False)
    assert "causes" not in project.facts("refine")
    assert "causes" not in answer(project, "c000,spam")
    votes = load(done / ".weaklabel" / "votes.parquet")
    praised = [
        key
        for key, v in zip(votes.item_ids.tolist(), votes.column("praise"), strict=True)
        if v == 0
    ]
    rows = [f"{praised[0]},spam,bug", f"{praised[1]},skip,ambiguous"]
    facts = answer(project, *rows, columns="item_id,answer,cause")
    assert facts["causes"].startswith("labeling function bug: 1 answer, ")
    assert "\nambiguous item: 1 answer, 0 against" in facts["causes"]
    assert "praise 1 of 2" in facts["causes"]
    assert "Without a cause: 1 decision." in facts["causes"]
    assert "elsewhere" not in facts
    # The same answers once more, one of them with another cause: the run hears of it.
    rows[1] = f"{praised[1]},skip,scope"
    facts = answer(project, *rows, columns="item_id,answer,cause")
    assert "\nout of scope: 1 answer, 0 against" in facts["causes"]
    assert "ambiguous" not in facts["causes"]
    assert len(project.workspace.decisions()) == 4


def test_decisions_on_items_that_are_gone_are_kept_and_reported(done):
    project = Project(done, progress=False)
    answer(project, "c001,spam", "c058,ham", "c059,spam")
    comments = done / "comments.csv"
    comments.write_text("".join(comments.read_text().splitlines(keepends=True)[:-2]))
    project = Project(done, progress=False)
    project.run()
    facts = project.facts("refine")
    assert facts["elsewhere"] == (
        "2 decisions on items that are no longer in the data: kept in the log, and not used."
    )
    assert facts["flipped"]["answered"] <= 1
    assert [d.item_id for d in project.workspace.decisions()] == ["c001", "c058", "c059"]


def test_decisions_of_which_no_item_is_left_are_reported_too(done):
    project = Project(done, progress=False)
    answer(project, "c059,spam")
    comments = done / "comments.csv"
    comments.write_text("".join(comments.read_text().splitlines(keepends=True)[:-1]))
    project = Project(done, progress=False)
    project.run()
    facts = project.facts("refine")
    assert facts["elsewhere"].startswith("1 decision on items that are no longer in the data")
    assert "flipped" not in facts


def test_a_random_answer_is_needed_for_an_estimate(done):
    project = Project(done, progress=False)
    queue = load(done / ".weaklabel" / "queue.parquet")
    chosen = next(
        k for k, s in zip(queue.item_ids.tolist(), queue.strata, strict=True) if s != "random"
    )
    answers = done / "answers.csv"
    answers.write_text(f"item_id,answer\n{chosen},spam\n", encoding="utf-8")
    project.decide(answers, "ann")
    project.run()
    assert "estimate" not in project.facts("refine")
    assert {"answered", "same votes", "content"} <= set(project.facts("refine")["flipped"])


def test_reviewers_who_disagree_on_a_random_item_stop_no_run(done):
    from weaklabel import ReviewQueue

    queue = load(done / ".weaklabel" / "queue.parquet", ReviewQueue)
    ids = zip(queue.item_ids.tolist(), queue.strata, strict=True)
    (random, *_) = [item_id for item_id, stratum in ids if stratum == "random"]
    rows = f"{random},ham,ann\n{random},spam,bob\n"
    (done / "answers.csv").write_text("item_id,answer,reviewer\n" + rows, encoding="utf-8")
    project = Project(done, progress=False)
    project.decide(done / "answers.csv")
    project.run()
    assert "1 items are disputed" in project.facts("refine")["estimate"]["words"]
