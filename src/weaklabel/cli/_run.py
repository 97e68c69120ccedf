"""run_stages: a project brought up to date, with what happens told on standard error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from weaklabel.project import Project

__all__ = ["run_stages"]


def run_stages(
    folder: Path,
    until: str | None,
    quiet: bool,
    pause_progress: bool = True,
    n_jobs: int | None = None,
) -> Project:
    """Do the stages of a project that are out of date, and return the project.

    Parameters
    ----------
    folder : path
        The project.
    until : str or None
        The last stage that is wanted; None for all.
    quiet : bool
        Whether nothing is told.
    pause_progress : bool
        Whether progress bars are shown only where somebody is looking.
    n_jobs : int, optional
        Worker processes, in place of what weaklabel.toml says.

    Raises
    ------
    typer.Exit
        With status 130, after Ctrl-C.
    """
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
