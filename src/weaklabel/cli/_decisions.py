"""Commands on answers: reading a file of them, checking and exporting the log that keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from weaklabel.cli._options import ProjectOption, StoreOption

if TYPE_CHECKING:
    from weaklabel.review import DecisionStore

__all__ = ["decide", "export_log", "verify", "verify_log"]


def decide(
    answers: Annotated[
        Path, typer.Argument(help="The filled-in queue.csv, or a CSV or JSONL like it.")
    ],
    reviewer: Annotated[
        str | None,
        typer.Option("--reviewer", "-r", help="Who answered, where the file does not say."),
    ] = None,
    project: ProjectOption = Path(),
) -> None:
    """Read a reviewer's answers into the decision log."""
    from weaklabel.project import Project

    opened = Project(project)
    before = len(opened.workspace.log())
    decisions = opened.decide(answers, reviewer)
    log = opened.workspace.log()
    stored = len(log) - before
    changed = sum(d.label is not None and d.proposed not in (None, d.label) for d in decisions)
    print(
        f"{len(decisions)} answers in {answers}: {stored} stored, {len(decisions) - stored} known before"
    )
    print(f"{changed} of them change the proposed label; {len(log.disputed())} items are disputed")
    print("Now: weaklabel run")


def verify(
    project: ProjectOption = Path(),
    version: Annotated[
        Path | None,
        typer.Argument(help="A version folder; by default all versions of the project."),
    ] = None,
) -> None:
    """Check dataset versions against their manifests, and the decision log against its chain."""
    from weaklabel.dataset import list_versions, verify_version
    from weaklabel.project import Project

    if version is not None:
        verify_version(version)
        print(f"{version}: every file is as its manifest says")
        return
    opened = Project(project)
    versions = list_versions(opened.folder / opened.workspace.config.output_folder)
    for found in versions:
        verify_version(found.path)
        print(f"{found.path}: every file is as its manifest says")
    head = opened.verify_decisions([found.manifest for found in versions])
    print(f"decision log: {len(opened.workspace.log())} decisions, chain intact, head {head[:12]}")


def verify_log(
    project: ProjectOption = Path(),
    store: StoreOption = None,
    anchor: Annotated[
        str | None,
        typer.Option("--anchor", help="A head hash kept from earlier, which must be in the chain."),
    ] = None,
) -> None:
    """Check the hash chain of the decision log, and say what that proves."""
    opened = _decision_store(project, store)
    head = opened.verify(anchor=anchor)
    n_versions = 0 if store else _verify_recorded_heads(project)
    print(f"{opened.name}: {len(opened.log())} decisions, chain intact")
    print(f"head: {head}")
    print(_what_a_chain_proves(anchor, n_versions))


def export_log(
    file: Annotated[Path, typer.Argument(help="What to write: FILE.csv or FILE.jsonl.")],
    project: ProjectOption = Path(),
    store: StoreOption = None,
) -> None:
    """Write every field of every decision as CSV or JSONL."""
    from weaklabel.review import write_log

    log = _decision_store(project, store).log()
    write_log(log, file)
    print(f"{file}: {len(log)} decisions, head {log.head_hash[:12]}")


def _decision_store(project: Path, store: str | None) -> DecisionStore:
    from weaklabel.project import Project
    from weaklabel.review import DecisionStore

    return DecisionStore(store) if store else Project(project).workspace.store


def _verify_recorded_heads(project: Path) -> int:
    """Check that the log holds the heads that dataset versions recorded, and count these."""
    from weaklabel.dataset import list_versions
    from weaklabel.project import Project

    opened = Project(project)
    versions = list_versions(opened.folder / opened.workspace.config.output_folder)
    manifests: list[Any] = [version.manifest for version in versions]
    opened.verify_decisions(manifests)
    heads = [m.get("lineage", {}).get("review", {}).get("log_head", "") for m in manifests]
    return sum(head.strip("0") != "" for head in heads)


def _what_a_chain_proves(anchor: str | None, n_versions: int) -> str:
    inside = (
        "Every decision fits the hash after it: whoever changed, moved, added or took out one "
        "without computing all hashes after it anew would show. Payloads are gone only where an "
        "erasure says so."
    )
    if anchor or n_versions:
        kept = [f"the heads that {n_versions} dataset versions recorded"] if n_versions else []
        kept += ["the anchor that you gave"] if anchor else []
        return (
            f"{inside}\nThe log holds {' and '.join(kept)}: up to there it is the log of then, "
            "provided that whoever may write to the log could not change these too. Decisions "
            "after that may have been cut off or replaced."
        )
    return (
        f"{inside}\nWithout a head hash that was kept elsewhere this does not prove that the log is "
        "complete or genuine: whoever may write to it could have cut off its end, or have written "
        "all of it anew with hashes that fit, and names and times in it are what was entered. Keep "
        "the head where nobody who writes to the log can change it (a signed commit, a time "
        "stamp, a printed report), and give it later: weaklabel log verify --anchor HEAD"
    )
