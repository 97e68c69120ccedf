"""TeamSettings: how many answers an item gets, who sees what of others, and what checks reviewers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from weaklabel.core._check import check_fraction, check_int, check_number
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.team._chance import chance

__all__ = ["Rule", "TeamSettings", "checked_rule"]

#: ``(k, n)``: `k` equal answers settle an item, of which at most `n` are asked for.
Rule: TypeAlias = tuple[int, int]

_ONE: Rule = (1, 1)
_TWO: Rule = (2, 2)


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """How a team reviews a queue.

    Parameters
    ----------
    n_answers : tuple of int
        ``(k, n)``: `k` equal answers settle an item, of which at most `n` are asked for; `k` is
        more than half of `n`. What `n` answers do not settle goes to an expert.
    overlap : float
        Share of the items that get two answers where `n_answers` is ``(1, 1)``, in [0, 1]; where
        the two differ, an expert settles the item.
    blind_seconds : bool
        Whether the second and each further reviewer of an item see no proposal.
    gold : mapping of str to str
        The class of items that check reviewers, by item id. They are asked for nothing else.
    gold_rate : float
        Share of a reviewer's items that are such checks, in [0, 1).
    lease_seconds : float
        How long an item stays with a reviewer who does nothing, in seconds, at least 1.
    batch : int
        How many items a reviewer is given at once, at least 1.
    n_skips : int
        So many reviewers who skip an item send it to the experts, at least 1.
    seed : int
        Chooses the items that get two answers, and the gold checks.

    Raises
    ------
    ParameterError
        If one of them is none of this, or a share is given that `n_answers` leaves without effect.

    Examples
    --------
    >>> TeamSettings(overlap=1.0).rule_of("any item"), TeamSettings().rule_of("any item")
    ((2, 2), (1, 1))
    """

    n_answers: Rule = _ONE
    overlap: float = 0.0
    blind_seconds: bool = True
    gold: Mapping[str, str] = field(default_factory=dict)
    gold_rate: float = 0.0
    lease_seconds: float = 600.0
    batch: int = 8
    n_skips: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        checked = {
            "n_answers": checked_rule("n_answers", self.n_answers),
            "overlap": check_fraction("overlap", self.overlap),
            "gold": _checked_gold(self.gold),
            "gold_rate": check_fraction("gold_rate", self.gold_rate),
            "lease_seconds": check_number("lease_seconds", self.lease_seconds, 1.0),
            "batch": check_int("batch", self.batch, 1),
            "n_skips": check_int("n_skips", self.n_skips, 1),
            "seed": check_int("seed", self.seed, 0),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.blind_seconds is not True and self.blind_seconds is not False:
            raise ParameterError(wrong_value("blind_seconds", self.blind_seconds, "True or False"))
        if self.overlap and self.n_answers != _ONE:
            advice = "Every item gets several answers already: leave overlap out."
            raise ParameterError(wrong_value("overlap", self.overlap, "0 beside n_answers", advice))
        if self.gold_rate == 1.0 or (self.gold_rate and not self.gold):
            allowed = "less than 1, and 0 without gold"
            advice = "Give the classes of some items as gold."
            raise ParameterError(wrong_value("gold_rate", self.gold_rate, allowed, advice))

    def rule_of(self, item_id: str) -> Rule:
        """Return how many equal answers of how many settle an item."""
        return _TWO if self.has_second(item_id) else self.n_answers

    def has_second(self, item_id: str) -> bool:
        """Return whether an item is of the overlap share, which gets a second answer."""
        return self.overlap > chance(self.seed, "overlap", item_id) if self.overlap else False


def checked_rule(argument: str, rule: object) -> Rule:
    """Return a rule ``(k, n)``, or raise ParameterError in terms of the argument."""
    parts = tuple(rule) if isinstance(rule, (tuple, list)) else ()
    if len(parts) == 2 and all(isinstance(p, int) and not isinstance(p, bool) for p in parts):
        k, n = parts
        if 1 <= k <= n < 2 * k:
            return k, n
    allowed = "(k, n), two whole numbers with k more than half of n and at most n"
    advice = "For example (2, 3): two of three equal answers settle an item."
    raise ParameterError(wrong_value(argument, rule, allowed, advice))


def _checked_gold(gold: object) -> Mapping[str, str]:
    is_right = isinstance(gold, Mapping) and all(
        isinstance(text, str) for pair in gold.items() for text in pair
    )
    if not is_right:
        allowed = "a mapping of item ids to names of classes"
        raise ParameterError(wrong_value("gold", gold, allowed))
    return MappingProxyType(dict(gold))  # type: ignore[call-overload]  # a mapping, see above
