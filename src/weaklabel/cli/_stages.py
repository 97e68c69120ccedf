"""Commands that run stages, say where they stand, and look after what they keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from weaklabel.cli._figures import (
    print_figures,
    print_label_figures,
    print_lf_table,
    print_queue_figures,
)
from weaklabel.cli._options import JobsOption, ProjectOption, QuietOption
from weaklabel.cli._run import run_stages
from weaklabel.errors import ParameterError

__all__ = ["analyze", "apply", "cache", "check_lfs", "export", "fit", "run", "status", "triage"]


def run(
    project: ProjectOption = Path(), quiet: QuietOption = False, n_jobs: JobsOption = None
) -> None:
    """Do every stage that is out of date."""
    opened = run_stages(project, None, quiet, n_jobs=n_jobs)
    print_lf_table(opened)
    print_figures(opened)


def apply(
    project: ProjectOption = Path(), quiet: QuietOption = False, n_jobs: JobsOption = None
) -> None:
    """Apply the labeling functions."""
    facts = run_stages(project, "apply", quiet, n_jobs=n_jobs).facts("apply")
    print(
        f"{facts['labeling_functions']} labeling functions on {facts['items']} items, "
        f"coverage {facts['coverage']:.3f}; computed now: {len(facts['recomputed'])}"
    )
    for name, count in facts["failures"].items():
        print(f"  {name} raised on {count} items, counted as abstains")


def analyze(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Summarize the labeling functions: coverage, overlaps, conflicts, accuracy."""
    print_lf_table(run_stages(project, "analyze", quiet))


def fit(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Fit the label model, and refine its labels with the items' own features."""
    opened = run_stages(project, "refine", quiet)
    print_label_figures(opened)


def triage(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Choose the items that a person should review."""
    opened = run_stages(project, "triage", quiet)
    print_queue_figures(opened)
    print(f"Review them: weaklabel review -p {opened.folder}")
    print(
        f"Or answer in {opened.folder / 'review' / 'queue.csv'}, then: "
        "weaklabel decide FILE --reviewer NAME"
    )


def export(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Write a new version of the training set, if anything changed."""
    opened = run_stages(project, "export", quiet)
    print(f"Dataset version: {opened.facts('export')['path']}")


def status(project: ProjectOption = Path()) -> None:
    """Say which stages are done, stale or missing, and why."""
    from weaklabel.project import Project, decision_words

    opened = Project(project)
    for stage in opened.status():
        finished = stage.finished_at.replace("+00:00", "Z")
        print(f"{stage.name:8} {stage.state:8} {finished:21} {stage.reason}".rstrip())
    print(decision_words(opened.workspace.log()))


def check_lfs(project: ProjectOption = Path()) -> None:
    """Check every labeling function against its own examples."""
    from weaklabel.lf import check_lfs as check
    from weaklabel.project import Project

    workspace = Project(project).workspace
    failures = check(workspace.lfs, workspace.schema)
    examples = sum(len(lf.votes_on) + len(lf.abstains_on) for lf in workspace.lfs)
    for failure in failures:
        print(failure)
    print(f"{len(workspace.lfs)} labeling functions, {examples} examples, {len(failures)} failures")
    if failures:
        raise typer.Exit(1)


def cache(
    project: ProjectOption = Path(),
    clear: Annotated[
        bool, typer.Option("--clear", help="Remove them; what is needed is computed again.")
    ] = False,
    older_than_days: Annotated[
        float | None,
        typer.Option("--older-than-days", help="With --clear: only what was not used so long."),
    ] = None,
) -> None:
    """Say how much room the votes take that are kept for the next run, or remove them."""
    from datetime import timedelta

    from weaklabel.project import Project

    if older_than_days is not None and not clear:
        raise ParameterError("--older-than-days goes with --clear. Add --clear, or leave it out.")
    votes = Project(project).workspace.vote_cache
    if not clear:
        held = votes.info()
        used = f", last used {held.newest:%Y-%m-%d}" if held.newest else ""
        print(f"{votes.folder}: {held.n_files} files, {held.n_bytes / 1e6:.1f} MB{used}")
        return
    age = None if older_than_days is None else timedelta(days=older_than_days)
    removed = votes.clear(older_than=age)
    print(f"{votes.folder}: removed {removed.n_files} files, {removed.n_bytes / 1e6:.1f} MB")
