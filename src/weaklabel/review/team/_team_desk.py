"""TeamDesk: what answers the screens of several reviewers of one queue."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from weaklabel.errors import DecisionsError, WeaklabelError, wrong_value
from weaklabel.review.desk._conversation import Conversation
from weaklabel.review.desk._desk import Reviewer, desk_id
from weaklabel.review.desk._error_replies import error_reply
from weaklabel.review.desk._guideline_versions import GuidelineRecorder
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.desk._messages import Message, parse_message
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._keymap import Keymap
from weaklabel.review.session._own_answers import OwnAnswers
from weaklabel.review.session._progress_figures import Estimate
from weaklabel.review.session._session import ReviewSession
from weaklabel.review.session._session_item import Json
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.team._assignment import Assignment
from weaklabel.review.team._dashboard import QueueFacts
from weaklabel.review.team._gold_checks import GoldChecks
from weaklabel.review.team._lead_figures import LeadFigures
from weaklabel.review.team._lease_plan import Team
from weaklabel.review.team._owed_figures import OwedFigures
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._roster import Roster
from weaklabel.review.team._seat import Seat
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_log import TeamLog
from weaklabel.review.team._team_turn import TeamTurn

__all__ = ["TeamDesk"]

_logger = logging.getLogger(__name__)

#: What stores an answer; after it the log is read in any case, for the next item.
_ANSWERING = frozenset(("answer", "accept", "reject", "skip", "escalate"))
#: What leaves the item on the screen, and with it the near-duplicates that were held for it.
_LEAVING = _ANSWERING | {"undo", "back", "forward", "goto", "resume", "open"}


class TeamDesk:
    """The desk of a team: everybody gets items that nobody else has, unless more are asked for.

    Several desks, of one server or of several, may stand on one store. See `Desk` for what each
    method returns.

    Parameters
    ----------
    source : SessionSource
        The queue, and what is known of its items; gold items must be among them.
    store : DecisionStore
        Where answers go, and who has which item.
    settings : TeamSettings
        How many answers an item gets, and how reviewers are checked.
    title : str
        What is reviewed.
    guidelines : callable, optional
        Returns the guidelines of now, at each message; by default those of `source`.
    estimate, dataset_version, keymap
        As of `ReviewSession`.
    images : ImageFolder, optional
        Where images of items may come from.
    clock : callable
        Returns seconds since 1970.

    Raises
    ------
    ParameterError
        If a gold item is not in the queue, or its class is none.
    FileFormatError
        If the store cannot be read.

    Notes
    -----
    An answer is one writing transaction, as for one reviewer; about every fifth message takes
    leases in another one.
    """

    is_team = True

    def __init__(
        self,
        source: SessionSource,
        store: DecisionStore,
        settings: TeamSettings,
        *,
        title: str = "",
        guidelines: Callable[[], Guidelines] | None = None,
        estimate: Estimate | None = None,
        dataset_version: str = "",
        keymap: Keymap | None = None,
        images: ImageFolder | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.title = title
        #: Who may log in.
        self.reviewers = Reviewers(store)
        self._source, self._store, self._settings = source, store, settings
        self._guidelines, self._images = guidelines, images
        self._estimate, self._dataset_version, self._keymap = estimate, dataset_version, keymap
        self._gold = GoldChecks(source, settings)
        self._log = TeamLog(source, store, settings, self._gold)
        self._assignment = Assignment(
            store,
            source.ids,
            self._log.demand,
            self._log.feed,
            settings,
            clock,
            self._gold.length,
        )
        self._owed = OwedFigures(source, self._log.demand, self._gold)
        self._roster = Roster(self.reviewers, clock)
        facts = QueueFacts.of_source(source, settings, title)
        self._figures = LeadFigures(store, facts, self._roster, clock)
        self._versions = GuidelineRecorder(store)
        self._seating = threading.Lock()
        self._seats: dict[str, Seat] = {}
        self._log.feed.read()

    def reply(self, reviewer: str, message: object) -> dict[str, Json]:
        """Return the reply to a message; those of one reviewer come one by one."""
        try:
            who = self._roster.get(reviewer)
            if who is None:
                return _unknown()
            seat = self._seat(who)
            with seat.lock:
                parsed = parse_message(message)
                self._prepare(seat, who, parsed)
                seat.turn.is_grouping = parsed.do == "group"
                try:
                    reply = seat.conversation.reply(message)
                finally:
                    seat.turn.is_grouping = False
                return seat.numbered(reply, self._n_done(reviewer))
        except Exception as error:
            return error_reply(error, self._store.name)

    def image(self, reviewer: str, item_id: str, column: str) -> tuple[str, bytes]:
        """Return media type and content of an image of an item."""
        who = self._roster.get(reviewer)
        if who is None:
            raise DecisionsError(wrong_value("reviewer", reviewer, "one who may log in"))
        seat = self._seat(who)
        with seat.lock:
            return seat.conversation.image(item_id, column)

    def login(self, token: str) -> Reviewer | None:
        """Return who has a token, None where nobody has; FileFormatError if the store fails."""
        found = self.reviewers.login(token)
        if found is not None and self._roster.get(found.name) != found:
            self._roster.forget()  # added, or with a new token, less than a second ago
        return found

    def known(self, name: str) -> Reviewer | None:
        """Return who has a name now, None where nobody has; FileFormatError if the store fails."""
        return self._roster.get(name)

    def dashboard(self, reviewer: str) -> dict[str, Json]:
        """Return the figures of all; DecisionsError for who is no lead, or the store's errors."""
        who = self._roster.get(reviewer)
        if who is None or who.role != "lead":
            raise DecisionsError(
                "the figures of all are for the lead of the team. Ask to be made one: "
                "weaklabel reviewers add NAME --role lead."
            )
        return self._figures.now()

    def close(self) -> None:
        """Do nothing: the store is the caller's to close."""

    # How a message is answered

    def _prepare(self, seat: Seat, who: Reviewer, message: Message) -> None:
        """See what others did, and hold what the message and the item after it need."""
        team, name = self._team(), who.name
        if message.do not in _ANSWERING:
            self._log.feed.read()
        seat.take(self._log.mail(name))
        self._renew(seat, who)
        is_new = not (message.key and seat.conversation.session.knows(message.key))
        if seat.is_strange(message):
            self._assignment.recall(name)  # another server may have given it
            seat.turn.recall(seat.asked(message) or 0)
        if message.do in _LEAVING:
            self._assignment.release_group(name, team)
        if message.do == "undo" and is_new:
            self._assignment.reclaim(name, team, seat.latest())
        elif message.do == "group":
            self._assignment.take_group(name, team, seat.group_of(message))
        elif message.do != "apply_to_group":  # that takes what `group` held ready
            self._assignment.ensure(name, team)
        if message.do == "open":
            self._leave_what_is_lost(seat, name)

    def _leave_what_is_lost(self, seat: Seat, name: str) -> None:
        """Go on where the item on the screen went to somebody else while nobody was there."""
        session = seat.conversation.session
        item = session.current()
        if item is None or item.state != "open" or self._gold.is_gold(item.position):
            return
        if not self._assignment.holds(name, item.position):
            session.resume()

    def _team(self) -> Team:
        return Team(self._roster.names(), self._roster.experts())

    def _n_done(self, reviewer: str) -> int:
        with self._log.lock:
            return int(self._log.demand.done(reviewer).sum())

    def _seat(self, who: Reviewer) -> Seat:
        seat = self._seats.get(who.name)
        if seat is not None:
            return seat
        with self._seating:
            if who.name not in self._seats:
                self._seats[who.name] = self._new_seat(who)
            return self._seats[who.name]

    def _new_seat(self, who: Reviewer) -> Seat:
        self._log.feed.read()
        self._assignment.ensure(who.name, self._team())
        decisions = self._log.mail(who.name)
        turn = TeamTurn(
            who.name,
            self._owed,
            self._assignment,
            self._gold,
            self._roster,
            self._log.own(who.name),
            hides_seconds=self._settings.blind_seconds,
        )
        session = ReviewSession.of_source(
            self._source,
            store=self._store,
            reviewer=who.name,
            turn=turn,
            dataset_version=self._dataset_version,
            estimate=self._estimate,
            keymap=self._keymap,
            decisions=decisions,
        )
        self._versions.note(session.guidelines)
        conversation = self._conversation(session, who)
        return Seat(conversation, turn, OwnAnswers(who.name, decisions), who.role)

    def _conversation(self, session: ReviewSession, who: Reviewer) -> Conversation:
        return Conversation(
            session,
            title=self.title,
            is_team=True,
            role=who.role,
            images=self._images,
            store_name=self._store.name,
            desk_id=desk_id(self._store),
            before_storing=self._versions.record,
        )

    def _renew(self, seat: Seat, who: Reviewer) -> None:
        """Go by another role, and by guidelines that changed."""
        session = seat.conversation.session
        if seat.role != who.role:
            seat.conversation, seat.role = self._conversation(session, who), who.role
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


def _unknown() -> dict[str, Json]:
    message = "you may not review here any more. Ask the lead of the team for a new token."
    return {"ok": False, "error": {"code": "unauthenticated", "message": message}}
