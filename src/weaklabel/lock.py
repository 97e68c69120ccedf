"""exclusive: one process at a time may change a folder; a crashed one does not block."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from weaklabel.errors import BusyError, WriteError

__all__ = ["exclusive"]

LOCK_NAME = ".lock"
_HOLDER_NAME = ".lock-holder.json"


@contextmanager
def exclusive(
    folder: str | os.PathLike[str], what: str, doing: str, *, wait_seconds: float = 0.0
) -> Iterator[None]:
    """Hold a folder for oneself while the block runs.

    Parameters
    ----------
    folder : path-like
        Made if need be; the file ".lock" stays in it.
    what : str
        What the folder is, for messages ("project demo").
    doing : str
        What the block does, for the messages that others get ("weaklabel run").
    wait_seconds : float
        How long to wait for another process to be done, in [0, inf).

    Raises
    ------
    BusyError
        If another process, or another block of this one, holds it; the message
        says who, and since when.
    WriteError
        If the folder cannot be written.

    Notes
    -----
    The lock is the operating system's (flock, or its like on Windows), which
    lets go of it when the process ends, however it ends. What the message says
    of the holder is in a file beside it, and only informs.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, exclusive(folder, "folder", "one"):
    ...     with exclusive(folder, "folder", "two"):
    ...         pass
    Traceback (most recent call last):
    ...
    weaklabel.errors.BusyError: folder is in use: one, process ... on ..., since ... UTC. Only one \
at a time may change it; nothing was changed. Wait until it is done, or stop it, then try again.
    """
    from filelock import FileLock, Timeout

    place = Path(folder)
    holder = place / _HOLDER_NAME
    lock = FileLock(place / LOCK_NAME, timeout=wait_seconds, thread_local=False)
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise BusyError(_in_use(what, holder)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteError(
            f"cannot write {place}: {reason}. Choose a folder that you may write to; "
            "nothing was changed."
        ) from error
    try:
        _write_holder(holder, doing)
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _write_holder(path: Path, doing: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    told = {"doing": doing, "pid": os.getpid(), "host": socket.gethostname(), "since": now}
    with suppress(OSError):  # it only informs
        path.write_text(json.dumps(told), encoding="utf-8")


def _in_use(what: str, holder: Path) -> str:
    rest = (
        "Only one at a time may change it; nothing was changed. "
        "Wait until it is done, or stop it, then try again."
    )
    try:
        told = json.loads(holder.read_text(encoding="utf-8"))
        doing, pid, host, since = (told[key] for key in ("doing", "pid", "host", "since"))
    except (OSError, ValueError, TypeError, KeyError):  # it just began, or is just done
        return f"{what} is in use by another process. {rest}"
    if host == socket.gethostname() and not _is_alive(pid):
        # The lock is held, so what holds it inherited it.
        return (
            f"{what} is in use: process {pid} ({doing}, since {since}) has ended, but a process "
            f"that it started is still at work. {rest}"
        )
    return f"{what} is in use: {doing}, process {pid} on {host}, since {since}. {rest}"


def _is_alive(pid: object) -> bool:
    if not isinstance(pid, int) or pid <= 0 or sys.platform == "win32":  # there, 0 would end it
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
