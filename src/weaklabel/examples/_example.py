"""Example: items with gold and a file of labeling functions, to try everything on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from weaklabel.core import CodeArray, Items, LabelSchema
from weaklabel.errors import LabelsError, ParameterError, wrong_value

__all__ = ["Example", "lf_file"]

_LF_FILES = ("youtube_spam", "tumours")


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Items of a small task, with gold to measure against.

    Parameters
    ----------
    name : str
        Short name of the task.
    items : Items
        The items.
    gold : numpy.ndarray of int8 or int16, shape (n_items,)
        Gold codes, -1 where unknown; never for fitting.
    schema : LabelSchema
        The classes.
    description : str
        One sentence: what the items are and where they come from.
    lf_file : pathlib.Path
        A Python file with labeling functions for the task.

    Raises
    ------
    LabelsError
        If `gold` has another length than `items`.
    """

    name: str
    items: Items
    gold: CodeArray
    schema: LabelSchema
    description: str
    lf_file: Path

    def __post_init__(self) -> None:
        if self.gold.shape != (self.items.n_items,):
            raise LabelsError(
                f"gold has shape {self.gold.shape}, must be ({self.items.n_items},), "
                "one code for each item."
            )
        self.gold.flags.writeable = False

    def __repr__(self) -> str:
        classes = ", ".join(self.schema.classes)
        return f"Example({self.name}: {self.items.n_items} items, classes {classes})"


def lf_file(name: str) -> Path:
    """Return the path of a file of labeling functions that comes with the library.

    Parameters
    ----------
    name : {"youtube_spam", "tumours"}
        The task.

    Returns
    -------
    pathlib.Path
        In an installed package next to this module; in a checkout of the
        repository in its folder labeling_functions/.

    Raises
    ------
    ParameterError
        If `name` is none of these.

    Examples
    --------
    >>> lf_file("tumours").name
    'tumours.py'
    """
    if name not in _LF_FILES:
        allowed = "one of " + ", ".join(repr(n) for n in _LF_FILES)
        raise ParameterError(wrong_value("name", name, allowed))
    here = Path(__file__).resolve().parent
    installed = here / "labeling_functions" / f"{name}.py"
    return (
        installed
        if installed.is_file()
        else here.parents[2] / "labeling_functions" / installed.name
    )
