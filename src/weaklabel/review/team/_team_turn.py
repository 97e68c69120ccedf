"""TeamTurn: what comes next for one reviewer of a team, and how it is put before them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from weaklabel.core import BoolArray
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import WeaklabelError
from weaklabel.review.session._session_item import Json
from weaklabel.review.session._turn import Showing
from weaklabel.review.team._adjudication import adjudicating
from weaklabel.review.team._assignment import Assignment
from weaklabel.review.team._gold_checks import GoldChecks
from weaklabel.review.team._owed_figures import Owed, OwedFigures
from weaklabel.review.team._own_figures import OwnFigures
from weaklabel.review.team._roster import Roster

__all__ = ["TeamTurn"]

_logger = logging.getLogger(__name__)


class TeamTurn:
    """The turn of one reviewer of a team, see `Turn`: what is held for them, and gold checks.

    Parameters
    ----------
    reviewer : str
        Whose.
    figures : OwedFigures
        What the team owes.
    assignment : Assignment
        Who holds what.
    gold : GoldChecks
        What checks the reviewer.
    roster : Roster
        Who is in the team.
    own : OwnFigures
        What the reviewer did.
    hides_seconds : bool
        Whether second reviewers see no proposal.
    """

    def __init__(
        self,
        reviewer: str,
        figures: OwedFigures,
        assignment: Assignment,
        gold: GoldChecks,
        roster: Roster,
        own: OwnFigures,
        *,
        hides_seconds: bool,
    ) -> None:
        self._reviewer, self._figures, self._assignment = reviewer, figures, assignment
        self._gold, self._roster, self._own = gold, roster, own
        self._hides_seconds = hides_seconds
        # Both are kept up where they are, so that looking through a long queue is fast.
        with assignment.lock:
            self._done = assignment.demand.done(reviewer)
        self._given = assignment.given(reviewer)
        #: Checks that were handed out.
        self._checks: set[int] = set()
        #: While a group is put together, only what is held may be seen.
        self.is_grouping = False
        self._is_out = True
        self._owed: Owed | None = None
        self._owed_at = (0, 0)
        #: Checks to come, by the stratum that is shown, and those that were done.
        self._planned: Counter[str] = Counter()
        self._n_checked = 0

    def upcoming(
        self,
        start: int,  # noqa: ARG002 # of the protocol
        n: int,
        is_open: BoolArray,
    ) -> Sequence[int]:
        """Return places that the reviewer holds, in the order in which they were given.

        `start` makes no difference: what was not done yet comes first.
        """
        if n == 1:  # one is asked for after an answer, which others should know of
            self._read_log()
        ordinary = self._assignment.supply(self._reviewer, is_open)
        shown = min(n, self._assignment.n_shown(self._reviewer, is_open))
        found = self._gold.mixed(self._reviewer, ordinary, is_open, shown)
        self._is_out = not found
        self._checks.update(place for place in found if self._gold.is_gold(place))
        return found

    def may_see(self, place: int) -> bool:
        """Return whether it is the reviewer's: done, given at some time, or a check."""
        if self.is_grouping:
            return self._assignment.holds(self._reviewer, place)
        return bool(self._done[place]) or place in self._given or place in self._checks

    def recall(self, place: int) -> None:
        """Know a check that another server handed out, or this one before it was restarted."""
        if not self._gold.is_gold(place):
            return
        with self._assignment.lock:
            is_open = ~self._done
            n_given = sum(bool(is_open[given]) for given in self._given)
        if self._gold.may_see(self._reviewer, place, is_open, n_given):
            self._checks.add(place)

    def showing(self, place: int) -> Showing:
        """Return whether it is a check, the settling of a dispute, or a second answer."""
        if self._gold.is_gold(place):
            return self._gold.showing(place)
        with self._assignment.lock:
            demand = self._assignment.demand
            standing = demand.standing(place)
            own = standing.get(self._reviewer)
            kind = self._assignment.kind(self._reviewer, place)
            is_ruled = own is not None and own.stratum == ADJUDICATION
            if is_ruled or (kind == ADJUDICATION and demand.for_expert[place]):
                return adjudicating(standing, self._reviewer)
        if own is not None:
            return Showing(blind=own.blind)
        return Showing(blind=self._hides_seconds and kind == "second")

    def progress(self) -> dict[str, Any]:
        """Return what is left for the team, and the reviewer's own counts by stratum.

        Returns
        -------
        dict
            ``left``: answers that the team owes; ``strata``: counts of the reviewer, with what is
            left for the team; ``team``: ``items``, how many are ``settled``, what is ``left``, how
            many wait ``for_experts`` (None for who is none), and how many ``reviewers`` there are.

        Notes
        -----
        What is left is counted when more items are taken, and goes down with the reviewer's own
        answers in between; the gold checks that the reviewer would get count as owed, and where
        one answer settles an item, those that the reviewer did as settled. An exact count right
        after each answer, or one without the checks, would tell these from other items, and a
        second reviewer whether the first one agrees.
        """
        owed = self._renewed()
        since = self._own.answered - self._owed_at[1]
        n_checks = self._planned.total()
        left = max(owed.left + n_checks - since, 0) if owed.left else 0
        is_expert = self._reviewer in self._roster.experts()
        n_settled = self._n_checked if self._gold.settles else 0
        n_items = n_settled + n_checks if self._gold.settles else 0
        return {
            "left": left,
            "strata": self._strata(owed),
            "team": {
                "items": owed.items + n_items,
                "settled": owed.settled + n_settled,
                "left": left,
                "for_experts": owed.for_expert if is_expert else None,
                "reviewers": len(self._roster.names()),
            },
        }

    def _renewed(self) -> Owed:
        with self._assignment.lock:
            n_taken = self._assignment.n_taken(self._reviewer)
            if self._owed is None or self._is_out or n_taken != self._owed_at[0]:
                self._owed = self._figures.now()
                n_owed, is_open = self._owed.left, ~self._done
                self._planned = self._gold.planned(self._reviewer, n_owed, is_open)
                self._n_checked = self._gold.n_checked(is_open)
                self._owed_at = n_taken, self._own.answered
            return self._owed

    def _strata(self, owed: Owed) -> dict[str, Json]:
        names = self._own.strata | owed.by_stratum.keys() | self._planned.keys()
        blind = self._figures.blind
        return {
            name: {
                **self._own.of(name, is_blind=name in blind),
                "left": owed.by_stratum.get(name, 0) + self._planned[name],
            }
            for name in sorted(names)
        }

    def _read_log(self) -> None:
        try:
            self._assignment.feed.read()
        except WeaklabelError as error:
            # The answer is stored; what others did is seen when the store can be read again.
            _logger.warning("the log cannot be read: %s", error)
