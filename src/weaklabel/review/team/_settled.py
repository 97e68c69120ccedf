"""settled_log: of a team's answers those that count as labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._check import check_type
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import DecisionsError, wrong_value
from weaklabel.review.team._outcome import outcome
from weaklabel.review.team._settings import Rule, checked_rule

__all__ = ["settled_log"]


def settled_log(log: DecisionLog, schema: LabelSchema, rule: Rule = (1, 1)) -> DecisionLog:
    """Return the answers that count as labels where several people answered.

    Of an item on which enough agree, these are the answers with the class that won; of one that
    an expert settled, the expert's. Items that wait for further answers or for an expert are left
    out, and so are skips, remarks, gold checks and what was undone: of the result nothing is
    disputed.

    Parameters
    ----------
    log : DecisionLog
        All decisions.
    schema : LabelSchema
        The classes.
    rule : tuple of int
        ``(k, n)``: `k` equal answers of at most `n` settle an item.

    Returns
    -------
    DecisionLog
        In the order of `log`. What an expert settled has the stratum that the item was chosen by,
        so that estimates from the stratum "random" do not lose the hard items. It is no part of
        the chain: take head hashes from `log`.

    Raises
    ------
    DecisionsError
        If the class of an answer that counts is none of `schema`.
    ParameterError
        If another argument is wrong.

    Examples
    --------
    >>> at = "2026-05-04T10:15:00+00:00"
    >>> said = [("ann", "ham"), ("bob", "spam"), ("cy", "ham")]
    >>> log = DecisionLog(Decision("a", label, who, at) for who, label in said)
    >>> [d.reviewer for d in settled_log(log, LabelSchema(["ham", "spam"]), (2, 3))]
    ['ann', 'cy']
    >>> len(settled_log(DecisionLog(log.decisions[:2]), LabelSchema(["ham", "spam"]), (2, 3)))
    0
    """
    check_type("log", log, DecisionLog)
    check_type("schema", schema, LabelSchema)
    k_of_n = checked_rule("rule", rule)
    standing: dict[str, list[Decision]] = {}
    for decision in (*log.standing, *log.escalated()):
        if not decision.gold:
            standing.setdefault(decision.item_id, []).append(decision)
    settled = {item: outcome(said, k_of_n).label for item, said in standing.items()}
    strata = {item: _chosen_by(said) for item, said in standing.items()}
    return DecisionLog(
        _with_stratum(_checked(d, schema), strata[d.item_id])
        for d in log.standing
        if _counts(d, settled.get(d.item_id), standing)
    )


def _counts(decision: Decision, label: str | None, standing: dict[str, list[Decision]]) -> bool:
    if label is None or decision.gold or decision.label != label:
        return False
    is_ruled = any(d.stratum == ADJUDICATION and d.label for d in standing[decision.item_id])
    return decision.stratum == ADJUDICATION or not is_ruled


def _chosen_by(said: Iterable[Decision]) -> str | None:
    """Return the stratum by which an item was shown to those who did not settle it."""
    return next((d.stratum for d in said if d.stratum != ADJUDICATION), None)


def _with_stratum(decision: Decision, stratum: str | None) -> Decision:
    if decision.stratum != ADJUDICATION or stratum is None:
        return decision
    return replace(decision, stratum=stratum)


def _checked(decision: Decision, schema: LabelSchema) -> Decision:
    if decision.label not in schema.classes:
        raise DecisionsError(
            wrong_value(
                f"label of decision on {decision.item_id!r} by {decision.reviewer!r}",
                decision.label,
                f"one of {list(schema.classes)}",
                "Answer the item again with one of these, or keep the class.",
            )
        )
    return decision
