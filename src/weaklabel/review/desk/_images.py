"""ImageFolder: the one folder from which images of items are shown."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from re import IGNORECASE
from re import compile as pattern
from urllib.parse import unquote

from weaklabel.core._check import check_int
from weaklabel.errors import ItemsError, ParameterError, wrong_value

__all__ = ["ImageFolder"]

_FILE_URL = pattern(r"(?s)file:(?://(?:localhost)?)?(/(?!/)[^?#]*)", IGNORECASE)

_ALLOWED = "PNG, JPEG, GIF or WebP"

#: A pipe would be waited for, and a link followed.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_NOFOLLOW", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder from which images may be shown; nothing outside it is ever read.

    What an image is, its first bytes say, never its name. SVG is not shown: it is a document that
    can run scripts.

    Parameters
    ----------
    folder : path-like
        It must exist. Links inside it may point to other places inside it, not out of it.
    max_bytes : int
        Size of the largest image that is shown, at least 1.

    Raises
    ------
    ParameterError
        If `folder` is no folder, or `max_bytes` no integer of at least 1.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     images = ImageFolder(name)
    ...     _ = Path(name, "dot.gif").write_bytes(b"GIF89a...")
    ...     images.read("dot.gif")
    ('image/gif', b'GIF89a...')
    """

    folder: Path
    max_bytes: int

    def __init__(self, folder: str | os.PathLike[str], max_bytes: int = 10_000_000) -> None:
        check_int("max_bytes", max_bytes, 1)
        found = Path(folder)
        if not found.is_dir():
            advice = "Make it, or name the one that holds the images."
            raise ParameterError(wrong_value("folder", str(folder), "a folder that exists", advice))
        object.__setattr__(self, "folder", found.resolve())
        object.__setattr__(self, "max_bytes", max_bytes)

    def read(self, value: str) -> tuple[str, bytes]:
        """Return media type and content of an image.

        Parameters
        ----------
        value : str
            A path in the folder, relative to it or whole, or a ``file:`` URL of one.

        Returns
        -------
        tuple of str and bytes

        Raises
        ------
        ItemsError
            If it is no path, lies outside the folder, is missing, too large, or no image of a
            kind that is shown. The message has the value, and never the folder.
        """
        path = self._inside(value)
        content = self._content(path, value)
        return _media_type(content, value), content

    def _inside(self, value: str) -> Path:
        """Return the file that a value names, with all links followed."""
        named = _as_path(value)
        try:
            path = (self.folder / named).resolve()
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle, half of a pair
            raise _no_image(value, "a path that can be read") from error
        if not path.is_relative_to(self.folder):
            raise _no_image(value, "inside the folder of images")
        return path

    def _content(self, path: Path, value: str) -> bytes:
        try:
            with open(path, "rb", opener=lambda *_: self._opened(path)) as file:
                is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
                content = file.read(self.max_bytes + 1) if is_file else b""
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name is none"
            raise _no_image(value, f"a file that can be read ({reason})") from error
        if not is_file:
            raise _no_image(value, "a file")
        if len(content) > self.max_bytes:
            raise _no_image(value, f"at most {self.max_bytes} bytes large")
        return content

    def _opened(self, path: Path) -> int:
        """Open a file in the folder, its links followed already, one folder after the other.

        Each could have become a link out of the folder since it was looked at.
        """
        names = path.relative_to(self.folder).parts
        if not names or os.open not in os.supports_dir_fd:
            return os.open(path, _FLAGS)
        at = os.open(self.folder, os.O_RDONLY)
        for name in names:
            try:
                inside = os.open(name, _FLAGS, dir_fd=at)
            finally:
                os.close(at)
            at = inside
        return at


def _as_path(value: str) -> str:
    """Return the path in a value, which may be a file URL."""
    is_text = isinstance(value, str) and value.strip()
    found = _FILE_URL.fullmatch(value) if is_text else None
    path = value if found is None else unquote(found[1])
    if not is_text or "\x00" in path:
        raise _no_image(value, "a path")
    if found is None and ("://" in value or value.startswith("//")):
        raise _no_image(value, "a path in the folder of images; other addresses are never fetched")
    return path


def _media_type(content: bytes, value: str) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    raise _no_image(value, f"an image that is shown: {_ALLOWED}, by its first bytes")


def _no_image(value: object, allowed: str) -> ItemsError:
    return ItemsError(wrong_value("image", value, allowed, "Correct the column of the items."))
