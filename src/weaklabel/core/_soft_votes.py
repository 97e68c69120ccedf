"""SoftVotes: votes that are probabilities, such as those of classifiers and prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import BoolArray, FloatArray, IntArray, StringArray
from weaklabel.core._check import check_type, read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import check_item_ids, default_item_ids
from weaklabel.core._numerics import tied_argmax
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.core._sparse import SparseCodes, check_positions, order_by_item, take_rows
from weaklabel.core._votes import VoteMatrix, check_lf_names, percent
from weaklabel.errors import VotesError, wrong_value

__all__ = ["SoftVotes", "Votes", "require_hard"]

#: As far from 1 as a row that is given may sum.
_SUM_TOLERANCE = 1e-6
#: Bytes of a vote, without its item, in the sparse form of a `VoteMatrix`.
_SPARSE_BYTES = 5


@dataclass(frozen=True, slots=True, eq=False)
class SoftVotes:
    """Votes of ``n_lfs`` labeling functions on ``n_items`` items, each a probability per class.

    For columns that say how sure they are: classifiers, prompts, people who
    answer in percent. A certain vote has probability 1 for its class and is the same as
    a vote of a `VoteMatrix`. Make one with `from_array`, `from_votes` or `from_entries`.

    Parameters
    ----------
    indptr : array_like of int, shape (n_items + 1,)
        The votes on item ``i`` are the entries ``indptr[i]`` to ``indptr[i + 1]``.
    lfs : array_like of int, shape (n_votes,)
        Column of each vote, ascending within an item.
    proba : array_like of float, shape (n_votes, n_classes)
        What each vote says: P(class) in [0, 1]. A row that sums to 1 up to 1e-6 is
        divided by its sum.
    item_ids : iterable of str, or None
        Distinct ids, one for each item; None gives "0", "1", ….
    lf_names : sequence of str
        Distinct names, one for each column.
    schema : LabelSchema
        The classes that the probabilities are of.

    Raises
    ------
    VotesError
        If a vote is no probability distribution, or shapes and names do not fit.
    ItemsError
        If ids are missing or occur twice.

    Notes
    -----
    Abstains are not stored; memory is ``n_votes * (8 * n_classes + 4)`` bytes. With many
    classes, say 1,000, that is 8 KB for each vote: keep certain votes in a
    `VoteMatrix` where no column is soft.

    Examples
    --------
    A classifier on two items, and a keyword function that only votes on the first:

    >>> hard = VoteMatrix.from_array([[1], [-1]], ["ham", "spam"], ["has_link"])
    >>> votes = SoftVotes.from_votes(hard, {"classifier": [[0.1, 0.9], [0.8, 0.2]]})
    >>> votes
    SoftVotes(2 items x 2 labeling functions, 2 classes, 1 of 3 votes certain, \
100.0 % of items covered)
    >>> votes.hard().codes
    array([[ 1,  1],
           [-1,  0]], dtype=int8)
    >>> SoftVotes.from_array([[[0.5, 0.9]]], ["ham", "spam"], ["classifier"])
    Traceback (most recent call last):
    ...
    weaklabel.errors.VotesError: proba[0, 'classifier'] is [0.5, 0.9], must be finite, \
non-negative and sum to 1. Normalize it, or give a row of NaN where 'classifier' abstains.
    """

    indptr: IntArray
    lfs: npt.NDArray[np.int32]
    proba: FloatArray
    item_ids: StringArray
    lf_names: tuple[str, ...]
    schema: LabelSchema

    def __init__(
        self,
        indptr: npt.ArrayLike,
        lfs: npt.ArrayLike,
        proba: npt.ArrayLike,
        item_ids: Iterable[object] | None,
        lf_names: Sequence[str],
        schema: LabelSchema,
    ) -> None:
        names = tuple(lf_names)
        check_lf_names(names, len(names))
        values = _floats(proba)
        starts, columns = _check_rows(indptr, lfs, len(names))
        if values.shape != (len(columns), schema.n_classes):
            raise VotesError(
                f"proba has shape {values.shape}, must be ({len(columns)}, {schema.n_classes}). "
                "Give one row for each vote and one column for each class."
            )
        values = _normalized(values, starts, columns, names)
        n_items = len(starts) - 1
        ids = default_item_ids(n_items) if item_ids is None else check_item_ids(item_ids, n_items)
        object.__setattr__(self, "indptr", read_only(starts))
        object.__setattr__(self, "lfs", read_only(columns))
        object.__setattr__(self, "proba", read_only(values))
        object.__setattr__(self, "item_ids", read_only(ids))
        object.__setattr__(self, "lf_names", names)
        object.__setattr__(self, "schema", schema)

    @classmethod
    def from_array(
        cls,
        proba: npt.ArrayLike,
        classes: Sequence[str] | LabelSchema,
        lf_names: Sequence[str] | None = None,
        item_ids: Iterable[object] | None = None,
    ) -> SoftVotes:
        """Return the votes in an array.

        Parameters
        ----------
        proba : array_like of float, shape (n_items, n_lfs, n_classes)
            P(class) by each labeling function for each item, every row summing to 1; a
            row of NaN where it abstains.
        classes : sequence of str or LabelSchema
            The class names, in the order of the last axis.
        lf_names : sequence of str, optional
            Names of the columns; by default "lf_0", "lf_1", ….
        item_ids : iterable of str or int, optional
            Ids of the items; by default "0", "1", ….

        Returns
        -------
        SoftVotes

        Raises
        ------
        VotesError
            If a vote is no probability distribution, or shapes and names do not fit.
        ItemsError
            If ids are missing or occur twice.

        Examples
        --------
        >>> nan = float("nan")
        >>> votes = SoftVotes.from_array([[[0.3, 0.7], [nan, nan]]], ["ham", "spam"])
        >>> votes.proba, votes.lfs
        (array([[0.3, 0.7]]), array([0], dtype=int32))
        """
        schema = classes if isinstance(classes, LabelSchema) else LabelSchema(classes)
        values = _floats(proba)
        if values.ndim != 3 or values.shape[2] != schema.n_classes:
            raise VotesError(
                f"proba has shape {values.shape}, must be (n_items, n_lfs, {schema.n_classes}). "
                "Give one probability for each item, labeling function and class."
            )
        items, lfs = np.nonzero(_voted(values))
        shape = (values.shape[0], values.shape[1])
        return cls.from_entries(items, lfs, values[items, lfs], shape, schema, lf_names, item_ids)

    @classmethod
    def from_entries(
        cls,
        items: npt.ArrayLike,
        lfs: npt.ArrayLike,
        proba: npt.ArrayLike,
        shape: tuple[int, int],
        classes: Sequence[str] | LabelSchema,
        lf_names: Sequence[str] | None = None,
        item_ids: Iterable[object] | None = None,
    ) -> SoftVotes:
        """Return the votes in (item, column, probabilities) triples, in any order.

        Parameters
        ----------
        items, lfs : array_like of int, shape (n_votes,)
            Row and column of each vote.
        proba : array_like of float, shape (n_votes, n_classes)
            What each vote says; a row of NaN is an abstain and dropped.
        shape : tuple of int
            ``(n_items, n_lfs)``.
        classes : sequence of str or LabelSchema
            The class names, in the order of the columns of `proba`.
        lf_names : sequence of str, optional
            Names of the columns; by default "lf_0", "lf_1", ….
        item_ids : iterable of str or int, optional
            Ids of the items; by default "0", "1", ….

        Returns
        -------
        SoftVotes

        Raises
        ------
        VotesError
            If arrays differ in length, a position is outside `shape`, one cell has two votes,
            or a vote is no probability distribution.
        ItemsError
            If ids are missing or occur twice.
        """
        schema = classes if isinstance(classes, LabelSchema) else LabelSchema(classes)
        row, col, values = np.asarray(items).ravel(), np.asarray(lfs).ravel(), _floats(proba)
        if values.ndim != 2 or values.shape[1] != schema.n_classes:
            raise VotesError(
                f"proba has shape {values.shape}, must be (n_votes, {schema.n_classes}). "
                "Give one row for each vote and one column for each class."
            )
        if not len(row) == len(col) == len(values):
            raise VotesError(
                f"entries have {len(row)} items, {len(col)} columns and {len(values)} rows of "
                "probabilities, must be equally many. Give one triple for each vote."
            )
        check_positions(row, col, shape)
        names = tuple(f"lf_{j}" for j in range(shape[1])) if lf_names is None else tuple(lf_names)
        check_lf_names(names, shape[1])
        cast = np.flatnonzero(_voted(values))
        order, indptr = order_by_item(row[cast], col[cast], shape[0])
        cast = cast[order]
        return cls(indptr, col[cast], values[cast], item_ids, names, schema)

    @classmethod
    def from_votes(
        cls, votes: VoteMatrix | SoftVotes, proba: Mapping[str, npt.ArrayLike] | None = None
    ) -> SoftVotes:
        """Return `votes` with some columns replaced by probabilities, or with more columns.

        Parameters
        ----------
        votes : VoteMatrix or SoftVotes
            The votes that stay as they are; those of a VoteMatrix are certain.
        proba : mapping of str to array_like of float, shape (n_items, n_classes), optional
            Probabilities by name of the labeling function; every row sums to 1, or is NaN
            where it abstains. A name of `votes` is replaced, others are new columns at the end.

        Returns
        -------
        SoftVotes

        Raises
        ------
        VotesError
            If `votes` are no votes, or an array has another shape or a row that is no
            probability distribution.

        Examples
        --------
        >>> hard = VoteMatrix.from_array([[0], [1]], ["ham", "spam"], ["has_link"])
        >>> SoftVotes.from_votes(hard).proba
        array([[1., 0.],
               [0., 1.]])
        """
        if not isinstance(votes, (VoteMatrix, SoftVotes)):
            raise VotesError(
                f"votes is a {type(votes).__name__}, must be a VoteMatrix or SoftVotes. "
                "For an array of probabilities call SoftVotes.from_array(proba, classes=[...])."
            )
        columns = _check_columns(proba, votes)
        names = (*votes.lf_names, *(name for name in columns if name not in votes.lf_names))
        items, lfs, values = _entries(votes)
        kept = ~np.isin(lfs, [j for j, name in enumerate(names) if name in columns])
        rows, cols, parts = [items[kept]], [lfs[kept]], [values[kept]]
        for name, column in columns.items():
            cast = np.flatnonzero(_voted(column))
            rows.append(cast)
            cols.append(np.full(len(cast), names.index(name), dtype=np.int32))
            parts.append(column[cast])
        return cls.from_entries(
            np.concatenate(rows),
            np.concatenate(cols),
            np.concatenate(parts),
            (votes.n_items, len(names)),
            votes.schema,
            names,
            votes.item_ids,
        )

    @property
    def n_items(self) -> int:
        """Number of items (rows)."""
        return len(self.indptr) - 1

    @property
    def n_lfs(self) -> int:
        """Number of labeling functions (columns)."""
        return len(self.lf_names)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.schema.n_classes

    @property
    def n_votes(self) -> int:
        """Number of votes that were cast."""
        return len(self.lfs)

    @property
    def items(self) -> IntArray:
        """Row of every vote, shape (n_votes,)."""
        return np.repeat(np.arange(self.n_items), np.diff(self.indptr))

    @property
    def covered(self) -> BoolArray:
        """Whether each item has at least one vote, shape (n_items,)."""
        return np.asarray(np.diff(self.indptr) > 0)

    def column(self, lf: str | int) -> FloatArray:
        """Return the votes of one labeling function, by name or position.

        Shape (n_items, n_classes); a row is NaN where it abstains.
        """
        j = lf if isinstance(lf, int) else self._position(lf)
        cast = np.flatnonzero(self.lfs == j)
        column = np.full((self.n_items, self.n_classes), np.nan)
        column[self.items[cast]] = self.proba[cast]
        return column

    def take(self, positions: npt.ArrayLike) -> SoftVotes:
        """Return the items at `positions` (or where a mask is true), in that order."""
        index = np.asarray(positions)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        indptr, source = take_rows(self.indptr, index)
        ids = self.item_ids[index]
        lfs, proba = self.lfs[source], self.proba[source]
        return SoftVotes(indptr, lfs, proba, ids, self.lf_names, self.schema)

    def select(self, lf_names: Sequence[str]) -> SoftVotes:
        """Return the columns of the named labeling functions, in that order."""
        columns = [self._position(name) for name in lf_names]
        place = np.full(self.n_lfs, -1)
        place[columns] = np.arange(len(columns))
        kept = np.flatnonzero(place[self.lfs] >= 0)
        entries = (self.items[kept], place[self.lfs[kept]], self.proba[kept])
        shape = (self.n_items, len(columns))
        return SoftVotes.from_entries(*entries, shape, self.schema, lf_names, self.item_ids)

    def hard(self) -> VoteMatrix:
        """Return the most probable class of each vote, as votes of a `VoteMatrix`.

        A vote with several most probable classes (within 1e-12) becomes an abstain. The
        result is in the dense or the sparse form, whichever takes less memory.
        """
        best, tied = tied_argmax(self.proba)
        codes = np.where(tied, ABSTAIN, best).astype(self.schema.dtype)
        shape = (self.n_items, self.n_lfs)
        cells = (self.items, self.lfs)
        store = SparseCodes.from_entries(*cells, codes, shape, self.schema.dtype)
        small = shape[0] * shape[1] <= _SPARSE_BYTES * len(codes)
        codes_or_store = store.dense() if small else store
        return VoteMatrix(codes_or_store, self.item_ids, self.lf_names, self.schema)

    def _position(self, name: str) -> int:
        if name not in self.lf_names:
            shown = ", ".join(repr(n) for n in self.lf_names[:10])
            raise VotesError(wrong_value("labeling function", name, f"one of {shown}"))
        return self.lf_names.index(name)

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        certain = np.count_nonzero(self.proba.max(axis=1, initial=0.0) == 1.0)
        return (
            f"SoftVotes({self.n_items} items x {self.n_lfs} labeling functions, "
            f"{self.n_classes} classes, {certain} of {self.n_votes} votes certain, "
            f"{percent(self.covered)} of items covered)"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.lf_names[:20])
        rows = "".join(
            f"<tr><th>{escape(key)}</th>{_cells(self, i)}</tr>"
            for i, key in enumerate(self.item_ids[:8].tolist())
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th>{head}</tr>"
            f"</thead><tbody>{rows}</tbody></table></div>"
        )


#: What label models take.
Votes: TypeAlias = VoteMatrix | SoftVotes


def require_hard(votes: Votes, needed_for: str) -> VoteMatrix:
    """Return `votes`; raise VotesError if they are SoftVotes, and say how to harden them.

    What is no votes at all raises ParameterError.
    """
    if isinstance(votes, SoftVotes):
        raise VotesError(
            f"votes is a SoftVotes, must be a VoteMatrix for {needed_for}, which counts votes for "
            "single classes. Call votes.hard() for the most probable class of each vote."
        )
    check_type("votes", votes, VoteMatrix)
    return votes


def _floats(proba: npt.ArrayLike) -> FloatArray:
    """Return `proba` as an array of float64."""
    try:
        return np.asarray(proba, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise VotesError(
            f"proba is no array of numbers ({error}), must hold a probability for each class. "
            "Give rows of equal length, and a row of NaN for an abstain."
        ) from error


def _voted(proba: FloatArray) -> BoolArray:
    """Return where the rows of the last axis are votes: not nothing but NaN."""
    return np.asarray(~np.isnan(proba).all(axis=-1))


def _check_rows(
    indptr: npt.ArrayLike, lfs: npt.ArrayLike, n_lfs: int
) -> tuple[IntArray, npt.NDArray[np.int32]]:
    starts, columns = np.array(indptr), np.array(lfs)
    for name, array in (("indptr", starts), ("lfs", columns)):
        if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size):
            raise VotesError(
                f"{name} is {array.dtype} of shape {array.shape}, must be integers in one "
                "dimension. Make the votes with SoftVotes.from_entries."
            )
    lengths = np.diff(starts)
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != len(columns) or (lengths < 0).any():
        raise VotesError(
            f"indptr does not go from 0 up to {len(columns)}, the number of votes. "
            "Make the votes with SoftVotes.from_entries."
        )
    items = np.repeat(np.arange(len(starts) - 1), lengths)
    check_positions(items, columns, (len(starts) - 1, n_lfs))
    if ((items[1:] == items[:-1]) & (columns[1:] <= columns[:-1])).any():
        raise VotesError(
            "lfs does not ascend within every item, must name each column at most once, in order. "
            "Make the votes with SoftVotes.from_entries."
        )
    return starts.astype(np.int64), columns.astype(np.int32)


def _normalized(
    proba: FloatArray, indptr: IntArray, lfs: npt.NDArray[np.int32], names: tuple[str, ...]
) -> FloatArray:
    """Return a copy of `proba` whose rows sum to 1; raise VotesError on the first that cannot."""
    with np.errstate(invalid="ignore", over="ignore"):  # infinite ones are told below
        total = proba.sum(axis=1)
        off = np.abs(total - 1)
    good = (proba >= 0).all(axis=1) & (off <= _SUM_TOLERANCE)  # NaN and inf are in neither
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        item, name = int(np.searchsorted(indptr, row, side="right")) - 1, names[lfs[row]]
        shown = ", ".join(f"{p:g}" for p in proba[row, :5]) + (", …" if proba.shape[1] > 5 else "")
        raise VotesError(
            f"proba[{item}, {name!r}] is [{shown}], must be finite, non-negative and sum to 1. "
            f"Normalize it, or give a row of NaN where {name!r} abstains."
        )
    # What was divided once stays as it is: a loaded vote has the bits of the saved one.
    rounding = 2 * proba.shape[1] * np.finfo(np.float64).eps
    return np.asarray(proba / np.where(off <= rounding, 1.0, total)[:, None])


def _check_columns(
    proba: Mapping[str, npt.ArrayLike] | None, votes: VoteMatrix | SoftVotes
) -> dict[str, FloatArray]:
    if proba is None:
        return {}
    if not isinstance(proba, Mapping):
        raise VotesError(
            f"proba is a {type(proba).__name__}, must be a mapping of names of labeling functions "
            "to probabilities. Give {'my_classifier': proba}."
        )
    columns = {name: _floats(column) for name, column in proba.items()}
    for name, column in columns.items():
        if column.shape != (votes.n_items, votes.n_classes):
            raise VotesError(
                f"proba[{name!r}] has shape {column.shape}, must be "
                f"({votes.n_items}, {votes.n_classes}). Give one row for each item of votes, in "
                "their order, and one column for each class."
            )
    return columns


def _entries(
    votes: VoteMatrix | SoftVotes,
) -> tuple[IntArray, npt.NDArray[np.int32], FloatArray]:
    """Return row, column and probabilities of every vote."""
    if isinstance(votes, SoftVotes):
        return votes.items, votes.lfs, votes.proba
    items, lfs, codes = votes.entries
    proba: npt.NDArray[Any] = np.zeros((len(codes), votes.n_classes))
    proba[np.arange(len(codes)), codes] = 1.0
    return items, lfs, proba


def _cells(votes: SoftVotes, i: int) -> str:
    """Return the votes on one item as table cells: the most probable class, and how probable."""
    shown = ["·"] * min(votes.n_lfs, 20)
    for entry in range(int(votes.indptr[i]), int(votes.indptr[i + 1])):
        j, row = int(votes.lfs[entry]), votes.proba[entry]
        if j < len(shown):
            best = int(row.argmax())
            shown[j] = f"{escape(votes.schema.classes[best])} {row[best]:.2f}"
    return "".join(f"<td>{text}</td>" for text in shown)
