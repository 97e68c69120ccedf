"""Gold checks: items whose class is known, from a file that says so, to measure reviewers by."""

from __future__ import annotations

from pathlib import Path

from weaklabel.core import LabelSchema
from weaklabel.errors import FileFormatError
from weaklabel.project._review_config import ReviewConfig
from weaklabel.review._answer_rows import read_rows

__all__ = ["gold_path", "read_gold_checks"]


def gold_path(folder: Path, config: ReviewConfig) -> Path:
    """Return the file that `gold_file` of weaklabel.toml names."""
    return folder / config.gold_file


def read_gold_checks(path: Path, schema: LabelSchema) -> dict[str, str]:
    """Return the known class of each item in a file.

    The gold column of the data is never taken for it: checks are items that the team chose, whose
    class it is sure of.

    Parameters
    ----------
    path : pathlib.Path
        CSV or JSONL with the columns item_id and answer.
    schema : LabelSchema
        The classes.

    Returns
    -------
    dict of str to str
        Class by item id, in the order of the file.

    Raises
    ------
    FileFormatError
        If the file cannot be read, names no class in a line, or an item twice.
    """
    found: dict[str, str] = {}
    for row in read_rows(path):
        item_id, label = row.raw("item_id"), row.text("answer")
        where = f"{path} on line {row.line}"
        if label not in schema.classes:
            raise FileFormatError(
                f"{where} says {label!r} of item {item_id!r}, must say one of "
                f"{list(schema.classes)}. A check needs an item whose class is known."
            )
        if item_id in found:
            raise FileFormatError(f"{where} has item {item_id!r} again, must have it once.")
        found[item_id] = label
    return found
