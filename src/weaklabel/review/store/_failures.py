"""in_words: what a database refuses, as an error that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from weaklabel.errors import FileFormatError, WriteError
from weaklabel.review.store._database import Database, UncertainCommitError

__all__ = ["in_words"]

_INTACT = "nothing was stored, and what was there before is intact"

#: What to do, by a word in the reason.
_ADVICE = {
    "lock": "Close what else writes to it and try again",
    "readonly": "Make it writable, or work on a copy",
    "read-only": "Write to the primary server, or as a user who may",
    "full": "Free some space and try again",
    "No space": "Free some space and try again",
    "permission denied": "Let the owner of the database grant the rights, or name another user",
    "authentication": "Check the user and the password",
    "does not exist": "Check the names in the URL",
}
_OF_FILE = "Check that its folder can be written to and has space"
_OF_SERVER = "Check that the server runs and can be reached, and try again"


@contextmanager
def in_words(database: Database, *, writing: bool) -> Iterator[None]:
    """Turn errors of the database into those of weaklabel while the block runs.

    Parameters
    ----------
    database : Database
        Gives its name, and says whether it is a server.
    writing : bool
        Whether the block writes.

    Raises
    ------
    WriteError
        If it cannot be written, or nobody knows whether it was.
    FileFormatError
        If it cannot be read, or a file is no database.
    """
    try:
        yield
    except UncertainCommitError as error:
        raise WriteError(
            f"{database.name} broke off while it stored: {_first_line(error)}. It is not known "
            "whether it did; what was there before is intact. Append the same again when it is "
            "back: what was stored is not stored twice."
        ) from error
    except sa.exc.TimeoutError as error:  # too many threads share the connections
        reason = f"no connection was free for {database.timeout_seconds:g} s"
        raise _refused(database, reason, writing) from error
    except sa.exc.DBAPIError as error:
        reason = _first_line(error.orig)
        if _is_refusal(error) or database.is_server:
            raise _refused(database, reason, writing) from error
        raise FileFormatError(
            f"{database.name} is no decision log, or is damaged: {reason}. Restore it from a copy."
        ) from error


def _is_refusal(error: sa.exc.DBAPIError) -> bool:
    return isinstance(error, sa.exc.OperationalError)


def _refused(database: Database, reason: str, writing: bool) -> WriteError | FileFormatError:
    usual = _OF_SERVER if database.is_server else _OF_FILE
    advice = next((advice for word, advice in _ADVICE.items() if word in reason), usual)
    if writing:
        return WriteError(f"cannot write {database.name}: {reason}. {advice}; {_INTACT}.")
    if not database.is_server:
        advice = "Close what else uses it and try again"
    return FileFormatError(f"cannot read {database.name}: {reason}. {advice}.")


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
