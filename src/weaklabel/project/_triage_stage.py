"""The stage triage: the review set, what reviewers need of it, and what stands out beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from weaklabel import io
from weaklabel.analysis import lf_summary
from weaklabel.core import IntArray, SoftLabels, VoteMatrix
from weaklabel.files import file_sha256
from weaklabel.project._gold_checks import gold_path
from weaklabel.project._health import HEALTH_FILES, write_health
from weaklabel.project._measure import queue_yield
from weaklabel.project._results import learned_precision, load_votes, queue_starts
from weaklabel.project._review_files import REVIEW_FILES, write_review_files
from weaklabel.project._state import digest
from weaklabel.project._workspace import Workspace
from weaklabel.review import write_queue
from weaklabel.triage import rank_for_review

__all__ = ["triage", "triage_outputs", "triage_parts"]


def triage_parts(ws: Workspace) -> dict[str, str]:
    """Return what the stage depends on, in words, each as a hash."""
    config, review = ws.config, ws.config.review
    parts = {"review settings": digest(config.budget, config.random_share, config.seed)}
    if review.columns or review.image_columns:
        parts["columns for reviewers"] = digest(review.columns, review.image_columns)
    if review.gold_file:
        path = gold_path(ws.folder, review)
        parts["gold file"] = file_sha256(path) if path.is_file() else "missing"
    return parts


def triage(ws: Workspace) -> dict[str, Any]:
    """Choose the items that a person should review, write them out, and return figures."""
    labels = io.load(ws.work / "labels.parquet", SoftLabels)
    votes, groups, log = load_votes(ws), _near_duplicates(ws), ws.log()
    queue = rank_for_review(
        io.load(ws.work / "refined.parquet", SoftLabels),
        votes,
        io.load(ws.work / "pred_probs.parquet", SoftLabels),
        ws.config.budget,
        proposed=labels,
        decisions=ws.learned(log),
        groups=groups,
        random_share=ws.config.random_share,
        seed=ws.config.seed,
    )
    before = _answered_queues(ws)
    write_queue(queue, ws.items, votes, ws.review, text_columns=ws.text_columns)
    write_review_files(ws, queue, votes, labels, groups)
    io.save(queue, ws.work / "queue.parquet")
    facts: dict[str, Any] = {
        "queue": queue.n_items,
        "strata": {s: queue.strata.count(s) for s in dict.fromkeys(queue.strata)},
        "kept": sorted(_answered_queues(ws) - before),
        "queue_starts": sorted({*queue_starts(ws), len(log)}),
        "precision": _precision(ws, votes),
    }
    if ws.gold is not None and queue.n_items:
        facts["yield"] = queue_yield(queue, labels, ws.gold)
    return facts | _health(ws, votes)


def triage_outputs(ws: Workspace) -> list[Path]:
    """Return the files that the stage leaves."""
    work = [ws.work / name for name in ("queue.parquet", *REVIEW_FILES)]
    review = [ws.review / name for name in ("queue.csv", "queue.jsonl")]
    return [*work, *review, *(ws.folder / "analysis" / name for name in HEALTH_FILES)]


def _near_duplicates(ws: Workspace) -> IntArray:
    groups: IntArray = np.load(ws.work / "near_duplicates.npy", allow_pickle=False)
    return groups


def _health(ws: Workspace, votes: VoteMatrix) -> dict[str, Any]:
    """Write what held-out evidence says of functions and classes, and return what stands out."""
    return write_health(
        ws.folder / "analysis",
        votes,
        io.load(ws.work / "soft.parquet", SoftLabels),  # neither content nor answers are in it
        io.load(ws.work / "pred_probs.parquet", SoftLabels),
        ws.decisions(),
        model=learned_precision(ws),
        texts=None if ws.text_columns is None else ws.items.texts(ws.text_columns[0]),
        seed=ws.config.seed,
    )


def _precision(ws: Workspace, votes: VoteMatrix) -> dict[str, float]:
    """Return how often each labeling function is right when it votes, where the model knows."""
    model = learned_precision(ws)
    if model is None:
        return {}
    found = lf_summary(votes, model=model)["learned_precision"].dropna()
    return {str(name): float(value) for name, value in found.items()}


def _answered_queues(ws: Workspace) -> set[str]:
    """Return the names that `write_queue` gave to queues that hold answers."""
    return {path.name for path in ws.review.glob("queue-answered-*")}
