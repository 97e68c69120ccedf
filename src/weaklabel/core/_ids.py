"""Item ids: the explicit identity by which results of every stage are joined."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from weaklabel.core._arrays import IntArray, StringArray
from weaklabel.errors import ItemsError

__all__ = ["check_item_ids", "default_item_ids", "match_item_ids"]

STRING = np.dtypes.StringDType()


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
        ids = item_ids
        texts = ids.tolist()
    else:
        texts = [_text(value, i, where) for i, value in enumerate(item_ids)]
        ids = np.array(texts, dtype=STRING)
    if ids.shape != (n_items,):
        raise ItemsError(
            f"{where} has shape {ids.shape}, must be ({n_items},). Give one id for each item."
        )
    seen = set(texts)
    blank = next((text for text in seen if not text.strip()), None)
    if blank is not None:
        raise ItemsError(f"{where}[{texts.index(blank)}] is blank, must be a non-empty text.")
    if len(seen) != n_items:
        raise ItemsError(_duplicates(texts, where))
    ids = ids.view()
    ids.flags.writeable = False
    return ids


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
