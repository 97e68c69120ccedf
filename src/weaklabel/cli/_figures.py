"""What a run found, printed: the table of labeling functions, figures, and where files are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weaklabel.project import Project

__all__ = ["print_figures", "print_label_figures", "print_lf_table", "print_queue_figures"]

#: Columns of lf_summary.csv that make the table too wide for a terminal.
_LEFT_OUT = ("correct", "incorrect", "accuracy_low", "accuracy_high")


def print_lf_table(project: Project) -> None:
    """Print one line for each labeling function."""
    import pandas as pd

    path = project.folder / "analysis" / "lf_summary.csv"
    table = pd.read_csv(path, index_col=0)
    columns = [c for c in table.columns if c not in _LEFT_OUT]
    with pd.option_context("display.width", 200, "display.max_columns", None):
        print(table[columns].to_string(float_format=lambda x: f"{x:.3f}", na_rep=""))
    silent = project.facts("analyze").get("never_vote", [])
    if silent:
        print(f"never vote: {', '.join(silent)}")


def print_figures(project: Project) -> None:
    """Print the figures of labels and review set, and where files and the version are."""
    print()
    print_label_figures(project)
    print_queue_figures(project)
    print(f"LF table:        {project.folder / 'analysis' / 'lf_summary.csv'}")
    print(f"Health tables:   {project.folder / 'analysis'} (function_health.csv and others)")
    print(f"Review set:      {project.folder / 'review' / 'queue.csv'}")
    print(f"Dataset version: {project.facts('export')['path']}")


def print_label_figures(project: Project) -> None:
    """Print coverage, accuracies where there is gold, shares of classes, what answers did."""
    from weaklabel.project import answer_words, label_words

    applied, fitted, refined = (project.facts(s) for s in ("apply", "fit", "refine"))
    for line in (*label_words(applied, fitted, refined), *answer_words(refined)):
        print(line)


def print_queue_figures(project: Project) -> None:
    """Print what the review set holds, and what stands out beside it."""
    from weaklabel.project import queue_words

    for line in queue_words(project.facts("triage")):
        print(line)
