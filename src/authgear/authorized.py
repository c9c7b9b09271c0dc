"""Requests that carry an access token: plain ones, and GraphQL."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from .access_token import AccessTokens
from .answers import as_object, read_graphql
from .connection import Connection
from .errors import Forbidden


class AuthorizedConnection:
    """
    Send requests with the current access token.

    Args:
        connection: Speaks HTTP to the endpoint.

        tokens: Hands out access tokens.
    """

    def __init__(self, connection: Connection, tokens: AccessTokens) -> None:
        self._connection = connection
        self._tokens = tokens

    def request(
        self, step: str, method: str, path: str, **options: Any
    ) -> dict[str, Any]:
        """
        Send a request, and on a 403 once more: the key may have been rotated.

        Args:
            step: What the request is for, in errors.

            method: HTTP method.

            path: A path of the endpoint; the token goes nowhere else.

            options: As in `Connection.request`.
        """

        def send() -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {self._tokens.current()}"}
            url = self._connection.endpoint + path
            return self._connection.request(
                step, method, url, headers=headers, **options
            )

        try:
            return send()
        except Forbidden:
            self._tokens.renew()
            return send()

    def graphql(
        self,
        step: str,
        query: str,
        variables: dict[str, Any],
        *,
        deadline: float,
    ) -> dict[str, Any]:
        """
        Send a GraphQL request, not repeated if it fails, and return its data.

        Args:
            step: What the request is for, in errors.

            query: The query or mutation.

            variables: Its variables.

            deadline: The moment by which to give up.
        """
        content = self.send_graphql(step, query, variables, deadline=deadline)
        return read_graphql(step, content)

    def send_graphql(
        self, step: str, query: str, variables: dict[str, Any], **options: Any
    ) -> dict[str, Any]:
        """Send a GraphQL request once; return the answer with its errors, unread."""
        body = {"query": query, "variables": variables}
        return self.request(step, "POST", "/_api/admin/graphql", json=body, **options)

    def query(
        self,
        step: str,
        query: str,
        variables: dict[str, Any],
        *,
        deadline: float,
        tolerated: Container[str] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """
        Send a query as `graphql` does, again if need be: reading changes nothing.

        Args:
            step: As in `graphql`, like the next three.

            query: The query.

            variables: Its variables.

            deadline: The moment by which to give up.

            tolerated: Reasons of errors that leave the rest of the data usable.

            options: As in `Connection.request`.
        """
        content = self.query_partly(
            step, query, variables, deadline=deadline, tolerated=tolerated, **options
        )
        return as_object(content.get("data"))

    def query_partly(
        self,
        step: str,
        query: str,
        variables: dict[str, Any],
        *,
        deadline: float,
        tolerated: Container[str] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """Send a query as `query` does; return the answer with its tolerated errors."""

        def attempt() -> dict[str, Any]:
            content = self.send_graphql(
                step, query, variables, deadline=deadline, **options
            )
            read_graphql(step, content, tolerated=tolerated)
            return content

        return self._connection.retry(attempt, deadline=deadline)
