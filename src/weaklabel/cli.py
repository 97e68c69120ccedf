"""The command line: arguments in, text out."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

import weaklabel
from weaklabel.errors import ParameterError, WeaklabelError

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Labeling functions in, a reviewed and versioned training set out.",
)

log_app = typer.Typer(no_args_is_help=True, help="Check or export the decision log.")
app.add_typer(log_app, name="log")

ProjectOption = Annotated[Path, typer.Option("--project", "-p", help="The project folder.")]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="An SQLite file or a PostgreSQL URL, in place of a project's."),
]
JobsOption = Annotated[
    int | None,
    typer.Option("--n-jobs", help="Worker processes, -1 for one on each core."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress bars.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,  # noqa: ARG001 - read by main
) -> None:
    if version:
        print(f"weaklabel {weaklabel.__version__}")
        raise typer.Exit


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The project folder; made if needed.")] = Path(),
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="CSV, JSONL or Parquet file; repeatable.")
    ] = None,
    wrench: Annotated[
        Path | None, typer.Option("--wrench", help="A folder in WRENCH format instead.")
    ] = None,
    classes: Annotated[
        str, typer.Option("--classes", help="Class names in order, separated by commas.")
    ] = "",
    id_column: Annotated[str, typer.Option("--id-column", help="Column with distinct ids.")] = "",
    text_column: Annotated[str, typer.Option("--text-column", help="Column with the text.")] = "",
    gold_column: Annotated[
        str, typer.Option("--gold-column", help="Column with known classes, only measured against.")
    ] = "",
    lfs: Annotated[
        list[Path] | None, typer.Option("--lfs", help="File with labeling functions; repeatable.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing weaklabel.toml.")
    ] = False,
) -> None:
    """Write a commented weaklabel.toml, its settings guessed from the data."""
    from weaklabel.project import ProjectConfig, guess_config, init_project

    config = ProjectConfig(
        classes=tuple(name.strip() for name in classes.split(",") if name.strip()),
        id_column=id_column,
        text_column=text_column,
        gold_column=gold_column,
        lf_files=tuple(str(path) for path in lfs or ()),
    )
    if data:
        config = guess_config(data, config)
    elif wrench:
        config = replace(config, wrench=str(wrench), text_column=text_column or "text")
    else:
        config = replace(config, data_files=(str(folder / "items.csv"),))
        config = config if config.classes else replace(config, classes=("no", "yes"))
    path = init_project(folder, config, force=force)
    print(f"Wrote {path}. Check its settings, edit the labeling functions, then: weaklabel run")


@app.command()
def run(
    project: ProjectOption = Path(), quiet: QuietOption = False, n_jobs: JobsOption = None
) -> None:
    """Do every stage that is out of date."""
    opened = _run(project, None, quiet, n_jobs=n_jobs)
    _print_lf_table(opened)
    _print_figures(opened)


@app.command()
def apply(
    project: ProjectOption = Path(), quiet: QuietOption = False, n_jobs: JobsOption = None
) -> None:
    """Apply the labeling functions."""
    facts = _run(project, "apply", quiet, n_jobs=n_jobs).facts("apply")
    print(
        f"{facts['labeling_functions']} labeling functions on {facts['items']} items, "
        f"coverage {facts['coverage']:.3f}; computed now: {len(facts['recomputed'])}"
    )
    for name, count in facts["failures"].items():
        print(f"  {name} raised on {count} items, counted as abstains")


@app.command()
def analyze(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Summarize the labeling functions: coverage, overlaps, conflicts, accuracy."""
    _print_lf_table(_run(project, "analyze", quiet))


@app.command()
def fit(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Fit the label model, and refine its labels with the items' own features."""
    opened = _run(project, "refine", quiet)
    _print_label_figures(opened)


@app.command()
def triage(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Choose the items that a person should review."""
    opened = _run(project, "triage", quiet)
    _print_queue_figures(opened)
    print(
        f"Answer in {opened.folder / 'review' / 'queue.csv'}, then: weaklabel decide FILE --reviewer NAME"
    )


@app.command()
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
    before = len(opened.workspace.decisions())
    decisions = opened.decide(answers, reviewer)
    log = opened.workspace.decisions()
    stored = len(log) - before
    changed = sum(d.label is not None and d.proposed not in (None, d.label) for d in decisions)
    print(
        f"{len(decisions)} answers in {answers}: {stored} stored, {len(decisions) - stored} known before"
    )
    print(f"{changed} of them change the proposed label; {len(log.disputed())} items are disputed")
    print("Now: weaklabel run")


@app.command()
def export(project: ProjectOption = Path(), quiet: QuietOption = False) -> None:
    """Write a new version of the training set, if anything changed."""
    opened = _run(project, "export", quiet)
    print(f"Dataset version: {opened.facts('export')['path']}")


@app.command()
def status(project: ProjectOption = Path()) -> None:
    """Say which stages are done, stale or missing, and why."""
    from weaklabel.project import Project

    opened = Project(project)
    for stage in opened.status():
        finished = stage.finished_at.replace("+00:00", "Z")
        print(f"{stage.name:8} {stage.state:8} {finished:21} {stage.reason}".rstrip())
    log = opened.workspace.decisions()
    print(
        f"decisions: {len(log)} on {len({d.item_id for d in log})} items, {len(log.disputed())} disputed"
    )


@app.command("check-lfs")
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


@app.command()
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


@app.command()
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
    print(
        f"decision log: {len(opened.workspace.decisions())} decisions, chain intact, head {head[:12]}"
    )


@log_app.command("verify")
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


@log_app.command("export")
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


def _decision_store(project: Path, store: str | None) -> Any:
    from weaklabel.project import Project
    from weaklabel.review import DecisionStore

    return DecisionStore(store or Project(project).workspace.decisions_path)


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


@app.command()
def demo(
    task: Annotated[
        str, typer.Option("--task", help="spam (synthetic comments) or tumours.")
    ] = "spam",
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Your own comments for the spam task: CSV, JSONL or Parquet."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where the demo project is made.")
    ] = None,
    quiet: QuietOption = False,
    more: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files after --data FILE.")
    ] = None,
) -> None:
    """Go the whole way on an embedded example, with a simulated reviewer."""
    from weaklabel.project import prepare_demo, simulate_review

    files = [*(data or ()), *(more or ())]
    root, is_new = prepare_demo(task, folder, files)
    if not is_new and not quiet:
        typer.echo(f"Going on with the project in {root}; delete it to begin anew.", err=True)
    opened = _run(root, None, quiet, pause_progress=False)
    print()
    _print_lf_table(opened)
    _print_figures(opened)
    if opened.workspace.gold is None:
        return
    answers = simulate_review(opened)
    if answers is not None:
        print(
            f"\nA simulated reviewer, who knows the gold labels, answers the review set: {answers}"
        )
        opened.decide(answers, "simulated")
        _run(root, None, quiet)
        again = type(opened)(root)
        facts = again.facts("export")
        print(f"Dataset with {facts['decisions']} decisions: accuracy {facts['accuracy']:.3f}")
        print(f"Version: {facts['path']}")
    print(f"\nThe project is in {root}. Try: weaklabel status -p {root}")


def _run(
    folder: Path,
    until: str | None,
    quiet: bool,
    pause_progress: bool = True,
    n_jobs: int | None = None,
) -> Any:
    from weaklabel.project import Project

    progress = False if quiet else (None if pause_progress else True)
    project = Project(folder, progress=progress, n_jobs=n_jobs)

    def tell(stage: str, out_of_date: bool) -> None:
        if not quiet:
            typer.echo(f"{stage}: {'running' if out_of_date else 'up to date'}", err=True)

    try:
        project.run(until, on_stage=tell)
    except KeyboardInterrupt:
        print(
            f"\nStopped. What is finished is kept; go on with: weaklabel run -p {folder}",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None
    return project


def _print_lf_table(project: Any) -> None:
    import pandas as pd

    path = project.folder / "analysis" / "lf_summary.csv"
    table = pd.read_csv(path, index_col=0)
    columns = [
        c
        for c in table.columns
        if c not in ("correct", "incorrect", "accuracy_low", "accuracy_high")
    ]
    with pd.option_context("display.width", 200, "display.max_columns", None):
        print(table[columns].to_string(float_format=lambda x: f"{x:.3f}", na_rep=""))
    silent = project.facts("analyze").get("never_vote", [])
    if silent:
        print(f"never vote: {', '.join(silent)}")


def _print_figures(project: Any) -> None:
    print()
    _print_label_figures(project)
    _print_queue_figures(project)
    print(f"LF table:        {project.folder / 'analysis' / 'lf_summary.csv'}")
    print(f"Health tables:   {project.folder / 'analysis'} (function_health.csv and others)")
    print(f"Review set:      {project.folder / 'review' / 'queue.csv'}")
    print(f"Dataset version: {project.facts('export')['path']}")


def _print_label_figures(project: Any) -> None:
    from weaklabel.project import answer_words, label_words

    applied, fitted, refined = (project.facts(s) for s in ("apply", "fit", "refine"))
    for line in (*label_words(applied, fitted, refined), *answer_words(refined)):
        print(line)


def _print_queue_figures(project: Any) -> None:
    from weaklabel.project import queue_words

    for line in queue_words(project.facts("triage")):
        print(line)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        By default those of the process.

    Returns
    -------
    int
        Exit status: 0 done, 1 failure, 2 wrong use, 130 interrupted.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    try:
        app(args=arguments, prog_name="weaklabel")
        return 0
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except WeaklabelError as error:
        if debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        return 2 if isinstance(error, ParameterError) else 1
    except Exception as error:  # what nobody foresaw: one message, the traceback with --debug
        if debug:
            raise
        print(
            f"error: unexpected {type(error).__name__}: {error}. "
            "Run it again with --debug to see where, and please report it.",
            file=sys.stderr,
        )
        return 1
