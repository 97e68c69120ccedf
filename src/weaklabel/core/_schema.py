"""LabelSchema: the class names of a task and their codes 0..n_classes-1; ABSTAIN is -1."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Final

import numpy as np

from weaklabel.core._arrays import CodeArray
from weaklabel.core._html import escape
from weaklabel.errors import SchemaError, wrong_value

__all__ = ["ABSTAIN", "LabelSchema"]

#: The vote of a labeling function that says nothing, and the code of an unknown label.
ABSTAIN: Final = -1

_MAX_CLASSES = 32_767  # codes are int16 at most


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """The mutually exclusive classes of a task, in order.

    Parameters
    ----------
    classes : sequence of str
        Two or more distinct, non-empty names; the position of a name is its code.

    Raises
    ------
    SchemaError
        If there are fewer than two classes, or a name is empty, repeated or no string.

    Examples
    --------
    >>> schema = LabelSchema(["ham", "spam"])
    >>> schema.code("spam"), schema.name(0)
    (1, 'ham')
    >>> schema.decode([1, -1, 0])
    ['spam', None, 'ham']
    >>> LabelSchema(["spam"])
    Traceback (most recent call last):
    ...
    weaklabel.errors.SchemaError: classes is ('spam',), must be two or more class names. \
Name every class that an item can have, for example ['ham', 'spam'].
    """

    classes: tuple[str, ...]

    def __init__(self, classes: Sequence[str]) -> None:
        if isinstance(classes, str):
            raise SchemaError(
                wrong_value("classes", classes, "a list of names", "Write ['ham', 'spam'].")
            )
        names = tuple(classes)
        _check_names(names)
        object.__setattr__(self, "classes", names)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.classes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Smallest dtype that holds every code and ABSTAIN: int8 up to 127 classes, else int16."""
        return np.dtype(np.int8 if self.n_classes <= 127 else np.int16)

    def code(self, name: str) -> int:
        """Return the code of a class name, or raise SchemaError with the nearest names."""
        try:
            return self.classes.index(name)
        except ValueError:
            raise SchemaError(self._unknown(name)) from None

    def name(self, code: int) -> str | None:
        """Return the name of a code; None for ABSTAIN."""
        if code == ABSTAIN:
            return None
        if not 0 <= code < self.n_classes:
            raise SchemaError(
                wrong_value("code", code, f"in [-1, {self.n_classes}) where -1 means abstain")
            )
        return self.classes[code]

    def encode(self, labels: Iterable[object]) -> CodeArray:
        """Return the codes of `labels`.

        Parameters
        ----------
        labels : iterable of str, int or None
            Class names, codes, or None / NaN / ABSTAIN for "unknown". A name wins
            over a code: with classes ``["0", "1"]`` the text ``"1"`` is the name.

        Returns
        -------
        numpy.ndarray of int8 or int16, shape (n,)

        Raises
        ------
        SchemaError
            If a label is neither a class name nor a code.
        """
        known: dict[object, int] = {None: ABSTAIN}
        codes = [
            known[v] if isinstance(v, str) and v in known else self._encode(v, known)
            for v in labels
        ]
        return np.array(codes, dtype=self.dtype)

    def decode(self, codes: Iterable[int]) -> list[str | None]:
        """Return the class names of `codes`; None where a code is ABSTAIN."""
        return [self.name(int(code)) for code in codes]

    def _encode(self, value: object, known: dict[object, int]) -> int:
        if value is None or (isinstance(value, float) and value != value):
            return ABSTAIN
        if isinstance(value, str):
            known[value] = self.code(value)
            return known[value]
        if isinstance(value, Integral) or (isinstance(value, float) and value.is_integer()):
            code = int(value)
            if not isinstance(value, (bool, np.bool_)) and ABSTAIN <= code < self.n_classes:
                return code
        raise SchemaError(self._unknown(value))

    def _unknown(self, value: object) -> str:
        close = difflib.get_close_matches(str(value), self.classes, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Check its spelling, or add the class."
        shown = ", ".join(repr(c) for c in self.classes[:10])
        more = f", … ({self.n_classes} classes)" if self.n_classes > 10 else ""
        return wrong_value("label", value, f"one of {shown}{more}", hint)

    def __repr__(self) -> str:
        return f"LabelSchema({list(self.classes)!r})"

    def _repr_html_(self) -> str:
        cells = "".join(f"<li value='{i}'>{escape(c)}</li>" for i, c in enumerate(self.classes))
        return f"<div><b>LabelSchema</b>, {self.n_classes} classes<ol start='0'>{cells}</ol></div>"


def _check_names(names: tuple[str, ...]) -> None:
    for i, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            raise SchemaError(wrong_value(f"classes[{i}]", name, "a non-empty string"))
        if names.index(name) != i:
            raise SchemaError(
                f"classes[{i}] is {name!r}, which is already classes[{names.index(name)}]. "
                "Name every class once."
            )
    if len(names) < 2:
        raise SchemaError(
            wrong_value(
                "classes",
                names,
                "two or more class names",
                "Name every class that an item can have, for example ['ham', 'spam'].",
            )
        )
    if len(names) > _MAX_CLASSES:
        raise SchemaError(f"classes has {len(names)} names, must be at most {_MAX_CLASSES}.")
