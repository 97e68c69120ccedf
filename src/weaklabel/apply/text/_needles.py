"""Needles: the literals by which the texts are found that a declared labeling function votes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from weaklabel.apply.text._boundaries import is_word_end
from weaklabel.apply.text._fold import fold
from weaklabel.apply.text._parsed import parsed_pattern
from weaklabel.apply.text._required import exact_literals, required_literals
from weaklabel.apply.text._search import Needle
from weaklabel.lf._regex import PatternRule

__all__ = ["Needles", "needles_of"]

#: What a pattern may be made of to be no more than a list of literals.
_PLAIN = frozenset(["LITERAL", "IN", "SUBPATTERN", "BRANCH", "MAX_REPEAT", "MIN_REPEAT"])


@dataclass(frozen=True, slots=True)
class Needles:
    """Literals without one of which a rule cannot vote on a text.

    Parameters
    ----------
    needles : tuple of Needle
        Distinct; empty where no literal can be shown to be needed.
    decide : bool
        Whether finding one is all, so that the pattern need not be asked.
    """

    needles: tuple[Needle, ...]
    decide: bool


def needles_of(rule: PatternRule) -> Needles:
    r"""Return the literals of a keyword or regex rule.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf, regex_lf
    >>> needles_of(keyword_lf("Win", "spam").rule)
    Needles(needles=(Needle(text='win', before=True, after=True),), decide=True)
    >>> needles_of(regex_lf(r"\bsubs?", "spam").rule).needles
    (Needle(text='sub', before=True, after=False), Needle(text='subs', before=True, after=False))
    >>> needles_of(regex_lf(r"https?://\S+", "spam").rule).decide
    False
    """
    if rule.kind != "keyword":
        return _of_pattern(rule.pattern.pattern, int(rule.pattern.flags))
    is_word = rule.settings["match"] == "word"
    words = dict.fromkeys(map(fold, rule.settings["keywords"]))
    needles = tuple(Needle(word, is_word, is_word) for word in words)
    return Needles(needles, decide=not rule.settings["case_sensitive"])


@lru_cache(maxsize=4096)
def _of_pattern(pattern: str, flags: int) -> Needles:
    found = _all_of(pattern, flags)
    if found:
        return Needles(tuple(dict.fromkeys(found)), decide=True)
    needed = required_literals(pattern, flags)
    return Needles(tuple(Needle(text) for text in needed), decide=False)


def _all_of(pattern: str, flags: int) -> list[Needle] | None:
    r"""Return the needles that say all of a pattern, None if it says more.

    Such a pattern ignores case and lists literals, with or without ``\b`` at their ends.
    """
    parsed = parsed_pattern(pattern, flags)
    if parsed is None or not flags & re.IGNORECASE or flags & re.ASCII:
        return None
    try:
        parts = [_of_alternative(list(nodes)) for nodes in _alternatives(parsed)]
    except RecursionError:
        return None
    return None if None in parts else [needle for part in parts for needle in part or ()]


def _alternatives(parsed: Sequence[Any]) -> Iterable[Iterable[Any]]:
    if len(parsed) == 1 and str(parsed[0][0]) == "BRANCH":
        return parsed[0][1][1]  # type: ignore[no-any-return]  # of a parser without types
    return [parsed]


def _of_alternative(nodes: list[Any]) -> list[Needle] | None:
    before, after = (len(nodes) > 1 and _is_boundary(nodes[end]) for end in (0, -1))
    inner = nodes[before : len(nodes) - after]
    literals = exact_literals(inner) if all(map(_is_plain, _all_nodes(inner))) else None
    if literals is None or "" in literals:
        return None
    for literal in literals:  # beside another character, a boundary asks for a letter
        if (before and not is_word_end(literal[0])) or (after and not is_word_end(literal[-1])):
            return None
    return [Needle(literal, before, after) for literal in literals]


def _is_boundary(node: Any) -> bool:
    return str(node[0]) == "AT" and str(node[1]) == "AT_BOUNDARY"


def _is_plain(node: Any) -> bool:
    if str(node[0]) == "SUBPATTERN":
        _, added, removed, _ = node[1]
        return not added and not removed  # no flags of its own
    return str(node[0]) in _PLAIN


def _all_nodes(nodes: Iterable[Any]) -> Iterator[Any]:
    """Yield the pieces of a parsed pattern and all that is inside them."""
    for node in nodes:
        yield node
        name, argument = str(node[0]), node[1]
        if name in ("SUBPATTERN", "MAX_REPEAT", "MIN_REPEAT"):
            yield from _all_nodes(argument[-1])
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _all_nodes(branch)
