"""Commands that make a project: init and demo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from weaklabel.cli._figures import print_figures, print_lf_table
from weaklabel.cli._options import QuietOption
from weaklabel.cli._run import run_stages

__all__ = ["demo", "init"]


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
    opened = run_stages(root, None, quiet, pause_progress=False)
    print()
    print_lf_table(opened)
    print_figures(opened)
    answers = None if opened.workspace.gold is None else simulate_review(opened)
    if answers is not None:
        print(
            f"\nA simulated reviewer, who knows the gold labels, answers the review set: {answers}"
        )
        opened.decide(answers, "simulated")
        run_stages(root, None, quiet)
        again = type(opened)(root)
        facts = again.facts("export")
        print(f"Dataset with {facts['decisions']} decisions: accuracy {facts['accuracy']:.3f}")
        print(f"Version: {facts['path']}")
    print(f"\nThe project is in {root}. Review its next items: weaklabel review -p {root}")
