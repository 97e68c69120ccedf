"""load_label_model: a saved label model, ready to predict."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from weaklabel.core import LabelSchema
from weaklabel.errors import FileFormatError, WeaklabelError
from weaklabel.models._all import label_model, label_model_names
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._model_file import ModelRecord, read_record

__all__ = ["load_label_model", "restore"]


def load_label_model(path: str | os.PathLike[str]) -> BaseLabelModel:
    """Return the label model that ``model.save(path)`` wrote.

    Only label models of this library are loaded, and only numbers and texts are
    read: a file from a stranger cannot run anything.

    Parameters
    ----------
    path : path-like
        The file.

    Returns
    -------
    BaseLabelModel
        Fitted; predicts what the saved model predicted, to the last bit.

    Raises
    ------
    FileFormatError
        If the file is missing, truncated, damaged, not of a label model, of a newer
        format, or of a model that this version does not have.

    Examples
    --------
    >>> import tempfile
    >>> from weaklabel.core import VoteMatrix
    >>> from weaklabel.models import MajorityVote
    >>> votes = VoteMatrix.from_array([[1, 1, 0]], classes=["ham", "spam"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     MajorityVote().fit(votes).save(f"{folder}/model.npz")
    ...     load_label_model(f"{folder}/model.npz").predict(votes)
    array([1], dtype=int8)
    """
    known = {name: _maker(name) for name in label_model_names()}
    return restore(read_record(path), known, os.fspath(path))


def restore(
    record: ModelRecord, known: Mapping[str, Callable[..., BaseLabelModel]], name: str
) -> BaseLabelModel:
    """Return the model of `record`.

    Parameters
    ----------
    record : ModelRecord
        What was read.
    known : mapping of str to callable
        The classes that may be made, by name.
    name : str
        The file, for messages.

    Returns
    -------
    BaseLabelModel

    Raises
    ------
    FileFormatError
        If the class is not known, or does not take these parameters.
    """
    if record.class_name not in known:
        raise FileFormatError(
            f"{name} holds a model {record.class_name!r}, must be one of "
            f"{', '.join(repr(n) for n in sorted(known))}. Install the version of weaklabel that "
            "saved it."
        )
    try:
        model = known[record.class_name](**record.parameters)
        learned = {key: _restored(v, known, name) for key, v in record.learned.items()}
        _set_learned(model, learned)
    except FileFormatError:
        raise
    except (WeaklabelError, TypeError, ValueError, KeyError) as error:
        raise FileFormatError(
            f"{name} does not describe a fitted {record.class_name}: {error}. "
            "Save the model again with this version of weaklabel."
        ) from error
    return model


def _restored(
    value: object, known: Mapping[str, Callable[..., BaseLabelModel]], name: str
) -> object:
    if isinstance(value, ModelRecord):
        return restore(value, known, name)
    if isinstance(value, (list, tuple)):
        return type(value)(_restored(v, known, name) for v in value)
    if isinstance(value, dict):
        return {key: _restored(v, known, name) for key, v in value.items()}
    return value


def _set_learned(model: BaseLabelModel, learned: dict[str, object]) -> None:
    classes, lf_names = learned.pop("schema_"), learned.pop("lf_names_")
    if not isinstance(classes, tuple) or not isinstance(lf_names, tuple):
        raise ValueError("classes and labeling functions are missing")
    for name, value in learned.items():
        if not name.endswith("_") or name.startswith("_"):
            raise ValueError(f"{name!r} is no learned attribute")
        setattr(model, name, value)
    model.schema_ = LabelSchema(classes)
    model.lf_names_ = lf_names


def _maker(name: str) -> Callable[..., BaseLabelModel]:
    def make(**parameters: object) -> BaseLabelModel:
        return label_model(name, **parameters)

    return make
