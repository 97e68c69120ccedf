"""Project: what runs when, and what is kept."""

import csv

import pytest

from weaklabel.dataset import list_versions
from weaklabel.errors import BusyError, DecisionsError, LabelingFunctionError, ParameterError
from weaklabel.lock import exclusive
from weaklabel.project import Project

ALL = ("apply", "fit", "analyze", "refine", "triage", "export")


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def states(folder):
    return {s.name: s.state for s in Project(folder).status()}


def test_a_new_project_has_everything_to_do(small_project):
    assert set(states(small_project).values()) == {"missing"}


def test_a_run_leaves_everything_done_and_the_next_one_has_nothing_to_do(done):
    assert set(states(done).values()) == {"done"}
    assert Project(done, progress=False).run() == ()


def test_editing_one_labeling_function_recomputes_only_that_one(done):
    edit(done / "lfs.py", '"love", "nice"', '"love"')
    status = {s.name: s for s in Project(done).status()}
    assert status["apply"].reason == "labeling function praise changed"
    project = Project(done, progress=False)
    assert project.run() == ALL
    assert project.facts("apply")["recomputed"] == ["praise"]


def test_a_setting_of_a_late_stage_leaves_the_early_ones_alone(done):
    edit(done / "weaklabel.toml", "budget = 10", "budget = 11")
    assert Project(done, progress=False).run() == ("triage",)


def test_changed_data_are_noticed(done):
    edit(done / "comments.csv", "song b1", "tune b1")
    assert Project(done).status()[0].reason == "data file comments.csv changed"


def test_a_lost_output_is_made_again(done):
    (done / ".weaklabel" / "refined.parquet").unlink()
    assert states(done)["refine"] == "missing"
    assert "refine" in Project(done, progress=False).run()
    assert set(states(done).values()) == {"done"}


def test_one_stage_runs_with_what_it_needs_only(small_project):
    assert Project(small_project, progress=False).run("fit") == ("apply", "fit")
    with pytest.raises(ParameterError, match="stage is 'fti', must be one of 'apply', 'fit'"):
        Project(small_project).run("fti")


def test_decisions_change_the_labels_and_make_a_new_version(done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\nc002,ham\n", encoding="utf-8")
    project = Project(done, progress=False)
    assert len(project.decide(answers, "ann")) == 2
    assert states(done)["refine"] == "stale"
    assert project.run() == ("refine", "triage", "export")
    assert [p.name[:5] for p in sorted((done / "dataset").glob("v*"))] == ["v0001", "v0002"]
    queue = (done / "review" / "queue.csv").read_text(encoding="utf-8")
    assert "c001" not in queue
    assert project.facts("export")["decisions"] == 2


def test_wrong_answers_store_nothing(done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\nzzz,ham\n", encoding="utf-8")
    with pytest.raises(DecisionsError, match="zzz"):
        Project(done).decide(answers, "ann")
    assert len(Project(done).workspace.decisions()) == 0


def test_a_queue_that_holds_answers_is_kept_when_a_new_one_is_written(done):
    queue = done / "review" / "queue.csv"
    with queue.open(encoding="utf-8-sig", newline="") as file:
        header, first, *rest = list(csv.reader(file))
    first[header.index("answer")] = "spam"
    with queue.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, first, *rest])
    edited = queue.read_bytes()
    edit(done / "weaklabel.toml", "budget = 10", "budget = 12")
    project = Project(done, progress=False)
    project.run()
    assert project.facts("triage")["kept"] == ["queue-answered-1.csv"]
    assert (done / "review" / "queue-answered-1.csv").read_bytes() == edited


def test_a_log_that_lost_decisions_is_found_by_the_manifests(done):
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    project = Project(done, progress=False)
    project.decide(answers, "ann")
    project.run()
    head = project.workspace.decisions().head_hash
    manifests = [v.manifest for v in list_versions(done / "dataset")]
    assert project.verify_decisions(manifests) == head
    for file in (done / "review").glob("decisions.sqlite*"):
        file.unlink()
    with pytest.raises(DecisionsError, match=r"is gone, but a dataset version was made from its"):
        project.verify_decisions(manifests)
    project.decide(answers, "bob")
    with pytest.raises(DecisionsError, match="does not hold the decision"):
        project.verify_decisions(manifests)


def test_a_stage_that_fails_leaves_the_ones_before_it_done(small_project):
    edit(small_project / "lfs.py", "    return", "    raise ValueError('no')\n    return")
    with pytest.raises(LabelingFunctionError, match="'short' raised ValueError on item 'c000'"):
        Project(small_project, progress=False).run()
    edit(small_project / "lfs.py", "    raise ValueError('no')\n", "")
    project = Project(small_project, progress=False)
    assert project.run() == ALL
    assert project.facts("apply")["recomputed"] == ["short"]


def test_labels_without_refinement_are_the_label_models(done):
    with (done / "weaklabel.toml").open("a", encoding="utf-8") as file:
        file.write("[refine]\nenabled = false\n")
    project = Project(done, progress=False)
    project.run()
    facts = project.facts("refine")
    assert facts["accuracy"] == facts["accuracy_label_model"]


def test_the_same_project_gives_the_same_bytes(done, small_project):
    Project(small_project, progress=False).run()
    for name in ("soft.parquet", "refined.parquet", "queue.parquet"):
        assert (small_project / ".weaklabel" / name).read_bytes() == (
            done / ".weaklabel" / name
        ).read_bytes()


def test_repr_says_where_it_stands(small_project):
    assert "apply missing" in repr(Project(small_project))


def test_a_project_that_somebody_changes_is_left_alone(done):
    edit(done / "weaklabel.toml", "budget = 10", "budget = 11")
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    project = Project(done, progress=False)
    with exclusive(done / ".weaklabel", "project", "another one"):
        for change in (project.run, lambda: project.decide(answers, "ann")):
            with pytest.raises(BusyError, match=r"the project in .* is in use: another one, proc"):
                change()
        assert states(done)["triage"] == "stale"
    assert project.run() == ("triage",)


def test_a_project_with_nothing_to_do_can_be_run_while_somebody_holds_it(done):
    told = []
    with exclusive(done / ".weaklabel", "project", "another one"):
        assert Project(done).run(on_stage=lambda *stage: told.append(stage)) == ()
    assert told == [(stage, False) for stage in ALL]


def test_what_another_one_did_meanwhile_is_not_done_again(done):
    edit(done / "weaklabel.toml", "budget = 10", "budget = 11")
    first, second = Project(done, progress=False), Project(done, progress=False)
    assert first.run() == ("triage",)
    assert second.run() == ()


def test_what_the_review_set_depends_on_and_changed_is_said_but_no_decision(done, small_project):
    assert Project(done).queue_changes() == ()
    answers = done / "answers.csv"
    answers.write_text("item_id,answer\nc001,spam\n", encoding="utf-8")
    Project(done).decide(answers, "ann")
    assert states(done)["refine"] == "stale"
    assert Project(done).queue_changes() == ()
    edit(done / "weaklabel.toml", "budget = 10", "budget = 11")
    edit(done / "lfs.py", '"love", "nice"', '"love"')
    found = Project(done).queue_changes()
    assert found == ("labeling function praise changed", "review settings changed")
    assert Project(small_project).queue_changes() == ("apply was never run",)


def test_a_rule_of_the_team_learns_from_items_that_enough_agree_on(done):
    answers = done / "answers.csv"
    answers.write_text(
        "item_id,answer,reviewer\nc001,spam,ann\nc001,spam,bob\nc002,ham,ann\n", encoding="utf-8"
    )
    project = Project(done, progress=False)
    project.decide(answers)
    project.run()
    head = project.workspace.log().head_hash
    edit(done / "weaklabel.toml", "budget = 10", "budget = 10\n[review.team]\nanswers = [2, 3]")
    project = Project(done, progress=False)
    reasons = {s.name: s.reason for s in project.status()}
    assert reasons["refine"] == "rule of the team is new"
    project.run()
    assert [d.item_id for d in project.workspace.decisions()] == ["c001", "c001"]
    assert project.facts("export")["decisions"] == 3
    assert project.verify_decisions([v.manifest for v in list_versions(done / "dataset")]) == head
