"""re2_pattern: a regular expression of Python's for RE2, where both find the same in plain texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from weaklabel.apply.text._parsed import parsed_pattern
from weaklabel.apply.text._plain import PLACEHOLDER

__all__ = ["re2_pattern"]

#: RE2 unrolls repeats, and refuses more than a thousand.
_MOST_REPEATS = 200
_ASCII = range(128)
_CATEGORIES = {
    "CATEGORY_DIGIT": (r"\d", False),
    "CATEGORY_NOT_DIGIT": (r"\d", True),
    "CATEGORY_SPACE": (r"\s", False),
    "CATEGORY_NOT_SPACE": (r"\s", True),
    "CATEGORY_WORD": (r"\w", False),
    "CATEGORY_NOT_WORD": (r"\w", True),
}


class _OtherMeaningError(Exception):
    """RE2 cannot say it, or would mean something else."""


@lru_cache(maxsize=1024)
def re2_pattern(pattern: str, flags: int) -> str | None:
    r"""Return the pattern that RE2 finds in a plain text exactly where `re` finds `pattern`.

    Parameters
    ----------
    pattern : str
        A regular expression that compiles.
    flags : int
        Its flags.

    Returns
    -------
    str or None
        None for lookaround, references, possessive repeats, characters beyond
        ASCII and whatever else the two do not share.

    Notes
    -----
    Every set of characters is written out as ASCII, with both cases where case
    does not count, so that nothing depends on what RE2 takes for a word, a
    space or a capital. Whether a pattern is found does not depend on the order
    in which an engine tries alternatives, only where.

    Examples
    --------
    >>> re2_pattern(r"\d{4}$", 0)
    '[\\x{30}-\\x{39}]{4}\\z'
    >>> re2_pattern(r"(.)\1", 0) is None
    True
    """
    parsed = parsed_pattern(pattern, flags)
    if parsed is None:
        return None
    try:
        return _sequence(parsed, flags)
    except (_OtherMeaningError, RecursionError):
        return None


def _sequence(nodes: Iterable[Any], flags: int) -> str:
    return "".join(_node(str(node[0]), node[1], flags) for node in nodes)


def _node(name: str, argument: Any, flags: int) -> str:
    match name:
        case "LITERAL":
            return _written(_of_literal(argument, flags))
        case "NOT_LITERAL":
            return _written(frozenset(_ASCII) - _of_literal(argument, flags))
        case "ANY":
            return _written(frozenset(_ASCII) - (frozenset() if flags & re.DOTALL else {10}))
        case "IN":
            return _written(_of_set(argument, flags))
        case "AT":
            return _anchor(str(argument), flags)
        case "SUBPATTERN":
            _, added, removed, inner = argument
            if added & re.UNICODE:
                flags &= ~re.ASCII
            return f"(?:{_sequence(inner, (flags | added) & ~removed)})"
        case "BRANCH":
            return f"(?:{'|'.join(_sequence(branch, flags) for branch in argument[1])})"
        case "MAX_REPEAT" | "MIN_REPEAT":
            return _repeat(argument[0], argument[1], argument[2], flags)
    raise _OtherMeaningError(name)


def _repeat(least: Any, most: Any, nodes: Any, flags: int) -> str:
    inner = _sequence(nodes, flags)
    body = (
        inner
        if len(nodes) == 1 and str(nodes[0][0]) in ("LITERAL", "IN", "ANY")
        else f"(?:{inner})"
    )
    endless = str(most) == "MAXREPEAT"
    if int(least) > _MOST_REPEATS or not (endless or int(most) <= _MOST_REPEATS):
        raise _OtherMeaningError("a long repeat")
    if endless:
        return body + {0: "*", 1: "+"}.get(int(least), f"{{{int(least)},}}")
    return f"{body}{{{int(least)}}}" if least == most else f"{body}{{{int(least)},{int(most)}}}"


def _anchor(name: str, flags: int) -> str:
    match name:
        case "AT_BEGINNING" if flags & re.MULTILINE:
            return "(?m:^)"
        case "AT_BEGINNING" | "AT_BEGINNING_STRING":
            return r"\A"
        case "AT_END" if flags & re.MULTILINE:
            return "(?m:$)"
        case "AT_END" | "AT_END_STRING":
            return r"\z"
        case "AT_BOUNDARY":
            return r"\b"
    raise _OtherMeaningError(name)


def _of_literal(code: int, flags: int) -> frozenset[int]:
    if code >= 128 or code == PLACEHOLDER:
        raise _OtherMeaningError("a character that plain texts do not show")
    character = chr(code)
    cases = {character.lower(), character.upper()} if flags & re.IGNORECASE else {character}
    return frozenset(map(ord, cases))


def _of_set(members: Sequence[Any], flags: int) -> frozenset[int]:
    """Return the ASCII characters of a set, in which the placeholder must be as what it is for."""
    found: set[int] = set()
    others = False  # whether all characters beyond ASCII that the placeholder stands for are in it
    negated = str(members[0][0]) == "NEGATE"
    for kind, argument in members[negated:]:
        match str(kind):
            case "LITERAL":
                found |= _of_literal(argument, flags)
            case "RANGE":
                found |= _of_range(argument[0], argument[1], flags)
            case "CATEGORY":
                pattern, is_not = _CATEGORIES[str(argument)]
                ascii_only = flags & re.ASCII  # for which \x1c to \x1f are no spaces
                inside = {code for code in _ASCII if re.match(pattern, chr(code), ascii_only)}
                found |= set(_ASCII) - inside if is_not else inside
                others = others or is_not
            case _:
                raise _OtherMeaningError(str(kind))
    if (PLACEHOLDER in found) != others:
        raise _OtherMeaningError("a set of control characters")
    return frozenset(_ASCII) - found if negated else frozenset(found)


def _of_range(low: int, high: int, flags: int) -> set[int]:
    if high >= 128:
        raise _OtherMeaningError("a range beyond ASCII")
    found = set(range(low, high + 1))
    if flags & re.IGNORECASE:
        found |= {ord(case) for code in found for case in (chr(code).lower(), chr(code).upper())}
    return found


def _written(codes: frozenset[int]) -> str:
    """Return a set of ASCII characters in RE2's notation."""
    if not codes:
        raise _OtherMeaningError("a set of nothing")
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    parts = (f"\\x{{{a:02x}}}" + (f"-\\x{{{b:02x}}}" if b > a else "") for a, b in ranges)
    return f"[{''.join(parts)}]"
