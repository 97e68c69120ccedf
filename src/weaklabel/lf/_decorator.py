"""labeling_function: the decorator that makes a labeling function of a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._preprocess import Preprocessor

__all__ = ["labeling_function"]


@overload
def labeling_function(name: Callable[..., Any]) -> LabelingFunction: ...
@overload
def labeling_function(
    name: str | None = None,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    preprocessors: Sequence[Preprocessor] = (),
    resources: Mapping[str, Any] | None = None,
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> Callable[[Callable[..., Any]], LabelingFunction]: ...
def labeling_function(
    name: str | Callable[..., Any] | None = None,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    preprocessors: Sequence[Preprocessor] = (),
    resources: Mapping[str, Any] | None = None,
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction | Callable[[Callable[..., Any]], LabelingFunction]:
    """Turn a function from an item to a class into a labeling function.

    The function takes one item, whose fields are attributes and keys
    (``item.text``, ``item["text"]``; None where a value is missing), and returns
    a class name, a class code, or ABSTAIN or None for "I cannot say". It should
    depend on nothing else than the item and its resources. Use it bare or with
    arguments.

    Parameters
    ----------
    name : str, optional
        By default the function's name.
    description : str, optional
        One line for tables; by default the first line of the docstring.
    tags : sequence of str
        Groups that it belongs to.
    preprocessors : sequence of Preprocessor
        Their values are on the item under their names (``item.tokens``).
    resources : mapping of str to object
        Given to the function as keyword arguments, such as word lists; they
        count in its version.
    votes_on : sequence of (item, class)
        Examples that it must vote on; an item is a dict of fields or a text.
    abstains_on : sequence of item
        Examples that it must abstain on.

    Returns
    -------
    LabelingFunction
        Or the decorator, where arguments are given.

    Raises
    ------
    ParameterError
        If the function does not take one item and its resources, or an
        argument has the wrong form.

    Examples
    --------
    >>> @labeling_function
    ... def has_link(item):
    ...     '''Links are mostly advertisement.'''
    ...     return "spam" if "http" in item.text else None
    >>> has_link
    LabelingFunction('has_link', kind='row', 'Links are mostly advertisement.')
    >>> has_link("see http://x.example"), has_link({"text": "nice song"})
    ('spam', None)

    >>> @labeling_function(resources={"praise": {"love", "great"}}, votes_on=[("I love it", "ham")])
    ... def praises(item, praise):
    ...     return "ham" if praise & set(item.text.split()) else None
    >>> praises("great song")
    'ham'
    """

    def made(function: Callable[..., Any]) -> LabelingFunction:
        given = getattr(function, "__name__", "") if not isinstance(name, str) else name
        _check_signature(given, function, resources or {})
        return LabelingFunction(
            given,
            function,
            description=_first_line(function) if description is None else description,
            tags=tags,
            preprocessors=preprocessors,
            resources=resources,
            votes_on=votes_on,
            abstains_on=abstains_on,
        )

    if name is None or isinstance(name, str):
        return made
    return made(name)


def _first_line(function: Callable[..., Any]) -> str:
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    return lines[0] if lines else ""


def _check_signature(
    name: str, function: Callable[..., Any], resources: Mapping[str, object]
) -> None:
    if isinstance(function, LabelingFunction) or not callable(function):
        raise ParameterError(
            wrong_value("labeling_function", function, "a function", "Decorate a function once.")
        )
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise ParameterError(
            f"labeling function {name!r} is a coroutine or a generator, must return its answer."
        )
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # builtins without one
        return
    try:
        signature.bind(object(), **resources)
    except TypeError as error:
        raise ParameterError(
            f"labeling function {name!r} takes {signature}, must take one item and its resources "
            f"{sorted(resources)}: {error}."
        ) from None
