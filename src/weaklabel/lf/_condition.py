"""Conditions on columns: a small part of Python's expressions, read and never run as code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["compiled", "names_of", "parse_condition"]

Evaluator: TypeAlias = Callable[[Mapping[str, Any]], Any]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda value, group: value in group,
    ast.NotIn: lambda value, group: value not in group,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_ADVICE = (
    "Write for example 'n_words < 5 and likes >= 10'; anything more is a function under "
    "@labeling_function."
)
#: Longer ones, and deeper ones, are no condition that a person wrote.
_LONGEST, _DEEPEST = 10_000, 50


def parse_condition(expression: str) -> ast.expr:
    """Return the syntax tree of a condition.

    Raises
    ------
    ParameterError
        If it is no text, cannot be read, names no column, or has anything but
        what `expression_lf` allows.

    Examples
    --------
    >>> names_of(parse_condition("likes > 3 and not author in ('Ann', 'Bob')"))
    ('likes', 'author')
    """
    if not isinstance(expression, str) or not expression.strip() or len(expression) > _LONGEST:
        raise ParameterError(wrong_value("expression", expression, "a condition", _ADVICE))
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = getattr(error, "msg", None) or type(error).__name__
        raise ParameterError(
            wrong_value(
                "expression", expression, f"a condition that can be read ({reason})", _ADVICE
            )
        ) from None
    _check(tree, expression, 0)
    if not names_of(tree):
        raise ParameterError(
            wrong_value("expression", expression, "a condition on at least one column", _ADVICE)
        )
    return tree


def names_of(node: ast.expr) -> tuple[str, ...]:
    """Return the columns that a condition reads, each once, from left to right."""
    if isinstance(node, ast.Call):
        return names_of(node.args[0])
    if isinstance(node, ast.Name):
        return (node.id,)
    children = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return tuple(dict.fromkeys(name for child in children for name in names_of(child)))


def compiled(node: ast.expr) -> Evaluator:
    """Return the function from the values of one item to the value of a checked condition.

    Examples
    --------
    >>> holds = compiled(parse_condition("1 < n_words <= 5"))
    >>> holds({"n_words": 5}), holds({"n_words": 1})
    (True, False)
    """
    match node:
        case ast.Constant(value=value):
            return lambda item: value  # noqa: ARG005 - the same for every item
        case ast.Name(id=name):
            return operator.itemgetter(name)
        case ast.Tuple() | ast.List() | ast.Set():
            group = tuple(ast.literal_eval(node))
            return lambda item: group  # noqa: ARG005 - the same for every item
        case ast.Call(args=[argument]):
            text = compiled(argument)
            return lambda item: len(text(item))
        case ast.UnaryOp(op=op, operand=operand):
            sign, inner = _SIGNS[type(op)], compiled(operand)
            return lambda item: sign(inner(item))
        case ast.BinOp(left=left, op=op, right=right):
            first, reckon, second = compiled(left), _ARITHMETIC[type(op)], compiled(right)
            return lambda item: reckon(first(item), second(item))
        case ast.BoolOp(op=op, values=values):
            parts = [compiled(value) for value in values]
            joined = all if isinstance(op, ast.And) else any
            return lambda item: joined(part(item) for part in parts)
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            sides = [compiled(side) for side in (left, *comparators)]
            steps = list(zip((_COMPARE[type(op)] for op in ops), sides, sides[1:], strict=False))
            return lambda item: all(compare(a(item), b(item)) for compare, a, b in steps)
    raise ParameterError(wrong_value("expression", ast.unparse(node), "a condition", _ADVICE))


def _check(node: ast.AST, expression: str, depth: int) -> None:
    if depth > _DEEPEST or not _is_allowed(node):
        found = ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__
        raise ParameterError(
            f"expression {expression[:80]!r} has {found[:80]!r}, must be made of columns, numbers, "
            f"texts, comparisons, and, or, not, + - * / and len(). {_ADVICE}"
        )
    for child in _children(node):
        _check(child, expression, depth + 1)


def _children(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        return list(node.args)
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _is_allowed(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=value):
            return isinstance(value, (str, int, float))
        case ast.Name() | ast.BoolOp():
            return True
        case ast.UnaryOp(op=op):
            return type(op) in _SIGNS
        case ast.BinOp(op=op):
            return type(op) in _ARITHMETIC
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name()], keywords=[]):
            return True
        case ast.Compare(ops=ops, comparators=comparators):
            return all(map(_is_comparison, ops, comparators))
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            return all(isinstance(element, ast.Constant) for element in elements)
    return False


def _is_comparison(op: ast.cmpop, right: ast.expr) -> bool:
    is_group = isinstance(right, (ast.Tuple, ast.List, ast.Set))
    return type(op) in _COMPARE and is_group == isinstance(op, (ast.In, ast.NotIn))
