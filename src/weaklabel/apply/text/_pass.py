"""find_texts: on which distinct texts of a column each keyword and regex rule votes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np

from weaklabel.apply.text._engine import Engine, search_engine_for
from weaklabel.apply.text._folded import FoldedTexts
from weaklabel.apply.text._forms import TextForms
from weaklabel.apply.text._needles import Needles, needles_of
from weaklabel.apply.text._plain import PlainTexts
from weaklabel.apply.text._re2 import re2_pattern
from weaklabel.apply.text._search import Needle, Pairs, search
from weaklabel.core import BoolArray, IntArray
from weaklabel.lf._regex import PatternRule

__all__ = ["FoundTexts", "find_texts"]

#: Literals times texts up to which pairs are noted in a table of that many bytes.
_LARGEST_TABLE = 1 << 27
#: Texts below which asking Python's `re` is over before RE2 would have begun.
_WORTH_RE2 = 256


class FoundTexts(NamedTuple):
    """On which texts one rule votes.

    Attributes
    ----------
    texts : numpy.ndarray of int64
        Positions of distinct texts, ascending.
    seconds : float
        Wall time: its part of what was shared, and what it took by itself.
    """

    texts: IntArray
    seconds: float


def find_texts(
    rules: Sequence[PatternRule], forms: TextForms, engine: Engine | None = None
) -> list[FoundTexts]:
    """Return for each rule the distinct texts on which it votes.

    Parameters
    ----------
    rules : sequence of PatternRule
        Keywords and patterns that read this column.
    forms : TextForms
        The column.
    engine : {"polars", "ahocorasick", "pyarrow"}, optional
        By default the fastest that is installed. The result is the same.

    Notes
    -----
    The literals of all rules are searched in one pass over the folded texts.
    Where a keyword does not ask for case, that decides; else the rule's own
    pattern is asked, but only where a literal was found. A rule without
    literals asks its pattern on every text. A pattern that RE2 shares with
    Python is asked by RE2 on plain texts; all else is left to Python's `re`.
    """
    start = perf_counter()
    needles = [needles_of(rule) for rule in rules]
    folded, candidates = _candidates(needles, forms, engine)
    n_shared = max(sum(bool(needle.needles) for needle in needles), 1)
    shared = (perf_counter() - start) / n_shared
    found = []
    for rule, needle, candidate in zip(rules, needles, candidates, strict=True):
        start = perf_counter()
        chosen = _decided(rule, needle, candidate, folded, forms)
        own = perf_counter() - start
        found.append(FoundTexts(chosen, own + (shared if needle.needles else 0.0)))
    return found


def _matching(forms: TextForms, rule: PatternRule, places: IntArray | None) -> IntArray:
    """Return those of `places`, or of all texts, in which the pattern is found."""
    asked = np.arange(len(forms.distinct.texts)) if places is None else places
    translated = re2_pattern(rule.pattern.pattern, int(rule.pattern.flags))
    if translated is None or len(asked) < _WORTH_RE2:
        return _by_python(forms, rule, asked)
    is_plain = forms.plain.is_plain[asked]
    found = _by_re2(translated, forms.plain, asked[is_plain])
    if found is None:
        return _by_python(forms, rule, asked)
    return np.sort(np.concatenate([found, _by_python(forms, rule, asked[~is_plain])]))


def _by_python(forms: TextForms, rule: PatternRule, asked: IntArray) -> IntArray:
    texts, search = forms.as_list, rule.pattern.search
    found = [i for i in asked.tolist() if search(texts[i]) is not None]
    return np.array(found, dtype=np.int64)


def _by_re2(pattern: str, plain: PlainTexts, asked: IntArray) -> IntArray | None:
    """Return where RE2 finds it, None if it is too large for RE2."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = plain.texts if len(asked) == len(plain.texts) else plain.texts.take(pa.array(asked))
    try:
        found = pc.match_substring_regex(texts, pattern)
    except pa.ArrowInvalid:
        return None
    mask: BoolArray = found.to_numpy(zero_copy_only=False)
    return np.asarray(asked[mask])


def _candidates(
    needles: Sequence[Needles], forms: TextForms, engine: Engine | None
) -> tuple[FoldedTexts | None, list[IntArray]]:
    """Return the folded texts, and for each rule those in which one of its literals is."""
    place: dict[Needle, int] = {}
    for one in needles:
        for needle in one.needles:
            place.setdefault(needle, len(place))
    if not place:
        return None, [np.empty(0, dtype=np.int64)] * len(needles)
    folded, distinct = forms.folded, forms.distinct
    pairs = search(folded.texts, list(place), engine or search_engine_for(distinct.n_bytes))
    owners = [[place[needle] for needle in one.needles] for one in needles]
    return folded, _by_owner(pairs, owners, len(place), len(distinct.texts))


def _by_owner(
    pairs: Pairs, owners: Sequence[Sequence[int]], n_needles: int, n_texts: int
) -> list[IntArray]:
    """Return for each rule the distinct texts in which one of its literals is."""
    if n_needles * n_texts <= _LARGEST_TABLE:
        table = np.zeros((n_needles, n_texts), dtype=np.bool_)
        table[pairs.needles, pairs.texts] = True
        return [np.flatnonzero(table[list(owned)].any(axis=0)) for owned in owners]
    keys = np.unique(pairs.needles * n_texts + pairs.texts)
    edges = np.searchsorted(keys, np.arange(n_needles + 1) * n_texts)
    nothing = np.empty(0, dtype=np.int64)
    return [
        np.unique(
            np.concatenate([nothing, *(keys[edges[k] : edges[k + 1]] for k in owned)]) % n_texts
        )
        for owned in owners
    ]


def _decided(
    rule: PatternRule,
    needles: Needles,
    candidates: IntArray,
    folded: FoldedTexts | None,
    forms: TextForms,
) -> IntArray:
    if folded is None or not needles.needles:
        return _matching(forms, rule, None)
    doubtful = folded.doubtful
    if len(doubtful) and any(needle.before or needle.after for needle in needles.needles):
        candidates = np.union1d(candidates, doubtful)
        sure = np.setdiff1d(candidates, doubtful, assume_unique=True)
        if needles.decide:
            return np.union1d(sure, _matching(forms, rule, doubtful))
    return candidates if needles.decide else _matching(forms, rule, candidates)
