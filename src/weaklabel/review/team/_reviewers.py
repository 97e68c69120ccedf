"""Reviewers: who may log in to a team's review, by tokens of which only hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

import sqlalchemy as sa

from weaklabel.core import Decision
from weaklabel.core._check import check_choice
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.desk._desk import Reviewer
from weaklabel.review.store._store import DecisionStore
from weaklabel.review.store._tables import reviewers as table

__all__ = ["ROLES", "ReviewerEntry", "Reviewers", "Role"]

Role: TypeAlias = Literal["reviewer", "expert", "lead"]

#: What reviewers may be; each may do what those before it may.
ROLES: tuple[Role, ...] = ("reviewer", "expert", "lead")

_LONGEST_NAME = 100
#: Hexadecimal digits of the hash that a cookie holds; too few to search for a token.
_FINGERPRINT = 16


class ReviewerEntry(NamedTuple):
    """What is listed of a reviewer; of the token nothing is."""

    name: str
    role: Role
    created_at: str
    revoked_at: str  # "" while the reviewer may log in


class Reviewers:
    """The people of a team's review, kept beside its decisions.

    Parameters
    ----------
    store : DecisionStore
        Where they are kept. The first `add` makes the log where there is none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = DecisionStore(f"{folder}/decisions.sqlite")
    ...     token = Reviewers(store).add("ann")
    ...     Reviewers(store).login(token).role
    ...     store.close()
    'reviewer'
    """

    def __init__(self, store: DecisionStore) -> None:
        self._store = store

    def add(self, name: str, role: str = "reviewer") -> str:
        """Let somebody review, and return the token to log in with, which is shown only now.

        Parameters
        ----------
        name : str
            As decisions will name them: up to 100 printable characters. Who was revoked may be
            added again, and keeps the answers given before.
        role : {"reviewer", "expert", "lead"}
            An expert also settles what others disagree on, a lead also sees the figures of all.

        Returns
        -------
        str
            43 letters, digits, "-" and "_".

        Raises
        ------
        ParameterError
            If somebody has the name, or an argument is wrong.
        WriteError, FileFormatError
            If the store fails; nothing was stored.
        """
        _check_name(name)
        check_choice("role", role, ROLES)
        token, now = secrets.token_urlsafe(32), Decision.now()
        made = {"role": role, "token_hash": _hash(token), "created_at": now, "revoked_at": ""}
        with self._store.transaction(writing=True) as connection:
            found = connection.execute(_row_of(name)).first()
            if found is not None and not found.revoked_at:
                advice = "Give another name, or a new token: rotate()."
                raise ParameterError(wrong_value("name", name, "one that no reviewer has", advice))
            connection.execute(table.delete().where(table.c.name == name))
            connection.execute(table.insert().values(name=name, **made))
        return token

    def rotate(self, name: str) -> str:
        """Return a new token for a reviewer; the old one and who is logged in by it are out.

        Raises ParameterError if no reviewer has the name, and as `add`.
        """
        token = secrets.token_urlsafe(32)
        self._change(name, token_hash=_hash(token))
        return token

    def revoke(self, name: str) -> None:
        """Let a reviewer in no more; answers stay and count, items that were theirs are free.

        Raises ParameterError if no reviewer has the name, and as `add`.
        """
        self._change(name, revoked_at=Decision.now())

    def list(self) -> tuple[ReviewerEntry, ...]:
        """Return everybody who was ever added, by name; FileFormatError if the store fails."""
        return tuple(
            ReviewerEntry(row.name, row.role, row.created_at, row.revoked_at)
            for row in self._rows()
        )

    def active(self) -> tuple[Reviewer, ...]:
        """Return who may log in, by name; FileFormatError if the store fails."""
        return tuple(_reviewer(row) for row in self._rows() if not row.revoked_at)

    def login(self, token: str) -> Reviewer | None:
        """Return who has a token, None where nobody has; FileFormatError if the store fails."""
        given = _hash(token)
        found = None
        # All are compared, so that the time tells nothing.
        for row in self._rows():
            is_same = hmac.compare_digest(row.token_hash, given)
            if is_same and not row.revoked_at:
                found = _reviewer(row)
        return found

    def _rows(self) -> Sequence[sa.Row[tuple[str, str, str, str, str]]]:
        with self._store.transaction(writing=False) as connection:
            if connection is None:
                return ()
            rows = connection.execute(sa.select(table)).fetchall()
        return sorted(rows, key=lambda row: str(row.name))

    def _change(self, name: str, **values: str) -> None:
        with self._store.transaction(writing=True) as connection:
            found = connection.execute(_row_of(name)).first()
            if found is None or found.revoked_at:
                advice = "List them: weaklabel reviewers list."
                raise ParameterError(
                    wrong_value("name", name, "that of a reviewer who may log in", advice)
                )
            connection.execute(table.update().where(table.c.name == name).values(**values))


def _row_of(name: str) -> sa.Select[tuple[str, ...]]:
    return sa.select(table).where(table.c.name == name)


def _reviewer(row: sa.Row[tuple[str, str, str, str, str]]) -> Reviewer:
    return Reviewer(row.name, cast(Role, row.role), row.token_hash[:_FINGERPRINT])


def _hash(token: str) -> str:
    # No slow hash: a token is 256 random bits, which nobody guesses.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _check_name(name: object) -> None:
    is_right = isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME and name.isprintable()
    if not is_right or str(name).strip() != name:
        allowed = f"1 to {_LONGEST_NAME} printable characters, without blanks around them"
        raise ParameterError(wrong_value("name", name, allowed))
