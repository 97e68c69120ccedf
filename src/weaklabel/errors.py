"""Every error that weaklabel raises on purpose, in one tree.

::

    WeaklabelError
    ├── ParameterError (ValueError)          an argument or a setting is outside what is allowed
    │   └── ProjectError                     weaklabel.toml, or the folder it describes, is wrong
    ├── SchemaError (ValueError)             classes are wrong, or a label is not one of them
    ├── ItemsError (ValueError)              items: missing column, duplicate id, nothing to label
    ├── VotesError (ValueError)              votes do not fit their schema, or each other
    ├── LabelsError (ValueError)             soft labels, gold or probabilities do not fit
    ├── LabelingFunctionError (RuntimeError) a labeling function is wrong, or raised on an item
    │   └── AnswerError (ValueError)         it answered with something that is no class
    ├── NotFittedError (ValueError, AttributeError)   a label model is used before `fit`
    ├── DecisionsError (ValueError)          a reviewer's answers do not fit items or classes
    ├── FileFormatError (ValueError)         a file is truncated, foreign, or of a newer format
    ├── DatasetError (ValueError)            a dataset version does not match its manifest
    ├── WriteError (OSError)                 an output could not be written; what was there is intact
    ├── BusyError (RuntimeError)             another process is changing the same folder
    └── MissingDependencyError (ImportError) an optional library is not installed

    WeaklabelWarning (UserWarning)
    ├── ConvergenceWarning                   an iteration stopped before it converged
    └── DataWarning                          the input is usable, but probably not what was meant

Each class also inherits the builtin a caller would expect. A message says what
is wrong with name, place and value; what is allowed; and what to do.
"""

from __future__ import annotations

__all__ = [
    "AnswerError",
    "BusyError",
    "ConvergenceWarning",
    "DataWarning",
    "DatasetError",
    "DecisionsError",
    "FileFormatError",
    "ItemsError",
    "LabelingFunctionError",
    "LabelsError",
    "MissingDependencyError",
    "NotFittedError",
    "ParameterError",
    "ProjectError",
    "SchemaError",
    "VotesError",
    "WeaklabelError",
    "WeaklabelWarning",
    "WriteError",
    "wrong_value",
]


class WeaklabelError(Exception):
    """Base of every error that weaklabel raises on purpose."""


class ParameterError(WeaklabelError, ValueError):
    """An argument or a setting is outside what is allowed."""


class ProjectError(ParameterError):
    """weaklabel.toml, or the project folder that it describes, is wrong."""


class SchemaError(WeaklabelError, ValueError):
    """The classes are wrong, or a label is not one of them."""


class ItemsError(WeaklabelError, ValueError):
    """The items cannot be used: missing column, duplicate id, nothing to label."""


class VotesError(WeaklabelError, ValueError):
    """Votes do not fit their schema, their items or the model."""


class LabelsError(WeaklabelError, ValueError):
    """Soft labels, gold labels or probabilities do not fit."""


class LabelingFunctionError(WeaklabelError, RuntimeError):
    """A labeling function is badly made, or raised on an item."""


class AnswerError(LabelingFunctionError, ValueError):
    """A labeling function answered with something that is not a class."""


class NotFittedError(WeaklabelError, ValueError, AttributeError):
    """A label model is used before `fit`."""


class DecisionsError(WeaklabelError, ValueError):
    """A reviewer's answers do not fit the items or the classes."""


class FileFormatError(WeaklabelError, ValueError):
    """A file is truncated, foreign, or written by a newer format."""


class DatasetError(WeaklabelError, ValueError):
    """A dataset version does not match its manifest, or cannot be made."""


class WriteError(WeaklabelError, OSError):
    """An output could not be written; what was there before is intact."""


class BusyError(WeaklabelError, RuntimeError):
    """Another process is changing the same folder; nothing was changed."""


class MissingDependencyError(WeaklabelError, ImportError):
    """An optional library is not installed."""

    @classmethod
    def of(cls, library: str, needed_for: str, extra: str) -> MissingDependencyError:
        """Return the error for `library`, naming the extra that brings it."""
        return cls(
            f"{library} is not installed, needed for {needed_for}. "
            f"Run: pip install 'weaklabel[{extra}]'."
        )


class WeaklabelWarning(UserWarning):
    """Base of every warning of weaklabel."""


class ConvergenceWarning(WeaklabelWarning):
    """An iteration stopped before it converged."""


class DataWarning(WeaklabelWarning):
    """The input is usable, but probably not what was meant."""


def wrong_value(argument: str, value: object, allowed: str, advice: str = "") -> str:
    """Return the message every wrong argument gets.

    Parameters
    ----------
    argument : str
        The argument, with its place where it has one (``"codes[12, 'has_link']"``).
    value : object
        What was given; its repr is shortened to 80 characters.
    allowed : str
        What would have been accepted, after "must be".
    advice : str
        A sentence that says what to do, with its full stop.

    Returns
    -------
    str
        ``"{argument} is {value}, must be {allowed}. {advice}"``

    Examples
    --------
    >>> wrong_value("tol", -1.0, "a float in [0, inf)", "Use the default 1e-6.")
    'tol is -1.0, must be a float in [0, inf). Use the default 1e-6.'
    """
    shown = repr(value)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return f"{argument} is {shown}, must be {allowed}. {advice}".rstrip()
