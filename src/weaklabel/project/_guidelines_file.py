"""GuidelinesFile: the text that reviewers go by, read anew when its file changes."""

from __future__ import annotations

from pathlib import Path

from weaklabel.errors import ProjectError
from weaklabel.review.session._guidelines import Guidelines

__all__ = ["GuidelinesFile"]

#: Longer ones nobody reads, and every change of them is kept in the store.
_MOST_BYTES = 1_000_000


class GuidelinesFile:
    """Returns the guidelines in a file when called; another text has another version.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8 text.

    Raises
    ------
    ProjectError
        If it cannot be read now. Later, a file that is gone or damaged for a moment, as while an
        editor saves it, leaves the guidelines as they were.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._mark = _mark(path)
            self._guidelines = _read(path)
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise ProjectError(
                f"weaklabel.toml: [review] guidelines names {path}, which cannot be read: {reason}. "
                "Correct the name, or save the file as UTF-8."
            ) from error
        except ValueError as error:
            raise ProjectError(f"weaklabel.toml: [review] guidelines: {error}") from None

    def __call__(self) -> Guidelines:
        """Return the guidelines of now; a look at the file's time and size, and mostly no more."""
        try:
            mark = _mark(self._path)
            if mark != self._mark:
                self._guidelines, self._mark = _read(self._path), mark
        except (OSError, ValueError):
            pass
        return self._guidelines


def _mark(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _read(path: Path) -> Guidelines:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"{path} is longer than {_MOST_BYTES:,} bytes. Shorten it.")
    return Guidelines.of(content.decode("utf-8-sig"))
