"""Guidelines: the text that reviewers go by, and its version."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["Guidelines"]


class Guidelines(NamedTuple):
    """The text that reviewers go by, and its version, which is stored with each answer."""

    text: str = ""
    version: str = ""

    @classmethod
    def of(cls, given: object) -> Guidelines:
        """Return the guidelines in a text, or in (text, version), or none.

        Without a version, that is the first 12 digits of the SHA-256 of the text, so that another
        text has another version. Raises ParameterError for anything else.

        Examples
        --------
        >>> Guidelines.of("Advertising is spam.").version
        '881ef8a9ab3b'
        >>> Guidelines.of(("Advertising is spam.", "3")).version
        '3'
        """
        if given is None or given == "":
            return cls()
        if isinstance(given, str):
            digest = hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()
            return cls(given, digest[:12])
        if (
            isinstance(given, tuple)
            and len(given) == 2
            and all(isinstance(part, str) for part in given)
        ):
            return cls(*given)
        raise ParameterError(wrong_value("guidelines", given, "a text, or a pair (text, version)"))
