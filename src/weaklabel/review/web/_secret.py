"""The secret of a review: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from weaklabel.errors import FileFormatError, WriteError

__all__ = ["load_secret", "start_token"]

_N_BYTES = 32


def load_secret(path: str | os.PathLike[str]) -> bytes:
    """Return the secret in a file; make it where there is none.

    It signs the cookies of a review, and the token of a single reviewer's link follows from
    it, so that pages stay signed in when the server starts again.

    Parameters
    ----------
    path : path-like
        The file; made with mode 0600, its folder if need be. Two that make it at once get the
        same one.

    Returns
    -------
    bytes
        32 random bytes.

    Raises
    ------
    FileFormatError
        If the file holds something else, or cannot be read.
    WriteError
        If it cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = load_secret(Path(folder, "secret"))
    ...     first == load_secret(Path(folder, "secret")), len(first)
    (True, 32)
    """
    place = Path(path)
    if not place.exists():
        _make(place)
    return _read(place)


def start_token(secret: bytes) -> str:
    """Return the token of a single reviewer's link: the same for the same secret.

    Parameters
    ----------
    secret : bytes
        As `load_secret` returns it.

    Returns
    -------
    str
        43 letters, digits, ``-`` and ``_``; the secret cannot be computed from it.

    Examples
    --------
    >>> start_token(b"secret")
    'lbPU9TRh3d85PEEUuxW3915cUXCS1ZL3PdSIJBgcudw'
    """
    digest = hmac.digest(secret, b"weaklabel start token", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _make(place: Path) -> None:
    """Write a new secret aside, and link it to its place if nobody was faster."""
    aside = place.with_name(f".{place.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _write_private(aside, secrets.token_bytes(_N_BYTES).hex() + "\n")
        with suppress(FileExistsError):
            _put_in_place(aside, place)
    except OSError as error:
        raise WriteError(
            f"cannot write {place}: {error.strerror}. Choose a folder that you may write to."
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(handle)


def _put_in_place(aside: Path, place: Path) -> None:
    """Give the file its name unless that is taken: a second server must not get another secret."""
    try:
        os.link(aside, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without links; two at once are the lesser worry
        os.replace(aside, place)


def _read(place: Path) -> bytes:
    try:
        text = place.read_text(encoding="ascii")
        secret = bytes.fromhex(text)
        place.chmod(0o600)  # a copy of a project may have lost the mode
    except (OSError, ValueError):
        secret = b""
    if len(secret) != _N_BYTES:
        raise FileFormatError(
            f"{place} holds no secret of a review: {_N_BYTES} bytes in hexadecimal. Remove it to "
            "have a new one made; then everybody signs in again."
        )
    return secret
