"""Answers: what a labeling function may return, and the codes that stand for it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache
from numbers import Integral

import numpy as np

from weaklabel.core import ABSTAIN, CodeArray, LabelSchema, StringArray
from weaklabel.errors import AnswerError, ParameterError, wrong_value

__all__ = ["check_label", "codes_of", "describe_answer", "describe_error"]


def codes_of(
    answers: Sequence[object],
    schema: LabelSchema,
    lf_name: str,
    item_ids: StringArray | Sequence[str],
) -> CodeArray:
    """Return the codes of what one labeling function answered.

    Parameters
    ----------
    answers : sequence of length n_items
        Class names, codes, ABSTAIN or None; NumPy's and enum's strings and
        integers count as such, booleans and floats do not.
    schema : LabelSchema
        The classes that are allowed.
    lf_name : str
        The labeling function, for the message.
    item_ids : numpy.ndarray of StringDType, or sequence of str, length n_items
        The items, for the message.

    Returns
    -------
    numpy.ndarray of int8 or int16, shape (n_items,)
        Class codes, -1 where it abstains.

    Raises
    ------
    AnswerError
        If an answer is no class; it names the labeling function, the item and
        the nearest class.

    Examples
    --------
    >>> codes_of(["spam", 0, None], LabelSchema(["ham", "spam"]), "has_link", "abc")
    array([ 1,  0, -1], dtype=int8)
    """
    known = _known(schema)
    types = set(map(type, answers))
    if all(map(_is_answer_type, types)):
        try:
            if types == {int}:
                return _in_range(np.array(answers, dtype=schema.dtype), schema)
            return _looked_up(answers, known, schema)
        except (KeyError, OverflowError):
            pass
    wrong = next(i for i, a in enumerate(answers) if not _is_answer(a, known))
    raise AnswerError(
        f"labeling function {lf_name!r} answered {_short(answers[wrong])} on item "
        f"{item_ids[wrong]!r}, {describe_answer(answers[wrong], schema)}"
    )


def describe_answer(answer: object, schema: LabelSchema) -> str:
    """Return "must be …" with the allowed classes and the one nearest to `answer`."""
    shown = ", ".join(repr(name) for name in schema.classes[:10])
    more = f", … ({schema.n_classes} classes)" if schema.n_classes > 10 else ""
    close = difflib.get_close_matches(str(answer), schema.classes, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else "Check what it returns."
    return (
        f"must be one of {shown}{more}, a code in [0, {schema.n_classes}), "
        f"or ABSTAIN (-1) or None. {hint}"
    )


def describe_error(error: BaseException) -> str:
    """Return the type and the words of an exception on one line."""
    # str() of a KeyError is the repr of its key
    words = error.args[0] if isinstance(error, KeyError) and error.args else error
    return f"{type(error).__name__}: {words}" if str(words) else type(error).__name__


def check_label(argument: str, label: object) -> str | int:
    """Return `label` as a plain class name or code, or raise ParameterError."""
    if isinstance(label, str) and label.strip():
        return str.__str__(label)
    if isinstance(label, Integral) and not isinstance(label, bool) and int(label) >= 0:
        return int(label)
    raise ParameterError(
        wrong_value(
            argument, label, "a class name or a code of at least 0", "Write for example 'spam'."
        )
    )


def _in_range(codes: CodeArray, schema: LabelSchema) -> CodeArray:
    if codes.min() < ABSTAIN or codes.max() >= schema.n_classes:
        raise OverflowError
    return codes


def _looked_up(
    answers: Sequence[object], known: dict[object, int], schema: LabelSchema
) -> CodeArray:
    if schema.dtype != np.int8:
        return np.array([known[answer] for answer in answers], dtype=schema.dtype)
    # One above is never negative, so that `bytes` takes it: twice as fast as a list for NumPy.
    above = _one_above(schema)
    read = np.frombuffer(bytes(map(above.__getitem__, answers)), dtype=np.int8)
    return np.subtract(read, 1, dtype=np.int8)


@lru_cache(maxsize=16)
def _one_above(schema: LabelSchema) -> dict[object, int]:
    return {answer: code + 1 for answer, code in _known(schema).items()}


@lru_cache(maxsize=16)
def _known(schema: LabelSchema) -> dict[object, int]:
    known: dict[object, int] = {None: ABSTAIN, ABSTAIN: ABSTAIN}
    known.update((code, code) for code in range(schema.n_classes))
    known.update((name, code) for code, name in enumerate(schema.classes))
    return known


def _is_answer_type(kind: type) -> bool:
    # True and 1.0 would find the code 1 in a dict, so types are looked at as well.
    return not issubclass(kind, bool) and issubclass(kind, (str, Integral, type(None)))


def _is_answer(answer: object, known: dict[object, int]) -> bool:
    return _is_answer_type(type(answer)) and answer in known


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
