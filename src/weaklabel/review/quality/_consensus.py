"""consensus: one label an item where enough reviewers agree; the rest waits, or is adjudicated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from weaklabel.core import ABSTAIN, CodeArray, DecisionLog, IntArray, LabelSchema
from weaklabel.core._answer_table import AnswerTable, answer_table
from weaklabel.core._html import escape, table_html
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.quality._adjudicators import check_adjudicators
from weaklabel.review.quality._phrases import counted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Consensus", "consensus"]

#: What can be of an item, in the order of the words.
_STATES = ("agreed", "adjudicated", "for adjudication", "waiting")
_AGREED, _ADJUDICATED, _SPLIT, _WAITING = range(4)
_ROWS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Consensus:
    """What reviewers settled, and what is open.

    Parameters
    ----------
    items : pandas.DataFrame
        One row for each item with a standing decision, indexed by ``item_id``, sorted:
        ``label`` (missing where open), ``state`` ("agreed", "adjudicated", "for adjudication" or
        "waiting"), ``answers`` and ``skips`` (of reviewers), ``said`` ("ann: ham; bob: spam",
        adjudicators last).
    rule : tuple of int
        How many of how many answers must be equal.
    schema : LabelSchema
        The classes.
    """

    items: pd.DataFrame
    rule: tuple[int, int]
    schema: LabelSchema

    @property
    def for_adjudication(self) -> pd.DataFrame:
        """Items that no further answer of a reviewer can settle, with who said what."""
        return self._in_state(_SPLIT)

    @property
    def waiting(self) -> pd.DataFrame:
        """Items that need more answers, with who said what."""
        return self._in_state(_WAITING)

    def gold(self, item_ids: Sequence[str] | npt.NDArray[np.generic]) -> CodeArray:
        """Return the settled code of each item, -1 where it is open or was never answered."""
        labels = self.items["label"].dropna()
        codes = dict(zip(labels.index, self.schema.encode(labels), strict=True))
        return np.array([codes.get(key, ABSTAIN) for key in item_ids], dtype=self.schema.dtype)

    def words(self) -> str:
        """Return how many items are settled, wait for answers, and need an adjudicator."""
        counts = self.items["state"].value_counts()
        k, n = self.rule
        agreed, adjudicated, split, waiting = (int(counts.get(state, 0)) for state in _STATES)
        return (
            f"{k} of {n} answers must agree. Of {counted(len(self.items), 'item')} with a decision "
            f"{agreed} are agreed, {adjudicated} adjudicated, {split} for adjudication, and "
            f"{waiting} wait for more answers."
        )

    def _in_state(self, state: int) -> pd.DataFrame:
        return self.items[self.items["state"] == _STATES[state]]

    def __repr__(self) -> str:
        return f"Consensus({self.words()})"

    def _repr_html_(self) -> str:
        split = self.for_adjudication.head(_ROWS)
        table = table_html(split) if len(split) else ""
        return f"<div><p>{escape(self.words())}</p>{table}</div>"


def consensus(
    decisions: DecisionLog,
    schema: LabelSchema,
    rule: tuple[int, int] = (2, 3),
    *,
    adjudicators: Sequence[str] = (),
) -> Consensus:
    """Return one label for each item on which enough reviewers agree, and what is open.

    An item waits while further answers can settle it. Skips are no answers. An
    adjudicator's answer settles an item, whatever others said; adjudicators who contradict
    each other settle nothing.

    Parameters
    ----------
    decisions : DecisionLog
        The answers; only standing ones count.
    schema : LabelSchema
        The classes.
    rule : tuple of int
        ``(k, n)``: ``k`` equal answers settle an item, of which at most ``n`` are asked for;
        more than half, so that no two classes can win. Of more than ``n`` answers the same
        share must be equal.
    adjudicators : sequence of str
        Reviewers whose answers settle; they are not counted as reviewers.

    Returns
    -------
    Consensus
        ``gold(item_ids)`` gives the codes, ``for_adjudication`` who said what of the rest.

    Raises
    ------
    DecisionsError
        If an answer is no class of `schema`.
    ParameterError
        If `rule` or another argument is wrong.

    Examples
    --------
    >>> from weaklabel.core import Decision
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = {"a": "hh", "b": "hs", "c": "ho", "d": "hso"}
    >>> names = {"h": "ham", "s": "spam", "o": "other"}
    >>> log = DecisionLog(
    ...     Decision(item, names[c], who, at)
    ...     for item, answers in said.items()
    ...     for who, c in zip(["ann", "bob", "cy"], answers)
    ... )
    >>> found = consensus(log, LabelSchema(["ham", "spam", "other"]))
    >>> found.gold(["a", "b", "d", "never seen"])
    array([ 0, -1, -1, -1], dtype=int8)
    >>> found.for_adjudication["said"].to_dict()
    {'d': 'ann: ham; bob: spam; cy: other'}
    >>> found.waiting.index.tolist()
    ['b', 'c']
    """
    k, n = _checked_rule(rule)
    names = check_adjudicators(adjudicators)
    table = answer_table(decisions, schema)
    settles = np.isin(table.who, [j for j, who in enumerate(table.reviewers) if who in names])
    counts = table.where(~settles).counts()
    labels, states = _apply_rule(counts, k, n)
    ruled = table.where(settles).counts()
    unanimous = (ruled > 0).sum(axis=1) == 1
    labels[unanimous], states[unanimous] = ruled[unanimous].argmax(axis=1), _ADJUDICATED
    contradicted = (ruled > 0).sum(axis=1) > 1
    labels[contradicted], states[contradicted] = ABSTAIN, _SPLIT
    skipped = table.items[~settles & (table.codes < 0)]
    n_skips = np.bincount(skipped, minlength=len(table.item_ids))
    items = _items(table, settles.tolist(), labels, states, counts.sum(axis=1), n_skips)
    return Consensus(items, (k, n), schema)


def _checked_rule(rule: tuple[int, int]) -> tuple[int, int]:
    try:
        k, n = (int(part) for part in rule if not isinstance(part, bool) and int(part) == part)
    except (TypeError, ValueError):
        k, n = 0, 0
    if not 1 <= k <= n or 2 * k <= n:
        raise ParameterError(
            wrong_value(
                "rule",
                rule,
                "(k, n), two whole numbers with k more than half of n and at most n",
                "For example (2, 3): two of three equal answers settle an item.",
            )
        )
    return k, n


def _apply_rule(counts: IntArray, k: int, n: int) -> tuple[IntArray, IntArray]:
    """Return the label and the state of each item, by the answers of reviewers alone."""
    answers, most = counts.sum(axis=1), counts.max(axis=1, initial=0)
    # In whole numbers: a share of 2 / 3 must not fail by rounding.
    agreed = (most >= k) & (most * n >= k * answers)
    hopeless = most + np.maximum(n - answers, 0) < k
    split = ~agreed & (hopeless | (answers >= n))
    labels = np.where(agreed, counts.argmax(axis=1), ABSTAIN).astype(np.int64)
    states = np.where(agreed, _AGREED, np.where(split, _SPLIT, _WAITING)).astype(np.int64)
    return labels, states


def _items(
    table: AnswerTable,
    settles: list[bool],
    labels: IntArray,
    states: IntArray,
    n_answers: IntArray,
    n_skips: IntArray,
) -> pd.DataFrame:
    import pandas as pd

    said: list[list[str]] = [[] for _ in table.item_ids]
    ruled: list[list[str]] = [[] for _ in table.item_ids]
    answers = table.schema.decode(table.codes)
    rows = zip(table.items.tolist(), table.who.tolist(), answers, settles, strict=True)
    for item, who, answer, settling in rows:
        (ruled if settling else said)[item].append(f"{table.reviewers[who]}: {answer or 'skipped'}")
    columns = {
        "label": pd.Series(table.schema.decode(labels), dtype=object),
        "state": [_STATES[state] for state in states.tolist()],
        "answers": n_answers,
        "skips": n_skips,
        "said": ["; ".join(one + two) for one, two in zip(said, ruled, strict=True)],
    }
    return pd.DataFrame(columns).set_index(pd.Index(table.item_ids, name="item_id"))
