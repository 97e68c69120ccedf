"""keyword_lf: votes for a class where a text column holds one of some keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from weaklabel.core._check import check_choice
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._answer import check_label
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._regex import PatternRule
from weaklabel.lf._rule import check_column, default_name

__all__ = ["keyword_lf"]


def keyword_lf(
    keywords: str | Iterable[str],
    label: str | int,
    name: str | None = None,
    column: str = "text",
    match: Literal["word", "substring"] = "word",
    case_sensitive: bool = False,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that votes `label` where a text holds a keyword.

    It abstains elsewhere and where the text is missing; a number is searched as
    its decimal text.

    Parameters
    ----------
    keywords : str or iterable of str
        One or more texts, taken literally; spaces count as they are.
    label : str or int
        Class name or code.
    name : str, optional
        By default made of the first keyword and the label.
    column : str
        The column to search.
    match : {"word", "substring"}
        "word": no letter, digit or underscore of any script (``\\w`` of Python's
        `re`) may touch either end of the keyword, so that "win" is found in
        "win!" and not in "window". "substring": anywhere.
    case_sensitive : bool
        Whether upper and lower case differ. If not, two characters are the same
        where Python's ``re.IGNORECASE`` says so: one character against one,
        which leaves "ß" and "ss" different.
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "keyword".

    Raises
    ------
    ParameterError
        If there is no keyword, one is empty, or `label` is no class.

    Examples
    --------
    >>> asks = keyword_lf(["subscribe", "check out"], "spam")
    >>> asks.name
    'keyword_subscribe_spam'
    >>> asks("Please SUBSCRIBE!"), asks("unsubscribed"), asks({"text": None})
    ('spam', None, None)
    """
    words = _checked(keywords)
    checked = check_label("label", label)
    check_choice("match", match, ("word", "substring"))
    check_column("column", column)
    settings = {
        "keywords": tuple(sorted(set(words))),
        "label": checked,
        "column": column,
        "match": match,
        "case_sensitive": bool(case_sensitive),
    }
    pattern = _pattern(words, match, case_sensitive)
    shown = ", ".join(words[:5]) + (f" or {len(words) - 5} more" if len(words) > 5 else "")
    return LabelingFunction(
        default_name("keyword", [column], words[0], checked) if name is None else name,
        rule=PatternRule("keyword", pattern, checked, column, settings),
        description=f"{column} has {shown}" if description is None else description,
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )


def _checked(keywords: str | Iterable[str]) -> list[str]:
    words = [keywords] if isinstance(keywords, str) else list(keywords)
    if isinstance(keywords, (set, frozenset)):
        words = sorted(words, key=str)
    advice = "Give the texts to look for, such as ['subscribe', 'check out']."
    if not words:
        raise ParameterError(wrong_value("keywords", words, "one text or more", advice))
    for i, word in enumerate(words):
        if not isinstance(word, str) or not word.strip():
            raise ParameterError(wrong_value(f"keywords[{i}]", word, "a non-empty text", advice))
    return words


def _pattern(words: list[str], match: str, case_sensitive: bool) -> re.Pattern[str]:
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    either = "|".join(map(re.escape, longest_first))
    whole = f"(?<!\\w)(?:{either})(?!\\w)" if match == "word" else either
    return re.compile(whole, 0 if case_sensitive else re.IGNORECASE)
