"""The application: its commands in the order in which they are used, and `main`, which runs it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import weaklabel
from weaklabel.cli._decisions import decide, export_log, verify, verify_log
from weaklabel.cli._review import review
from weaklabel.cli._reviewers import (
    add_reviewer,
    list_reviewers,
    revoke_reviewer,
    rotate_reviewer,
)
from weaklabel.cli._setup import demo, init
from weaklabel.cli._stages import (
    analyze,
    apply,
    cache,
    check_lfs,
    export,
    fit,
    run,
    status,
    triage,
)
from weaklabel.errors import ParameterError, WeaklabelError

__all__ = ["app", "main"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Labeling functions in, a reviewed and versioned training set out.",
)
reviewers_app = typer.Typer(no_args_is_help=True, help="Say who may sign in to a team's review.")
log_app = typer.Typer(no_args_is_help=True, help="Check or export the decision log.")

for command in (init, run, apply, analyze, fit, triage, review, decide, export, status):
    app.command()(command)
app.command("check-lfs")(check_lfs)
for command in (cache, verify):
    app.command()(command)
app.add_typer(reviewers_app, name="reviewers")
reviewers_app.command("add")(add_reviewer)
reviewers_app.command("list")(list_reviewers)
reviewers_app.command("revoke")(revoke_reviewer)
reviewers_app.command("rotate")(rotate_reviewer)
app.add_typer(log_app, name="log")
log_app.command("verify")(verify_log)
log_app.command("export")(export_log)
app.command()(demo)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,  # noqa: ARG001 - read by main
) -> None:
    if version:
        print(f"weaklabel {weaklabel.__version__}")
        raise typer.Exit


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
