"""LabelingFunction: a function from an item to a class or abstain, with all that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from types import MappingProxyType
from typing import Any

from weaklabel.core._html import escape
from weaklabel.errors import ItemsError, LabelingFunctionError, ParameterError, wrong_value
from weaklabel.lf._item import fields_of, make_item
from weaklabel.lf._pickling import reference
from weaklabel.lf._preprocess import Preprocessor, add_values, check_preprocessors
from weaklabel.lf._rule import Rule
from weaklabel.lf._version import fingerprint

__all__ = ["LabelingFunction"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LabelingFunction:
    """A function from an item to a class or abstain, with a name and a version.

    Make one with the decorator `labeling_function` or with a builder such as
    `keyword_lf`; call it on one item to see its answer.

    Parameters
    ----------
    name : str
        Distinct among the labeling functions that are applied together.
    function : callable, or None
        For kind "row": takes one item, and the resources as keyword arguments.
    rule : Rule, or None
        For every other kind: answers whole columns. Exactly one of the two is given.
    description : str
        One line for tables.
    tags : sequence of str
        Groups that it belongs to.
    preprocessors : sequence of Preprocessor
        Their values are on the item under their names.
    resources : mapping of str to object
        Keyword arguments of `function`, such as word lists.
    votes_on : sequence of (item, class)
        Examples that it must vote on; an item is a dict of fields or a text.
    abstains_on : sequence of item
        Examples that it must abstain on.

    Raises
    ------
    ParameterError
        If the name is empty, or an argument has the wrong form.

    See Also
    --------
    check_lfs : checks the examples.
    """

    name: str
    function: Callable[..., Any] | None
    rule: Rule | None
    description: str
    tags: tuple[str, ...]
    preprocessors: tuple[Preprocessor, ...]
    resources: Mapping[str, Any]
    votes_on: tuple[tuple[Any, str | int], ...]
    abstains_on: tuple[Any, ...]

    def __init__(
        self,
        name: str,
        function: Callable[..., Any] | None = None,
        rule: Rule | None = None,
        *,
        description: str = "",
        tags: Sequence[str] = (),
        preprocessors: Sequence[Preprocessor] = (),
        resources: Mapping[str, Any] | None = None,
        votes_on: Sequence[tuple[Any, str | int]] = (),
        abstains_on: Sequence[Any] = (),
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            raise ParameterError(
                wrong_value("name of a labeling function", name, "a non-empty text")
            )
        if (function is None) == (rule is None):
            raise ParameterError(
                f"labeling function {name!r} has a function and a rule or neither, must have one. "
                "Use the decorator or a builder."
            )
        values = {
            "name": name,
            "function": function,
            "rule": rule,
            "description": description,
            "tags": _texts(f"tags of {name!r}", tags),
            "preprocessors": check_preprocessors(f"preprocessors of {name!r}", preprocessors),
            "resources": MappingProxyType(dict(resources or {})),
            "votes_on": tuple(_pair(name, i, pair) for i, pair in enumerate(votes_on)),
            "abstains_on": _items(name, abstains_on),
        }
        for field, value in values.items():
            object.__setattr__(self, field, value)

    @property
    def kind(self) -> str:
        """What sort it is: "row", or the kind of its rule."""
        return "row" if self.rule is None else self.rule.kind

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that decides the answers of a declared labeling function; empty for kind "row"."""
        return {} if self.rule is None else self.rule.settings

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that must exist: the rule's, or those that the preprocessors read.

        What a function of kind "row" reads of the item itself is not known beforehand.
        """
        if self.rule is not None:
            return self.rule.columns
        read = (column for p in self.preprocessors for column in p.all_columns)
        return tuple(dict.fromkeys(read))

    @property
    def version(self) -> str:
        """16 hexadecimal digits that change with whatever decides its votes.

        That is the source, the closure, the constants and helper functions that
        it uses, resources, settings and preprocessors, but neither the name nor
        the description, tags and examples. Reckoned anew each time, since a
        constant may have changed.
        """
        return fingerprint(self)

    def version_parts(self) -> tuple[object, ...]:
        """Return what `version` is made of."""
        if self.rule is not None:
            return (self.kind, dict(self.settings), *self._rule_functions)
        return (self.kind, self.function, dict(self.resources), list(self.preprocessors))

    @property
    def _rule_functions(self) -> tuple[Callable[..., Any], ...]:
        """The function of a rule that has one: its source counts wherever it is installed."""
        function = getattr(self.rule, "function", None)
        return () if function is None else (function,)

    @property
    def row_function(self) -> Callable[[Any], Any]:
        """The function of kind "row" with its resources filled in: item to answer."""
        if self.function is None:
            raise LabelingFunctionError(
                f"labeling function {self.name!r} is of kind {self.kind!r} and answers columns. "
                "Call vote_columns."
            )
        return partial(self.function, **self.resources) if self.resources else self.function

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:
        """Return the answer to each item from whole columns; None where it abstains.

        Parameters
        ----------
        columns : mapping of str to list of length `n_items`
            At least the columns that `columns` names.
        n_items : int
            Number of items.

        Raises
        ------
        LabelingFunctionError
            If it is of kind "row", which sees items one by one.
        """
        if self.rule is None:
            raise LabelingFunctionError(
                f"labeling function {self.name!r} is of kind 'row' and sees items one by one. "
                "Call it with an item."
            )
        return self.rule.vote_columns(columns, n_items)

    def __call__(self, item: Any) -> Any:
        """Return the answer to one item: a dict of fields, a text or an object.

        Preprocessors run first. The answer comes back as it is, not as a code.
        """
        if self.rule is not None:
            given = fields_of(item, self._text_column)
            missing = [column for column in self.columns if column not in given]
            if missing:
                shown = ", ".join(repr(field) for field in given) or "none"
                raise ItemsError(
                    f"labeling function {self.name!r} reads field {missing[0]!r}, "
                    f"the item has {shown}."
                )
            return self.vote_columns({column: [given[column]] for column in self.columns}, 1)[0]
        plain = not isinstance(item, (str, Mapping))
        if plain and not self.preprocessors:
            return self.row_function(item)
        given = fields_of(item, self._text_column)
        return self.row_function(make_item(add_values(given, self.preprocessors)))

    @property
    def _text_column(self) -> str:
        return self.columns[0] if self.columns else "text"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by reference where a module holds this object, as functions are."""
        found = reference(self, self.function or getattr(self.rule, "function", None))
        if found is not None:
            return found
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["resources"] = dict(self.resources)
        return _rebuilt, (values,)

    def __repr__(self) -> str:
        described = f", {self.description!r}" if self.description else ""
        return f"LabelingFunction({self.name!r}, kind={self.kind!r}{described})"

    def _repr_html_(self) -> str:
        shown = {
            "kind": self.kind,
            "description": self.description,
            "tags": ", ".join(self.tags),
            "columns": ", ".join(self.columns),
            "preprocessors": ", ".join(p.name for p in self.preprocessors),
            "version": self.version,
        }
        shown |= {name: _shortened(value) for name, value in self.settings.items()}
        rows = "".join(
            f"<tr><th>{escape(str(name))}</th><td>{escape(text)}</td></tr>"
            for name, text in shown.items()
            if text
        )
        return (
            f"<div><b>LabelingFunction</b> {escape(self.name)}<table><tbody>{rows}</tbody></table>"
            "</div>"
        )


def _rebuilt(values: dict[str, Any]) -> LabelingFunction:
    return LabelingFunction(**values)


def _texts(argument: str, values: Sequence[str]) -> tuple[str, ...]:
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise ParameterError(
            wrong_value(argument, values, "a list of texts", "Write for example ['links'].")
        )
    return tuple(values)


def _pair(name: str, i: int, pair: Any) -> tuple[Any, str | int]:
    if isinstance(pair, (tuple, list)) and len(pair) == 2:
        return (pair[0], pair[1])
    raise ParameterError(
        wrong_value(
            f"votes_on[{i}] of {name!r}",
            pair,
            "a pair (item, class)",
            "Write for example ('free money', 'spam').",
        )
    )


def _items(name: str, items: Any) -> tuple[Any, ...]:
    if isinstance(items, (str, Mapping)):
        raise ParameterError(
            wrong_value(
                f"abstains_on of {name!r}", items, "a list of items", "Put the item in a list."
            )
        )
    return tuple(items)


def _shortened(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 200 else shown[:197] + "..."
