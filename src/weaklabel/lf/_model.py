"""model_lf: votes with what a model answers to batches of items, labels or probabilities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weaklabel.core._check import check_fraction, check_int
from weaklabel.errors import LabelingFunctionError, ParameterError, wrong_value
from weaklabel.lf._answers import as_answers
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._probabilities import check_classes, sure_codes
from weaklabel.lf._rule import answer_in_batches, as_text, check_column, default_name

__all__ = ["ModelRule", "model_lf"]


@dataclass(frozen=True, slots=True, eq=False)
class ModelRule:
    """Votes what `function` answers to batches of items."""

    function: Callable[[list[Any]], Any]
    classes: tuple[str | int, ...] | None
    columns: tuple[str, ...]
    is_text: bool
    batch_size: int
    min_probability: float
    kind: str = "model"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The function, classes, columns and the least probability; the batch size is none."""
        return {
            "function": self.function,
            "classes": self.classes,
            "columns": self.columns,
            "is_text": self.is_text,
            "min_probability": self.min_probability,
        }

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:
        """Return the answer to each item, None where the model is not sure or a value is null."""
        return answer_in_batches(columns, self.columns, n_items, self.batch_size, self._answers)

    def _answers(self, rows: list[tuple[Any, ...]]) -> Sequence[Any]:
        if self.is_text:
            found = self.function([as_text(row[0]) for row in rows])
        else:
            found = self.function([dict(zip(self.columns, row, strict=True)) for row in rows])
        if self.classes is None:
            return as_answers(found, len(rows))
        proba = np.asarray(found, dtype=np.float64)
        if proba.shape != (len(rows), len(self.classes)):
            raise LabelingFunctionError(
                f"the model gave probabilities of shape {proba.shape}, must be "
                f"({len(rows)}, {len(self.classes)}). Give a row for each item and a column for "
                "each class."
            )
        codes = sure_codes(proba, self.min_probability, "the model").tolist()
        return [self.classes[code] if code >= 0 else None for code in codes]


def model_lf(
    function: Callable[[list[Any]], Any],
    classes: Sequence[str | int] | None = None,
    name: str | None = None,
    *,
    columns: str | Sequence[str] = "text",
    batch_size: int = 256,
    min_probability: float = 0.8,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that asks a model about batches of items.

    For whatever answers many items quicker than one: a pipeline, a service, a
    language model. It must answer to each item by that item alone. An object
    with scikit-learn's ``predict_proba`` goes into `classifier_lf`.

    Parameters
    ----------
    function : callable
        Takes a list of items. Without `classes` it returns a class name, code or
        None for each; with `classes` an array of probabilities, shape
        (n, n_classes).
    classes : sequence of str or int, optional
        The class of each column of probabilities.
    name : str, optional
        By default made of the function's name.
    columns : str or sequence of str
        One name: an item is its text. A list of names: an item is a dict of
        these columns. Where one of them is missing it abstains unasked.
    batch_size : int
        The most items that the model gets at a time.
    min_probability : float
        In [0, 1]; with `classes`, it abstains where the highest probability is
        below, or shared by two classes.
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "model".

    Raises
    ------
    ParameterError
        If `function` cannot be called, or an argument has the wrong form.

    Notes
    -----
    If the model raises, its items are asked one by one, to name the one at fault.

    Examples
    --------
    >>> def shouting(texts):
    ...     return [[0.1, 0.9] if text.isupper() else [0.6, 0.4] for text in texts]
    >>> shouts = model_lf(shouting, ["ham", "spam"])
    >>> shouts.name
    'model_shouting'
    >>> shouts("BUY NOW"), shouts("nice song")
    ('spam', None)
    """
    if not callable(function):
        raise ParameterError(
            wrong_value("function", function, "a function of a list of items", "Give a function.")
        )
    kind = getattr(function, "__name__", type(function).__name__)
    is_text = isinstance(columns, str)
    names = tuple([columns] if isinstance(columns, str) else columns)
    if not names:
        raise ParameterError(wrong_value("columns", columns, "a column or a list of columns"))
    for column in names:
        check_column("columns", column)
    rule = ModelRule(
        function,
        None if classes is None else check_classes(classes),
        names,
        is_text,
        check_int("batch_size", batch_size, 1),
        check_fraction("min_probability", min_probability),
    )
    return LabelingFunction(
        default_name("model", names if is_text else [], kind) if name is None else name,
        rule=rule,
        description=f"as {kind} answers" if description is None else description,
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )
