"""Item ids: the explicit identity by which results of every stage are joined."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakValueDictionary

import numpy as np

from weaklabel.core._arrays import IntArray, StringArray
from weaklabel.errors import ItemsError

__all__ = ["check_item_ids", "default_item_ids", "has_equal", "id_hashes", "match_item_ids"]

STRING = np.dtypes.StringDType()

#: Ids that are Python texts at a time.
_AT_ONCE = 65_536

#: Arrays of distinct ids, as long as somebody has them. Every noun checks its ids, and a million of
#: them take longer than most of what is done with them. By address: arrays cannot be hashed.
_CHECKED: WeakValueDictionary[int, StringArray] = WeakValueDictionary()


def default_item_ids(n_items: int) -> StringArray:
    """Return the ids "0", "1", … for arrays that come without any."""
    return np.arange(n_items).astype(STRING)


def check_item_ids(
    item_ids: Iterable[object], n_items: int, where: str = "item_ids"
) -> StringArray:
    """Return `item_ids` as a read-only array of distinct, non-empty strings.

    Parameters
    ----------
    item_ids : iterable of str or int
        One id for each item; numbers become their decimal text.
    n_items : int
        How many there must be.
    where : str
        What to call them in messages.

    Returns
    -------
    numpy.ndarray of StringDType, shape (n_items,)

    Raises
    ------
    ItemsError
        If their number is wrong, one is missing or empty, or one occurs twice.
    """
    if isinstance(item_ids, np.ndarray) and item_ids.dtype == STRING:
        if item_ids.shape == (n_items,) and _is_checked(item_ids):
            return item_ids
        ids = item_ids
    else:
        ids = np.array([_text(v, i, where) for i, v in enumerate(item_ids)], dtype=STRING)
    if ids.shape != (n_items,):
        raise ItemsError(
            f"{where} has shape {ids.shape}, must be ({n_items},). Give one id for each item."
        )
    hashes = np.empty(n_items, dtype=np.int64)
    for start in range(0, n_items, _AT_ONCE):
        texts = ids[start : start + _AT_ONCE].tolist()
        if not all(map(str.strip, texts)):
            blank = next(i for i, text in enumerate(texts, start) if not text.strip())
            raise ItemsError(f"{where}[{blank}] is blank, must be a non-empty text.")
        hashes[start : start + _AT_ONCE] = id_hashes(texts)
    if has_equal(hashes) and len(set(ids.tolist())) != n_items:
        raise ItemsError(_duplicates(ids.tolist(), where))
    if (
        ids is not item_ids
    ):  # made here: nobody else can change it, so that its parts are checked too
        ids.flags.writeable = False
        _CHECKED[id(ids)] = ids
    ids = ids.view()
    ids.flags.writeable = False
    _CHECKED[id(ids)] = ids
    return ids


def _is_checked(ids: StringArray) -> bool:
    if _CHECKED.get(id(ids)) is ids:
        return True
    whole = ids.base
    if not isinstance(whole, np.ndarray) or _CHECKED.get(id(whole)) is not whole:
        return False
    repeats = ids.strides[0] == 0 and len(ids) > 1
    return not (repeats or whole.flags.writeable or ids.flags.writeable)


def id_hashes(texts: list[str]) -> IntArray:
    """Return a 64-bit hash of each id, the same within this process only."""
    return np.fromiter(map(hash, texts), np.int64, len(texts))


def has_equal(hashes: IntArray) -> bool:
    """Return whether two of `hashes` are equal, which are sorted by this in place.

    That is what it takes to know that many ids are distinct, at 8 bytes each: a set of
    them takes twenty times as much. If two are equal, the ids themselves have to be compared.
    """
    hashes.sort()
    return bool((hashes[1:] == hashes[:-1]).any())


def match_item_ids(wanted: StringArray, present: StringArray, what: str) -> IntArray:
    """Return the position in `present` of every id in `wanted`.

    Parameters
    ----------
    wanted, present : numpy.ndarray of StringDType
        Ids without repetitions.
    what : str
        What `present` belongs to, for the message ("soft labels").

    Returns
    -------
    numpy.ndarray of int64, shape (len(wanted),)

    Raises
    ------
    ItemsError
        If a wanted id is not present.
    """
    if len(wanted) == len(present) and bool(np.all(wanted == present)):
        return np.arange(len(wanted))
    place = {key: i for i, key in enumerate(present.tolist())}
    found = [place.get(key, -1) for key in wanted.tolist()]
    missing = [key for key, i in zip(wanted.tolist(), found, strict=True) if i < 0]
    if missing:
        raise ItemsError(
            f"{len(missing)} of {len(wanted)} item ids are not among the {what}, "
            f"for example {missing[0]!r}. Use {what} made from the same items."
        )
    return np.array(found, dtype=np.int64)


def _text(value: object, i: int, where: str) -> str:
    if value is None or value != value:
        raise ItemsError(
            f"{where}[{i}] is missing, must be a non-empty text. Give every item an id."
        )
    return value if isinstance(value, str) else str(value)


def _duplicates(texts: list[str], where: str) -> str:
    first: dict[str, int] = {}
    repeats = [(i, t) for i, t in enumerate(texts) if first.setdefault(t, i) != i]
    i, text = repeats[0]
    return (
        f"{where} has {len(repeats)} duplicates, for example {text!r} at positions {first[text]} and {i}. "
        "Item ids must be distinct: choose another id column, or leave it out to use content hashes."
    )
