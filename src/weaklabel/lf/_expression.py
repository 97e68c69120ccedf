"""expression_lf: votes for a class where a condition on columns holds."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import BoolArray
from weaklabel.lf._answer import check_label
from weaklabel.lf._arrow_numbers import are_above, are_below, are_equal, numbers_of
from weaklabel.lf._condition import compiled, names_of, parse_condition
from weaklabel.lf._function import LabelingFunction
from weaklabel.lf._rule import Choices, default_name

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ExpressionRule", "expression_lf"]


@dataclass(frozen=True, slots=True)
class ExpressionRule:
    """Votes `label` where `expression` holds and no column that it reads is missing."""

    expression: str
    label: str | int
    columns: tuple[str, ...] = field(default=())
    kind: str = "expression"

    @property
    def settings(self) -> Mapping[str, Any]:
        """The expression without needless spaces, and the label."""
        return {"expression": self.expression, "label": self.label}

    def vote_columns(self, columns: Mapping[str, list[Any]], n_items: int) -> list[Any]:  # noqa: ARG002 - the contract of rules
        """Return the label where the condition holds, None elsewhere and for nulls."""
        holds, label = compiled(_parsed(self.expression)), self.label
        rows = zip(*(columns[name] for name in self.columns), strict=True)
        return [
            label
            if all(v is not None and v == v for v in row)
            and holds(dict(zip(self.columns, row, strict=True)))
            else None
            for row in rows
        ]

    def choose(self, columns: Mapping[str, pa.ChunkedArray]) -> Choices | None:
        """Return the same of Arrow columns, as arrays where that rounds nothing."""
        table = _Columns({name: columns[name] for name in self.columns})
        chosen = table.where(_parsed(self.expression)) & table.is_whole
        return Choices((self.label,), np.where(chosen, 0, -1))


class _Columns:
    """Arrow columns on which a condition is evaluated, piece by piece."""

    def __init__(self, columns: Mapping[str, pa.ChunkedArray]) -> None:
        self._columns = columns
        self._numbers = {name: numbers_of(column) for name, column in columns.items()}
        whole = [self._is_valid(name) for name in columns]
        self.is_whole: BoolArray = np.logical_and.reduce(whole)

    def where(self, node: ast.expr) -> BoolArray:
        """Return where the condition holds; anything where a value is missing."""
        if isinstance(node, ast.BoolOp):
            parts = [self.where(value) for value in node.values]
            joined = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return np.asarray(joined.reduce(parts))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.where(node.operand)
        found = self._compared(node)
        if found is not None:
            return found
        names = names_of(node)
        return self._of_distinct(node, names[0]) if len(names) == 1 else self._by_rows(node, names)

    def _compared(self, node: ast.expr) -> BoolArray | None:
        """Return where a column of numbers stands to a number as asked, None for all else."""
        match node:
            case ast.Compare(left=ast.Name(id=name), ops=[operator], comparators=[right]):
                numbers, bound = self._numbers[name], _number(right)
                if numbers is None or bound is None:
                    return None
                found: BoolArray | None = (
                    _COMPARE[type(operator)](numbers[0], bound)
                    if type(operator) in _COMPARE
                    else None
                )
                return found
        return None

    def _of_distinct(self, node: ast.expr, name: str) -> BoolArray:
        """Return where a condition on one column holds, asked once for each distinct value."""
        encoded = self._columns[name].dictionary_encode().combine_chunks()
        values = encoded.dictionary.to_pylist()
        holds = compiled(node)
        found = [v is not None and v == v and bool(holds({name: v})) for v in values]
        places = encoded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False)
        return np.asarray(np.array([*found, False], dtype=np.bool_)[places])

    def _by_rows(self, node: ast.expr, names: Sequence[str]) -> BoolArray:
        holds = compiled(node)
        rows = zip(*(self._columns[name].to_pylist() for name in names), strict=True)
        asked = zip(rows, self.is_whole.tolist(), strict=True)
        found = [whole and bool(holds(dict(zip(names, row, strict=True)))) for row, whole in asked]
        return np.array(found, dtype=np.bool_)

    def _is_valid(self, name: str) -> BoolArray:
        import pyarrow.compute as pc

        numbers = self._numbers[name]
        if numbers is not None:
            return numbers[1]
        return np.asarray(pc.is_valid(self._columns[name]).to_numpy(), dtype=np.bool_)


def _number(node: ast.expr) -> float | None:
    """Return the number that is written there, with or without a sign; None for all else."""
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float)):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)) if isinstance(
            value, (int, float)
        ):
            return -value
    return None


def _inverted(compare: Any) -> Any:
    def inverse(values: Any, bound: float) -> BoolArray | None:
        found = compare(values, bound)
        return None if found is None else ~found

    return inverse


#: NaN is no number that a condition is asked of, so that "at most" is "not above".
_COMPARE: dict[type[ast.cmpop], Any] = {
    ast.Gt: are_above,
    ast.Lt: are_below,
    ast.Eq: are_equal,
    ast.LtE: _inverted(are_above),
    ast.GtE: _inverted(are_below),
    ast.NotEq: _inverted(are_equal),
}


def expression_lf(
    expression: str,
    label: str | int,
    name: str | None = None,
    *,
    description: str | None = None,
    tags: Sequence[str] = (),
    votes_on: Sequence[tuple[Any, str | int]] = (),
    abstains_on: Sequence[Any] = (),
) -> LabelingFunction:
    """Return a labeling function that votes `label` where a condition on columns holds.

    It abstains elsewhere, and where any column that the condition reads is
    missing or NaN.

    Parameters
    ----------
    expression : str
        A condition in Python's notation: names of columns, numbers, texts,
        ``< <= > >= == != in``, ``and or not``, ``+ - * /`` and ``len(…)`` of a
        text. Nothing else is allowed; it is read, never run as code.
    label : str or int
        Class name or code.
    name : str, optional
        By default made of the expression and the label.
    description : str, optional
        One line for tables; by default the expression.
    tags, votes_on, abstains_on
        As in `labeling_function`.

    Returns
    -------
    LabelingFunction
        Of kind "expression".

    Raises
    ------
    ParameterError
        If the expression cannot be read, reads no column or uses anything else.

    Notes
    -----
    A text rather than an expression object of a data frame library: it can be
    hashed, so that votes are cached, be written in a file, be sent to a worker,
    and means the same with every library.

    Examples
    --------
    >>> liked = expression_lf("n_words < 5 and likes >= 10", "ham")
    >>> liked.name
    'expression_n_words_5_and_likes_10_ham'
    >>> liked({"n_words": 3, "likes": 10}), liked({"n_words": 3, "likes": None})
    ('ham', None)
    """
    checked = check_label("label", label)
    tree = parse_condition(expression)
    shown = ast.unparse(tree)
    return LabelingFunction(
        default_name("expression", [], shown, checked) if name is None else name,
        rule=ExpressionRule(shown, checked, names_of(tree)),
        description=shown if description is None else description,
        tags=tags,
        votes_on=votes_on,
        abstains_on=abstains_on,
    )


@lru_cache(maxsize=256)
def _parsed(expression: str) -> ast.expr:
    return parse_condition(expression)
