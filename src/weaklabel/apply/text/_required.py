"""required_literals: texts of which one must be in whatever a regular expression matches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from weaklabel.apply.text._fold import fold, is_neutral_code
from weaklabel.apply.text._parsed import parsed_pattern

__all__ = ["exact_literals", "required_literals"]

#: Alternatives of one place that are written out; more are searched no faster than by `re`.
_MOST_ALTERNATIVES = 256
#: Characters of one alternative that are written out.
_LONGEST = 64
#: A shorter literal is in too many texts to be worth a search, unless it is a sign such as "$".
_SHORTEST = 2


class _Part(NamedTuple):
    """What is known of a piece of a pattern.

    `exact` are all folded texts that it can match, or None where they are not known; one of
    `needed` must be in whatever it matches, None where nothing is known.
    """

    exact: frozenset[str] | None
    needed: frozenset[str] | None


_EMPTY = _Part(frozenset([""]), None)
_ANYTHING = _Part(None, None)


@lru_cache(maxsize=4096)
def required_literals(pattern: str, flags: int) -> tuple[str, ...]:
    r"""Return folded literals of which one is in every folded text that `pattern` is found in.

    Parameters
    ----------
    pattern : str
        A regular expression that compiles.
    flags : int
        Its flags.

    Returns
    -------
    tuple of str
        Sorted, each of at least two characters or a single sign; empty where
        none can be shown to be needed.

    Notes
    -----
    Read off the parsed pattern, whatever its flags: a literal that must be
    there as it is must also be there folded. Anchors and lookaround take no
    room and are passed over; what they ask for in addition is left to `re`.

    Examples
    --------
    >>> import re
    >>> required_literals(r"https?://\S+", 0)
    ('http://', 'https://')
    >>> required_literals(r"\b(?:love|like)s?\b", re.IGNORECASE)
    ('like', 'love')
    >>> required_literals(r"\d{3,}", 0)
    ()
    """
    parsed = parsed_pattern(pattern, flags)
    if parsed is None:
        return ()
    try:
        part = _of_sequence(parsed)
    except RecursionError:
        return ()
    found = _better(part.exact, part.needed)
    return tuple(sorted(_without_redundant(found))) if _is_usable(found) else ()


def exact_literals(nodes: Iterable[Any]) -> tuple[str, ...] | None:
    """Return the folded texts that pieces of a parsed pattern can match, None if not known.

    Parameters
    ----------
    nodes : iterable
        Pieces one after the other. Their anchors and lookaround are passed over.
    """
    exact = _of_sequence(nodes).exact
    return None if exact is None else tuple(sorted(exact))


def _of_sequence(nodes: Iterable[Any]) -> _Part:
    """Return what is known of pieces one after the other."""
    run, needed, is_exact = frozenset([""]), None, True
    for node in nodes:
        part = _of_node(str(node[0]), node[1])
        joined = None if part.exact is None else _crossed(run, part.exact)
        if joined is not None:
            run = joined
            continue
        is_exact = False
        needed = _better(_better(needed, run), part.needed)
        run = frozenset([""]) if part.exact is None else part.exact
    return _Part(run, None) if is_exact else _Part(None, _better(needed, run))


def _of_node(name: str, argument: Any) -> _Part:
    match name:
        case "LITERAL":
            return _exactly([chr(argument)])
        case "IN":
            return _of_set(argument)
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return _EMPTY
        case "SUBPATTERN":
            return _of_sequence(argument[-1])
        case "ATOMIC_GROUP":
            return _of_sequence(argument)
        case "BRANCH":
            return _of_branches([_of_sequence(branch) for branch in argument[1]])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _of_repeat(*argument)
    return _ANYTHING


def _of_set(members: Sequence[Any]) -> _Part:
    if len(members) <= _MOST_ALTERNATIVES and all(str(m[0]) == "LITERAL" for m in members):
        return _exactly(chr(member[1]) for member in members)
    return _ANYTHING


def _of_branches(parts: Sequence[_Part]) -> _Part:
    exact: frozenset[str] | None = frozenset()
    needed: frozenset[str] | None = frozenset()
    for part in parts:
        best = _better(part.exact, part.needed)
        exact = None if exact is None or part.exact is None else exact | part.exact
        needed = None if needed is None or not _is_usable(best) else needed | (best or frozenset())
    if exact is not None and len(exact) <= _MOST_ALTERNATIVES:
        return _Part(exact, None)
    return _Part(None, needed)


def _of_repeat(least: int, most: int, nodes: Any) -> _Part:
    part = _of_sequence(nodes)
    if least == 0:
        optional = part.exact is not None and most == 1
        return _Part(part.exact | {""}, None) if optional and part.exact else _ANYTHING
    repeated: frozenset[str] | None = frozenset([""])
    for _ in range(min(int(least), _LONGEST)):
        longer = None if repeated is None or part.exact is None else _crossed(repeated, part.exact)
        if longer is None:
            return _Part(None, _better(_better(part.exact, part.needed), repeated))
        repeated = longer
    if least == most and least <= _LONGEST:
        return _Part(repeated, None)
    return _Part(None, repeated)


def _exactly(texts: Iterable[str]) -> _Part:
    return _Part(frozenset(map(fold, texts)), None)


def _crossed(first: frozenset[str], second: frozenset[str]) -> frozenset[str] | None:
    """Return each of `first` followed by each of `second`, None where that is too much."""
    if len(first) * len(second) > _MOST_ALTERNATIVES:
        return None
    crossed = frozenset(a + b for a, b in product(first, second))
    return None if max(map(len, crossed), default=0) > _LONGEST else crossed


def _better(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    """Return the set whose shortest literal is longer; of two alike the smaller set."""
    return max(first, second, key=_worth)


def _worth(literals: frozenset[str] | None) -> tuple[int, int]:
    if not literals:
        return (-1, 0)
    return (min(map(len, literals)), -len(literals))


def _is_usable(literals: frozenset[str] | None) -> bool:
    return bool(literals) and all(
        len(literal) >= _SHORTEST or (len(literal) == 1 and is_neutral_code(ord(literal)))
        for literal in literals or ()
    )


def _without_redundant(literals: frozenset[str] | None) -> list[str]:
    """Return the literals that hold no other one: where one is found, so is what it holds."""
    shortest_first = sorted(literals or (), key=len)
    kept: list[str] = []
    for literal in shortest_first:
        if not any(other in literal for other in kept):
            kept.append(literal)
    return kept
