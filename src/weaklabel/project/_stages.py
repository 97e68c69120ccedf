"""The stages of a project in order: what each depends on, what it does, what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from weaklabel import io
from weaklabel.analysis import lf_summary
from weaklabel.apply import apply_with_report
from weaklabel.core import DecisionLog, IntArray, SoftLabels, VoteMatrix
from weaklabel.dataset import build_dataset, write_version
from weaklabel.errors import DecisionsError, ProjectError
from weaklabel.files import atomic_write
from weaklabel.models import label_model
from weaklabel.project._decisions import queue_starts_in
from weaklabel.project._measure import label_accuracy
from weaklabel.project._results import learned_precision, load_votes, queue_starts
from weaklabel.project._state import digest
from weaklabel.project._triage_stage import triage, triage_outputs, triage_parts
from weaklabel.project._workspace import Workspace
from weaklabel.refine import refine
from weaklabel.triage import (
    Feedback,
    apply_decisions,
    estimate_accuracy,
    root_causes,
)

__all__ = ["DECISIONS", "STAGES", "Stage", "decision_parts"]

#: What `decision_parts` names.
DECISIONS = ("decisions", "rule of the team")

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
    learns : bool
        Whether it depends on decisions too.
    """

    name: str
    needs: tuple[str, ...]
    parts: Callable[[Workspace], dict[str, str]]
    run: Callable[[Workspace], dict[str, Any]]
    outputs: Callable[[Workspace], list[Path]]
    learns: bool = False


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
    votes = load_votes(ws)
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
    votes = load_votes(ws)
    table = lf_summary(votes, ws.gold, model=learned_precision(ws))
    path = ws.folder / "analysis" / "lf_summary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary:
        table.to_csv(temporary)
    return {"never_vote": [str(name) for name in table.index[table["votes"] == 0]]}


def _refine_parts(ws: Workspace) -> dict[str, str]:
    settings = [ws.config.refine, ws.config.folds, ws.config.max_trained, ws.config.seed]
    return {"refine settings": digest(settings)}


def decision_parts(ws: Workspace) -> dict[str, str]:
    """Return what a stage that learns from decisions depends on, named in `DECISIONS`."""
    parts = {"decisions": ws.log().head_hash}
    if ws.config.review.has_rule:
        parts["rule of the team"] = digest(ws.config.review.answers)
    return parts


def _refine(ws: Workspace) -> dict[str, Any]:
    votes, soft = load_votes(ws), io.load(ws.work / "soft.parquet", SoftLabels)
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
    log = ws.log()
    learned = ws.learned(log)
    feedback = apply_decisions(learned, refined, votes, refinement.pred_probs)
    held_out = _held_out(feedback, learned)
    io.save(refinement.pred_probs, ws.work / "pred_probs.parquet")
    _save_groups(refinement.groups, ws.work / "near_duplicates.npy")
    io.save(refined, ws.work / "refined.parquet")
    io.save(feedback.soft, ws.work / "labels.parquet")
    io.save(held_out, ws.work / "held_out.parquet")
    facts: dict[str, Any] = {"class_shares": _shares(feedback.soft)}
    facts |= _what_answers_did(ws, log, feedback, held_out)
    if ws.gold is not None:
        facts["accuracy"] = label_accuracy(feedback.soft, ws.gold)
        facts["accuracy_label_model"] = label_accuracy(soft, ws.gold)
    return facts


def _held_out(feedback: Feedback, learned: DecisionLog) -> SoftLabels:
    """Return labels of the answered items, each made without the answers to it.

    Of disputed items these are the labels of now, which learn from no answer to them.
    """
    held, soft = feedback.held_out, feedback.soft
    rows = np.flatnonzero(np.isin(soft.item_ids.tolist(), list(learned.disputed())))
    ids = [*held.item_ids.tolist(), *soft.item_ids[rows].tolist()]
    posterior = np.concatenate([held.posterior, soft.posterior[rows]])
    return SoftLabels(posterior, ids, soft.schema, held.provenance)


def _what_answers_did(
    ws: Workspace, log: DecisionLog, feedback: Feedback, held_out: SoftLabels
) -> dict[str, Any]:
    """Return what changed by reviewers' answers, and the accuracy that the random ones show."""
    facts = _what_answers_say(ws, log)
    if held_out.n_items == 0:
        return facts
    moved = feedback.functions["change"].abs() >= _MOVED
    facts |= {
        "flipped": dict(feedback.flipped),
        "moved": {
            str(name): [float(row["before"]), float(row["now"])]
            for name, row in feedback.functions[moved].head(5).iterrows()
        },
    }
    learned = ws.learned(log)
    try:
        estimate = estimate_accuracy(
            learned,
            feedback.soft,
            held_out=held_out,
            queue_starts=queue_starts_in(learned, log, queue_starts(ws)) or None,
        )
    except DecisionsError:  # no random item was answered yet
        return facts
    return facts | {"estimate": {"words": estimate.words(), "advice": estimate.advice()}}


def _what_answers_say(ws: Workspace, log: DecisionLog) -> dict[str, Any]:
    """Return the causes that reviewers gave, and how many decisions are on items that are gone."""
    if not len(log):
        return {}
    refined = io.load(ws.work / "refined.parquet", SoftLabels)
    found = root_causes(log, load_votes(ws), refined)
    said = {"causes": found.words() if found.n_with_cause else "", "elsewhere": found.left_out()}
    return {name: words for name, words in said.items() if words}


def _export_parts(ws: Workspace) -> dict[str, str]:
    config = ws.config
    output = [config.output_folder, config.formats, config.min_confidence, dict(config.splits)]
    return {"output settings": digest(output)}


def _export(ws: Workspace) -> dict[str, Any]:
    config, log = ws.config, ws.log()
    dataset = build_dataset(
        ws.export_items,
        io.load(ws.work / "labels.parquet", SoftLabels),
        ws.learned(log),
        votes=load_votes(ws),
        min_confidence=config.min_confidence,
        splits=config.splits,
        text_columns=ws.export_text_columns,
        seed=config.seed,
    )
    written = write_version(
        dataset, ws.folder / config.output_folder, formats=config.formats, lineage=_lineage(ws, log)
    )
    facts: dict[str, Any] = {"version": written.path.name, "path": str(written.path)}
    facts["decisions"] = len(log)
    if ws.gold is not None:
        facts["accuracy"] = _dataset_accuracy(dataset.table.column("label").to_pylist(), ws)
    return facts


def _lineage(ws: Workspace, log: DecisionLog) -> dict[str, Any]:
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
            "decisions": len(log),
            "items": len({d.item_id for d in log}),
            "reviewers": len(log.reviewers),
            "disputed": len(log.disputed()),
            "log_head": log.head_hash,
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
            "pred_probs.parquet",
            "near_duplicates.npy",
            "refined.parquet",
            "labels.parquet",
            "held_out.parquet",
        ),
        learns=True,
    ),
    Stage(
        "triage",
        ("refine",),
        triage_parts,
        triage,
        triage_outputs,
    ),
    Stage("export", ("refine",), _export_parts, _export, _exported),
)
