"""regex_lf: votes for a class where a pattern is found in a text column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._answer import check_label
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._rule import answer_each_text, check_column, default_name

__all__ = ["PatternRule", "regex_lf"]


@dataclass(frozen=True, slots=True)
class PatternRule:
    """Votes `label` where `pattern` is found in `column`."""

    kind: str
    pattern: re.Pattern[str]
    label: str | int
    column: str
    settings: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """The text column."""
        return (self.column,)

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:  # noqa: ARG002 - the contract of rules
        """Return the label where the pattern is found, None elsewhere and for nulls."""
        search, label = self.pattern.search, self.label
        return answer_each_text(
            columns[self.column], lambda text: None if search(text) is None else label
        )


def regex_lf(
    pattern: str | re.Pattern[str],
    label: str | int,
    name: str | None = None,
    column: str = "text",
    case_sensitive: bool = False,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    r"""Return a labeling function that votes `label` where `pattern` is found.

    It abstains elsewhere and where the text is missing; a number is searched as
    its decimal text.

    Parameters
    ----------
    pattern : str or re.Pattern
        A regular expression of Python's `re`, found anywhere in the text.
    label : str or int
        Class name or code.
    name : str, optional
        By default made of pattern and label.
    column : str
        The column to search.
    case_sensitive : bool
        Whether upper and lower case differ. A compiled pattern keeps its own
        flags; `case_sensitive` must then be left alone.
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "regex".

    Raises
    ------
    ParameterError
        If `pattern` is empty or no regular expression, or `label` no class.

    Examples
    --------
    >>> has_link = regex_lf(r"https?://|www\.", "spam", name="has_link")
    >>> has_link("see WWW.example.org"), has_link("see you")
    ('spam', None)
    """
    compiled = _compiled(pattern, case_sensitive)
    checked = check_label("label", label)
    check_column("column", column)
    settings = {
        "pattern": compiled.pattern,
        "flags": int(compiled.flags),
        "label": checked,
        "column": column,
    }
    return LabelingFunction(
        default_name("regex", [column], compiled.pattern, checked) if name is None else name,
        rule=PatternRule("regex", compiled, checked, column, settings),
        description=(
            f"{column} matches {compiled.pattern!r}" if description is None else description
        ),
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )


def _compiled(pattern: object, case_sensitive: bool) -> re.Pattern[str]:
    advice = "Give a regular expression of Python's re, such as r'https?://'."
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        if case_sensitive and pattern.flags & re.IGNORECASE:
            raise ParameterError(
                "case_sensitive is True, must be left out for a pattern compiled with "
                "re.IGNORECASE. Compile it without."
            )
        return pattern
    if not isinstance(pattern, str) or not pattern:
        raise ParameterError(wrong_value("pattern", pattern, "a non-empty text", advice))
    try:
        return re.compile(pattern, 0 if case_sensitive else re.IGNORECASE)
    except (re.error, OverflowError) as error:
        raise ParameterError(
            wrong_value("pattern", pattern, f"a regular expression ({error})", advice)
        ) from error
