"""The stages of a project in order: what each depends on, what it does, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from weaklabel import io
from weaklabel.analysis import lf_summary
from weaklabel.apply import apply_with_report
from weaklabel.core import IntArray, SoftLabels, VoteMatrix
from weaklabel.dataset import build_dataset, write_version
from weaklabel.errors import DecisionsError, ProjectError
from weaklabel.files import atomic_write
from weaklabel.models import label_model
from weaklabel.project._health import HEALTH_FILES, write_health
from weaklabel.project._measure import label_accuracy, queue_yield
from weaklabel.project._state import digest
from weaklabel.project._workspace import Workspace
from weaklabel.refine import refine
from weaklabel.review import write_queue
from weaklabel.triage import (
    Feedback,
    apply_decisions,
    estimate_accuracy,
    rank_for_review,
    root_causes,
)

__all__ = ["STAGES", "Stage"]

#: A labeling function whose estimated precision moved by less is not worth a line.
_MOVED = 0.05


@dataclass(frozen=True, slots=True)
class Stage:
    """One verb of the project.

    Parameters
    ----------
    name : str
        The verb, which is also its command.
    needs : tuple of str
        The stages whose results it reads.
    parts : callable
        Workspace -> {what it depends on, in words: hash}, beside `needs`.
    run : callable
        Workspace -> JSON-able facts; writes its outputs.
    outputs : callable
        Workspace -> the files that must exist for it to count as done.
    """

    name: str
    needs: tuple[str, ...]
    parts: Callable[[Workspace], dict[str, str]]
    run: Callable[[Workspace], dict[str, Any]]
    outputs: Callable[[Workspace], list[Path]]


def _apply_parts(ws: Workspace) -> dict[str, str]:
    config = ws.config
    parts = {f"data file {name}": sha for name, sha in ws.source_hashes().items()}
    parts |= {f"labeling function {lf.name}": lf.version for lf in ws.lfs}
    columns = [config.id_column, config.text_column, config.gold_column, config.wrench]
    parts["data and label settings"] = digest(columns, config.classes, config.on_error)
    if config.timeout_seconds:  # unlike workers and chunks, it can make a vote an abstain
        parts["time limit"] = digest(config.timeout_seconds)
    parts["weaklabel"] = version("weaklabel")
    return parts


def _apply(ws: Workspace) -> dict[str, Any]:
    votes = ws.published_votes
    seconds: dict[str, float] = {}
    failures: dict[str, int] = {}
    recomputed: tuple[str, ...] = ()
    if ws.lfs:
        report = apply_with_report(
            ws.lfs,
            ws.items,
            ws.schema,
            on_error="abstain" if ws.config.on_error == "abstain" else "raise",
            cache=ws.vote_cache,
            progress=ws.progress,
            n_jobs=ws.config.n_jobs,
            timeout_seconds=ws.config.timeout_seconds or None,
            chunk_rows=ws.config.chunk_rows,
        )
        votes = report.votes if votes is None else _side_by_side(votes, report.votes)
        seconds, failures = dict(report.seconds), dict(report.failures)
        recomputed = tuple(report.recomputed)
    if votes is None:  # read_config sees to it that there are labeling functions or votes
        raise ProjectError("the project names neither labeling functions nor published votes.")
    io.save(votes, ws.work / "votes.parquet")
    return {
        "items": votes.n_items,
        "labeling_functions": votes.n_lfs,
        "coverage": float(votes.covered.mean()),
        "recomputed": list(recomputed),
        "seconds": seconds,
        "failures": {name: n for name, n in failures.items() if n},
    }


def _fit_parts(ws: Workspace) -> dict[str, str]:
    config = ws.config
    model = [config.label_model, dict(config.label_model_parameters), config.seed]
    return {"label model settings": digest(model)}


def _fit(ws: Workspace) -> dict[str, Any]:
    votes = _load_votes(ws)
    model = label_model(ws.config.label_model, **ws.config.label_model_parameters)
    model.fit(votes)
    soft = model.soft_labels(votes)
    io.save(soft, ws.work / "soft.parquet")
    learned: dict[str, Any] = {"name": ws.config.label_model}
    learned["parameters"] = model.parameters()
    for name in ("class_prior_", "precision_", "n_iter_", "converged_"):
        value = getattr(model, name, None)
        learned[name] = value.tolist() if isinstance(value, np.ndarray) else value
    _write_json(ws.work / "label_model.json", learned)
    facts: dict[str, Any] = {"model": repr(model), "class_shares": _shares(soft)}
    if ws.gold is not None:
        facts["accuracy_covered"] = label_accuracy(soft, ws.gold, votes.covered)
    return facts


def _analyze_parts(ws: Workspace) -> dict[str, str]:
    gold = [ws.config.gold_column, dict(ws.config.gold_values)]
    return {"gold settings": digest(gold)}


def _analyze(ws: Workspace) -> dict[str, Any]:
    votes = _load_votes(ws)
    table = lf_summary(votes, ws.gold, model=_learned(ws))
    path = ws.folder / "analysis" / "lf_summary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        table.to_csv(temporary)
    return {"never_vote": [str(name) for name in table.index[table["votes"] == 0]]}


def _refine_parts(ws: Workspace) -> dict[str, str]:
    settings = [ws.config.refine, ws.config.folds, ws.config.max_trained, ws.config.seed]
    return {"refine settings": digest(settings), "decisions": ws.decisions().head_hash}


def _refine(ws: Workspace) -> dict[str, Any]:
    votes, soft = _load_votes(ws), io.load(ws.work / "soft.parquet", SoftLabels)
    refinement = refine(
        soft,
        ws.items,
        votes=votes,
        gold=ws.decided_gold(),
        text_columns=ws.text_columns,
        n_folds=ws.config.folds,
        max_trained=ws.config.max_trained,
        seed=ws.config.seed,
        progress=ws.progress,
    )
    refined = refinement.soft if ws.config.refine else soft
    feedback = apply_decisions(ws.decisions(), refined, votes, refinement.pred_probs)
    io.save(refinement.pred_probs, ws.work / "pred_probs.parquet")
    _save_groups(refinement.groups, ws.work / "near_duplicates.npy")
    io.save(refined, ws.work / "refined.parquet")
    io.save(feedback.soft, ws.work / "labels.parquet")
    facts: dict[str, Any] = {"class_shares": _shares(feedback.soft)}
    facts |= _what_answers_did(ws, feedback)
    if ws.gold is not None:
        facts["accuracy"] = label_accuracy(feedback.soft, ws.gold)
        facts["accuracy_label_model"] = label_accuracy(soft, ws.gold)
    return facts


def _what_answers_did(ws: Workspace, feedback: Feedback) -> dict[str, Any]:
    """Return what changed by reviewers' answers, and the accuracy that the random ones show."""
    facts = _what_answers_say(ws)
    if feedback.held_out.n_items == 0:
        return facts
    moved = feedback.functions["change"].abs() >= _MOVED
    facts |= {
        "flipped": dict(feedback.flipped),
        "moved": {
            str(name): [float(row["before"]), float(row["now"])]
            for name, row in feedback.functions[moved].head(5).iterrows()
        },
    }
    try:
        estimate = estimate_accuracy(
            ws.decisions(),
            feedback.soft,
            held_out=feedback.held_out,
            queue_starts=_queue_starts(ws) or None,
        )
    except DecisionsError:  # no random item was answered yet
        return facts
    return facts | {"estimate": {"words": estimate.words(), "advice": estimate.advice()}}


def _what_answers_say(ws: Workspace) -> dict[str, Any]:
    """Return the causes that reviewers gave, and how many decisions are on items that are gone."""
    decisions = ws.decisions()
    if not len(decisions):
        return {}
    refined = io.load(ws.work / "refined.parquet", SoftLabels)
    found = root_causes(decisions, _load_votes(ws), refined)
    said = {"causes": found.words() if found.n_with_cause else "", "elsewhere": found.left_out()}
    return {name: words for name, words in said.items() if words}


def _queue_starts(ws: Workspace) -> list[int]:
    """Return how many decisions there were when each queue so far was made."""
    record = ws.state.get("triage")
    return [] if record is None else list(record.facts.get("queue_starts", []))


def _triage_parts(ws: Workspace) -> dict[str, str]:
    return {"review settings": digest(ws.config.budget, ws.config.random_share, ws.config.seed)}


def _triage(ws: Workspace) -> dict[str, Any]:
    labels = io.load(ws.work / "labels.parquet", SoftLabels)
    votes = _load_votes(ws)
    queue = rank_for_review(
        io.load(ws.work / "refined.parquet", SoftLabels),
        votes,
        io.load(ws.work / "pred_probs.parquet", SoftLabels),
        ws.config.budget,
        proposed=labels,
        decisions=ws.decisions(),
        groups=np.load(ws.work / "near_duplicates.npy", allow_pickle=False),
        random_share=ws.config.random_share,
        seed=ws.config.seed,
    )
    before = _answered_queues(ws)
    write_queue(queue, ws.items, votes, ws.review, text_columns=ws.text_columns)
    io.save(queue, ws.work / "queue.parquet")
    facts: dict[str, Any] = {
        "queue": queue.n_items,
        "strata": {s: queue.strata.count(s) for s in dict.fromkeys(queue.strata)},
        "kept": sorted(_answered_queues(ws) - before),
        "queue_starts": sorted({*_queue_starts(ws), len(ws.decisions())}),
    }
    if ws.gold is not None and queue.n_items:
        facts["yield"] = queue_yield(queue, labels, ws.gold)
    return facts | _health(ws, votes)


def _health(ws: Workspace, votes: VoteMatrix) -> dict[str, Any]:
    """Write what held-out evidence says of functions and classes, and return what stands out."""
    return write_health(
        ws.folder / "analysis",
        votes,
        io.load(ws.work / "soft.parquet", SoftLabels),  # neither content nor answers are in it
        io.load(ws.work / "pred_probs.parquet", SoftLabels),
        ws.decisions(),
        model=_learned(ws),
        texts=None if ws.text_columns is None else ws.items.texts(ws.text_columns[0]),
        seed=ws.config.seed,
    )


def _export_parts(ws: Workspace) -> dict[str, str]:
    config = ws.config
    output = [config.output_folder, config.formats, config.min_confidence, dict(config.splits)]
    return {"output settings": digest(output)}


def _export(ws: Workspace) -> dict[str, Any]:
    config, decisions = ws.config, ws.decisions()
    dataset = build_dataset(
        ws.export_items,
        io.load(ws.work / "labels.parquet", SoftLabels),
        decisions,
        votes=_load_votes(ws),
        min_confidence=config.min_confidence,
        splits=config.splits,
        text_columns=ws.export_text_columns,
        seed=config.seed,
    )
    written = write_version(
        dataset, ws.folder / config.output_folder, formats=config.formats, lineage=_lineage(ws)
    )
    facts: dict[str, Any] = {"version": written.path.name, "path": str(written.path)}
    facts["decisions"] = len(decisions)
    if ws.gold is not None:
        facts["accuracy"] = _dataset_accuracy(dataset.table.column("label").to_pylist(), ws)
    return facts


def _lineage(ws: Workspace) -> dict[str, Any]:
    decisions = ws.decisions()
    learned = json.loads((ws.work / "label_model.json").read_text(encoding="utf-8"))
    return {
        "data_files": ws.source_hashes(),
        "labeling_functions": [
            {"name": lf.name, "version": lf.version, "kind": lf.kind} for lf in ws.lfs
        ],
        "published_votes": list(ws.published_votes.lf_names) if ws.published_votes else [],
        "label_model": {"name": learned["name"], "parameters": learned["parameters"]},
        "refine": {"enabled": ws.config.refine, "folds": ws.config.folds},
        "review": {
            "decisions": len(decisions),
            "items": len({d.item_id for d in decisions}),
            "reviewers": len(decisions.reviewers),
            "disputed": len(decisions.disputed()),
            "log_head": decisions.head_hash,
        },
        "seed": ws.config.seed,
    }


def _dataset_accuracy(labels: list[str | None], ws: Workspace) -> float | None:
    if ws.gold is None or not (ws.gold >= 0).any():
        return None
    known = ws.gold >= 0
    return float((ws.schema.encode(labels)[known] == ws.gold[known]).mean())


def _side_by_side(left: VoteMatrix, right: VoteMatrix) -> VoteMatrix:
    codes = np.hstack([left.codes, right.codes])
    return VoteMatrix(codes, left.item_ids, left.lf_names + right.lf_names, left.schema)


def _learned(ws: Workspace) -> SimpleNamespace | None:
    path = ws.work / "label_model.json"
    precision = json.loads(path.read_text(encoding="utf-8")).get("precision_")
    return None if precision is None else SimpleNamespace(precision_=np.array(precision))


def _answered_queues(ws: Workspace) -> set[str]:
    """Return the names that `write_queue` gave to queues that hold answers."""
    return {path.name for path in ws.review.glob("queue-answered-*")}


def _load_votes(ws: Workspace) -> VoteMatrix:
    return io.load(ws.work / "votes.parquet", VoteMatrix)


def _shares(soft: SoftLabels) -> Mapping[str, float]:
    labels = soft.labels
    return {name: float(np.mean(labels == y)) for y, name in enumerate(soft.schema.classes)}


def _save_groups(groups: IntArray, path: Path) -> None:
    """Write the near-duplicate group of each item, in the order of the refined labels."""
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.save(file, groups, allow_pickle=False)


def _write_json(path: Path, value: object) -> None:
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, default=str), encoding="utf-8")


def _work_files(*names: str) -> Callable[[Workspace], list[Path]]:
    return lambda ws: [ws.work / name for name in names]


def _triaged(ws: Workspace) -> list[Path]:
    queue = [ws.work / "queue.parquet", ws.review / "queue.csv", ws.review / "queue.jsonl"]
    return queue + [ws.folder / "analysis" / name for name in HEALTH_FILES]


def _exported(ws: Workspace) -> list[Path]:
    record = ws.state.get("export")
    if record is None:
        return []
    return [ws.folder / ws.config.output_folder / str(record.facts["version"]) / "manifest.json"]


#: In the order in which data flows.
STAGES: tuple[Stage, ...] = (
    Stage("apply", (), _apply_parts, _apply, _work_files("votes.parquet")),
    Stage("fit", ("apply",), _fit_parts, _fit, _work_files("soft.parquet", "label_model.json")),
    Stage(
        "analyze",
        ("apply", "fit"),
        _analyze_parts,
        _analyze,
        lambda ws: [ws.folder / "analysis" / "lf_summary.csv"],
    ),
    Stage(
        "refine",
        ("apply", "fit"),
        _refine_parts,
        _refine,
        _work_files(
            "pred_probs.parquet", "near_duplicates.npy", "refined.parquet", "labels.parquet"
        ),
    ),
    Stage(
        "triage",
        ("refine",),
        _triage_parts,
        _triage,
        _triaged,
    ),
    Stage("export", ("refine",), _export_parts, _export, _exported),
)
