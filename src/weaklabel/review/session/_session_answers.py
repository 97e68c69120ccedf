"""SessionAnswers: what each key of a review session stores, once, about the item on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from weaklabel.core import CAUSES, Decision
from weaklabel.errors import DecisionsError, ParameterError, wrong_value
from weaklabel.review.session._own_answers import numbered
from weaklabel.review.session._session_decisions import (
    check_retry,
    decision_on,
    group_decisions,
    remark_on,
    remarked,
)
from weaklabel.review.session._session_group import checked_preview, preview_of
from weaklabel.review.session._session_record import SessionRecord
from weaklabel.review.session._session_results import Answered, GroupPreview
from weaklabel.review.session._session_screen import SessionScreen
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import QueueOrder, Turn
from weaklabel.review.store._store import DecisionStore

__all__ = ["SessionAnswers"]


class SessionAnswers:
    """Makes decisions of what was shown; its methods are those of `ReviewSession`, which documents them.

    Each call with a key that is known gives the result of the first one, and changes nothing.

    Parameters
    ----------
    record : SessionRecord
        Where decisions go.
    screen : SessionScreen
        The item that they are about.
    dataset_version : str
        Stored with each answer.
    """

    def __init__(self, record: SessionRecord, screen: SessionScreen, dataset_version: str) -> None:
        self.record, self.screen = record, screen
        self._dataset_version = dataset_version

    @classmethod
    def begin(
        cls,
        source: SessionSource,
        store: DecisionStore,
        reviewer: str,
        turn: Turn | None,
        dataset_version: str,
        clock: Callable[[], float],
        decisions: Iterable[Decision] | None = None,
    ) -> SessionAnswers:
        """Return those of a reviewer at the first item to do, by the log of now, read if need be.

        Raises ParameterError if the reviewer has no name, FileFormatError if the store cannot be
        read.
        """
        if not isinstance(reviewer, str) or not reviewer.strip():
            raise ParameterError(wrong_value("reviewer", reviewer, "a non-empty text"))
        known = store.log() if decisions is None else decisions
        record = SessionRecord(source, store, reviewer, known)
        screen = SessionScreen(source, turn or QueueOrder(), record, clock)
        return cls(record, screen, dataset_version)

    def give(
        self, label: str | None, key: str, item_id: str | None, seconds: float | None
    ) -> Answered:
        """Store a class, None for a skip."""
        known = self.record.of_key(key)
        if known:
            check_retry(known[0], key, item_id=item_id, label=label)
            return Answered.of(known)
        self.screen.shown(item_id)
        return self._store([self._decision(label, key, seconds)])

    def give_by_proposal(
        self,
        choose: Callable[[int], str],
        key: str,
        item_id: str | None,
        seconds: float | None,
    ) -> Answered:
        """Store the class that `choose` returns for the place of the item, whose proposal is shown.

        DecisionsError where it is hidden.
        """
        known = self.record.of_key(key)
        if known:
            if known[0].blind:  # whether it fits would tell the proposal
                raise _hidden(known[0].item_id)
            place = self.screen.source.place.get(known[0].item_id)
            return self.give(known[0].label if place is None else choose(place), key, item_id, None)
        item, _ = self.screen.shown(item_id)
        if item.blind:
            raise _hidden(item.item_id)
        return self.give(choose(item.position), key, item_id, seconds)

    def escalate(
        self, comment: str, to: str, key: str, item_id: str | None, seconds: float | None
    ) -> Answered:
        """Store that an expert should answer."""
        _check_text("comment", comment)
        _check_text("to", to)
        known = self.record.of_key(key)
        if known:
            check_retry(known[0], key, item_id=item_id, label=None, kind="escalation")
            return Answered.of(known)
        self.screen.shown(item_id)
        given = self._decision(None, key, seconds)
        why = comment or given.comment
        return self._store([replace(given, kind="escalation", about=to, comment=why)])

    def undo(self, key: str) -> Answered:
        """Store that the latest answer or escalation is withdrawn, and go back to its item."""
        known = self.record.of_key(key)
        if known:
            check_retry(known[0], key, label=None, kind="undo")
            return Answered.of(known)
        latest = self.record.own.latest()
        if not latest:
            reviewer = self.record.reviewer
            raise DecisionsError(f"reviewer {reviewer!r} has no answer that stands to undo.")
        undone = [d.undone(key=numbered(key, n)) for n, d in enumerate(latest)]
        self.record.keep(undone)
        self.screen.return_to(latest[0].item_id)
        return Answered.of(undone)

    def group(self) -> GroupPreview:
        """Return the near-duplicates that the answer may reach too, from now on shown."""
        item, _ = self.screen.shown(None)
        preview = preview_of(item, self.screen.source, self.record, self.screen.turn)
        self.screen.preview = preview
        return preview

    def apply_to_group(
        self, name: str, confirmed: bool, key: str, seconds: float | None
    ) -> Answered:
        """Store a class for the item and its group."""
        known = self.record.of_key(key)
        if known:
            check_retry(known[0], key, label=name)
            return Answered.of(known)
        item, _ = self.screen.shown(None)
        preview = checked_preview(self.screen.preview, item, self.record, confirmed)
        first, said = self._decision(name, key, seconds), self.record.own.said
        return self._store(group_decisions(first, preview, self.screen.source, self._stratum, said))

    def comment(self, text: str, key: str, item_id: str | None) -> None:
        """Store another comment."""
        _check_text("comment", text)
        self._say(key, item_id, comment=text)

    def cause(self, name: str, key: str, item_id: str | None) -> None:
        """Store another cause."""
        if name not in ("", *CAUSES):
            raise DecisionsError(wrong_value("cause", name, f"one of {list(CAUSES)}, or empty"))
        self._say(key, item_id, cause=name)

    def flag(self, on: bool, key: str, item_id: str | None) -> None:
        """Store a flag, or that there is none."""
        if not self.record.of_key(key):
            item, _ = self.screen.shown(item_id)
            self._remark(item.item_id, "flag" if on else "unflag", key)

    def lf_wrong(self, function: str, on: bool, key: str, item_id: str | None) -> None:
        """Store that a labeling function is wrong here, or that it is not."""
        if self.record.of_key(key):
            return
        item, _ = self.screen.shown(item_id)
        voted = [vote.function for vote in item.votes]
        if function not in voted:
            allowed = f"one of those whose votes on {item.item_id!r} are shown, {voted}"
            raise DecisionsError(wrong_value("function", function, allowed))
        self._remark(item.item_id, "lf_wrong" if on else "lf_ok", key, about=function)

    def _say(self, key: str, item_id: str | None, **change: str) -> None:
        """Store another comment or cause, with the answer where there is one, else as a note."""
        if self.record.of_key(key):
            return
        item, _ = self.screen.shown(item_id)
        said = {"comment": item.comment, "cause": item.cause, **change}
        standing = self.record.own.standing.get(item.item_id)
        if standing is None:
            self._remark(item.item_id, "note", key, **said)
        else:
            self.record.keep([remarked(standing, key=key, **said)])
            self.screen.renew()

    def _remark(self, item_id: str, kind: str, key: str, **said: str) -> None:
        remark = remark_on(item_id, kind, reviewer=self.record.reviewer, key=key, **said)
        self.record.keep([remark])
        self.screen.renew()

    def _store(self, decisions: Sequence[Decision]) -> Answered:
        self.record.keep(decisions)
        self.screen.go_on()
        return Answered.of(decisions)

    def _decision(self, label: str | None, key: str, seconds: float | None) -> Decision:
        item, showing = self.screen.shown(None)
        return decision_on(
            item,
            label,
            reviewer=self.record.reviewer,
            source=self.screen.source,
            showing=showing,
            seconds=self.screen.seconds(seconds),
            dataset_version=self._dataset_version,
            key=key,
        )

    def _stratum(self, place: int) -> str:
        return self.screen.source.stratum(place, self.screen.turn.showing(place))


def _hidden(item_id: str) -> DecisionsError:
    return DecisionsError(
        f"the proposed class of {item_id!r} is hidden, so that it can be neither accepted nor "
        "rejected. Choose a class."
    )


def _check_text(name: str, text: object) -> None:
    try:
        is_text = isinstance(text, str) and text.encode("utf-8") is not None
    except UnicodeEncodeError:
        is_text = False
    if not is_text:
        raise DecisionsError(wrong_value(name, text, "text that UTF-8 can write"))
