"""grouped_split: train, valid and test parts, even in every class, that share no group."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray, StringArray
from weaklabel.core._check import check_fraction, check_int
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["UNLABELED", "check_splits", "grouped_split"]

#: What items in no split are filed under; no split may have this name.
UNLABELED = "unlabeled"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def grouped_split(
    labels: npt.ArrayLike,
    groups: npt.ArrayLike,
    item_ids: StringArray,
    splits: Mapping[str, float],
    *,
    seed: int = 0,
) -> IntArray:
    """Return for each item the position of its split, the same for all items of a group.

    Each split gets its share of every class as nearly as whole groups allow.
    The order of the rows, the numbers of the groups and the order of `splits`
    make no difference; the ids of the items and the seed do.

    Parameters
    ----------
    labels : array_like of int, shape (n_items,)
        Class codes; items of -1 are left out.
    groups : array_like of int, shape (n_items,)
        Items with the same number stay together.
    item_ids : numpy.ndarray of StringDType, shape (n_items,)
        Distinct ids.
    splits : mapping of str to float
        Share of each split; they sum to 1.
    seed : int
        Seed of the order in which groups are dealt out.

    Returns
    -------
    numpy.ndarray of int64, shape (n_items,)
        Position in the order of `splits`; -1 for items that are left out.

    Raises
    ------
    ParameterError
        If `splits` is no partition, or a name is no plain word.

    Notes
    -----
    Groups of several items are placed first, the largest before the others,
    each where it does most against the squared distance to the wanted counts
    (of every class, relative to its size, and of all). Single items then fill
    what is missing, class by class; rounding errors are carried from class to
    class, so that many rare classes do not all end in the largest split.

    Examples
    --------
    >>> ids = np.arange(8).astype(np.dtypes.StringDType())
    >>> parts = grouped_split([0, 0, 0, 0, 1, 1, 1, 1], range(8), ids, {"train": 0.5, "test": 0.5})
    >>> [np.bincount(parts[:4]).tolist(), np.bincount(parts[4:]).tolist()]
    [[2, 2], [2, 2]]
    """
    check_splits(splits)
    check_int("seed", seed, 0)
    codes = np.asarray(labels, dtype=np.int64)
    names = sorted(splits, key=lambda name: (-splits[name], name))
    shares = np.array([splits[name] for name in names])
    kept = np.flatnonzero(codes >= 0)
    out = np.full(len(codes), -1, dtype=np.int64)
    if not len(kept):
        return out
    _, member = np.unique(np.asarray(groups)[kept], return_inverse=True)
    counts = _count(member, codes[kept])
    order = _group_order(member, [str(key) for key in item_ids[kept].tolist()], seed)
    assigned = _assign(counts, order, shares)
    position = np.array([list(splits).index(name) for name in names])
    out[kept] = position[assigned[member]]
    return out


def check_splits(splits: Mapping[str, float]) -> None:
    """Raise ParameterError unless `splits` maps plain names to shares that sum to 1."""
    advice = "For example {'train': 0.8, 'valid': 0.1, 'test': 0.1}."
    if not splits:
        raise ParameterError(wrong_value("splits", splits, "one split or more", advice))
    for name, share in splits.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name == UNLABELED:
            allowed = f"a word of letters, digits, - and _ other than {UNLABELED!r}"
            raise ParameterError(wrong_value("name of a split", name, allowed, advice))
        check_fraction(f"splits[{name!r}]", share, advice)
    total = sum(splits.values())
    if abs(total - 1) > 1e-9:
        raise ParameterError(wrong_value("sum of splits", round(total, 9), "1", advice))


def _count(member: IntArray, codes: IntArray) -> IntArray:
    """Return the number of items of each class in each group, (n_groups, n_classes)."""
    n_groups, n_classes = int(member.max()) + 1, int(codes.max()) + 1
    flat = np.bincount(member * n_classes + codes, minlength=n_groups * n_classes)
    return flat.reshape(n_groups, n_classes)


def _group_order(member: IntArray, ids: list[str], seed: int) -> IntArray:
    """Return the groups in the order of the hash of the seed and their smallest id."""
    smallest: dict[int, str] = {}
    for group, key in zip(member.tolist(), ids, strict=True):
        if group not in smallest or key < smallest[group]:
            smallest[group] = key
    salt = f"{seed}:".encode()
    digests = [
        hashlib.sha256(salt + smallest[g].encode("utf-8", "surrogatepass")).digest()
        for g in range(len(smallest))
    ]
    return np.array(sorted(range(len(digests)), key=digests.__getitem__), dtype=np.int64)


def _assign(counts: IntArray, order: IntArray, shares: FloatArray) -> IntArray:
    """Return the split of each group; `need` is what each split still lacks of each class."""
    sizes = counts.sum(axis=1)
    need = shares[:, None] * counts.sum(axis=0)
    weights = 1 / np.maximum(counts.sum(axis=0), 1)
    assigned = np.zeros(len(counts), dtype=np.int64)
    several = order[sizes[order] > 1]
    for group in several[np.argsort(-sizes[several], kind="stable")]:
        of_classes = need @ (weights * counts[group])
        of_all = need.sum(axis=1) * (sizes[group] / sizes.sum())
        best = int(np.argmax((of_classes + of_all).round(9)))
        assigned[group] = best
        need[best] -= counts[group]
    single = order[sizes[order] == 1]
    _deal(assigned, single, counts[single].argmax(axis=1), need)
    return assigned


def _deal(assigned: IntArray, single: IntArray, codes: IntArray, need: FloatArray) -> None:
    """Give the single items of each class, in order, to the splits that lack some."""
    carried = np.zeros(len(need))
    present, frequency = np.unique(codes, return_counts=True)
    for y in present[np.lexsort((present, frequency))]:
        mine = single[codes == y]
        wanted = np.maximum(need[:, y], 0)
        wanted = wanted * (len(mine) / wanted.sum()) if wanted.sum() > 0 else wanted
        quota = np.floor(wanted + 1e-9).astype(np.int64)
        for _ in range(len(mine) - int(quota.sum())):
            quota[np.argmax((wanted - quota + carried).round(9))] += 1
        carried += wanted - quota
        assigned[mine] = np.repeat(np.arange(len(need)), quota)
