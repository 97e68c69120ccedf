"""search: which of many literals are in which texts, by the library that is at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from weaklabel.apply.text._boundaries import free_after, free_before, holds, is_word_end
from weaklabel.apply.text._engine import Engine
from weaklabel.apply.text._folded import bytes_of
from weaklabel.core import IntArray

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Needle", "Pairs", "search"]

#: A text of more bytes is searched for one literal after the other, up to the first place.
_LONG = 65_536
#: Occurrences that may be in memory at a time; each takes about 50 bytes.
_MOST_OCCURRENCES = 4_000_000
#: Where more literals are ends of one another, their occurrences are too many to report.
_MOST_NESTED = 32


class Needle(NamedTuple):
    r"""A literal to search for.

    Attributes
    ----------
    text : str
        Folded, not empty.
    before, after : bool
        Whether it counts only where none of ``\w`` stands before it, after it.
    """

    text: str
    before: bool = False
    after: bool = False


class Pairs(NamedTuple):
    """Which literals are in which texts; a pair may come more than once.

    Attributes
    ----------
    texts, needles : numpy.ndarray of int64, shape (n_pairs,)
        Positions.
    """

    texts: IntArray
    needles: IntArray


def search(texts: pa.LargeStringArray, needles: Sequence[Needle], engine: Engine) -> Pairs:
    """Return the pairs of a text and a literal that is in it.

    Parameters
    ----------
    texts : pyarrow.LargeStringArray
        Folded, without nulls.
    needles : sequence of Needle
        Distinct.
    engine : {"polars", "ahocorasick", "pyarrow"}
        The library; the pairs are the same.

    Notes
    -----
    One Aho-Corasick automaton of all literals reads each text once and reports
    every occurrence, also overlapping ones, so that its time grows with their
    number. Literals of one character are in nearly every text many times and
    are therefore searched one by one up to the first occurrence, and so are
    all literals in texts of more than 64 KiB, and all of which more than 32 are
    ends of one another. The texts are taken in slices in which there cannot be
    more than four million occurrences.
    """
    if not needles or not len(texts):
        return _joined([])
    _, offsets = bytes_of(texts)
    is_long = np.diff(offsets) > _LONG
    dense = [k for k, needle in enumerate(needles) if len(needle.text) == 1 and not any(needle[1:])]
    sparse = sorted(set(range(len(needles))) - set(dense))
    chosen = tuple(needles[k] for k in sparse)
    parts = [_one_by_one(texts, needles, dense)]
    if is_long.any():
        parts.append(_in_long(texts, np.flatnonzero(is_long), needles, sparse))
        texts = _blanked(texts, is_long)
        _, offsets = bytes_of(texts)
    most = _most_at_one_place(chosen)
    if engine == "pyarrow" or most > _MOST_NESTED:
        parts.append(_one_by_one(texts, needles, sparse))
    elif chosen:
        find = _by_polars if engine == "polars" else _by_ahocorasick
        places = np.asarray(sparse)
        for start, stop in _slices(offsets, _MOST_OCCURRENCES // most):
            found = find(texts.slice(start, stop - start), chosen)
            parts.append(Pairs(found.texts + start, places[found.needles]))
    return _joined(parts)


def _by_polars(texts: pa.LargeStringArray, needles: tuple[Needle, ...]) -> Pairs:
    import polars as pl

    column: Any = pl.from_arrow(texts)  # a Series, which its annotation leaves open
    parts: list[Pairs] = []
    for is_bounded in (False, True):
        chosen = [needle for needle in needles if any(needle[1:]) == is_bounded]
        if not chosen:
            continue
        words = list(dict.fromkeys(needle.text for needle in chosen))
        found = column.str.extract_many(words, overlapping=True)
        counts = found.list.len().fill_null(0).to_numpy()
        rows = np.repeat(np.arange(len(texts)), counts)
        matched = found.explode().drop_nulls().cast(pl.Enum(words)).to_physical().to_numpy()
        if is_bounded:  # the same occurrences in the same order, as places
            starts = column.filter(counts > 0).str.find_many(words, overlapping=True)
            starts = starts.explode().drop_nulls().to_numpy()
            parts += _bounded(texts, needles, words, rows, matched, starts)
        else:
            places = _places(needles, words, before=False, after=False)
            parts.append(_named(rows, matched, places))
    return _joined(parts)


def _bounded(
    texts: pa.LargeStringArray,
    needles: Sequence[Needle],
    words: list[str],
    rows: IntArray,
    matched: IntArray,
    starts: IntArray,
) -> Iterator[Pairs]:
    r"""Yield the occurrences that count as those of a needle that no ``\w`` may touch."""
    data, offsets = bytes_of(texts)
    begins = offsets[rows] + starts
    ends = begins + np.array([len(word.encode()) for word in words])[matched]
    is_free = {
        True: free_before(data, begins, offsets[rows]),
        False: free_after(data, ends, offsets[rows + 1]),
    }
    for before, after in ((True, True), (True, False), (False, True)):
        counts = (is_free[True] | (not before)) & (is_free[False] | (not after))
        places = _places(needles, words, before=before, after=after)
        yield _named(rows[counts], matched[counts], places)


def _by_ahocorasick(texts: pa.LargeStringArray, needles: tuple[Needle, ...]) -> Pairs:
    automaton = _automaton(needles)
    rows: list[int] = []
    found: list[int] = []
    for i, text in enumerate(texts.to_pylist()):
        for last, (length, kinds) in automaton.iter(text):
            for k, before, after in kinds:
                start = last - length + 1
                if before and start and is_word_end(text[start - 1]):
                    continue
                if after and is_word_end(text[last + 1 : last + 2]):
                    continue
                rows.append(i)
                found.append(k)
    return Pairs(np.array(rows, dtype=np.int64), np.array(found, dtype=np.int64))


@lru_cache(maxsize=8)
def _automaton(needles: tuple[Needle, ...]) -> Any:
    import ahocorasick

    kinds: dict[str, list[tuple[int, bool, bool]]] = {}
    for k, needle in enumerate(needles):
        kinds.setdefault(needle.text, []).append((k, needle.before, needle.after))
    automaton = ahocorasick.Automaton()
    for word, found in kinds.items():
        automaton.add_word(word, (len(word), found))
    automaton.make_automaton()
    return automaton


def _one_by_one(
    texts: pa.LargeStringArray, needles: Sequence[Needle], chosen: Sequence[int]
) -> Pairs:
    import pyarrow.compute as pc

    parts = []
    for k in chosen:
        needle = needles[k]
        rows = np.flatnonzero(pc.match_substring(texts, needle.text).to_numpy(zero_copy_only=False))
        if any(needle[1:]):
            rows = rows[[holds(text, *needle) for text in texts.take(rows).to_pylist()]]
        parts.append(Pairs(rows, np.full(len(rows), k)))
    return _joined(parts)


def _in_long(
    texts: pa.LargeStringArray, rows: IntArray, needles: Sequence[Needle], chosen: Sequence[int]
) -> Pairs:
    found = [
        (i, k)
        for i in rows.tolist()
        for text in [texts[i].as_py()]
        for k in chosen
        if holds(text, *needles[k])
    ]
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return Pairs(pairs[:, 0], pairs[:, 1])


def _blanked(texts: pa.LargeStringArray, mask: Any) -> pa.LargeStringArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.replace_with_mask(texts, pa.array(mask), pa.scalar("", pa.large_string()))


def _places(needles: Sequence[Needle], words: list[str], *, before: bool, after: bool) -> IntArray:
    """Return for each word the position of its needle of that kind, -1 where there is none."""
    known = {needle.text: k for k, needle in enumerate(needles) if needle[1:] == (before, after)}
    return np.array([known.get(word, -1) for word in words], dtype=np.int64)


def _named(rows: IntArray, matched: IntArray, places: IntArray) -> Pairs:
    found = places[matched]
    return Pairs(rows[found >= 0], found[found >= 0])


def _most_at_one_place(needles: Sequence[Needle]) -> int:
    """Return how many literals can end at one place: those that are ends of the same one."""
    words = {needle.text for needle in needles}
    nested = (sum(word[i:] in words for i in range(len(word))) for word in words)
    return max(nested, default=1)


def _slices(offsets: IntArray, n_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield slices of texts that hold at most `n_bytes`, or are of one text."""
    start, n_texts = 0, len(offsets) - 1
    while start < n_texts:
        stop = int(np.searchsorted(offsets, offsets[start] + n_bytes, side="right")) - 1
        stop = min(max(stop, start + 1), n_texts)
        yield start, stop
        start = stop


def _joined(parts: Sequence[Pairs]) -> Pairs:
    empty = [np.empty(0, dtype=np.int64)]
    return Pairs(
        np.concatenate([*(part.texts for part in parts), *empty]),
        np.concatenate([*(part.needles for part in parts), *empty]),
    )
