"""SessionSource: what is known of the items of a queue, put together one item at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import IntArray, Items, LabelSchema, ReviewQueue, VoteMatrix, as_items
from weaklabel.core._check import check_fraction, check_int, check_type
from weaklabel.core._ids import match_item_ids
from weaklabel.core._soft_votes import require_hard
from weaklabel.core._sparse import SparseCodes
from weaklabel.errors import DecisionsError, ItemsError, ParameterError, SchemaError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.review._groups import Groups
from weaklabel.review._guidelines import Guidelines
from weaklabel.review._highlights import Matches, highlights_of, matcher
from weaklabel.review._session_item import Chip, Field, Fold, NearDuplicate, SessionItem, plain

__all__ = ["SessionSource"]

#: Near-duplicates beside an item, and characters of each: a glance.
_N_NEAR, _EXCERPT = 5, 200


@dataclass(frozen=True, slots=True, eq=False)
class SessionSource:
    """What is known of the items of a queue; `of` makes one ready to be shown."""

    queue: ReviewQueue
    ids: tuple[str, ...]
    place: Mapping[str, int]
    groups: Groups | None
    blind: frozenset[str]
    guidelines: Guidelines
    _items: Items
    _rows: IntArray
    _votes: VoteMatrix | None
    _vote_rows: IntArray
    _versions: Mapping[str, str]
    _precision: Mapping[str, float]
    _matches: Matches | None
    _columns: tuple[str, ...]
    _fold: int

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
    ) -> SessionSource:
        """Return the source, its arguments checked; they are those of `ReviewSession`."""
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
            known,
            rows,
            *_checked_votes(votes, queue),
            _by_name("lf_versions", lf_versions),
            _checked_precision(precision),
            matcher(matches),
            _checked_columns(columns, known),
            check_int("fold", fold, 1),
        )

    def of(self, i: int) -> SessionItem:
        """Return the item at place `i` of the queue as a reviewer sees it who did nothing yet."""
        queue, item_id, blind = self.queue, self.ids[i], self.is_blind(i)
        fields = self._values(int(self._rows[i]))
        votes, n_abstained = ((), None) if blind else self._chips(i)
        near, n_near = self._near_duplicates(i)
        return SessionItem(
            position=i,
            total=len(self.ids),
            item_id=item_id,
            fields=tuple(
                Field(name, value, self._fold_of(value)) for name, value in fields.items()
            ),
            stratum=queue.strata[i],
            proposed=None if blind else self.proposed(i),
            probabilities={} if blind else self._probabilities(i),
            reasons=() if blind else queue.reasons[i],
            votes=votes,
            n_abstained=n_abstained,
            highlights=()
            if blind or self._matches is None
            else highlights_of(fields, self._matches, self._voters(votes), item_id),
            near_duplicates=near,
            n_near_duplicates=n_near,
            guidelines=self.guidelines.text,
            guidelines_version=self.guidelines.version,
            blind=blind,
        )

    def proposed(self, i: int) -> str:
        """Return the proposed class of an item, hidden or not."""
        return self.queue.schema.classes[int(self.queue.posterior[i].argmax())]

    def is_blind(self, i: int) -> bool:
        """Return whether the proposal for an item is hidden."""
        return self.queue.strata[i] in self.blind

    def accepted(self, i: int) -> str:
        """Return the proposed class of an item; DecisionsError where it is hidden."""
        if self.is_blind(i):
            raise DecisionsError(
                f"the proposed class of {self.ids[i]!r} is hidden, so that it can be neither "
                "accepted nor rejected. Choose a class."
            )
        return self.proposed(i)

    def rejected(self, i: int) -> str:
        """Return the other one of two classes; DecisionsError where there are more, or hidden."""
        proposed, classes = self.accepted(i), self.queue.schema.classes
        if len(classes) > 2:
            raise DecisionsError(
                f"there are {len(classes)} classes, so that an item that is not {proposed!r} may "
                "be any of the others. Choose a class."
            )
        return next(name for name in classes if name != proposed)

    def excerpt(self, i: int) -> str:
        """Return the beginning of the text of an item of the queue."""
        return self._excerpt(int(self._rows[i]))

    def _probabilities(self, i: int) -> dict[str, float]:
        rounded = np.round(self.queue.posterior[i], 6).tolist()
        return dict(zip(self.queue.schema.classes, rounded, strict=True))

    def _values(self, row: int) -> dict[str, Any]:
        table = self._items.table
        return {name: plain(table.column(name)[row].as_py()) for name in self._columns}

    def _fold_of(self, value: object) -> Fold | None:
        if isinstance(value, str) and len(value) > self._fold:
            return Fold(len(value), self._fold)
        return None

    def _excerpt(self, row: int) -> str:
        """Return the beginning of the column "text", else of the first text that is no id."""
        item_id = str(self._items.item_ids[row])
        for name in sorted(self._columns, key=lambda name: name != "text"):
            value = self._items.table.column(name)[row].as_py()
            if isinstance(value, str) and value != item_id:
                return value[:_EXCERPT]
        values = "; ".join(f"{name}: {value}" for name, value in self._values(row).items())
        return values[:_EXCERPT]

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

    def _voters(self, chips: Sequence[Chip]) -> list[str] | None:
        return None if self._votes is None else [chip.function for chip in chips]

    def _near_duplicates(self, i: int) -> tuple[tuple[NearDuplicate, ...], int]:
        if self.groups is None:
            return (), 0
        row = int(self._rows[i])
        found = self.groups.rows_with(row)
        others = found[found != row]
        ids = self._items.item_ids
        first = (int(other) for other in others[:_N_NEAR])
        return tuple(NearDuplicate(str(ids[r]), self._excerpt(r)) for r in first), len(others)


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


def _checked_columns(columns: Sequence[str] | None, items: Items) -> tuple[str, ...]:
    if columns is None:
        return items.column_names
    for name in columns:
        if name not in items.column_names:
            shown = ", ".join(map(repr, items.column_names))
            raise ItemsError(wrong_value("column", name, f"one of {shown}"))
    return tuple(dict.fromkeys(columns))


def _checked_precision(precision: Mapping[str, float] | None) -> dict[str, float]:
    given = _by_name("precision", precision)
    return {name: check_fraction(f"precision[{name!r}]", float(p)) for name, p in given.items()}


def _by_name(argument: str, given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ParameterError(wrong_value(argument, given, "a mapping by labeling function"))
    return given
