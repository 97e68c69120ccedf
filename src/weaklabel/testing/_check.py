"""check_label_model: every law of label models, in one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models import BaseLabelModel
from weaklabel.testing import (
    _column_group_laws,
    _conduct_laws,
    _gold_laws,
    _posterior_laws,
    _soft_vote_laws,
)
from weaklabel.testing._exceptions import exceptions_of

__all__ = ["LAWS", "check_label_model"]

_PREFIX = "check_"

#: Every law by its name: the function ``check_<name>`` without its prefix.
LAWS: Mapping[str, Callable[[BaseLabelModel], None]] = MappingProxyType(
    {
        name.removeprefix(_PREFIX): getattr(module, name)
        for module in (
            _posterior_laws,
            _gold_laws,
            _column_group_laws,
            _soft_vote_laws,
            _conduct_laws,
        )
        for name in module.__all__
    }
)


def check_label_model(
    model: BaseLabelModel, *, exceptions: Mapping[str, str] | None = None
) -> None:
    """Raise AssertionError unless `model` keeps every law of label models.

    Run it in the tests of a label model of your own. The model itself is not changed.

    Parameters
    ----------
    model : BaseLabelModel
        The model, with arguments that suit any number of classes.
    exceptions : mapping of str to str, optional
        Laws that the model breaks on purpose, each with the reason. By default
        those of this library's table.

    Raises
    ------
    AssertionError
        If a law is broken; the message lists every broken law and how.
    ParameterError
        If `exceptions` names a law that does not exist.

    Examples
    --------
    >>> from weaklabel.models import MajorityVote
    >>> check_label_model(MajorityVote())
    """
    name = type(model).__name__
    excused = exceptions_of(model) if exceptions is None else exceptions
    _check_names(excused)
    broken = {
        law: found
        for law, check in LAWS.items()
        if law not in excused and (found := _breach(check, model)) is not None
    }
    if broken:
        lines = "\n".join(f"  {law}: {found}" for law, found in broken.items())
        raise AssertionError(f"{name} breaks {len(broken)} of {len(LAWS)} laws:\n{lines}")


def _breach(check: Callable[[BaseLabelModel], None], model: BaseLabelModel) -> str | None:
    try:
        check(model)
    except AssertionError as error:
        return str(error)
    return None


def _check_names(excused: Mapping[str, str]) -> None:
    for law in excused:
        if law not in LAWS:
            raise ParameterError(wrong_value("exception", law, f"one of {sorted(LAWS)}"))
