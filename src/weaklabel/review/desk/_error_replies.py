"""error_reply: what went wrong with a message, in words for the one who sent it."""

from __future__ import annotations

import logging

from weaklabel.errors import DecisionsError, FileFormatError, WeaklabelError, WriteError
from weaklabel.review.desk._messages import MessageError
from weaklabel.review.desk._short_names import unicode_text
from weaklabel.review.session._session_item import Json

__all__ = ["OtherReviewerError", "StaleItemError", "error_reply"]

#: Characters of a message: it may repeat names of any length.
_LONGEST = 1000

_logger = logging.getLogger(__name__)


class OtherReviewerError(DecisionsError):
    """The message is of another reviewer than the one who is logged in."""


class StaleItemError(DecisionsError):
    """The item is none that this reviewer may answer now."""


def error_reply(error: Exception, store_name: str = "") -> dict[str, Json]:
    """Return the reply to a message that failed; to be called while the error is handled.

    Parameters
    ----------
    error : Exception
        What was raised. Errors of weaklabel say what to do; of all others the log of the server
        has the traceback, and the reply nothing.
    store_name : str
        What errors of the store call it: a path or an address, which the reply leaves out.

    Returns
    -------
    dict
        ``{"ok": False, "error": {"code", "message"}}`` with the code "invalid" for a message
        that is none, "stale" for an item that may not be answered now, "forbidden" for a message of another
        reviewer, "store" where nothing was
        stored and the same may be sent again, "refused" for other errors of weaklabel, and
        "internal" for the rest.

    Examples
    --------
    >>> error_reply(DecisionsError("no answer that stands to undo."))
    {'ok': False, 'error': {'code': 'refused', 'message': 'no answer that stands to undo.'}}
    """
    code, message = _code(error), str(error)
    if code == "internal":
        _logger.exception("a message of a reviewer failed")
        message = "the server failed at this message. Its log says why; load the page again."
    elif code == "store":
        _logger.warning("%s", error)
        message = _without_place(message, store_name)
    if len(message) > _LONGEST:
        message = f"{message[: _LONGEST - 1]}…"
    return {"ok": False, "error": {"code": code, "message": unicode_text(message)}}


def _without_place(message: str, store_name: str) -> str:
    """Return what a reviewer may read: drivers of servers name hosts, users and folders."""
    if "://" in store_name:
        return (
            "the decision log does not answer, and nothing was stored. Try again; the log of the "
            "server says why."
        )
    return message.replace(store_name, "the decision log") if store_name else message


def _code(error: Exception) -> str:
    if isinstance(error, MessageError):
        return "invalid"
    if isinstance(error, StaleItemError):
        return "stale"
    if isinstance(error, OtherReviewerError):
        return "forbidden"
    if isinstance(error, (WriteError, FileFormatError)):
        return "store"
    return "refused" if isinstance(error, WeaklabelError) else "internal"
