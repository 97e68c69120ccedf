"""root_causes: which labeling functions and classes are behind each cause that reviewers gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import (
    CAUSES,
    CodeArray,
    Decision,
    DecisionLog,
    LabelSchema,
    SoftLabels,
    VoteMatrix,
)
from weaklabel.core._check import check_type
from weaklabel.core._html import escape, table_html
from weaklabel.core._ids import match_item_ids
from weaklabel.core._soft_votes import require_hard
from weaklabel.errors import DecisionsError, LabelsError, wrong_value
from weaklabel.triage._accuracy_estimate import percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RootCauses", "root_causes"]

#: Labeling functions, and pairs of classes, that one line of the report names.
_SHOWN = 3
#: A code that no vote has: every vote differs from a skip.
_SKIPPED = -2


@dataclass(frozen=True, slots=True, eq=False)
class RootCauses:
    """The causes that reviewers gave, and what is behind each.

    Parameters
    ----------
    by_cause : pandas.DataFrame
        One row for each cause that was given, the most frequent first: ``answers``, how many
        standing decisions have it (skips too), and ``label_was_wrong``, how many of them
        contradict the label that was shown.
    by_function : pandas.DataFrame
        Indexed by ``cause`` and ``lf``, one row where at least one vote contradicts, the most
        first: ``contradicting``, how many decisions with this cause have a vote of this
        labeling function for another class (of skips: any vote); ``votes``, how many
        decisions there are, with whatever cause or none, on whose item it votes; ``share``,
        the one over the other, in (0, 1].
    by_class : pandas.DataFrame
        Indexed by ``cause``, the most frequent first: ``proposed``, the class that was shown,
        missing where there was none; ``answered``, missing for a skip; ``answers``, how many.
    n_decisions : int
        Standing decisions on items in the data, with a cause or without.
    n_elsewhere : int
        Standing decisions on items that are no longer in the data: counted here alone.
    """

    by_cause: pd.DataFrame
    by_function: pd.DataFrame
    by_class: pd.DataFrame
    n_decisions: int
    n_elsewhere: int

    @property
    def n_with_cause(self) -> int:
        """How many of the `n_decisions` have a cause."""
        return int(self.by_cause["answers"].sum())

    def words(self) -> str:
        """Return a few lines for each cause, and one for what has none, or is left out."""
        lines = [self._lines(*row) for row in self.by_cause.itertuples(name=None)]
        n_without = self.n_decisions - self.n_with_cause
        if not lines:
            lines.append("No decision has a cause.")
        elif n_without:
            lines.append(f"Without a cause: {_count(n_without, 'decision')}.")
        return "\n".join(filter(None, [*lines, self.left_out()]))

    def left_out(self) -> str:
        """Return how many decisions are on items that are no longer in the data; "" for none."""
        if not self.n_elsewhere:
            return ""
        n = _count(self.n_elsewhere, "decision")
        return f"{n} on items that are no longer in the data: kept in the log, and not used."

    def _lines(self, cause: str, n_answers: int, n_wrong: int) -> str:
        return (
            f"{cause}: {_count(n_answers, 'answer')}, {n_wrong} against the label that was shown\n"
            f"  {self._functions(cause)}\n"
            f"  classes: {self._classes(cause)}"
        )

    def _functions(self, cause: str) -> str:
        rows = self.by_function[self.by_function.index.get_level_values("cause") == cause]
        if not len(rows):
            return "no labeling function votes otherwise"
        named = [
            f"{lf} {n} of {votes} ({percent(share)})"
            for (_, lf), n, votes, share in rows.head(_SHOWN).itertuples(name=None)
        ]
        otherwise = "labeling functions that vote otherwise, of the answers where they vote"
        return f"{otherwise}: {_listed(named, len(rows))}"

    def _classes(self, cause: str) -> str:
        rows = self.by_class[self.by_class.index == cause]
        named = [
            _change(proposed, answered, n)
            for _, proposed, answered, n in rows.head(_SHOWN).itertuples(name=None)
        ]
        return _listed(named, len(rows))

    def __repr__(self) -> str:
        head = f"{self.n_with_cause} of {self.n_decisions} decisions have a cause"
        each = ", ".join(f"{n} {cause}" for cause, n in self.by_cause["answers"].items())
        return f"RootCauses({head}{': ' if each else ''}{each})"

    def _repr_html_(self) -> str:
        said = f"<pre>{escape(self.words())}</pre>"
        tables = (self.by_cause, self.by_function.head(20), self.by_class.head(20))
        shown = "".join(table_html(t, 3) for t in tables if len(t))
        return f"<div>{said}{shown}</div>"


def root_causes(decisions: DecisionLog, votes: VoteMatrix, soft: SoftLabels) -> RootCauses:
    """Return which labeling functions and classes are behind each cause that reviewers gave.

    A cause says what to do next: repair the function that votes against the answers, write
    into the guideline what it leaves open, drop what is out of scope. Only standing decisions
    count. Reviewed items were mostly chosen because they look wrong, so that a share is what
    was found, not how often a function is wrong: for that see `function_health`.

    Parameters
    ----------
    decisions : DecisionLog
        The answers. Each reviewer's counts, also where others disagree.
    votes : VoteMatrix
        Votes on at least the items of `soft`, in any order.
    soft : SoftLabels
        The labels of the data, in any order: what was shown where a decision does not say
        (`Decision.proposed`). Give labels that did not learn from the answers; in others no
        answer contradicts the label. Items that it lacks are no longer in the data.

    Returns
    -------
    RootCauses
        Without rows if no decision has a cause.

    Raises
    ------
    LabelsError
        If `votes` and `soft` have other classes.
    ItemsError
        If `votes` lack an item of `soft`.
    DecisionsError
        If an answer with a cause, to an item of `soft`, is no class.
    VotesError
        If `votes` are soft.
    ParameterError
        If an argument is of another type.

    Notes
    -----
    Time O(n_items + n_decisions * n_lfs). Nothing depends on the order of the items.

    Examples
    --------
    >>> from weaklabel.core import Decision, LabelSchema
    >>> votes = VoteMatrix.from_array(
    ...     [[1, -1], [1, 0], [1, -1]], ["ham", "spam"], ["link", "praise"], ["a", "b", "c"]
    ... )
    >>> soft = SoftLabels([[0.1, 0.9], [0.4, 0.6], [0.1, 0.9]], ["a", "b", "c"], votes.schema)
    >>> log = DecisionLog(
    ...     Decision(key, "ham", "ann", "2026-05-04T10:15:00+00:00", cause=cause)
    ...     for key, cause in {"a": "labeling function bug", "b": ""}.items()
    ... )
    >>> found = root_causes(log, votes, soft)
    >>> found
    RootCauses(1 of 2 decisions have a cause: 1 labeling function bug)
    >>> found.by_function
                                contradicting  votes  share
    cause                 lf
    labeling function bug link              1      2    0.5
    """
    votes = require_hard(votes, "root_causes")
    check_type("decisions", decisions, DecisionLog)
    check_type("soft", soft, SoftLabels)
    if votes.schema != soft.schema:
        raise LabelsError(
            f"votes has classes {list(votes.schema.classes)}, must have those of soft, "
            f"{list(soft.schema.classes)}. Use the same schema throughout."
        )
    row_of = {key: i for i, key in enumerate(soft.item_ids.tolist())}
    rows = match_item_ids(soft.item_ids, votes.item_ids, "votes")
    standing = [d for d in decisions.standing if not d.gold]
    here = [d for d in standing if d.item_id in row_of]
    places = np.array([row_of[d.item_id] for d in here], dtype=np.int64)
    items, item_of = np.unique(places, return_inverse=True)
    labels = soft.schema.decode(soft.take(items).labels[item_of])
    shown = [d.proposed or label for d, label in zip(here, labels, strict=True)]
    counts = Counter(d.cause for d in here if d.cause)
    causes = sorted(counts, key=lambda cause: (-counts[cause], CAUSES.index(cause)))
    return RootCauses(
        _by_cause(causes, here, shown),
        _by_function(causes, here, votes.take(rows[items]).codes[item_of], votes),
        _by_class(causes, here, shown),
        len(here),
        len(standing) - len(here),
    )


def _by_cause(
    causes: Sequence[str], here: Sequence[Decision], shown: Sequence[str | None]
) -> pd.DataFrame:
    import pandas as pd

    pairs = list(zip(here, shown, strict=True))
    given = Counter(d.cause for d in here)
    wrong = Counter(d.cause for d, label in pairs if label and d.label and d.label != label)
    return pd.DataFrame(
        {
            "answers": np.array([given[cause] for cause in causes], dtype=np.int64),
            "label_was_wrong": np.array([wrong[cause] for cause in causes], dtype=np.int64),
        },
        index=pd.Index(list(causes), name="cause"),
    )


def _by_function(
    causes: Sequence[str], here: Sequence[Decision], codes: CodeArray, votes: VoteMatrix
) -> pd.DataFrame:
    """Return how many votes contradict the answers; `codes` has a row for each decision."""
    import pandas as pd

    voted = codes >= 0
    n_votes = voted.sum(axis=0)
    rows = []
    for cause in causes:
        those = [i for i, d in enumerate(here) if d.cause == cause]
        answers = np.array([_code(here[i], votes.schema) for i in those], dtype=np.int64)
        n_against = (voted[those] & (codes[those] != answers[:, None])).sum(axis=0)
        share = n_against / np.maximum(n_votes, 1)
        for j in np.lexsort((-share, -n_against)).tolist():
            if n_against[j]:
                found = int(n_against[j]), int(n_votes[j]), float(share[j])
                rows.append((cause, votes.lf_names[j], *found))
    names = ["cause", "lf", "contradicting", "votes", "share"]
    return pd.DataFrame(rows, columns=names).set_index(["cause", "lf"])


def _code(decision: Decision, schema: LabelSchema) -> int:
    if decision.label is None:
        return _SKIPPED
    if decision.label not in schema.classes:
        raise DecisionsError(
            wrong_value(
                f"label of decision on {decision.item_id!r} by {decision.reviewer!r}",
                decision.label,
                f"one of {list(schema.classes)}",
                "Answer the item again with one of these, or keep the class.",
            )
        )
    return schema.code(decision.label)


def _by_class(
    causes: Sequence[str], here: Sequence[Decision], shown: Sequence[str | None]
) -> pd.DataFrame:
    import pandas as pd

    counts = Counter((d.cause, label, d.label) for d, label in zip(here, shown, strict=True))
    rows = [(*key, n) for key, n in counts.items() if key[0]]
    # By name where as many: the order of the decisions must not show.
    rows.sort(key=lambda row: (causes.index(row[0]), -row[3], row[1] or "", row[2] or ""))
    names = ["cause", "proposed", "answered", "answers"]
    return pd.DataFrame(rows, columns=names).set_index("cause")


def _change(proposed: object, answered: object, n: int) -> str:
    """Return what answers made of a class that was shown; what is missing is no text."""
    before = str(proposed) if isinstance(proposed, str) else "no label"
    if not isinstance(answered, str):
        return f"{before} skipped {n}"
    return f"{before} kept {n}" if answered == proposed else f"{before} to {answered} {n}"


def _listed(named: list[str], n_all: int) -> str:
    more = f" and {n_all - len(named)} more" if n_all > len(named) else ""
    return ", ".join(named) + more


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
