"""Dashboard: what the lead of a team sees, as strict JSON.

What a desk does with it::

    dashboard = Dashboard(QueueFacts.of_source(source, settings, title))
    dashboard.figures(DecisionLog(decisions),           # a snapshot; taken under the desk's lock,
                      roles={"ann": "lead", …},         # computed outside it
                      leases=[("item", "ann"), …],      # those that have not run out
                      guidelines=[("version", "since"), …])
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from weaklabel.core import DecisionLog, LabelSchema
from weaklabel.review.session._session_item import Json
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._dashboard_agreement import agreement_figures
from weaklabel.review.team._dashboard_attention import attention
from weaklabel.review.team._dashboard_hours import answers_by_hour, time_figures
from weaklabel.review.team._dashboard_people import people_figures, with_roles
from weaklabel.review.team._dashboard_remarks import (
    cause_figures,
    flag_figures,
    function_figures,
    version_figures,
    with_versions,
)
from weaklabel.review.team._dashboard_waits import waiting_figures, with_leases
from weaklabel.review.team._dashboard_work import Work
from weaklabel.review.team._settings import TeamSettings

__all__ = ["Dashboard", "QueueFacts", "dashboard_figures"]

#: Figures are kept for so many times as long as it took to make them.
_PAUSE = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class QueueFacts:
    """What a dashboard needs to know of a queue, beside the log.

    Parameters
    ----------
    schema : LabelSchema
        The classes.
    item_ids : collection of str
        The items of the queue; ``in`` should be fast.
    settings : TeamSettings
        How many answers an item gets, and which ones are gold checks.
    title : str
        Of the review.
    group_of : callable, optional
        Returns the name of the group of near-duplicates of an item, "" for none.
    """

    schema: LabelSchema
    item_ids: Collection[str]
    settings: TeamSettings = field(default_factory=TeamSettings)
    title: str = ""
    group_of: Callable[[str], str] | None = None

    @classmethod
    def of_source(
        cls, source: SessionSource, settings: TeamSettings, title: str = ""
    ) -> QueueFacts:
        """Return the facts of a source; a group is named after its first item in the queue."""
        group_of = None if source.groups is None else _group_namer(source)
        return cls(source.queue.schema, source.place.keys(), settings, title, group_of)


class Dashboard:
    """The figures of one queue, made anew when the log grew, and not all the time.

    Parameters
    ----------
    facts : QueueFacts
        Of the queue.
    clock : callable
        Returns seconds that never go back.

    Notes
    -----
    Safe to call from several threads: whoever comes while figures are made waits for them and
    gets the same ones. Figures are kept for ten times as long as it took to make them, twenty
    seconds where there are 100,000 decisions: however many look, making them takes at most a
    tenth of a processor from the answers.
    """

    def __init__(self, facts: QueueFacts, clock: Callable[[], float] = time.monotonic) -> None:
        self._facts = facts
        self._clock = clock
        self._making = threading.Lock()
        self._made: _Made | None = None

    def figures(
        self,
        log: DecisionLog,
        *,
        roles: Mapping[str, str] | None = None,
        leases: Iterable[tuple[str, str]] = (),
        guidelines: Iterable[tuple[str, str]] = (),
        now: datetime | None = None,
    ) -> dict[str, Json]:
        """Return `dashboard_figures`; ``as_of`` says when those of the log were made."""
        with self._making:
            started = self._clock()
            made = self._made
            if made is None or (made.n_decisions != len(log) and started >= made.fresh_until):
                of_log, ended = _of_log(log, self._facts), self._clock()
                fresh_until = ended + _PAUSE * (ended - started)
                made = self._made = _Made(of_log, len(log), fresh_until, _now(now))
        return _finished(made.of_log, self._facts, roles or {}, leases, guidelines, made.at)


class _Made(NamedTuple):
    """What `_of_log` returned, of how many decisions, how long it will do, and when it was."""

    of_log: dict[str, Any]
    n_decisions: int
    fresh_until: float
    at: datetime


def _now(given: datetime | None) -> datetime:
    return datetime.now(UTC) if given is None else given


def dashboard_figures(
    log: DecisionLog,
    facts: QueueFacts,
    *,
    roles: Mapping[str, str] | None = None,
    leases: Iterable[tuple[str, str]] = (),
    guidelines: Iterable[tuple[str, str]] = (),
    now: datetime | None = None,
) -> dict[str, Json]:
    """Return all that the dashboard shows, in what strict JSON can hold.

    Parameters
    ----------
    log : DecisionLog
        All decisions so far.
    facts : QueueFacts
        Of the queue.
    roles : mapping of str to str
        The role of each registered reviewer by name, so that who did nothing yet is shown, too.
    leases : iterable of (item_id, reviewer)
        Which items are held by whom now.
    guidelines : iterable of (version, since)
        Versions of the guidelines, each with the ISO time from which it was there; the latest is
        the present one.
    now : datetime.datetime, optional
        With an offset; by default the present time.

    Returns
    -------
    dict
        ``attention`` (what to do now, in words), ``waits``, ``reviewers``, ``hours`` and ``days``,
        ``agreement`` (``all`` and ``blind``), ``confusion``, ``hot_spots``, ``causes``,
        ``functions``, ``flagged``, ``guidelines``. A figure that is undefined is None. Long
        tables are ``{"rows": […], "total": n}``, cut after the rows that matter most.

    Notes
    -----
    Answers of adjudicators, who saw those of others, and to gold checks are left out of the
    agreement; so are answers of a class that the schema has no longer (``unknown_classes``).
    100,000 decisions of 20 reviewers take two seconds, see `agreement_figures` for what is
    left out to keep it there. `Dashboard` does it no more often than it may.
    """
    return _finished(_of_log(log, facts), facts, roles or {}, leases, guidelines, _now(now))


#: What `_finished` makes the last of.
_PARTS = ("people", "by_version", "by_hour")


def _of_log(log: DecisionLog, facts: QueueFacts) -> dict[str, Any]:
    """Return what the log alone decides: all that takes time."""
    work = Work.of_log(log, facts.schema)
    return {
        "n_decisions": len(log),
        "unknown_classes": len(work.unknown),
        **agreement_figures(work, facts.schema, facts.group_of),
        "people": people_figures(work, facts.schema, facts.settings.gold),
        "waits": waiting_figures(work, facts.item_ids, facts.settings),
        "causes": cause_figures(work),
        "functions": function_figures(log),
        "flagged": flag_figures(log),
        "by_version": version_figures(work),
        "by_hour": answers_by_hour(log),
    }


def _finished(
    of_log: dict[str, Any],
    facts: QueueFacts,
    roles: Mapping[str, str],
    leases: Iterable[tuple[str, str]],
    guidelines: Iterable[tuple[str, str]],
    at: datetime,
) -> dict[str, Json]:
    """Return what `_of_log` found with what changes without the log."""
    held = tuple(leases)
    kept = {name: each for name, each in of_log.items() if name not in _PARTS}
    figures: dict[str, Json] = {
        **kept,
        "title": facts.title,
        "classes": list(facts.schema.classes),
        "rule": list(facts.settings.n_answers),
        "overlap": facts.settings.overlap,
        "as_of": at.isoformat(timespec="seconds"),
        "reviewers": list[Json](with_roles(of_log["people"], roles, held)),
        "waits": with_leases(of_log["waits"], held),
        "guidelines": with_versions(of_log["by_version"], guidelines),
        **time_figures(of_log["by_hour"], at),
    }
    return {"attention": attention(figures), **figures}


def _group_namer(source: SessionSource) -> Callable[[str], str]:
    def group_of(item_id: str) -> str:
        place = source.place.get(item_id)
        if place is None or source.groups is None:
            return ""
        others = source.groups.places_with(place)
        return source.ids[int(others[0])] if len(others) > 1 else ""

    return group_of
