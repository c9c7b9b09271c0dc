"""The GraphQL endpoint: how a request is executed and answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    ValuesOfCorrectTypeRule,
    build_schema,
    execute_sync,
    specified_rules,
    validate,
)

from ..errors import APIError, UnexplainedError
from ..responses import Deferred, to_json
from .input_values import ArgumentsOfCorrectType, coerce_variables
from .request import GraphQLRequest

SCHEMA = build_schema((Path(__file__).parent / "schema.graphql").read_text())
RULES = [
    *(rule for rule in specified_rules if rule is not ValuesOfCorrectTypeRule),
    ArgumentsOfCorrectType,
]
# What the server adds when an operation could not begin; contract: gql.node.null_id.
NOT_BEGUN = (
    "APIError.ExecutionFinishFunc: "
    "runtime error: invalid memory address or nil pointer dereference"
)
Fields = Callable[[], dict[str, Any]]


def execute(
    request: GraphQLRequest, queries: Fields, mutations: Fields
) -> dict[str, Any]:
    """
    Execute a request and return the answer.

    Args:
        request: From `read_request`.

        queries: Returns the resolvers of `Query`.

        mutations: Returns the resolvers of `Mutation`.
    """
    if request.document is None:
        return _refuse({"message": "Must provide an operation.", "locations": []})
    if errors := validate(SCHEMA, request.document, RULES):
        return _refuse(*map(_format_error, errors))
    if request.operation is None:
        return _refuse({"message": "unexpected error", "locations": []})
    try:
        variables = coerce_variables(SCHEMA, request.operation, request.variables)
    except GraphQLError as error:
        not_begun = {"message": NOT_BEGUN, "locations": []}
        return _refuse(_format_error(error), not_begun)
    name = request.operation.name
    result = execute_sync(
        SCHEMA,
        request.document,
        mutations() if request.is_mutation else queries(),
        variable_values=variables,
        operation_name=name.value if name else None,
    )
    return _format_result(result)


def write_answer(answer: dict[str, Any]) -> str:
    """Write an answer as JSON, with what was left to find out till now."""
    return to_json(answer, sort_keys=False, default=_compute)


def _refuse(*errors: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a request that is not executed."""
    return {"data": None, "errors": list(errors)}


def _format_result(result: ExecutionResult) -> dict[str, Any]:
    """Return an answer as the server orders it: all keys of the data sorted."""
    answer: dict[str, Any] = {"data": _sort(result.data)}
    if result.errors:
        answer["errors"] = [_format_error(error) for error in result.errors]
    return answer


def _format_error(error: GraphQLError) -> dict[str, Any]:
    """Return an error as the server shows it; a bug of ours is raised as it is."""
    cause = error.original_error
    if isinstance(cause, UnexplainedError):
        return {"message": "unexpected error", "locations": []}
    if cause is not None and not isinstance(cause, APIError):
        raise cause
    formatted: dict[str, Any] = {
        "message": cause.message if cause else error.message.replace("'", '"'),
        "locations": [
            {"line": p.line, "column": p.column} for p in error.locations or ()
        ],
    }
    if cause:
        info = {"info": cause.info} if cause.info else {}
        formatted["path"] = error.path
        formatted["extensions"] = {
            "errorName": cause.name,
            **info,
            "reason": cause.reason,
        }
    return formatted


def _sort(value: Any) -> Any:
    """Sort the keys of all objects."""
    if isinstance(value, dict):
        return {name: _sort(value[name]) for name in sorted(value)}
    return [_sort(item) for item in value] if isinstance(value, list) else value


def _compute(value: Any) -> Any:
    """Find out what was deferred."""
    if not isinstance(value, Deferred):
        message = f"no JSON: {value!r}"
        raise TypeError(message)
    return _sort(value.compute())
