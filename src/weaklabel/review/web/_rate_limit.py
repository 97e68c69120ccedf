"""RateLimit: how often one source may fail in a span of time."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

__all__ = ["RateLimit", "source_of"]


class RateLimit:
    """Lets each source fail so often in any span of time, and remembers nothing beyond it.

    Parameters
    ----------
    n_failures : int
        How many a source may have in `seconds`.
    seconds : float
        The span.
    clock : callable
        Returns the time in seconds; it may be set back.
    max_sources : int
        How many are remembered; the one whose last failure is oldest is forgotten first.

    Notes
    -----
    For one thread, as that of an event loop. Whoever tries does so in `turn`: otherwise all who
    try at once would find that none of the others has failed yet.
    """

    def __init__(
        self,
        n_failures: int,
        seconds: float,
        *,
        clock: Callable[[], float],
        max_sources: int = 10_000,
    ) -> None:
        self._n_failures = n_failures
        self._seconds = seconds
        self._clock = clock
        self._max_sources = max_sources
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        # A lock is gone when nobody waits for it.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, source: str) -> AsyncIterator[None]:
        """Hold back other tries of `source` while the block runs."""
        lock = self._turns.setdefault(source, asyncio.Lock())
        async with lock:
            yield

    def wait_of(self, source: str) -> float:
        """Return how many seconds `source` has to wait before it may try; 0.0 for none."""
        now = self._clock()
        failures = self._recent(source, now)
        if len(failures) < self._n_failures:
            return 0.0
        return max(self._seconds - (now - failures[0]), 1e-3)

    def count(self, source: str) -> None:
        """Count a failure of `source`."""
        now = self._clock()
        failures = self._recent(source, now)
        failures.append(now)
        self._failures[source] = failures
        self._failures.move_to_end(source)
        if len(self._failures) > self._max_sources:
            self._failures.popitem(last=False)

    def _recent(self, source: str, now: float) -> deque[float]:
        failures = self._failures.get(source, ())
        # One of the future is from before the clock was set back: nobody waits for it.
        return deque(t for t in failures if 0 <= now - t < self._seconds)


def source_of(address: str | None) -> str:
    """Return whom failures from an address are counted for: of IPv6, all of one network.

    A single machine there has 2**64 addresses to try from.
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
