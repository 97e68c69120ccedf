"""Connection: uvicorn's, closed where the head of a request does not come in time."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["Connection"]

#: A head is one packet or two. Uvicorn alone would wait for it for ever, and hold a file open.
_HEAD_SECONDS = 20.0


class Connection(H11Protocol):
    """A connection to a client that may be slow, or say nothing at all.

    Between two requests uvicorn's own limit holds, and while a body comes that of `read_json`.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own narrows it
        """Wait for the first head from now on."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; the wait begins with the first byte of a head, and no later one."""
        super().data_received(data)
        if self._has_request():
            self._stop_waiting()
        elif self._late is None:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait_for_head(self) -> None:
        self._late = self.loop.call_later(_HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if not self._has_request():
            self.transport.close()
