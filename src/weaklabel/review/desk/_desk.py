"""Desk: what answers the screens of all reviewers of one review; ReviewDesk is that of one."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn, Protocol

from weaklabel.errors import DecisionsError, WeaklabelError
from weaklabel.review.desk._conversation import Conversation
from weaklabel.review.desk._error_replies import error_reply
from weaklabel.review.desk._guideline_versions import GuidelineRecorder
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._keymap import Keymap
from weaklabel.review.session._progress_figures import Estimate
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_item import Json
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.store._store import DecisionStore

__all__ = ["Desk", "ReviewDesk", "Reviewer", "desk_id"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who is logged in.

    Parameters
    ----------
    name : str
        As decisions name them.
    role : {"reviewer", "expert", "lead"}
        An expert also settles what others disagree on, a lead also sees the figures of all.
    fingerprint : str
        Of the token: what was given for another token holds no longer.
    """

    name: str
    role: Literal["reviewer", "expert", "lead"]
    fingerprint: str


class Desk(Protocol):
    """What a page or a widget talks to. It may be used by several threads."""

    title: str
    is_team: bool

    def reply(self, reviewer: str, message: object) -> dict[str, Json]:
        """Return the reply to a message of a reviewer; raises nothing that a client can cause."""

    def image(self, reviewer: str, item_id: str, column: str) -> tuple[str, bytes]:
        """Return media type and content of an image of an item.

        Raises DecisionsError or ItemsError where there is none that the reviewer may see.
        """

    def login(self, token: str) -> Reviewer | None:
        """Return who has a token, None where nobody has; DecisionsError if it is for one person."""

    def known(self, name: str) -> Reviewer | None:
        """Return who has a name now, None where nobody has it any more.

        Called at every request. DecisionsError if it is for one person.
        """

    def dashboard(self, reviewer: str) -> dict[str, Json]:
        """Return the figures of all reviewers; DecisionsError where the reviewer may not see."""

    def close(self) -> None:
        """Let go of what is open; the store stays open."""


def desk_id(store: DecisionStore) -> str:
    """Return what tells reviews on this store from those on others, the same at each start.

    A browser keeps answers that were not sent yet under it: another project may be served at the
    same address, with the same title and the same item ids.
    """
    where = store.name if "://" in store.name else os.path.abspath(store.name)
    return hashlib.sha256(where.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class ReviewDesk:
    """The desk of one reviewer, who has the queue alone.

    Answers of the same reviewer that come into the store from elsewhere, such as a notebook beside
    the page, are seen at the next message.

    Parameters
    ----------
    source : SessionSource
        The queue, and what is known of its items.
    store : DecisionStore
        Where answers go.
    reviewer : str
        Who reviews; whoever is named by a call has a way through the queue of their own.
    title : str
        What is reviewed.
    guidelines : callable, optional
        Returns the guidelines of now, at each message; by default those of `source`. What changes
        is shown from then on, and the text of each version goes into the store with the first
        decision after it.
    estimate, dataset_version, keymap
        As of `ReviewSession`.
    images : ImageFolder, optional
        Where images of items may come from.

    Raises
    ------
    ParameterError
        If an argument is none of these.
    FileFormatError
        If the store cannot be read.
    """

    is_team = False

    def __init__(
        self,
        source: SessionSource,
        store: DecisionStore,
        *,
        reviewer: str,
        title: str = "",
        guidelines: Callable[[], Guidelines] | None = None,
        estimate: Estimate | None = None,
        dataset_version: str = "",
        keymap: Keymap | None = None,
        images: ImageFolder | None = None,
    ) -> None:
        self.title = title
        self._source, self._store, self._guidelines = source, store, guidelines
        self._estimate, self._dataset_version, self._keymap = estimate, dataset_version, keymap
        self._images = images
        self._versions = GuidelineRecorder(store)
        self._lock = threading.Lock()
        self._seats = {reviewer: self._seat(reviewer)}

    def reply(self, reviewer: str, message: object) -> dict[str, Json]:
        """Return the reply to a message, see `Desk`; those of one reviewer come one by one."""
        try:
            seat = self._seat_of(reviewer)
            with seat.lock:
                self._catch_up(seat)
                return seat.conversation.reply(message)
        except Exception as error:
            return error_reply(error, self._store.name)

    def image(self, reviewer: str, item_id: str, column: str) -> tuple[str, bytes]:
        """Return media type and content of an image of an item, see `Desk`."""
        seat = self._seat_of(reviewer)
        with seat.lock:
            return seat.conversation.image(item_id, column)

    def login(self, token: str) -> NoReturn:  # noqa: ARG002 # nobody has one
        """Raise DecisionsError: one person needs no login."""
        raise DecisionsError("this review is for one reviewer, and has no logins. Start a team's.")

    def known(self, name: str) -> NoReturn:
        """Raise DecisionsError as `login`."""
        self.login(name)

    def dashboard(self, reviewer: str) -> NoReturn:  # noqa: ARG002 # nobody may
        """Raise DecisionsError: there is nobody to compare with."""
        raise DecisionsError("this review is for one reviewer, and has no figures of a team.")

    def close(self) -> None:
        """Do nothing: the store is the caller's to close."""

    def _seat_of(self, reviewer: str) -> _Seat:
        with self._lock:
            if reviewer not in self._seats:
                self._seats[reviewer] = self._seat(reviewer)
            return self._seats[reviewer]

    def _seat(self, reviewer: str) -> _Seat:
        decisions, last = self._store.since(0)
        session = ReviewSession.of_source(
            self._source,
            store=self._store,
            reviewer=reviewer,
            dataset_version=self._dataset_version,
            estimate=self._estimate,
            keymap=self._keymap,
            decisions=decisions,
        )
        self._renew_guidelines(session)
        self._versions.note(session.guidelines)
        conversation = Conversation(
            session,
            title=self.title,
            images=self._images,
            store_name=self._store.name,
            desk_id=desk_id(self._store),
            before_storing=self._versions.record,
        )
        return _Seat(conversation, last)

    def _catch_up(self, seat: _Seat) -> None:
        """Take what other processes stored, and guidelines that changed."""
        decisions, seat.last = self._store.since(seat.last)
        if decisions:
            seat.conversation.take(decisions)
        self._renew_guidelines(seat.conversation.session)

    def _renew_guidelines(self, session: ReviewSession) -> None:
        if self._guidelines is None:
            return
        try:
            found = self._guidelines()
        except (WeaklabelError, OSError) as error:  # being written right now, for example
            _logger.warning("the guidelines stay as they were: %s", error)
            return
        if found != session.guidelines:
            session.guidelines = found
            self._versions.note(found)


class _Seat:
    """The conversation with one reviewer, and how much of the store it knows."""

    def __init__(self, conversation: Conversation, last: int) -> None:
        self.conversation, self.last = conversation, last
        self.lock = threading.Lock()
