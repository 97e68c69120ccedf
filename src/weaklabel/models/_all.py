"""All label models by name, for settings files and the command line."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._dawid_skene import DawidSkene
from weaklabel.models._ebcc import EBCC
from weaklabel.models._label_model import LabelModel
from weaklabel.models._mace import MACE
from weaklabel.models._majority_vote import MajorityVote
from weaklabel.models._matrix_completion import MatrixCompletion
from weaklabel.models._one_coin import OneCoin
from weaklabel.models._precision_naive_bayes import PrecisionNaiveBayes
from weaklabel.models._snorkel_label_model import SnorkelLabelModel
from weaklabel.models._triplet import TripletModel
from weaklabel.models._weighted_vote import WeightedVote

__all__ = ["label_model", "label_model_names"]

_MODELS: dict[str, Callable[..., BaseLabelModel]] = {
    model.__name__: model
    for model in (
        DawidSkene,
        EBCC,
        LabelModel,
        MACE,
        MajorityVote,
        MatrixCompletion,
        OneCoin,
        PrecisionNaiveBayes,
        SnorkelLabelModel,
        TripletModel,
        WeightedVote,
    )
}


def label_model_names() -> tuple[str, ...]:
    """Return the names of the label models, sorted."""
    return tuple(sorted(_MODELS))


def label_model(name: str, **parameters: object) -> BaseLabelModel:
    """Return the label model of a name, unfitted.

    Parameters
    ----------
    name : str
        Name of its class, such as "LabelModel". "SnorkelLabelModel" needs the extra
        ``snorkel`` to be fitted.
    **parameters : object
        Arguments of its constructor.

    Returns
    -------
    BaseLabelModel

    Raises
    ------
    ParameterError
        If there is no such model, or it has no such parameter.

    Examples
    --------
    >>> label_model("DawidSkene", smoothing=1.0)
    DawidSkene(smoothing=1.0)
    >>> label_model("DavidSkene")
    Traceback (most recent call last):
    ...
    weaklabel.errors.ParameterError: label model is 'DavidSkene', must be one of 'DawidSkene', \
... Did you mean 'DawidSkene'?
    """
    model = _model_of(name)
    allowed = list(inspect.signature(model).parameters)
    for parameter in parameters:
        if parameter not in allowed:
            shown = ", ".join(repr(p) for p in allowed)
            raise ParameterError(wrong_value(f"parameter of {name}", parameter, f"one of {shown}"))
    return model(**parameters)


def _model_of(name: str) -> Callable[..., BaseLabelModel]:
    if name in _MODELS:
        return _MODELS[name]
    close = difflib.get_close_matches(str(name), list(_MODELS), n=1)
    hint = f"Did you mean {close[0]!r}?" if close else "Use 'LabelModel' if in doubt."
    names = ", ".join(repr(n) for n in label_model_names())
    raise ParameterError(wrong_value("label model", name, f"one of {names}", hint))
