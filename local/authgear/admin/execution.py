"""The GraphQL endpoint: how a request is read, executed and answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from ..errors import APIError, UnexplainedError, refuse_request, unexpected

SCHEMA = build_schema((Path(__file__).parent / "schema.graphql").read_text())
MAX_MUTATION_FIELDS = 5
MAX_BODY = 1024 * 1024  # bytes


@dataclass(frozen=True)
class GraphQLRequest:
    """A request of one operation."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: dict[str, Any]

    @property
    def top_fields(self) -> list[str]:
        """The names of the fields asked for, in order."""
        selected = self.operation.selection_set.selections
        return [node.name.value for node in selected if isinstance(node, FieldNode)]


def read_request(body: bytes) -> GraphQLRequest:
    """Read a request's body; refuse it if it is too long, or no GraphQL in JSON."""
    if len(body) > MAX_BODY:
        name = "RequestEntityTooLarge"
        raise APIError(name, name, "http: request body too large", 413)
    try:
        content = json.loads(body)
        document = parse(content["query"])
        operation = get_operation_ast(document)
    except json.JSONDecodeError as error:
        message = "unexpected end of JSON input"
        refuse_request(message, "InvalidJSON", byte_offset=error.pos)
    except (GraphQLSyntaxError, KeyError, TypeError, ValueError) as error:
        # A query with a syntax error is the server's own failure, as is no query.
        raise unexpected() from error
    if operation is None:
        raise unexpected()
    return GraphQLRequest(document, operation, content.get("variables") or {})


def check_mutation_count(request: GraphQLRequest) -> None:
    """Fail if a request changes too much at once."""
    count = len(request.top_fields)
    is_mutation = request.operation.operation is OperationType.MUTATION
    if is_mutation and count > MAX_MUTATION_FIELDS:
        message = "too many mutation fields in one request"
        refuse_request(f"{message}: got {count}, limit is {MAX_MUTATION_FIELDS}")


def execute(request: GraphQLRequest, root: dict[str, Any]) -> dict[str, Any]:
    """Execute a request by the resolvers of its fields; return the answer."""
    if errors := validate(SCHEMA, request.document):
        return {"data": None, "errors": [_format_error(error) for error in errors]}
    result = execute_sync(
        SCHEMA, request.document, root, variable_values=request.variables
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_format_error(error) for error in result.errors]
    return answer


def _format_error(error: GraphQLError) -> dict[str, Any]:
    """Return an error as the server shows it; a bug of ours is raised as it is."""
    cause = error.original_error
    if isinstance(cause, UnexplainedError):
        return {"message": "unexpected error", "locations": []}
    formatted: dict[str, Any] = dict(error.formatted)
    if isinstance(cause, APIError):
        formatted["extensions"] = {
            "errorName": cause.name,
            **({"info": cause.info} if cause.info else {}),
            "reason": cause.reason,
        }
    elif cause is not None and not isinstance(cause, GraphQLError):
        raise cause
    return formatted
