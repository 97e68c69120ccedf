"""The source of a function as its version counts it, and the names that its code uses."""

from __future__ import annotations

import ast
import dis
import linecache
import warnings
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

__all__ = ["attribute_names", "global_names", "normalized_source"]


def global_names(code: CodeType) -> set[str]:
    """Return the global names that a function and those inside it read."""
    loads = {"LOAD_GLOBAL", "LOAD_NAME"}
    return {
        str(step.argval)
        for inner in _with_inner(code)
        for step in dis.get_instructions(inner)
        if step.opname in loads
    }


def attribute_names(code: CodeType) -> set[str]:
    """Return all names that are no local variables, attributes among them."""
    return {name for inner in _with_inner(code) for name in inner.co_names}


def normalized_source(code: CodeType, scope: dict[str, Any]) -> str | None:
    """Return the normalized source of a function, None unless it compiles to this very code.

    A file that was edited after its import says something else than what runs;
    hashing it would file today's votes under tomorrow's version.
    """
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, scope))
    compiled, normalized = _definitions(text).get((code.co_name, code.co_firstlineno), (None, None))
    return normalized if compiled == code else None


@lru_cache(maxsize=16)
def _definitions(text: str) -> dict[tuple[str, int], tuple[CodeType, str]]:
    try:
        with warnings.catch_warnings():  # what there is to warn of, the import has said
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            module = compile(text, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return {}
    compiled = {(code.co_name, code.co_firstlineno): code for code in _with_inner(module)}
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if (node.name, first) in compiled:
                found[node.name, first] = (compiled[node.name, first], _normalized(node))
    return found


def _normalized(node: ast.FunctionDef) -> str:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return "\n".join([ast.unparse(node.args), *(ast.unparse(statement) for statement in body)])


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
