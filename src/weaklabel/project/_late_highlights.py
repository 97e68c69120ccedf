"""LateHighlights: matches of labeling functions whose files are imported beside the review."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weaklabel.errors import WeaklabelError
from weaklabel.review.session._highlights import Matches, pattern_matches

if TYPE_CHECKING:
    from weaklabel.lf import LabelingFunction
    from weaklabel.project._project import Project

__all__ = ["LateHighlights"]

#: What an item waits for files that are being imported, once: most take a tenth of it.
_WAIT_SECONDS = 0.25


class LateHighlights:
    """What labeling functions matched in the fields of an item; nothing until they are imported.

    Importing files of labeling functions runs them, which may take long, or fail: neither is a
    reason to keep a reviewer waiting. The same thread says whether the review set is still what
    the project would choose, which needs the functions too.

    Parameters
    ----------
    folder : pathlib.Path
        The project.
    versions : mapping of str to str
        Version of each labeling function when it voted; others' matches are not shown.
    say : callable
        Told in words what the reviewer should know.
    """

    def __init__(
        self, folder: Path, versions: Mapping[str, str], say: Callable[[str], object]
    ) -> None:
        self._folder, self._versions, self._say = folder, versions, say
        self._matches: Matches | None = None
        self._is_known = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to import the files, in a thread that the process does not wait for."""
        self._thread = threading.Thread(target=self._work, daemon=True, name="highlights")
        self._thread.start()

    def join(self) -> None:
        """Wait until everything is imported and told."""
        if self._thread is not None:
            self._thread.join()

    def __call__(self, fields: Mapping[str, Any]) -> Iterable[tuple[str, int, int, str]]:
        """Return (column, start, end, function) of what was matched."""
        if self._thread is not None and not self._is_known.wait(_WAIT_SECONDS):
            self._is_known.set()  # no item waits again
        return () if self._matches is None else self._matches(fields)

    def _work(self) -> None:
        from weaklabel.project._project import Project

        try:
            project = Project(self._folder, progress=False)
            self._matches = pattern_matches(self._unchanged(project.workspace.lfs))
        except WeaklabelError as error:
            self._say(f"Nothing is highlighted: {error} The review goes on without.")
            return
        except Exception as error:  # a file of the user, which may do anything
            self._say(f"Nothing is highlighted: {type(error).__name__}: {error}")
            return
        finally:
            self._is_known.set()
        self._tell_changes(project)

    def _unchanged(self, lfs: Iterable[LabelingFunction]) -> list[LabelingFunction]:
        return [lf for lf in lfs if self._versions.get(lf.name) == lf.version]

    def _tell_changes(self, project: Project) -> None:
        try:
            changes = project.queue_changes()
        except (WeaklabelError, OSError) as error:
            self._say(f"Whether the review set is still up to date cannot be told: {error}")
            return
        if changes:
            self._say(
                f"The review set is out of date: {'; '.join(changes)}. The review goes on with it; "
                f"to have a new one made, stop and run: weaklabel run -p {self._folder}"
            )
