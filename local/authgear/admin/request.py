"""A GraphQL request: what a body may be, and what it asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from ..errors import APIError, refuse_request, unexpected

MAX_MUTATION_FIELDS = 5
MAX_BODY = 1024 * 1024  # bytes


@dataclass
class GraphQLRequest:
    """A request as read from a body; `operation` is None if it cannot be told."""

    variables: dict[str, Any] = field(default_factory=dict)
    document: DocumentNode | None = None
    operation: OperationDefinitionNode | None = None

    @property
    def top_fields(self) -> list[str]:
        """The names of the fields asked for, in order."""
        selected = self.operation.selection_set.selections if self.operation else ()
        return [node.name.value for node in selected if isinstance(node, FieldNode)]

    @property
    def is_mutation(self) -> bool:
        """Whether it changes something."""
        operation = self.operation
        return operation is not None and operation.operation is OperationType.MUTATION


def read_request(media_type: str, body: bytes) -> GraphQLRequest:
    """
    Read a request's body.

    Raises:
        APIError: It is too long, no JSON, or no GraphQL.
    """
    if len(body) > MAX_BODY:
        raise _too_large()
    if media_type == "application/graphql":
        return _parse(body.decode(), {}, None)
    content = _read_json(body)
    content = {} if content is None else content
    if not isinstance(content, dict):
        raise unexpected()
    query = content.get("query") or ""
    variables = content.get("variables") or {}
    if isinstance(variables, str):
        variables = json.loads(variables)
    if not isinstance(query, str) or not isinstance(variables, dict):
        raise unexpected()
    return _parse(query, variables, content.get("operationName"))


def check_mutation_count(request: GraphQLRequest) -> None:
    """Fail if a request changes too much at once."""
    count = len(request.top_fields)
    if request.is_mutation and count > MAX_MUTATION_FIELDS:
        message = "too many mutation fields in one request"
        refuse_request(f"{message}: got {count}, limit is {MAX_MUTATION_FIELDS}")


def _read_json(body: bytes) -> Any:
    """Read JSON, or fail as the server does."""
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        # Assumption: every other mistake is worded like the one that was recorded.
        message = "unexpected end of JSON input"
        offset = min(error.pos, len(body)) if body.strip() else 0
        refuse_request(message, "InvalidJSON", byte_offset=offset)
    except UnicodeDecodeError:
        refuse_request("invalid JSON", "InvalidJSON", byte_offset=0)


def _parse(query: str, variables: dict[str, Any], name: str | None) -> GraphQLRequest:
    """Parse a query; one with a syntax error is the server's own failure."""
    if not query:
        return GraphQLRequest()
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        raise unexpected() from error
    operations = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and name in (None, "", node.name and node.name.value)
    ]
    operation = operations[0] if len(operations) == 1 else None
    return GraphQLRequest(variables, document, operation)


def _too_large() -> APIError:
    """Make the error of a body that is too long."""
    name = "RequestEntityTooLarge"
    return APIError(name, name, "http: request body too large", 413)
