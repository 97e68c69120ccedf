"""What stages left in a project, for the stages after them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from weaklabel import io
from weaklabel.core import VoteMatrix

if TYPE_CHECKING:
    from weaklabel.project._workspace import Workspace

__all__ = ["learned_precision", "load_votes", "queue_starts"]


def load_votes(ws: Workspace) -> VoteMatrix:
    """Return the votes; FileFormatError if they are not there."""
    return io.load(ws.work / "votes.parquet", VoteMatrix)


def learned_precision(ws: Workspace) -> SimpleNamespace | None:
    """Return something with the label model's ``precision_``; None where it learned none."""
    path = ws.work / "label_model.json"
    precision = json.loads(path.read_text(encoding="utf-8")).get("precision_")
    return None if precision is None else SimpleNamespace(precision_=np.array(precision))


def queue_starts(ws: Workspace) -> list[int]:
    """Return how many decisions there were when each queue so far was made."""
    record = ws.state.get("triage")
    return [] if record is None else list(record.facts.get("queue_starts", []))
