"""check_lfs: whether labeling functions do what their examples say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from weaklabel.core import ABSTAIN, LabelSchema
from weaklabel.errors import AnswerError, SchemaError
from weaklabel.lf._answer import codes_of, describe_error
from weaklabel.lf._function import LabelingFunction

__all__ = ["check_example", "check_lfs"]


def check_lfs(
    lfs: LabelingFunction | Iterable[LabelingFunction], schema: LabelSchema | Sequence[str]
) -> tuple[str, ...]:
    """Return what labeling functions do otherwise than their examples say.

    Parameters
    ----------
    lfs : LabelingFunction or iterable of LabelingFunction
        Their `votes_on` and `abstains_on` are checked; one without examples passes.
    schema : LabelSchema or sequence of str
        The classes.

    Returns
    -------
    tuple of str
        One sentence for each failure, with the labeling function, the item, what
        was expected and what came; empty if all is right.

    Examples
    --------
    >>> from weaklabel.lf import keyword_lf
    >>> lf = keyword_lf("win", "spam", votes_on=[("You win!", "spam")], abstains_on=["winter"])
    >>> check_lfs(lf, ["ham", "spam"])
    ()
    >>> wrong = keyword_lf("win", "spam", abstains_on=["a win"])
    >>> check_lfs(wrong, ["ham", "spam"])
    ("labeling function 'keyword_win_spam' on item 'a win': expected abstain, got 'spam'.",)
    """
    classes = schema if isinstance(schema, LabelSchema) else LabelSchema(schema)
    functions = [lfs] if isinstance(lfs, LabelingFunction) else list(lfs)
    failures = [
        check_example(lf, item, expected, classes)
        for lf in functions
        for item, expected in [*lf.votes_on, *((item, None) for item in lf.abstains_on)]
    ]
    return tuple(failure for failure in failures if failure is not None)


def check_example(
    lf: LabelingFunction, item: Any, expected: str | int | None, schema: LabelSchema
) -> str | None:
    """Return in words what `lf` does otherwise on one example, None if it is right.

    Parameters
    ----------
    lf : LabelingFunction
        The labeling function.
    item : dict, str or object
        The example.
    expected : str, int or None
        Class name or code; None for abstain.
    schema : LabelSchema
        The classes.
    """
    where = f"labeling function {lf.name!r} on item {_short(item)}"
    try:
        wanted = int(schema.encode([expected])[0])
    except SchemaError as error:
        return f"{where}: the expected {error}"
    if expected is not None and wanted == ABSTAIN:
        return f"{where}: expected a vote for {expected!r}. Put the item into abstains_on."
    try:
        answer = lf(item)
    except Exception as error:  # the examples exist to find what users' functions raise
        return f"{where}: expected {_named(wanted, schema)}, it raised {describe_error(error)}."
    try:
        got = int(codes_of([answer], schema, lf.name, [str(_short(item))])[0])
    except AnswerError as error:
        return f"{where}: expected {_named(wanted, schema)}. {error}"
    if got == wanted:
        return None
    return f"{where}: expected {_named(wanted, schema)}, got {_named(got, schema)}."


def _named(code: int, schema: LabelSchema) -> str:
    name = schema.name(code)
    return "abstain" if name is None else repr(name)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
