"""What stages left is found again."""

import json

import numpy as np

from weaklabel.project._results import learned_precision, load_votes, queue_starts
from weaklabel.project._workspace import Workspace


def test_votes_precision_and_starts_of_queues_are_found(done):
    ws = Workspace(done)
    votes = load_votes(ws)
    assert (votes.n_items, votes.n_lfs) == (60, 4)
    assert learned_precision(ws).precision_.shape[0] == 4
    assert queue_starts(ws) == [0]


def test_a_model_without_precision_has_none(done):
    path = done / ".weaklabel" / "label_model.json"
    learned = json.loads(path.read_text(encoding="utf-8"))
    assert np.isfinite(learned["precision_"]).any()
    path.write_text(json.dumps({**learned, "precision_": None}), encoding="utf-8")
    assert learned_precision(Workspace(done)) is None


def test_a_project_that_was_never_run_had_no_queue(small_project):
    assert queue_starts(Workspace(small_project)) == []
