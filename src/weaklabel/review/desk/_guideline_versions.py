"""The text of each version of the guidelines, kept beside the decisions that name it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from weaklabel.errors import ParameterError
from weaklabel.review.desk._short_names import unicode_text
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.store._store import DecisionStore

__all__ = ["GuidelineRecorder", "guideline_text", "record_guidelines"]

_logger = logging.getLogger(__name__)


def record_guidelines(store: DecisionStore, guidelines: Guidelines) -> None:
    """Store the text of a version of the guidelines; without a version, or again, store nothing.

    Raises
    ------
    ParameterError
        If the version is stored with another text.
    WriteError, FileFormatError
        If the store fails; nothing was stored.
    """
    from weaklabel.review.store._tables import guideline_versions as table

    if not guidelines.version:
        return
    version, text = unicode_text(guidelines.version), unicode_text(guidelines.text)
    with store.transaction(writing=True) as connection:
        query = table.select().where(table.c.version == version)
        found = connection.execute(query).first()
        if found is None:
            since = datetime.now(UTC).isoformat(timespec="seconds")
            connection.execute(table.insert().values(version=version, text=text, since=since))
        elif found.text != text:
            raise ParameterError(
                f"version {version!r} of the guidelines has another text in {store.name}, of "
                f"{found.since}. Give the changed text a version of its own, or none: then its "
                "hash is the version."
            )


def guideline_text(store: DecisionStore, version: str) -> str | None:
    """Return the text of a version of the guidelines, None where the store does not have it.

    Raises FileFormatError if the store cannot be read.
    """
    from weaklabel.review.store._tables import guideline_versions as table

    with store.transaction(writing=False) as connection:
        if connection is None:
            return None
        query = table.select().where(table.c.version == unicode_text(version))
        found = connection.execute(query).first()
        return None if found is None else str(found.text)


class GuidelineRecorder:
    """Stores each version that reviewers see before the first decision that may name it.

    Not when it is shown: to look at a review makes no log. It may be used by several threads.

    Parameters
    ----------
    store : DecisionStore
        Where the texts go.
    """

    def __init__(self, store: DecisionStore) -> None:
        self._store = store
        self._known: set[Guidelines] = set()
        self._waiting: list[Guidelines] = []
        self._lock = threading.Lock()

    def note(self, guidelines: Guidelines) -> None:
        """Take a version that is shown from now on."""
        with self._lock:
            if guidelines not in self._known:
                self._known.add(guidelines)
                self._waiting.append(guidelines)

    def record(self) -> None:
        """Store what was noted since the last time.

        A version that is stored with another text is left as it is, and the log of the server
        says so: to stop the review would help nobody.

        Raises WriteError or FileFormatError if the store fails; then the next call tries again.
        """
        if not self._waiting:
            return
        with self._lock:
            while self._waiting:
                try:
                    record_guidelines(self._store, self._waiting[0])
                except ParameterError as error:
                    _logger.warning("%s", error)
                del self._waiting[0]
