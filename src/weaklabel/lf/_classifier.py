"""classifier_lf: votes for the class that a classifier made elsewhere is sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weaklabel.core._check import check_fraction
from weaklabel.errors import LabelingFunctionError, ParameterError, wrong_value
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._probabilities import check_classes, sure_codes
from weaklabel.lf._rule import answer_in_batches, as_text, check_column, default_name

__all__ = ["ClassifierRule", "classifier_lf"]

#: Items that the classifier sees at a time, which bounds the memory its features take.
_BATCH = 8192


@dataclass(frozen=True, slots=True, eq=False)
class ClassifierRule:
    """Votes the class whose probability is highest and at least `min_probability`."""

    model: Any
    classes: tuple[str | int, ...]
    columns: tuple[str, ...]
    is_text: bool
    min_probability: float
    kind: str = "classifier"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Model, classes, columns and the least probability."""
        return {
            "model": self.model,
            "classes": self.classes,
            "columns": self.columns,
            "is_text": self.is_text,
            "min_probability": self.min_probability,
        }

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:
        """Return the class of each item, None where the model is not sure or a value is null."""
        codes = answer_in_batches(columns, self.columns, n_items, _BATCH, self._codes)
        return [None if code is None or code < 0 else self.classes[code] for code in codes]

    def _codes(self, rows: list[tuple[Any, ...]]) -> list[int]:
        proba = np.asarray(self.model.predict_proba(self._features(rows)), dtype=np.float64)
        if proba.shape != (len(rows), len(self.classes)):
            raise LabelingFunctionError(
                f"{type(self.model).__name__}.predict_proba gave shape {proba.shape}, must be "
                f"({len(rows)}, {len(self.classes)}). Name one class for each of its columns."
            )
        return sure_codes(proba, self.min_probability).tolist()  # type: ignore[no-any-return]  # ints

    def _features(self, rows: list[tuple[Any, ...]]) -> Any:
        if self.is_text:
            return [as_text(row[0]) for row in rows]
        if hasattr(self.model, "feature_names_in_"):
            import pandas as pd

            return pd.DataFrame(rows, columns=list(self.columns))
        return np.array(rows)


def classifier_lf(
    model: Any,
    classes: Sequence[str | int],
    name: str | None = None,
    *,
    columns: str | Sequence[str] = "text",
    min_probability: float = 0.8,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that votes as a classifier does where it is sure.

    It abstains where the highest probability is below `min_probability` or
    shared by two classes, and where a value is missing. The classifier must not
    have been trained on the labels that are to be made.

    Parameters
    ----------
    model : object
        Anything with scikit-learn's ``predict_proba(X)``, fitted.
    classes : sequence of str or int
        The class name or code of each column of ``predict_proba``.
    name : str, optional
        By default made of the model's type.
    columns : str or sequence of str
        One name: the model gets the list of its texts. A list of names: it gets
        an array of shape (n, n_columns), or a data frame if it was fitted on
        one (``feature_names_in_``).
    min_probability : float
        In [0, 1].
    description : str, optional
        One line for tables; by default the rule in words.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "classifier".

    Raises
    ------
    ParameterError
        If `model` has no ``predict_proba``, or an argument has the wrong form.

    Examples
    --------
    >>> class Shouting:
    ...     def predict_proba(self, texts):
    ...         return [[0.1, 0.9] if text.isupper() else [0.6, 0.4] for text in texts]
    >>> shouts = classifier_lf(Shouting(), ["ham", "spam"])
    >>> shouts.name
    'classifier_shouting'
    >>> shouts("BUY NOW"), shouts("nice song")
    ('spam', None)
    """
    kind = type(model).__name__
    if not callable(getattr(model, "predict_proba", None)):
        raise ParameterError(
            f"model is a {kind}, must have a method predict_proba. "
            "Give a fitted classifier that estimates probabilities."
        )
    is_text = isinstance(columns, str)
    names = tuple([columns] if isinstance(columns, str) else columns)
    if not names:
        raise ParameterError(wrong_value("columns", columns, "a column or a list of columns"))
    for column in names:
        check_column("columns", column)
    low = check_fraction("min_probability", min_probability)
    rule = ClassifierRule(model, check_classes(classes), names, is_text, low)
    return LabelingFunction(
        default_name("classifier", names if is_text else [], kind) if name is None else name,
        rule=rule,
        description=(
            f"{kind} is at least {100 * low:g} % sure" if description is None else description
        ),
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )
