"""ReviewSession: one reviewer goes through a queue, one key an item, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import CAUSES, Decision, LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.core._check import check_int
from weaklabel.errors import DecisionsError, ParameterError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.review._highlights import Matches
from weaklabel.review._keymap import Keymap, classes_like, key_bindings
from weaklabel.review._own_answers import OwnAnswers, numbered
from weaklabel.review._progress_figures import (
    Estimate,
    ProgressFigures,
    estimate_words,
    rate_per_minute,
)
from weaklabel.review._session_decisions import (
    check_retry,
    decision_on,
    group_decisions,
    remarked,
)
from weaklabel.review._session_item import SessionItem
from weaklabel.review._session_results import Answered, GroupMember, GroupPreview
from weaklabel.review._session_source import SessionSource
from weaklabel.review._store import DecisionStore

__all__ = ["ReviewSession"]

#: Members of a group on one screen.
_MEMBERS = 50
#: Answers that the rate is taken from.
_RECENT = 20


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
        Who answers. Answers of others are never shown.
    schema : LabelSchema, optional
        The classes; those of the queue, which are also the default.
    lf_versions : mapping of str to str, optional
        Version of each labeling function, stored with the votes.
    precision : mapping of str to float, optional
        How often each labeling function is right when it votes, in [0, 1].
    matches : sequence of LabelingFunction or callable, optional
        Labeling functions whose matches are highlighted: keyword and regex ones have some. Or
        from the fields of an item, by column, to (column, start, end, function) of what each
        labeling function matched. What a function matched that abstained is left out.
    groups : array_like of int or str, shape (n_items,), optional
        Equal for near-duplicates, in the order of `items`.
    guidelines : str or tuple of str, optional
        The text that reviewers go by, or (text, version).
    dataset_version : str
        Stored with each answer.
    blind : collection of str
        Strata in which proposal, probabilities, reasons, votes and highlights stay hidden.
        Their decisions still say what was proposed, which the answer is measured by.
    estimate : callable, optional
        Returns how right the labels are: a text, or something with `words`, such as an
        `AccuracyEstimate`. Called by each `progress`, so that it should keep what it found.
    clock : callable
        Returns seconds, from any start.
    keymap : mapping of str to str or sequence of str, optional
        Keys in place of those of an action; see `keys`.
    columns : sequence of str, optional
        Columns of the items to show; by default all. Leave out what gives the answer away.
    fold : int
        Characters from which on a text is folded, at least 1.

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
    sees what the other did, and the later answer stands. A session is for one thread.

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
    ...     session
    ...     store.close()
    'spam'
    Answered(kind='answer', item_ids=('0',), label='spam')
    '1'
    Answered(kind='undo', item_ids=('0',), label=None)
    ReviewSession('ann': 0 answered, 0 skipped, 2 left, at '0')
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
        dataset_version: str = "",
        blind: Collection[str] = (),
        estimate: Estimate | None = None,
        clock: Callable[[], float] = time.monotonic,
        keymap: Keymap | None = None,
        columns: Sequence[str] | None = None,
        fold: int = 2000,
    ) -> None:
        self._source = SessionSource.of_arguments(
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
        )
        if not isinstance(reviewer, str) or not reviewer.strip():
            raise ParameterError(wrong_value("reviewer", reviewer, "a non-empty text"))
        self._keys = key_bindings(queue.schema, keymap)
        self._store, self._reviewer, self._clock = store, reviewer, clock
        self._dataset_version, self._estimate = dataset_version, estimate
        self._own = OwnAnswers(reviewer, store.log())
        groups_queued = None if self._source.groups is None else self._source.groups.queued
        self._figures = ProgressFigures(queue.strata, self._source.blind, groups_queued)
        for item_id, decision in self._own.standing.items():
            if item_id in self._source.place:
                self._figures.add(self._source.place[item_id], decision)
        #: Comment and cause of items without an answer, which they are stored with.
        self._drafts: dict[str, tuple[str, str]] = {}
        self._showing: SessionItem | None = None
        self._preview: GroupPreview | None = None
        self._position, self._since = self._next_open(0), 0.0

    # Looking

    def current(self) -> SessionItem | None:
        """Return the item to be shown, None where there is no more; from now on it counts as shown.

        The first call after a move starts the clock of the item.
        """
        if self._showing is None and self._position < len(self._source.ids):
            self._showing = self._with_state(self._source.of(self._position))
            self._since = self._clock()
        return self._showing

    def back(self) -> SessionItem | None:
        """Look at the item before, answered or not; at the first one, stay."""
        if self._position > 0:
            self._go(self._position - 1)
        return self.current()

    def forward(self) -> SessionItem | None:
        """Look at the next item, answered or not; at the last one, stay."""
        if self._position + 1 < len(self._source.ids):
            self._go(self._position + 1)
        return self.current()

    def goto(self, item_id: str) -> SessionItem | None:
        """Look at an item of the queue; DecisionsError if it is none."""
        place = self._place_of(item_id)
        if place != self._position:
            self._go(place)
        return self.current()

    def resume(self) -> SessionItem | None:
        """Go to the first item that has neither answer nor skip, None where there is none."""
        self._go(self._next_open(0))
        return self.current()

    def search(self, text: str, limit: int = 20) -> list[str]:
        """Return classes by a part of their name: those that begin with it, then those that hold it.

        Raises ParameterError if `limit` is no integer of at least 1.
        """
        return classes_like(self._schema, text, check_int("limit", limit, 1))

    def keys(self) -> list[tuple[str, str, str]]:
        """Return (key, action, words) of every key, those of classes first.

        Keys are named as `KeyboardEvent.key` of browsers names them, capitals make no
        difference. An action is "class:<name>", "help", or the name of a method; after `group`
        and the reviewer's yes comes `apply_to_group`.
        """
        return list(self._keys)

    # Answering

    def answer(self, label: str | int, *, key: str = "", item_id: str | None = None) -> Answered:
        """Store a class for the item on the screen, and move on to the next open one.

        Parameters
        ----------
        label : str or int
            Class name or code.
        key : str
            Identifies the answer, so that a retry is stored once.
        item_id : str, optional
            The item that the reviewer saw.

        Returns
        -------
        Answered

        Raises
        ------
        SchemaError
            If `label` is no class.
        DecisionsError
            If nothing was shown, another item is on the screen than `item_id`, or `key` is that
            of another answer.
        WriteError, FileFormatError
            If the store fails; the session stays where it was.
        """
        name = self._class(label)
        return self._give(lambda _: name, key, item_id)

    def accept(self, *, key: str = "", item_id: str | None = None) -> Answered:
        """Answer with the proposed class; arguments, result and errors as of `answer`.

        Raises DecisionsError also where the proposal is hidden.
        """
        return self._give(self._source.accepted, key, item_id)

    def reject(self, *, key: str = "", item_id: str | None = None) -> Answered:
        """Answer with the other of two classes; arguments, result and errors as of `answer`.

        Raises DecisionsError also where there are more than two, or the proposal is hidden.
        """
        return self._give(self._source.rejected, key, item_id)

    def skip(self, *, key: str = "", item_id: str | None = None) -> Answered:
        """Store "I cannot say", and move on; arguments, result and errors as of `answer`."""
        return self._give(lambda _: None, key, item_id)

    def undo(self, *, key: str = "") -> Answered:
        """Withdraw the reviewer's latest standing answer, and go back to its item.

        Again and again, this goes back to the reviewer's first answer in the log, whichever
        session gave it. An answer to a group is withdrawn as a whole. Comment and cause are kept
        for the next answer. An item that is not in this queue is withdrawn all the same: say so
        to the reviewer, by the `item_ids` that come back.

        Raises DecisionsError if nothing is left to undo, and as `answer`.
        """
        known = self._known(key)
        if known:
            check_retry(known[0], key, label=None, kind="undo")
            return Answered.of(known)
        latest = self._own.latest()
        if not latest:
            raise DecisionsError(f"reviewer {self._reviewer!r} has no answer that stands to undo.")
        undone = [d.undone(key=numbered(key, n)) for n, d in enumerate(latest)]
        self._keep(undone)
        for decision in latest:
            if decision.comment or decision.cause:
                self._drafts[decision.item_id] = decision.comment, decision.cause
        self._go(self._source.place.get(latest[0].item_id, self._position))
        return Answered.of(undone)

    def comment(
        self, text: str, *, key: str = "", item_id: str | None = None
    ) -> SessionItem | None:
        """Put a comment on the item on the screen, and stay there.

        Where the item has an answer, it is stored at once; else with the answer, and until then
        it is kept in memory alone. An empty text removes it.

        Raises DecisionsError if `text` is none that UTF-8 can write, and as `answer`.
        """
        if not isinstance(text, str) or not _is_unicode(text):
            raise DecisionsError(wrong_value("comment", text, "text that UTF-8 can write"))
        return self._remark(key, item_id, comment=text)

    def cause(self, name: str, *, key: str = "", item_id: str | None = None) -> SessionItem | None:
        """Say why the label of the item on the screen is wrong; stored like a `comment`.

        Raises DecisionsError if `name` is neither one of `weaklabel.core.CAUSES` nor empty, and
        as `answer`.
        """
        if name not in ("", *CAUSES):
            raise DecisionsError(wrong_value("cause", name, f"one of {list(CAUSES)}, or empty"))
        return self._remark(key, item_id, cause=name)

    def group(self) -> GroupPreview:
        """Return the open near-duplicates in the queue of the item on the screen.

        Items of blind strata are not among them, nor does a blind item have any: they are
        answered one by one.
        """
        item = self._shown_item(None)
        places = [] if item.blind else self._open_near_duplicates(item.position)
        members = [
            GroupMember(self._source.ids[i], self._source.proposed(i), self._source.excerpt(i))
            for i in places[:_MEMBERS]
        ]
        self._preview = GroupPreview(item.item_id, tuple(members), len(places) - len(members))
        return self._preview

    def apply_to_group(
        self, label: str | int, *, confirmed: bool = False, key: str = ""
    ) -> Answered:
        """Store a class for the item on the screen and all that `group` showed; all or none.

        Parameters
        ----------
        label : str or int
            Class name or code.
        confirmed : bool
            Whether the reviewer said yes to what `group` returned.
        key : str
            As of `answer`; the others get the same with "#2", "#3", ….

        Returns
        -------
        Answered

        Raises
        ------
        DecisionsError
            If `group` was not called for the item on the screen, has no members, or is not
            confirmed, and as `answer`.
        """
        name = self._class(label)
        known = self._known(key)
        if known:
            check_retry(known[0], key, label=name)
            return Answered.of(known)
        item = self._shown_item(None)
        preview = self._checked_preview(item, confirmed)
        decisions = group_decisions(self._decision(item, name, key), preview, self._source)
        self._keep(decisions)
        self._go(self._next_open(item.position))
        return Answered.of(decisions)

    def progress(self) -> dict[str, Any]:
        """Return how far the reviewer is, as JSON can hold it.

        Returns
        -------
        dict
            ``answered``, ``skipped`` and ``left`` count items of the queue; ``rate`` is items per
            minute over the last 20, None where unknown; ``strata`` has the same counts of each
            stratum with ``errors``, answers that differ from the proposed class (None for a blind
            stratum until it is done); ``near_duplicates`` says in how many ``groups`` two or more
            items were answered one by one, and in how many of these they ``agreed``, None
            without groups; ``estimate`` has the words of `estimate`, None without it.
        """
        recent = islice(self._own.last(), _RECENT)
        rate = rate_per_minute(decision.seconds for decision in recent)
        return {**self._figures.summary(), "rate": rate, "estimate": estimate_words(self._estimate)}

    # What the calls above share

    @property
    def _schema(self) -> LabelSchema:
        return self._source.queue.schema

    def _give(self, choose: Callable[[int], str | None], key: str, item_id: str | None) -> Answered:
        known = self._known(key)
        if known:
            place = self._source.place.get(known[0].item_id)
            label = known[0].label if place is None else choose(place)
            check_retry(known[0], key, item_id=item_id, label=label)
            return Answered.of(known)
        item = self._shown_item(item_id)
        decision = self._decision(item, choose(item.position), key)
        self._keep([decision])
        self._go(self._next_open(item.position))
        return Answered.of([decision])

    def _known(self, key: str) -> tuple[Decision, ...]:
        """Return what was stored under a key before."""
        if not isinstance(key, str) or "#" in key:
            raise DecisionsError(
                wrong_value("key", key, "a text without '#', which counts the items of a group")
            )
        return self._own.of_key(key)

    def _decision(self, item: SessionItem, label: str | None, key: str) -> Decision:
        return decision_on(
            item,
            label,
            reviewer=self._reviewer,
            proposed=self._source.proposed(item.position),
            seconds=max(self._clock() - self._since, 0.0),
            dataset_version=self._dataset_version,
            key=key,
        )

    def _keep(self, decisions: Sequence[Decision]) -> None:
        """Store decisions, and only then know them."""
        n_stored = self._store.append(decisions)
        for decision in decisions:
            if not n_stored and decision.item_id in self._own.standing and not decision.key:
                continue  # it repeats what stands, which the store left as it was
            self._know(decision)

    def _know(self, decision: Decision) -> None:
        before = self._own.take(decision)
        self._drafts.pop(decision.item_id, None)
        place = self._source.place.get(decision.item_id)
        if place is None:
            return
        if before is not None:
            self._figures.remove(place, before)
        if decision.is_answer:
            self._figures.add(place, decision)

    def _remark(self, key: str, item_id: str | None, **change: str) -> SessionItem | None:
        if self._known(key):
            return self.current()
        item = self._shown_item(item_id)
        changed = replace(item, **change)  # type: ignore[arg-type]  # comment or cause
        standing = self._own.standing.get(item.item_id)
        if standing is None:
            self._drafts[item.item_id] = changed.comment, changed.cause
        else:
            self._keep([remarked(standing, changed.comment, changed.cause, key)])
        self._showing = changed
        return changed

    def _with_state(self, item: SessionItem) -> SessionItem:
        standing = self._own.standing.get(item.item_id)
        if standing is None:
            comment, cause = self._drafts.get(item.item_id, ("", ""))
            return replace(item, comment=comment, cause=cause)
        return replace(
            item,
            state="skipped" if standing.label is None else "answered",
            answer=standing.label,
            comment=standing.comment,
            cause=standing.cause,
        )

    def _shown_item(self, item_id: str | None) -> SessionItem:
        if self._showing is None:
            what = (
                "no item is left"
                if self._position >= len(self._source.ids)
                else "no item was shown"
            )
            raise DecisionsError(
                f"{what} to answer. Call current() first, which says what there is."
            )
        item = self._showing
        if item_id is not None and item_id != item.item_id:
            raise DecisionsError(
                wrong_value(
                    "item_id", item_id, f"{item.item_id!r}, the item shown", "Show current() anew."
                )
            )
        return item

    def _class(self, label: str | int) -> str:
        code = int(self._schema.encode([label])[0])
        if code < 0:
            raise DecisionsError(
                wrong_value("label", label, "a class", "Call skip() where you cannot say.")
            )
        return self._schema.classes[code]

    def _open_near_duplicates(self, i: int) -> list[int]:
        if self._source.groups is None:
            return []
        places = self._source.groups.places_with(i)
        is_open = self._figures.open[places]
        return [p for p in places[is_open].tolist() if p != i and not self._source.is_blind(p)]

    def _checked_preview(self, item: SessionItem, confirmed: bool) -> GroupPreview:
        preview = self._preview
        if preview is None:
            raise DecisionsError(
                f"the group of {item.item_id!r} was not shown. Call group(), show all of it, and "
                "ask the reviewer."
            )
        if not preview.members:
            raise DecisionsError(
                f"item {item.item_id!r} has no open near-duplicates that may be answered with it. "
                "Call answer()."
            )
        if confirmed is not True:
            raise DecisionsError(
                wrong_value(
                    "confirmed",
                    confirmed,
                    f"True to answer {len(preview.members) + 1} items at once",
                    "Ask the reviewer.",
                )
            )
        return preview

    def _next_open(self, start: int) -> int:
        """Return the first open place from `start` on, or else from the beginning, or the end."""
        for first in (start, 0):
            rest = self._figures.open[first:]
            if rest.any():
                return first + int(np.argmax(rest))
        return len(self._source.ids)

    def _go(self, position: int) -> None:
        self._position = position
        self._showing, self._preview = None, None

    def _place_of(self, item_id: str) -> int:
        place = self._source.place.get(item_id)
        if place is None:
            raise DecisionsError(
                wrong_value(
                    "item_id", item_id, f"one of the {len(self._source.ids)} items of the queue"
                )
            )
        return place

    def __repr__(self) -> str:
        counts = self._figures.summary()
        done = self._position >= len(self._source.ids)
        where = "done" if done else f"at {self._source.ids[self._position]!r}"
        return (
            f"ReviewSession({self._reviewer!r}: {counts['answered']} answered, "
            f"{counts['skipped']} skipped, {counts['left']} left, {where})"
        )

    def _repr_html_(self) -> str:
        return f"<div>{escape(repr(self))}</div>"


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
