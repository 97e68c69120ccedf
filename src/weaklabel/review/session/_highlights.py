"""Highlights: which characters of an item's texts labeling functions matched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf import LabelingFunction
from weaklabel.lf._regex import PatternRule

__all__ = ["Highlight", "Matches", "highlights_of", "matcher", "pattern_matches"]

#: What is searched of a text: matches further on are beyond what anybody reads at a glance.
_SEARCHED = 100_000
#: Highlights of one item at most: more would be paint.
_MOST = 500


class Highlight(NamedTuple):
    """Characters `start` to `end` of a text column that a labeling function matched.

    Counted in code points, `end` not included (``Array.from(text).slice(start, end)`` in
    JavaScript, whose strings count otherwise).
    """

    column: str
    start: int
    end: int
    function: str


#: From the fields of an item, by column, to (column, start, end, function) of what was matched.
Matches: TypeAlias = Callable[[Mapping[str, Any]], Iterable[tuple[str, int, int, str]]]


def pattern_matches(lfs: Sequence[LabelingFunction]) -> Matches:
    """Return the `Matches` of keyword and regex labeling functions; others have no spans.

    Only the first 100,000 characters of a text are searched.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf
    >>> find = pattern_matches([keyword_lf(["free", "win"], "spam", name="prize")])
    >>> [tuple(found) for found in find({"text": "Win a free car"})]
    [('text', 0, 3, 'prize'), ('text', 6, 10, 'prize')]
    """
    rules = [(lf.name, lf.rule) for lf in lfs if isinstance(lf.rule, PatternRule)]

    def find(fields: Mapping[str, Any]) -> Iterator[Highlight]:
        for name, rule in rules:
            text = fields.get(rule.column)
            if isinstance(text, str):
                yield from islice(_found(rule, text, name), _MOST)

    return find


def matcher(matches: Matches | Sequence[LabelingFunction] | None) -> Matches | None:
    """Return `matches`, or the `pattern_matches` of labeling functions; ParameterError otherwise."""
    if matches is None or callable(matches):
        return matches
    if isinstance(matches, Sequence) and all(isinstance(lf, LabelingFunction) for lf in matches):
        return pattern_matches(matches)
    raise ParameterError(
        wrong_value("matches", matches, "a callable, or a list of labeling functions")
    )


def _found(rule: PatternRule, text: str, name: str) -> Iterator[Highlight]:
    is_cut = len(text) > _SEARCHED
    for match in rule.pattern.finditer(text[:_SEARCHED]):
        # Where the text was cut, a match may be none of the whole text.
        if match.end() > match.start() and not (is_cut and match.end() == _SEARCHED):
            yield Highlight(rule.column, match.start(), match.end(), name)


def highlights_of(
    fields: Mapping[str, Any], matches: Matches, functions: Iterable[str] | None, item_id: str
) -> tuple[Highlight, ...]:
    """Return what was matched in the texts of an item, in the order of columns and characters.

    Parameters
    ----------
    fields : mapping of str to object
        The item's values by column.
    matches : callable
        See `Matches`.
    functions : iterable of str or None
        Those that voted on the item: what others matched is left out. None for all.
    item_id : str
        The item, for the message.

    Returns
    -------
    tuple of Highlight
        The first 500.

    Raises
    ------
    ParameterError
        If what `matches` gave is no span of a text of the item.
    """
    wanted = None if functions is None else set(functions)
    order = {column: place for place, column in enumerate(fields)}
    found = {
        _checked(span, fields, item_id)
        for span in matches(fields)
        if wanted is None or span[3] in wanted
    }
    ranked = sorted(found, key=lambda h: (order[h.column], h.start, h.end, h.function))
    return tuple(ranked[:_MOST])


def _checked(span: tuple[str, int, int, str], fields: Mapping[str, Any], item_id: str) -> Highlight:
    column, start, end, function = span
    text = fields.get(column)
    if isinstance(text, str) and 0 <= start < end <= len(text):
        return Highlight(column, int(start), int(end), str(function))
    allowed = "(column, start, end, function) with 0 <= start < end <= length of a text of the item"
    raise ParameterError(
        wrong_value(f"a span that matches gave for item {item_id!r}", tuple(span), allowed)
    )
