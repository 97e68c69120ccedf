"""VoteMatrix: what every labeling function says of every item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import BoolArray, CodeArray, IntArray, StringArray
from weaklabel.core._check import read_only
from weaklabel.core._html import escape
from weaklabel.core._ids import check_item_ids, default_item_ids
from weaklabel.core._schema import ABSTAIN, LabelSchema
from weaklabel.core._sparse import SparseCodes
from weaklabel.errors import VotesError, wrong_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VoteEntries", "VoteMatrix", "check_lf_names", "percent"]

_ABSTAIN_NOTE = "where -1 means abstain"


class VoteEntries(NamedTuple):
    """The votes that were cast, one entry each, ordered by item and then by column."""

    items: IntArray
    lfs: npt.NDArray[np.int32]
    codes: CodeArray


@dataclass(frozen=True, slots=True, eq=False)
class VoteMatrix:
    """Votes of ``n_lfs`` labeling functions on ``n_items`` items.

    Parameters
    ----------
    store : numpy.ndarray of int8 or int16, shape (n_items, n_lfs), or SparseCodes
        The votes; class code or -1 (abstain). Integers of any width are
        converted to the schema's dtype and copied column-major.
    item_ids : iterable of str, or None
        Distinct ids, one for each item; None gives "0", "1", ….
    lf_names : sequence of str, or None
        Distinct names, one for each column; None gives "lf_0", "lf_1", ….
    schema : LabelSchema
        The classes that the codes stand for.

    Raises
    ------
    VotesError
        If a code is outside [-1, n_classes), or shapes and names do not fit.
    ItemsError
        If ids are missing or occur twice.

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[1, -1], [0, 0], [-1, -1]], classes=["ham", "spam"])
    >>> votes
    VoteMatrix(3 items x 2 labeling functions, 2 classes, 66.7 % of items covered)
    >>> votes.covered
    array([ True,  True, False])
    >>> VoteMatrix.from_array([[7]], classes=["ham", "spam"], lf_names=["has_link"])
    Traceback (most recent call last):
    ...
    weaklabel.errors.VotesError: codes[0, 'has_link'] is 7, must be in [-1, 2) where -1 means \
abstain. Check the class that labeling function 'has_link' returns.
    """

    store: CodeArray | SparseCodes
    item_ids: StringArray
    lf_names: tuple[str, ...]
    schema: LabelSchema

    def __init__(
        self,
        store: npt.ArrayLike | SparseCodes,
        item_ids: Iterable[object] | None,
        lf_names: Sequence[str] | None,
        schema: LabelSchema,
    ) -> None:
        checked = store if isinstance(store, SparseCodes) else _check_dense(store)
        n_items, n_lfs = _shape(checked)
        names = tuple(f"lf_{j}" for j in range(n_lfs)) if lf_names is None else tuple(lf_names)
        check_lf_names(names, n_lfs)
        _check_range(checked, schema, names)
        if not isinstance(checked, SparseCodes):
            checked = read_only(_own(checked, schema.dtype))
        ids = default_item_ids(n_items) if item_ids is None else check_item_ids(item_ids, n_items)
        object.__setattr__(self, "store", checked)
        object.__setattr__(self, "item_ids", read_only(ids))
        object.__setattr__(self, "lf_names", names)
        object.__setattr__(self, "schema", schema)

    @classmethod
    def from_array(
        cls,
        codes: npt.ArrayLike,
        classes: Sequence[str] | LabelSchema,
        lf_names: Sequence[str] | None = None,
        item_ids: Iterable[object] | None = None,
    ) -> VoteMatrix:
        """Return the votes in an array made elsewhere.

        Parameters
        ----------
        codes : array_like of int, shape (n_items, n_lfs)
            Class codes 0..k-1, -1 for abstain (Snorkel's and WRENCH's convention).
        classes : sequence of str or LabelSchema
            The class names, in the order of their codes.
        lf_names : sequence of str, optional
            Names of the columns; by default "lf_0", "lf_1", ….
        item_ids : iterable of str or int, optional
            Ids of the rows; by default "0", "1", ….
        """
        schema = classes if isinstance(classes, LabelSchema) else LabelSchema(classes)
        return cls(codes, item_ids, lf_names, schema)

    @classmethod
    def from_entries(
        cls,
        items: npt.ArrayLike,
        lfs: npt.ArrayLike,
        codes: npt.ArrayLike,
        shape: tuple[int, int],
        classes: Sequence[str] | LabelSchema,
        lf_names: Sequence[str] | None = None,
        item_ids: Iterable[object] | None = None,
    ) -> VoteMatrix:
        """Return the sparse form of (item, column, code) triples, for crowds and many columns."""
        schema = classes if isinstance(classes, LabelSchema) else LabelSchema(classes)
        values = np.asarray(codes)
        if len(values) and not (values.min() >= ABSTAIN and values.max() < schema.n_classes):
            bad = int(values[(values < ABSTAIN) | (values >= schema.n_classes)][0])
            raise VotesError(
                wrong_value("codes", bad, f"in [-1, {schema.n_classes}) {_ABSTAIN_NOTE}")
            )
        sparse = SparseCodes.from_entries(items, lfs, values, shape, schema.dtype)
        return cls(sparse, item_ids, lf_names, schema)

    @property
    def n_items(self) -> int:
        """Number of items (rows)."""
        return _shape(self.store)[0]

    @property
    def n_lfs(self) -> int:
        """Number of labeling functions (columns)."""
        return _shape(self.store)[1]

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.schema.n_classes

    @property
    def is_sparse(self) -> bool:
        """Whether only the votes that were cast are stored."""
        return isinstance(self.store, SparseCodes)

    @property
    def codes(self) -> CodeArray:
        """All votes as a column-major array of shape (n_items, n_lfs); built anew if sparse."""
        return self.store.dense() if isinstance(self.store, SparseCodes) else self.store

    @property
    def covered(self) -> BoolArray:
        """Whether each item has at least one vote, shape (n_items,)."""
        if isinstance(self.store, SparseCodes):
            return np.asarray(np.diff(self.store.indptr) > 0)
        covered = np.zeros(self.n_items, dtype=np.bool_)
        for j in range(self.n_lfs):
            covered |= self.store[:, j] >= 0
        return covered

    @property
    def entries(self) -> VoteEntries:
        """The votes that were cast, as (items, lfs, codes), ordered by item."""
        if isinstance(self.store, SparseCodes):
            return VoteEntries(self.store.items(), self.store.lfs, self.store.codes)
        items, lfs = np.nonzero(self.store >= 0)
        return VoteEntries(items, lfs.astype(np.int32), self.store[items, lfs])

    def column(self, lf: str | int) -> CodeArray:
        """Return the votes of one labeling function, by name or position, shape (n_items,)."""
        j = lf if isinstance(lf, int) else self._position(lf)
        if isinstance(self.store, SparseCodes):
            column = np.full(self.n_items, ABSTAIN, dtype=self.schema.dtype)
            voted = self.store.lfs == j
            column[self.store.items()[voted]] = self.store.codes[voted]
            return column
        return self.store[:, j]

    def take(self, positions: npt.ArrayLike) -> VoteMatrix:
        """Return the items at `positions` (or where a mask is true), in that order."""
        index = np.asarray(positions)
        index = np.flatnonzero(index) if index.dtype == np.bool_ else index.astype(np.int64)
        store = self.store
        taken = store.take(index) if isinstance(store, SparseCodes) else store[index]
        return VoteMatrix(taken, self.item_ids[index], self.lf_names, self.schema)

    def select(self, lf_names: Sequence[str]) -> VoteMatrix:
        """Return the columns of the named labeling functions, in that order."""
        columns = [self._position(name) for name in lf_names]
        if not isinstance(self.store, SparseCodes):
            return VoteMatrix(self.store[:, columns], self.item_ids, lf_names, self.schema)
        place = np.full(self.n_lfs, -1)
        place[columns] = np.arange(len(columns))
        items, lfs, codes = self.entries
        kept = place[lfs] >= 0
        shape = (self.n_items, len(columns))
        return VoteMatrix.from_entries(
            items[kept], place[lfs[kept]], codes[kept], shape, self.schema, lf_names, self.item_ids
        )

    def to_pandas(self) -> pd.DataFrame:
        """Return the codes as a pandas DataFrame, item ids as index, one column for each LF."""
        import pandas as pd

        index = pd.Index(self.item_ids.tolist(), name="item_id")
        return pd.DataFrame(np.array(self.codes), index=index, columns=list(self.lf_names))

    def _position(self, name: str) -> int:
        if name not in self.lf_names:
            shown = ", ".join(repr(n) for n in self.lf_names[:10])
            raise VotesError(wrong_value("labeling function", name, f"one of {shown}"))
        return self.lf_names.index(name)

    def __len__(self) -> int:
        return self.n_items

    def __repr__(self) -> str:
        form = "sparse, " if self.is_sparse else ""
        return (
            f"VoteMatrix({self.n_items} items x {self.n_lfs} labeling functions, "
            f"{self.n_classes} classes, {form}{percent(self.covered)} of items covered)"
        )

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.lf_names[:20])
        shown = self.take(np.arange(min(self.n_items, 8)))
        rows = "".join(
            f"<tr><th>{escape(key)}</th>{_cells(row, self.schema)}</tr>"
            for key, row in zip(shown.item_ids.tolist(), shown.codes[:, :20], strict=True)
        )
        return (
            f"<div><p>{escape(repr(self))}</p><table><thead><tr><th>item_id</th>{head}</tr>"
            f"</thead><tbody>{rows}</tbody></table></div>"
        )


def _check_dense(codes: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(codes)
    if array.ndim != 2:
        raise VotesError(
            f"codes has shape {array.shape}, must be (n_items, n_lfs). "
            "Give one row for each item and one column for each labeling function."
        )
    if array.dtype.kind == "f":
        return _whole_numbers(array)
    if array.dtype.kind not in "iu":
        raise VotesError(
            wrong_value(
                "dtype of codes",
                str(array.dtype),
                "an integer type",
                "Give class codes 0..k-1 and -1 for abstain.",
            )
        )
    return array


def _own(codes: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return `codes` in the stored form: a copy, unless they have it and nobody may change them."""
    given_away = codes.flags.owndata and not codes.flags.writeable
    if given_away and codes.dtype == dtype and codes.flags.f_contiguous:
        return codes
    return np.array(codes, dtype=dtype, order="F", copy=True)


def _whole_numbers(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    bad = ~np.isfinite(array) | (array != np.round(array))
    if bad.any():
        i, j = (int(v) for v in np.argwhere(bad)[0])
        raise VotesError(
            wrong_value(
                f"codes[{i}, {j}]",
                float(array[i, j]),
                "a whole number",
                "Use -1 for abstain, not NaN.",
            )
        )
    return array.astype(np.int64)


def _shape(store: npt.NDArray[Any] | SparseCodes) -> tuple[int, int]:
    if isinstance(store, SparseCodes):
        return store.n_items, store.n_lfs
    return int(store.shape[0]), int(store.shape[1])


def check_lf_names(names: tuple[str, ...], n_lfs: int) -> None:
    """Raise VotesError unless there are `n_lfs` distinct, non-empty names."""
    if len(names) != n_lfs:
        raise VotesError(
            f"lf_names has {len(names)} names, must have {n_lfs}, one for each column."
        )
    seen: set[str] = set()
    for j, name in enumerate(names):
        if not isinstance(name, str) or not name:
            raise VotesError(wrong_value(f"lf_names[{j}]", name, "a non-empty string"))
        if name in seen:
            raise VotesError(
                f"lf_names[{j}] is {name!r}, which is also another column. "
                "Give every labeling function its own name."
            )
        seen.add(name)


def _check_range(
    store: npt.NDArray[Any] | SparseCodes, schema: LabelSchema, names: tuple[str, ...]
) -> None:
    codes = store.codes if isinstance(store, SparseCodes) else store
    if codes.size == 0 or (codes.min() >= ABSTAIN and codes.max() < schema.n_classes):
        return
    bad = np.argwhere((codes < ABSTAIN) | (codes >= schema.n_classes))[0]
    if isinstance(store, SparseCodes):
        i, j, code = int(store.items()[bad[0]]), int(store.lfs[bad[0]]), int(codes[bad[0]])
    else:
        i, j, code = int(bad[0]), int(bad[1]), int(codes[bad[0], bad[1]])
    raise VotesError(
        wrong_value(
            f"codes[{i}, {names[j]!r}]",
            code,
            f"in [-1, {schema.n_classes}) {_ABSTAIN_NOTE}",
            f"Check the class that labeling function {names[j]!r} returns.",
        )
    )


def percent(mask: BoolArray) -> str:
    """Return the share of true elements as text."""
    return f"{100 * mask.mean():.1f} %" if len(mask) else "0 %"


def _cells(row: CodeArray, schema: LabelSchema) -> str:
    return "".join(f"<td>{escape(schema.name(int(v)) or '·')}</td>" for v in row)
