"""The stage triage: the review set, and what reviewers need of it."""

import csv

import pytest

from weaklabel.project import Project
from weaklabel.project._triage_stage import triage_outputs, triage_parts
from weaklabel.project._workspace import Workspace


def test_all_that_it_leaves_is_there_after_a_run(done):
    outputs = triage_outputs(Workspace(done))
    assert len(outputs) == 11
    assert [path for path in outputs if not path.exists()] == []


def test_it_depends_on_the_settings_of_the_review(done):
    ws = Workspace(done)
    assert list(triage_parts(ws)) == ["review settings"]


def test_precision_by_function_is_that_of_the_summary(done):
    facts = Project(done).facts("triage")["precision"]
    with (done / "analysis" / "lf_summary.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["lf"]: row["learned_precision"] for row in csv.DictReader(file)}
    assert facts == {name: pytest.approx(float(value)) for name, value in rows.items() if value}
