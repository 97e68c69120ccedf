"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["JobsOption", "ProjectOption", "QuietOption", "StoreOption"]

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
