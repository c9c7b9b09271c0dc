"""Metric math, as far as the template uses it: numbers, FILL and IF."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

BINARY: Mapping[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.GtE: operator.ge,
    ast.Gt: operator.gt,
}


def compute(expression: str, values: Mapping[str, float | None]) -> float | None:
    """
    Return the value of an expression for one period, None for a missing data point.

    The syntax is that of Python's expressions. An operation on a missing data point
    gives none.

    Args:
        expression: Such as `FILL(a, 0) + FILL(b, 0)`.

        values: The data points of the ids in it.

    Raises:
        ValueError: The expression has a part that is not known here.
    """
    return _compute(ast.parse(expression, mode="eval").body, values)


def _compute(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    """Return the value of a part of an expression."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.Name(id=name):
            return values[name]
        case ast.BinOp(left=left, op=sign, right=right):
            return _combine(type(sign), left, right, values)
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return _combine(type(sign), left, right, values)
        case ast.Call(func=ast.Name(id="FILL"), args=[metric, filler]):
            found = _compute(metric, values)
            return _compute(filler, values) if found is None else found
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            is_true = _compute(condition, values)
            if is_true is None:
                return None
            return _compute(then if is_true else otherwise, values)
    message = f"metric math of another kind: {ast.unparse(node)}"
    raise ValueError(message)


def _combine(
    sign: type, left: ast.expr, right: ast.expr, values: Mapping[str, float | None]
) -> float | None:
    """Return the result of an operation, None if a data point is missing."""
    one, other = _compute(left, values), _compute(right, values)
    if one is None or other is None:
        return None
    return BINARY[sign](one, other)
