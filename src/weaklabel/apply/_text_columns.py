"""TextColumns: keyword and regex functions that read one column, run together on a chunk."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter

import numpy as np

from weaklabel.apply._rows import ItemRows
from weaklabel.apply.text import FoundTexts, TextForms, distinct_texts, find_texts
from weaklabel.lf import LabelingFunction
from weaklabel.lf._regex import PatternRule
from weaklabel.lf._rule import Choices

__all__ = ["TextColumns"]


class TextColumns:
    """The votes of keyword and regex functions on a chunk of items, column by column.

    Parameters
    ----------
    lfs : iterable of LabelingFunction
        All that will be asked for, of any kind.
    rows : ItemRows
        The items.
    """

    def __init__(self, lfs: Iterable[LabelingFunction], rows: ItemRows) -> None:
        self._table = rows.items.table
        self._rules: dict[str, dict[str, PatternRule]] = {}
        for lf in lfs:
            if isinstance(lf.rule, PatternRule):
                self._rules.setdefault(lf.rule.column, {})[lf.name] = lf.rule
        self._forms = rows.kept.texts
        self._found: dict[str, FoundTexts] = {}

    def choices(self, lf: LabelingFunction) -> tuple[Choices | None, float]:
        """Return the votes of `lf` and its seconds; None where it is to be run alone.

        That is so for other kinds, and where a column has texts that are no
        valid UTF-8. The votes of one labeling function can be asked for once.
        """
        rule = lf.rule
        if not isinstance(rule, PatternRule):
            return None, 0.0
        if rule.column in self._rules:
            self._run(rule.column)
        forms = self._forms[rule.column]
        if forms is None:
            return None, 0.0
        distinct = forms.distinct
        found = self._found.pop(lf.name)
        places = np.full(len(distinct.texts) + 1, -1)  # the last one is for nulls
        places[found.texts] = 0
        return Choices((rule.label,), places[distinct.place]), found.seconds

    def _run(self, column: str) -> None:
        """Run all functions that read `column`; what they share is counted evenly."""
        rules = self._rules.pop(column)
        start = perf_counter()
        if column not in self._forms:
            distinct = distinct_texts(self._table.column(column))
            self._forms[column] = None if distinct is None else TextForms(distinct)
        forms = self._forms[column]
        if forms is None:
            return
        shared = (perf_counter() - start) / len(rules)
        for name, found in zip(rules, find_texts(list(rules.values()), forms), strict=True):
            self._found[name] = found._replace(seconds=found.seconds + shared)
