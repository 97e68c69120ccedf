"""SessionSource: what is known of the items of a queue, put together one item at a time."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import IntArray, LabelSchema, ReviewQueue, VoteMatrix, as_items
from weaklabel.core._check import check_fraction, check_type
from weaklabel.core._ids import match_item_ids
from weaklabel.core._soft_votes import require_hard
from weaklabel.core._sparse import SparseCodes
from weaklabel.errors import DecisionsError, ParameterError, SchemaError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.review.session._groups import Groups
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._highlights import Highlight, Matches, highlights_of, matcher
from weaklabel.review.session._item_values import ItemValues
from weaklabel.review.session._session_item import Chip, NearDuplicate, SessionItem
from weaklabel.review.session._turn import Showing

__all__ = ["SessionSource"]

#: Near-duplicates beside an item: a glance.
_N_NEAR = 5

_PLAINLY = Showing()

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class SessionSource:
    """What is known of the items of a queue; `of` makes one ready to be shown."""

    queue: ReviewQueue
    ids: tuple[str, ...]
    place: Mapping[str, int]
    groups: Groups | None
    blind: frozenset[str]
    guidelines: Guidelines
    _values: ItemValues
    _rows: IntArray
    _votes: VoteMatrix | None
    _vote_rows: IntArray
    _versions: Mapping[str, str]
    _precision: Mapping[str, float]
    _matches: Matches | None

    @classmethod
    def of_arguments(
        cls,
        queue: ReviewQueue,
        items: object,
        votes: VoteMatrix | None,
        *,
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
    ) -> SessionSource:
        """Return the source, its arguments checked.

        Parameters
        ----------
        queue : ReviewQueue
            What to review, in this order.
        items : Items, data frame, pyarrow.Table, list of str or list of dict
            The items of the queue, and maybe others; anything that `as_items` takes.
        votes : VoteMatrix or None
            Votes on the items of the queue, and maybe others.
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
        blind : collection of str
            Strata in which proposal, probabilities, reasons, votes and highlights stay hidden.
            Their decisions still say what was proposed, which the answer is measured by.
        columns : sequence of str, optional
            Columns of the items to show; by default all. Leave out what gives the answer away.
        fold : int
            Characters from which on a text is folded, at least 1.
        image_columns : sequence of str
            Columns whose values are paths or URLs of images.

        Raises
        ------
        ItemsError
            If an item of the queue is not among `items` or `votes`, or a column is missing.
        VotesError, SchemaError, ParameterError
            If votes are soft, the schema is not that of the queue, or another argument is wrong.
        """
        check_type("queue", queue, ReviewQueue)
        if schema is not None and schema != queue.schema:
            raise SchemaError(
                f"schema has classes {list(schema.classes)}, must have those of the queue, "
                f"{list(queue.schema.classes)}. Leave it out."
            )
        known = as_items(items)
        rows = match_item_ids(queue.item_ids, known.item_ids, "items")
        ids = tuple(queue.item_ids.tolist())
        return cls(
            queue,
            ids,
            {item_id: i for i, item_id in enumerate(ids)},
            None if groups is None else Groups.of_arrays(groups, rows, known.n_items),
            _checked_blind(blind),
            Guidelines.of(guidelines),
            ItemValues.of_arguments(known, columns, fold, image_columns),
            rows,
            *_checked_votes(votes, queue),
            _by_name("lf_versions", lf_versions),
            _checked_precision(precision),
            matcher(matches),
        )

    def of(self, i: int, showing: Showing = _PLAINLY) -> SessionItem:
        """Return the item at place `i` of the queue as a reviewer sees it who did nothing yet."""
        queue, item_id = self.queue, self.ids[i]
        blind = showing.blind or self.is_blind(i)
        fields = self._values.of(int(self._rows[i]))
        votes, n_abstained = ((), None) if blind else self._chips(i)
        near, n_near = self._near_duplicates(i)
        return SessionItem(
            position=i,
            total=len(self.ids),
            item_id=item_id,
            fields=tuple(self._values.field(*each) for each in fields.items()),
            stratum=self.stratum(i, showing)
            if showing.shown_stratum is None
            else showing.shown_stratum,
            proposed=None if blind else self.proposed(i),
            probabilities={} if blind else self._probabilities(i),
            reasons=() if blind else queue.reasons[i],
            votes=votes,
            n_abstained=n_abstained,
            highlights=() if blind else self._highlights(fields, votes, item_id),
            near_duplicates=near,
            n_near_duplicates=n_near,
            guidelines=self.guidelines.text,
            guidelines_version=self.guidelines.version,
            blind=blind,
            others=showing.others,
        )

    def with_guidelines(self, given: object) -> SessionSource:
        """Return the same with other guidelines; ParameterError if they are none."""
        return replace(self, guidelines=Guidelines.of(given))

    def stratum(self, i: int, showing: Showing = _PLAINLY) -> str:
        """Return the stratum that a decision on an item is stored with."""
        return self.queue.strata[i] if showing.stratum is None else showing.stratum

    def proposed(self, i: int) -> str:
        """Return the proposed class of an item, hidden or not."""
        return self.queue.schema.classes[int(self.queue.posterior[i].argmax())]

    def is_blind(self, i: int) -> bool:
        """Return whether the proposals of the stratum of an item are hidden."""
        return self.queue.strata[i] in self.blind

    def other(self, i: int) -> str:
        """Return the class of two that is not proposed; DecisionsError where there are more."""
        proposed, classes = self.proposed(i), self.queue.schema.classes
        if len(classes) > 2:
            raise DecisionsError(
                f"there are {len(classes)} classes, so that an item that is not {proposed!r} may "
                "be any of the others. Choose a class."
            )
        return next(name for name in classes if name != proposed)

    def class_name(self, label: str | int) -> str:
        """Return the name of a class, given by name or code.

        Raises SchemaError if it is no class, DecisionsError if it says "no class".
        """
        code = int(self.queue.schema.encode([label])[0])
        if code < 0:
            raise DecisionsError(
                wrong_value("label", label, "a class", "Call skip() where you cannot say.")
            )
        return self.queue.schema.classes[code]

    def excerpt(self, i: int) -> str:
        """Return the beginning of the text of an item of the queue."""
        return self._values.excerpt(int(self._rows[i]))

    def _probabilities(self, i: int) -> dict[str, float]:
        rounded = np.round(self.queue.posterior[i], 6).tolist()
        return dict(zip(self.queue.schema.classes, rounded, strict=True))

    def _chips(self, i: int) -> tuple[tuple[Chip, ...], int | None]:
        if self._votes is None:
            return (), None
        row, names = int(self._vote_rows[i]), self._votes.lf_names
        lfs, codes = _row(self._votes, row)
        chips = tuple(
            Chip(
                names[j],
                self._votes.schema.classes[code],
                self._precision.get(names[j]),
                self._versions.get(names[j], ""),
            )
            for j, code in zip(lfs, codes, strict=True)
        )
        return chips, self._votes.n_lfs - len(chips)

    def _highlights(
        self, fields: Mapping[str, Any], votes: Sequence[Chip], item_id: str
    ) -> tuple[Highlight, ...]:
        if self._matches is None:
            return ()
        try:
            return highlights_of(fields, self._matches, self._voters(votes), item_id)
        except Exception:  # `matches` is anybody's code; an item without colours can be answered
            _logger.exception("nothing is highlighted in item %r", item_id)
            return ()

    def _voters(self, chips: Sequence[Chip]) -> list[str] | None:
        return None if self._votes is None else [chip.function for chip in chips]

    def _near_duplicates(self, i: int) -> tuple[tuple[NearDuplicate, ...], int]:
        if self.groups is None:
            return (), 0
        row = int(self._rows[i])
        found = self.groups.rows_with(row)
        others = found[found != row]
        first = (int(other) for other in others[:_N_NEAR])
        values = self._values
        return tuple(NearDuplicate(values.item_id(r), values.excerpt(r)) for r in first), len(
            others
        )


def _row(votes: VoteMatrix, row: int) -> tuple[list[int], list[int]]:
    """Return columns and codes of the votes on one item."""
    store = votes.store
    if isinstance(store, SparseCodes):
        part = slice(int(store.indptr[row]), int(store.indptr[row + 1]))
        return store.lfs[part].tolist(), store.codes[part].tolist()
    codes = store[row]
    lfs = np.flatnonzero(codes >= 0)
    return lfs.tolist(), codes[lfs].tolist()


def _checked_votes(
    votes: VoteMatrix | None, queue: ReviewQueue
) -> tuple[VoteMatrix | None, IntArray]:
    if votes is None:
        return None, np.empty(0, dtype=np.int64)
    hard = require_hard(votes, "ReviewSession")
    return hard, match_item_ids(queue.item_ids, hard.item_ids, "votes")


def _checked_blind(blind: Collection[str]) -> frozenset[str]:
    if isinstance(blind, str):
        raise ParameterError(wrong_value("blind", blind, "a list of strata", f"Write [{blind!r}]."))
    return frozenset(blind)


def _checked_precision(precision: Mapping[str, float] | None) -> dict[str, float]:
    given = _by_name("precision", precision)
    return {name: check_fraction(f"precision[{name!r}]", float(p)) for name, p in given.items()}


def _by_name(argument: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ParameterError(wrong_value(argument, given, "a mapping by labeling function"))
    return given
