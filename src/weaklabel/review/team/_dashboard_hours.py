"""Answers by hour and by day: when the team worked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from weaklabel.core import Decision
from weaklabel.review.session._session_item import Json

__all__ = ["answers_by_hour", "time_figures"]

_HOUR = 3600
#: How far back the drawings go, at least and at most.
_HOURS, _DAYS = (24, 48), (14, 60)


def answers_by_hour(decisions: Iterable[Decision]) -> Counter[int]:
    """Return how many answers and skips were given in each hour since 1970, by its number.

    An answer that the reviewer changed later counts as often as it was given: it was work.
    """
    return Counter(
        int(datetime.fromisoformat(d.decided_at).timestamp()) // _HOUR
        for d in decisions
        if d.is_answer
    )


def time_figures(by_hour: Counter[int], now: datetime) -> dict[str, Json]:
    """Return answers in each of the last hours and days, in UTC, the oldest first.

    From the first answer on, but at least 24 hours and 14 days, at most 48 and 60; those without
    an answer are there with 0, so that a pause is seen. Without any answer in them the list is
    empty. What is dated in the future, by a clock that is wrong, is in no bar.
    """
    this_hour = int(now.timestamp()) // _HOUR
    by_day: Counter[int] = Counter()
    for hour, n in by_hour.items():
        by_day[hour // 24] += n
    return {
        "hours": _bars(by_hour, this_hour, _HOURS, _HOUR),
        "days": _bars(by_day, this_hour // 24, _DAYS, 24 * _HOUR),
    }


def _bars(counts: Counter[int], last: int, span: tuple[int, int], seconds: int) -> list[Json]:
    least, most = span
    shown = [n for n in counts if last - most < n <= last]
    if not shown:
        return []
    first = min(*shown, last - least + 1)
    return [
        {"at": datetime.fromtimestamp(n * seconds, UTC).isoformat(), "answers": counts[n]}
        for n in range(first, last + 1)
    ]
