"""plan: how labeling functions will be run, or were, and why, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from weaklabel.apply._inputs import check_columns
from weaklabel.apply._options import ApplyOptions
from weaklabel.apply.text import ENGINE_NAMES, needles_of, re2_pattern, search_engine_for
from weaklabel.core import as_items
from weaklabel.core._html import escape
from weaklabel.lf import LabelingFunction
from weaklabel.lf._regex import PatternRule
from weaklabel.lf._rule import ArrowRule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Plan", "PlannedFunction", "plan", "plan_of"]


@dataclass(frozen=True, slots=True)
class PlannedFunction:
    """How one labeling function will be run.

    Parameters
    ----------
    name, kind : str
        As the labeling function has them.
    reads : tuple of str
        Columns and preprocessors that it is known to read.
    how : str
        In words.
    is_shared : bool
        Whether it runs together with others in one pass.
    """

    name: str
    kind: str
    reads: tuple[str, ...]
    how: str
    is_shared: bool


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """How labeling functions will be run, one entry for each, in their order.

    Parameters
    ----------
    functions : tuple of PlannedFunction
        The entries.

    See Also
    --------
    plan : makes it.
    """

    functions: tuple[PlannedFunction, ...]

    def __getitem__(self, name: str) -> PlannedFunction:
        """Return the entry of one labeling function."""
        for entry in self.functions:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def __len__(self) -> int:
        return len(self.functions)

    def __repr__(self) -> str:
        width = max(len(entry.name) for entry in self.functions)
        lines = [f"  {entry.name:{width}}  {entry.how}" for entry in self.functions]
        return "\n".join([f"Plan({self._counted()})", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(entry.name)}</th><td>{escape(entry.kind)}</td>"
            f"<td>{escape(', '.join(entry.reads))}</td><td>{escape(entry.how)}</td></tr>"
            for entry in self.functions
        )
        return (
            f"<div><p>Plan({escape(self._counted())})</p><table><thead><tr>"
            "<th>labeling function</th><th>kind</th><th>reads</th><th>how it runs</th></tr>"
            f"</thead><tbody>{rows}</tbody></table></div>"
        )

    def _counted(self) -> str:
        shared = sum(entry.is_shared for entry in self.functions)
        return f"{len(self.functions)} labeling functions, {shared} of them in shared passes"


def plan(lfs: LabelingFunction | Iterable[LabelingFunction], items: object = None) -> Plan:
    """Return how labeling functions will be run, and why, in words.

    `apply` follows the same rules, and its report says in the same words what it did, in
    which processes. The votes do not depend on it.

    Parameters
    ----------
    lfs : LabelingFunction or iterable of LabelingFunction
        With distinct names.
    items : Items, data frame, pyarrow.Table, list of str or list of dict, optional
        What they are to be applied to: its size counts, up to that of a chunk.

    Returns
    -------
    Plan

    Raises
    ------
    ParameterError
        If there is no labeling function, or two have one name.
    ItemsError
        If `items` cannot be used, or lack a column.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf, labeling_function, regex_lf
    >>> @labeling_function
    ... def short(item):
    ...     return "ham" if len(item.text) < 10 else None
    >>> digits = regex_lf(r"\\d{5,}", "spam", name="digits")
    >>> p = plan([keyword_lf("win", "spam"), digits, short])
    >>> print(p["digits"].how)
    RE2 (pyarrow) on every distinct text: no literal must be there to look for first
    >>> print(p["short"].how)
    row by row
    """
    from weaklabel.apply._apply import checked_lfs  # which needs the engines, and they this file

    functions = checked_lfs(lfs)
    if items is None:
        return plan_of(functions, None)
    table = as_items(items).table
    check_columns(functions, table.column_names)
    return plan_of(functions, table.slice(0, ApplyOptions().chunk_rows))


def plan_of(
    lfs: Sequence[LabelingFunction],
    chunk: pa.Table | None,
    where: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Return how labeling functions are run that are run together on a chunk of items.

    Parameters
    ----------
    lfs : sequence of LabelingFunction
        With distinct names.
    chunk : pyarrow.Table, optional
        The items, with the columns that they read.
    where : mapping of str to str
        In which processes, in words, by name; those that it does not name run in this one.

    Notes
    -----
    It takes some 10 microseconds for a labeling function, and as long as the run itself to
    take a pattern apart, which it then need not do again.
    """
    passes = Counter(
        lf.rule.column
        for lf in lfs
        if isinstance(lf.rule, PatternRule) and lf.name not in where and _is_searched(lf.rule)
    )
    shared = Counter(p.name for lf in lfs for p in lf.preprocessors)
    return Plan(tuple(_planned(lf, chunk, passes, shared, where.get(lf.name, "")) for lf in lfs))


def _planned(
    lf: LabelingFunction,
    chunk: pa.Table | None,
    passes: Counter[str],
    shared: Counter[str],
    where: str,
) -> PlannedFunction:
    rule, is_shared = lf.rule, False
    if rule is None:
        how = _of_rows(lf, shared)
        is_shared = any(shared[p.name] > 1 for p in lf.preprocessors)
    elif isinstance(rule, PatternRule) and where:
        how = "by itself on pieces of the items"
    elif isinstance(rule, PatternRule):
        how = _of_pattern(rule, chunk, passes[rule.column] - 1)
        is_shared = passes[rule.column] > 1 and _is_searched(rule)
    elif isinstance(rule, ArrowRule):
        how = _OF_COLUMNS[rule.kind]
    else:
        how = f"in batches of {getattr(rule, 'batch_size', 8192)} items"
    reads = tuple(dict.fromkeys([*lf.columns, *(p.name for p in lf.preprocessors)]))
    how += f", {where}" if where else ""
    return PlannedFunction(lf.name, lf.kind, reads, how, is_shared)


def _is_searched(rule: PatternRule) -> bool:
    """Return whether its literals are looked for; keywords, of which there may be many, are."""
    return rule.kind == "keyword" or bool(needles_of(rule).needles)


_OF_COLUMNS = {
    "lookup": "whole column, each distinct value looked up once",
    "threshold": "whole column at once where it holds numbers, else value by value",
    "expression": "whole columns at once where they hold numbers, else each distinct value or row",
    "batch": "whole columns at once, in chunks of items",
}


def _of_pattern(rule: PatternRule, chunk: pa.Table | None, n_others: int) -> str:
    if not _is_searched(rule):
        return f"{_asked(rule)} on every distinct text: no literal must be there to look for first"
    n_bytes = None if chunk is None else chunk.column(rule.column).nbytes
    others = f"with {n_others} others " if n_others > 1 else "with 1 other " if n_others else ""
    engine = ENGINE_NAMES[search_engine_for(n_bytes)]
    how = f"{others}in one multi-pattern pass over {rule.column!r} ({engine})"
    if rule.kind == "keyword":
        if not rule.settings["case_sensitive"]:
            return how
        return f"{how}, then {_asked(rule)} where a keyword is found, since case counts"
    found = needles_of(rule)
    if found.decide:
        return how
    shown = _shown([needle.text for needle in found.needles])
    return f"{how} for {shown}, then {_asked(rule)} where that is found"


def _asked(rule: PatternRule) -> str:
    """Return which engine is asked about a pattern that literals do not decide."""
    is_shared = re2_pattern(rule.pattern.pattern, int(rule.pattern.flags)) is not None
    return "RE2 (pyarrow)" if is_shared else "Python re"


def _of_rows(lf: LabelingFunction, shared: Counter[str]) -> str:
    if not lf.preprocessors:
        return "row by row"
    named = [
        repr(p.name)
        + (f" (shared with {shared[p.name] - 1} others)" if shared[p.name] > 2 else "")
        + (" (shared with 1 other)" if shared[p.name] == 2 else "")
        for p in lf.preprocessors
    ]
    return f"row by row, after {', '.join(named)} ran once for each item"


def _shown(texts: Sequence[str]) -> str:
    shown = " or ".join(repr(text) for text in texts[:3])
    return shown + (f" or {len(texts) - 3} more" if len(texts) > 3 else "")
