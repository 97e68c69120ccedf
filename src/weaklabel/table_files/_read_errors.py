"""in_words: what Arrow and the system raise of a file, as errors that name it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from weaklabel.errors import FileFormatError

__all__ = ["first_line", "in_words"]


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what Arrow and the system raise of a file into an error that names it."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise FileFormatError(
                f"{path} cannot be read: {os.strerror(error.errno)}. Check the path and the rights to it."
            ) from error
        raise FileFormatError(
            f"{path} cannot be read, it is damaged or no {path.suffix.lower()} file: "
            f"{first_line(error)}. Write or copy the file again."
        ) from error


def first_line(error: Exception) -> str:
    """Return the first line of what an error says, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
