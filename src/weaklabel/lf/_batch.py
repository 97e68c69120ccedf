"""batch_lf: a Python function of whole columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, overload

import numpy as np

from weaklabel.core._check import check_choice
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._answers import as_answers
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._rule import Choices, check_column

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BatchRule", "Form", "batch_lf"]

Form = Literal["pandas", "arrow", "numpy", "list"]


@dataclass(frozen=True, slots=True, eq=False)
class BatchRule:
    """Votes what `function` answers to whole columns."""

    function: Callable[..., Any]
    columns: tuple[str, ...]
    form: Form
    kind: str = "batch"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The function, its columns and the form in which it gets them."""
        return {"function": self.function, "columns": self.columns, "form": self.form}

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:
        """Return the answers to columns that are lists."""
        if self.form == "list":
            given: list[Any] = [columns[name] for name in self.columns]
        else:
            given = [_in_form(_as_arrow(columns[name]), self.form) for name in self.columns]
        return as_answers(self.function(*given), n_items)

    def choose(self, columns: Mapping[str, pa.ChunkedArray]) -> Choices | None:
        """Return the answers to Arrow columns."""
        given = [columns[name] for name in self.columns]
        answers = as_answers(
            self.function(*(_in_form(column, self.form) for column in given)), len(given[0])
        )
        if not all(type(a) in (str, int, np.str_, np.int64, type(None)) for a in answers):
            return Choices(answers, np.arange(len(answers)))
        distinct = {answer: k for k, answer in enumerate(dict.fromkeys(answers))}
        return Choices(list(distinct), np.array([distinct[answer] for answer in answers]))


@overload
def batch_lf(
    function: Callable[..., Any],
    columns: str | Sequence[str] = "text",
    name: str | None = None,
    *,
    form: Form = "pandas",
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction: ...
@overload
def batch_lf(
    function: None = None,
    columns: str | Sequence[str] = "text",
    name: str | None = None,
    *,
    form: Form = "pandas",
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> Callable[[Callable[..., Any]], LabelingFunction]: ...
def batch_lf(
    function: Callable[..., Any] | None = None,
    columns: str | Sequence[str] = "text",
    name: str | None = None,
    *,
    form: Form = "pandas",
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction | Callable[[Callable[..., Any]], LabelingFunction]:
    """Turn a function of whole columns into a labeling function.

    Use it bare or with arguments, as a decorator or called. The items come in
    chunks of some ten thousand, whose borders mean nothing: an answer must
    depend on its own item only.

    Parameters
    ----------
    function : callable
        Takes the columns one after the other, returns one answer for each item:
        a list, an array or a Series of class names, codes, and ABSTAIN, None or
        NaN for "I cannot say".
    columns : str or sequence of str
        The columns, in the order of the function's arguments.
    name : str, optional
        By default the function's name.
    form : {"pandas", "arrow", "numpy", "list"}
        What a column is given as: a pandas Series, a pyarrow ChunkedArray, a
        NumPy array, or a list with None where a value is missing.
    description : str, optional
        One line for tables; by default the first line of the docstring.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "batch"; or the decorator, where `function` is left out.

    Raises
    ------
    ParameterError
        If `function` cannot be called, or an argument has the wrong form.

    Notes
    -----
    If the function raises, it gets its items one by one, to name the one at fault.

    Examples
    --------
    >>> @batch_lf(columns=["n_words", "likes"])
    ... def short_and_liked(n_words, likes):
    ...     return np.where((n_words < 5) & (likes >= 10), "ham", None)
    >>> short_and_liked
    LabelingFunction('short_and_liked', kind='batch')
    >>> short_and_liked({"n_words": 3, "likes": 12}), short_and_liked({"n_words": 9, "likes": 12})
    ('ham', None)
    """
    check_choice("form", form, ("pandas", "arrow", "numpy", "list"))
    names = tuple([columns] if isinstance(columns, str) else columns)
    if not names:
        raise ParameterError(wrong_value("columns", columns, "a column or a list of columns"))
    for column in names:
        check_column("columns", column)

    def made(given: Callable[..., Any]) -> LabelingFunction:
        if not callable(given) or isinstance(given, LabelingFunction):
            raise ParameterError(
                wrong_value("batch_lf", given, "a function of columns", "Decorate a function once.")
            )
        first = (getattr(given, "__doc__", None) or "").strip().partition("\n")[0]
        return LabelingFunction(
            getattr(given, "__name__", "") if name is None else name,
            rule=BatchRule(given, names, form),
            description=first if description is None else description,
            tags=tags,
            votes_on=votes_on,
            abstains_on=abstains_on,
        )

    return made if function is None else made(function)


def _as_arrow(values: list[Any]) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([pa.array(values)])


def _in_form(column: pa.ChunkedArray, form: Form) -> Any:
    if form == "arrow":
        return column
    if form == "list":
        return column.to_pylist()
    return column.to_pandas() if form == "pandas" else cast(Any, column).to_numpy()
