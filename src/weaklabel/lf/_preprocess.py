"""Preprocessor: a value computed once for each item and shared by the functions that name it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, overload

from weaklabel.core._html import escape
from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._item import fields_of, make_item
from weaklabel.lf._pickling import reference
from weaklabel.lf._version import fingerprint

__all__ = ["Preprocessor", "add_values", "check_preprocessors", "preprocessor"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Preprocessor:
    """A value computed once for each item, on the item under the preprocessor's name.

    Make one with the decorator `preprocessor`, or `spacy_doc`.

    Parameters
    ----------
    name : str
        The field that the value becomes (``item.tokens``).
    function : callable
        From an item to the value; with `is_batch`, from a list of items to a
        list of values.
    is_batch : bool
        Whether `function` takes many items at a time.
    preprocessors : sequence of Preprocessor
        Those whose values `function` reads; they run first.
    columns : sequence of str
        Columns that must exist.
    cache : path, optional
        A folder in which values are kept by the version and the content of
        what they were made of. With `cache`, `function` sees `columns` alone,
        if any are named; without, all columns, all of which then count.
    """

    name: str
    function: Callable[[Any], Any]
    is_batch: bool
    preprocessors: tuple[Preprocessor, ...]
    columns: tuple[str, ...]
    cache: Path | None

    def __init__(
        self,
        name: str,
        function: Callable[[Any], Any],
        *,
        is_batch: bool = False,
        preprocessors: Sequence[Preprocessor] = (),
        columns: Sequence[str] = (),
        cache: str | os.PathLike[str] | None = None,
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            raise ParameterError(wrong_value("name of a preprocessor", name, "a non-empty text"))
        before = check_preprocessors(f"preprocessors of {name!r}", preprocessors)
        if any(p.name == name for p in before):
            raise ParameterError(
                f"preprocessor {name!r} names another preprocessor {name!r}, "
                "must have a name of its own. Rename one."
            )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "is_batch", is_batch)
        object.__setattr__(self, "preprocessors", before)
        object.__setattr__(self, "columns", _texts(f"columns of {name!r}", columns))
        object.__setattr__(self, "cache", None if cache is None else _folder(name, cache))

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Columns that it and the preprocessors before it read."""
        before = (column for p in self.preprocessors for column in p.all_columns)
        return tuple(dict.fromkeys([*before, *self.columns]))

    @property
    def version(self) -> str:
        """16 hexadecimal digits that change with whatever decides its values."""
        return fingerprint(self)

    def version_parts(self) -> tuple[object, ...]:
        """Return what `version` is made of; the name counts, since functions read it."""
        return (self.name, self.function, list(self.preprocessors))

    def seen_columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of `columns` that are on the items that `function` gets."""
        return columns if self.cache is None or not self.columns else self.columns

    def key_columns(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of `columns` by which kept values are found again."""
        return self.all_columns if self._names_all_it_reads else columns

    @property
    def _names_all_it_reads(self) -> bool:
        return bool(self.columns) and all(p._names_all_it_reads for p in self.preprocessors)

    def values(self, items: Sequence[Any]) -> list[Any]:
        """Return the value of each item.

        Raises
        ------
        ParameterError
            If a batch function gives another number of values than items.
        """
        if not self.is_batch:
            return [self.function(item) for item in items]
        values = list(self.function(items))
        if len(values) != len(items):
            raise ParameterError(
                f"preprocessor {self.name!r} gave {len(values)} values for {len(items)} items, "
                "must give one for each."
            )
        return values

    def __call__(self, item: Any) -> Any:
        """Return the value of one item (a dict of fields, a text or an object)."""
        given = fields_of(item, self.columns[0] if self.columns else "text")
        return self.values([make_item(add_values(given, self.preprocessors))])[0]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by reference where a module holds this object, as functions are."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return reference(self, self.function) or (_rebuilt, (values,))

    def __repr__(self) -> str:
        before = f", after {[p.name for p in self.preprocessors]}" if self.preprocessors else ""
        return f"Preprocessor({self.name!r}{before})"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


def _rebuilt(values: dict[str, Any]) -> Preprocessor:
    return Preprocessor(**values)


def _texts(argument: str, values: Sequence[str]) -> tuple[str, ...]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise ParameterError(
            wrong_value(argument, values, "a list of texts", "Write for example ['text'].")
        )
    return tuple(values)


def _folder(name: str, cache: object) -> Path:
    if isinstance(cache, (str, os.PathLike)) and os.fspath(cache):
        return Path(cache)
    raise ParameterError(
        wrong_value(f"cache of preprocessor {name!r}", cache, "the path of a folder")
    )


def add_values(given: Mapping[str, Any], preprocessors: Iterable[Preprocessor]) -> dict[str, Any]:
    """Return the fields of one item with the value of each preprocessor under its name."""
    return dict(given) | {
        p.name: p.values([make_item(add_values(given, p.preprocessors))])[0] for p in preprocessors
    }


def check_preprocessors(
    argument: str, preprocessors: Sequence[Preprocessor]
) -> tuple[Preprocessor, ...]:
    """Return `preprocessors` as a tuple of distinct names, or raise ParameterError."""
    given = (preprocessors,) if isinstance(preprocessors, Preprocessor) else tuple(preprocessors)
    for i, one in enumerate(given):
        if not isinstance(one, Preprocessor):
            raise ParameterError(
                wrong_value(
                    f"{argument}[{i}]", one, "a Preprocessor", "Decorate it with @preprocessor."
                )
            )
    names = [one.name for one in given]
    for i, name in enumerate(names):
        if names.index(name) != i:
            raise ParameterError(f"{argument} has {name!r} twice, must have it once. Drop one.")
    return given


@overload
def preprocessor(function: Callable[[Any], Any], /) -> Preprocessor: ...
@overload
def preprocessor(
    function: None = None,
    /,
    *,
    name: str | None = None,
    preprocessors: Sequence[Preprocessor] = (),
    columns: Sequence[str] = (),
    cache: str | os.PathLike[str] | None = None,
) -> Callable[[Callable[[Any], Any]], Preprocessor]: ...
def preprocessor(
    function: Callable[[Any], Any] | None = None,
    /,
    *,
    name: str | None = None,
    preprocessors: Sequence[Preprocessor] = (),
    columns: Sequence[str] = (),
    cache: str | os.PathLike[str] | None = None,
) -> Preprocessor | Callable[[Callable[[Any], Any]], Preprocessor]:
    """Turn a function from an item to a value into a preprocessor.

    Parameters
    ----------
    function : callable
        Takes one item, returns any value.
    name : str, optional
        The field that the value becomes; by default the function's name.
    preprocessors : sequence of Preprocessor
        Those whose values the function reads. They exist before it does, so
        there are no cycles.
    columns : sequence of str
        The columns that the function reads; by default not known.
    cache : path, optional
        A folder in which values are kept between runs. A value is found again
        while the function and all that it uses, and the columns of the item,
        are the same. With `columns` only those count, and the function sees no
        others. Values are None, booleans, numbers, texts, bytes, lists, tuples,
        sets and dicts of them, or NumPy arrays. Deleting the folder is safe.

    Returns
    -------
    Preprocessor
        Or the decorator, where only keyword arguments are given.

    Raises
    ------
    ParameterError
        If an argument has the wrong form; when it runs, if a value is of a type
        that cannot be kept.

    Examples
    --------
    >>> @preprocessor
    ... def tokens(item):
    ...     return item.text.split()
    >>> tokens("free money")
    ['free', 'money']
    >>> @preprocessor(name="n_tokens", preprocessors=[tokens])
    ... def count(item):
    ...     return len(item.tokens)
    >>> count({"text": "a b c"})
    3
    """
    if function is None:
        return lambda made: preprocessor(  # type: ignore[call-overload]  # the overloads hide the form used here
            made, name=name, preprocessors=preprocessors, columns=columns, cache=cache
        )
    if not callable(function):
        raise ParameterError(
            wrong_value(
                "preprocessor", function, "a function", "Write the name as name='…', by keyword."
            )
        )
    return Preprocessor(
        getattr(function, "__name__", "") if name is None else name,
        function,
        preprocessors=preprocessors,
        columns=columns,
        cache=cache,
    )
