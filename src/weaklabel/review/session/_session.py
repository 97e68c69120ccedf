"""ReviewSession: one reviewer goes through a queue, one key an item, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy.typing as npt

from weaklabel.core import Decision, LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.core._check import check_int
from weaklabel.core._html import escape
from weaklabel.lf import LabelingFunction
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._highlights import Matches
from weaklabel.review.session._keymap import Keymap, classes_like, key_bindings
from weaklabel.review.session._progress_figures import Estimate, estimate_words
from weaklabel.review.session._session_answers import SessionAnswers
from weaklabel.review.session._session_item import SessionItem
from weaklabel.review.session._session_results import Answered, GroupPreview
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.session._turn import Showing, Turn
from weaklabel.review.store._store import DecisionStore

__all__ = ["ReviewSession"]


class ReviewSession:
    """A reviewer's way through a queue: what is shown, what each key does, what is stored.

    It has no screen; a notebook widget or a web page shows `current` and calls one method for
    each key. Every answer is in the store when the call returns, and a session on the same queue
    and store goes on at the first item without an answer of the reviewer.

    Parameters
    ----------
    queue : ReviewQueue
        What to review, in this order.
    items : Items, data frame, pyarrow.Table, list of str or list of dict
        The items of the queue, and maybe others; anything that `as_items` takes.
    votes : VoteMatrix, optional
        Votes on the items of the queue, and maybe others.
    store : DecisionStore
        Where answers go.
    reviewer : str
        Who answers. Answers of others are never shown, but to who adjudicates.
    schema, lf_versions, precision, matches, groups, guidelines, blind, columns, fold, image_columns
        What is known of the items, and what is shown of it; see `SessionSource.of_arguments`.
    turn : Turn, optional
        Which items come next, of a reviewer in a team; by default all, in the order of the queue.
    dataset_version : str
        Stored with each answer.
    estimate : callable, optional
        Returns how right the labels are: a text, or something with `words`, such as an
        `AccuracyEstimate`. Called by each `progress`, so that it should keep what it found.
    clock : callable
        Returns seconds, from any start.
    keymap : mapping of str to str or sequence of str, optional
        Keys in place of those of an action; see `keys`.

    Raises
    ------
    ItemsError
        If an item of the queue is not among `items` or `votes`, or a column is missing.
    VotesError, SchemaError, ParameterError
        If votes are soft, the schema is not that of the queue, or another argument is wrong.
    FileFormatError
        If the store cannot be read.

    Notes
    -----
    Every call that stores takes an idempotency `key`: the same key again gives the same result
    and stores nothing, also after a restart. `item_id` says which item the reviewer saw, where a
    screen may have fallen behind. If the store fails, the session stays where it was.

    The log is read once, at the start: of two sessions of one reviewer at the same time, neither
    sees what the other did, until `take` tells it, and the later answer stands. A session is for
    one thread.

    Examples
    --------
    >>> import tempfile
    >>> yes_no = LabelSchema(["ham", "spam"])
    >>> why = [["undecided"], ["random check"]]
    >>> queue = ReviewQueue(["0", "1"], ["error", "random"], [1, 0], why, [[0.4, 0.6]] * 2, yes_no)
    >>> items = [{"item_id": "0", "text": "free!"}, {"item_id": "1", "text": "hello"}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = DecisionStore(f"{folder}/decisions.sqlite")
    ...     session = ReviewSession(queue, items, store=store, reviewer="ann")
    ...     session.current().proposed
    ...     session.accept()
    ...     session.current().item_id
    ...     session.undo()
    ...     store.close()
    'spam'
    Answered(kind='answer', item_ids=('0',), label='spam')
    '1'
    Answered(kind='undo', item_ids=('0',), label=None)
    """

    def __init__(
        self,
        queue: ReviewQueue,
        items: object,
        votes: VoteMatrix | None = None,
        *,
        store: DecisionStore,
        reviewer: str,
        schema: LabelSchema | None = None,
        lf_versions: Mapping[str, str] | None = None,
        precision: Mapping[str, float] | None = None,
        matches: Matches | Sequence[LabelingFunction] | None = None,
        groups: npt.ArrayLike | None = None,
        guidelines: str | tuple[str, str] | None = None,
        blind: Collection[str] = (),
        columns: Sequence[str] | None = None,
        fold: int = 2000,
        image_columns: Sequence[str] = (),
        turn: Turn | None = None,
        dataset_version: str = "",
        estimate: Estimate | None = None,
        clock: Callable[[], float] = time.monotonic,
        keymap: Keymap | None = None,
    ) -> None:
        source = SessionSource.of_arguments(
            queue,
            items,
            votes,
            schema=schema,
            lf_versions=lf_versions,
            precision=precision,
            matches=matches,
            groups=groups,
            guidelines=guidelines,
            blind=blind,
            columns=columns,
            fold=fold,
            image_columns=image_columns,
        )
        answers = SessionAnswers.begin(source, store, reviewer, turn, dataset_version, clock)
        self._begin(answers, estimate, keymap)

    @classmethod
    def of_source(
        cls,
        source: SessionSource,
        *,
        store: DecisionStore,
        reviewer: str,
        turn: Turn | None = None,
        dataset_version: str = "",
        estimate: Estimate | None = None,
        clock: Callable[[], float] = time.monotonic,
        keymap: Keymap | None = None,
        decisions: Iterable[Decision] | None = None,
    ) -> ReviewSession:
        """Return a session on a source that others use too; arguments as of `ReviewSession`.

        `decisions` is the log of now, where it was read already.
        """
        made = cls.__new__(cls)
        answers = SessionAnswers.begin(
            source, store, reviewer, turn, dataset_version, clock, decisions
        )
        made._begin(answers, estimate, keymap)
        return made

    def _begin(
        self, answers: SessionAnswers, estimate: Estimate | None, keymap: Keymap | None
    ) -> None:
        self._answers, self._estimate = answers, estimate
        self._record, self._screen = answers.record, answers.screen
        self._keys = key_bindings(self.source.queue.schema, keymap)

    @property
    def source(self) -> SessionSource:
        """The queue, and what is known of its items."""
        return self._screen.source

    @property
    def reviewer(self) -> str:
        """Who answers."""
        return self._record.reviewer

    @property
    def guidelines(self) -> Guidelines:
        """The text that reviewers go by, and its version.

        Set another text, or (text, version), and items that are shown from then on carry it.
        """
        return self.source.guidelines

    @guidelines.setter
    def guidelines(self, given: str | tuple[str, str]) -> None:
        self._screen.source = self.source.with_guidelines(given)

    # Looking

    def current(self) -> SessionItem | None:
        """Return the item to be shown, None where there is no more; from now on it counts as shown.

        The first call after a move starts the clock of the item.
        """
        return self._screen.current()

    def at(self, place: int) -> SessionItem:
        """Return the item at a place of the queue, as `current` would, without going there."""
        return self._screen.item_at(place)

    def ahead_places(self, n: int) -> list[int]:
        """Return the places of the next `n` items, 0 or more, after the one on the screen."""
        return self._screen.ahead(check_int("n", n, 0))

    def ahead(self, n: int) -> list[SessionItem]:
        """Return the items at `ahead_places`, to be fetched before they are shown."""
        return [self.at(place) for place in self.ahead_places(n)]

    def may_see(self, place: int) -> bool:
        """Return whether the reviewer may go to a place of the queue."""
        return self._screen.turn.may_see(place)

    def showing(self, place: int) -> Showing:
        """Return how the item at a place of the queue is put before the reviewer."""
        return self._screen.showing(place)

    def back(self) -> SessionItem | None:
        """Look at the item before, answered or not; at the first one, stay."""
        self._screen.look(-1)
        return self.current()

    def forward(self) -> SessionItem | None:
        """Look at the next item, answered or not; at the last one, stay."""
        self._screen.look(1)
        return self.current()

    def goto(self, item_id: str) -> SessionItem | None:
        """Look at an item of the queue; DecisionsError if it is none, or another reviewer's."""
        self._screen.go(item_id)
        return self.current()

    def resume(self) -> SessionItem | None:
        """Go to the first item that is open to the reviewer, None where there is none."""
        self._screen.restart()
        return self.current()

    def take(self, decisions: Iterable[Decision]) -> None:
        """Know decisions that came into the store from elsewhere, such as a tab of another server.

        In the order of the store; those of others, and its own, may be among them.
        """
        self._record.take(decisions)
        self._screen.catch_up()

    def search(self, text: str, limit: int = 20) -> list[str]:
        """Return classes by a part of their name: those that begin with it, then those that hold it.

        Raises ParameterError if `limit` is no integer of at least 1.
        """
        return classes_like(self.source.queue.schema, text, check_int("limit", limit, 1))

    def keys(self) -> list[tuple[str, str, str]]:
        """Return (key, action, words) of every key, those of classes first.

        Keys are named as `KeyboardEvent.key` of browsers names them, capitals make no
        difference. An action is "class:<name>", "help", or the name of a method; after `group`
        and the reviewer's yes comes `apply_to_group`.
        """
        return list(self._keys)

    # Answering

    def answer(
        self,
        label: str | int,
        *,
        key: str = "",
        item_id: str | None = None,
        seconds: float | None = None,
    ) -> Answered:
        """Store a class for the item on the screen, and move on to the next open one.

        Parameters
        ----------
        label : str or int
            Class name or code.
        key : str
            Identifies the answer, so that a retry is stored once.
        item_id : str, optional
            The item that the reviewer saw.
        seconds : float, optional
            How long the screen measured, cut to [0, 3600]; by default since `current` showed it.

        Raises
        ------
        SchemaError, ParameterError
            If `label` is no class, or `seconds` no number.
        DecisionsError
            If nothing was shown, another item is on the screen than `item_id`, or `key` is that
            of another decision.
        WriteError, FileFormatError
            If the store fails; the session stays where it was.
        """
        return self._answers.give(self.source.class_name(label), key, item_id, seconds)

    def accept(
        self, *, key: str = "", item_id: str | None = None, seconds: float | None = None
    ) -> Answered:
        """Answer with the proposed class; arguments, result and errors as of `answer`.

        Raises DecisionsError also where the proposal is hidden.
        """
        return self._answers.give_by_proposal(self.source.proposed, key, item_id, seconds)

    def reject(
        self, *, key: str = "", item_id: str | None = None, seconds: float | None = None
    ) -> Answered:
        """Answer with the other of two classes; arguments, result and errors as of `answer`.

        Raises DecisionsError also where there are more than two, or the proposal is hidden.
        """
        return self._answers.give_by_proposal(self.source.other, key, item_id, seconds)

    def skip(
        self, *, key: str = "", item_id: str | None = None, seconds: float | None = None
    ) -> Answered:
        """Store "I cannot say", and move on; arguments, result and errors as of `answer`."""
        return self._answers.give(None, key, item_id, seconds)

    def escalate(
        self,
        comment: str = "",
        *,
        to: str = "",
        key: str = "",
        item_id: str | None = None,
        seconds: float | None = None,
    ) -> Answered:
        """Pass the item on the screen to an expert in place of an answer, and move on.

        `comment` says why, by default the comment that the item has, and `to` whom to ask, by
        default any expert; the rest, result and errors as of `answer`.
        """
        return self._answers.escalate(comment, to, key, item_id, seconds)

    def undo(self, *, key: str = "") -> Answered:
        """Withdraw the reviewer's latest standing answer or escalation, and go back to its item.

        Again and again, this goes back to the reviewer's first answer in the log, whichever
        session gave it. An answer to a group is withdrawn as a whole. Comment and cause are kept
        for the next answer. An item that is not in this queue is withdrawn all the same: say so
        to the reviewer, by the `item_ids` that come back.

        Raises DecisionsError if nothing is left to undo, and as `answer`.
        """
        return self._answers.undo(key)

    def group(self) -> GroupPreview:
        """Return the open near-duplicates in the queue of the item on the screen.

        Items of blind strata are not among them, nor does a blind item have any: they are
        answered one by one. Nor are items that somebody passed to an expert.
        """
        return self._answers.group()

    def apply_to_group(
        self,
        label: str | int,
        *,
        confirmed: bool = False,
        key: str = "",
        seconds: float | None = None,
    ) -> Answered:
        """Store a class for the item on the screen and all that `group` showed; all or none.

        The others get the same `key` with "#2", "#3", …, and all an equal part of the seconds. The
        rest is as of `answer`. Raises DecisionsError also if `group` was not called for the item,
        showed no members or one that is no longer open, or the reviewer did not say yes to what it
        showed: `confirmed`.
        """
        name = self.source.class_name(label)
        return self._answers.apply_to_group(name, confirmed, key, seconds)

    def knows(self, key: str) -> bool:
        """Return whether something of the reviewer is stored under a key; a retry changes nothing."""
        return bool(self._record.of_key(key))

    # Remarking

    def comment(
        self, text: str, *, key: str = "", item_id: str | None = None
    ) -> SessionItem | None:
        """Put a comment on the item on the screen, and stay there.

        It is stored at once: with the answer where there is one, else as a note, which the answer
        takes in when it is given. An empty text removes it.

        Raises DecisionsError if `text` is none that UTF-8 can write, and as `answer`.
        """
        self._answers.comment(text, key, item_id)
        return self.current()

    def cause(self, name: str, *, key: str = "", item_id: str | None = None) -> SessionItem | None:
        """Say why the label of the item on the screen is wrong; stored like a `comment`.

        Raises DecisionsError if `name` is neither one of `weaklabel.core.CAUSES` nor empty, and
        as `answer`.
        """
        self._answers.cause(name, key, item_id)
        return self.current()

    def flag(
        self, on: bool = True, *, key: str = "", item_id: str | None = None
    ) -> SessionItem | None:
        """Flag the item on the screen, or take the flag away, and stay there.

        Raises DecisionsError as `answer`.
        """
        self._answers.flag(on, key, item_id)
        return self.current()

    def lf_wrong(
        self, function: str, on: bool = True, *, key: str = "", item_id: str | None = None
    ) -> SessionItem | None:
        """Say that a labeling function is wrong on the item on the screen, or that it is not.

        Raises DecisionsError if it is none that the reviewer sees a vote of, and as `answer`.
        """
        self._answers.lf_wrong(function, on, key, item_id)
        return self.current()

    def progress(self) -> dict[str, Any]:
        """Return how far the reviewer is, as JSON can hold it.

        Returns
        -------
        dict
            ``answered``, ``skipped``, ``escalated``, ``left`` and ``flagged`` count items of the
            queue; ``rate`` is items per minute over the last 20, None where unknown; ``strata``
            has the same counts of each stratum, but for flags, with ``errors``, answers that
            differ from the proposed class (None for a blind stratum until it is done);
            ``near_duplicates`` says in how many ``groups`` two or more items were answered one by
            one, and in how many of these they ``agreed``, None without groups; ``estimate`` has
            the words of `estimate`, None without it. What the turn says comes beside it, or in
            place of these.
        """
        estimate = estimate_words(self._estimate)
        return {**self._record.summary(), "estimate": estimate, **self._screen.turn.progress()}

    def __repr__(self) -> str:
        counts = self._record.summary()
        where = "done" if self._screen.item_id is None else f"at {self._screen.item_id!r}"
        return (
            f"ReviewSession({self.reviewer!r}: {counts['answered']} answered, "
            f"{counts['skipped']} skipped, {counts['left']} left, {where})"
        )

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"
