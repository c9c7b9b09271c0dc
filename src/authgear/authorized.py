"""Requests that carry an access token: plain ones, and GraphQL."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from .access_token import AccessTokens
from .answers import as_object, read_graphql
from .budget import Budget
from .connection import CONNECT_TIMEOUT, Connection
from .errors import Forbidden, StaleAttributes


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
        self,
        step: str,
        method: str,
        path: str,
        *,
        budget: Budget,
        fresh_until: float | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """
        Send a request, and on a 403 once more: the key may have been rotated.

        Args:
            step: The name of the request in error messages.

            method: HTTP method.

            path: A path of the endpoint; the token goes nowhere else.

            budget: The time that the run has left.

            fresh_until: The moment after which the content must not be sent any more.

            options: As in `Connection.request`.

        Raises:
            StaleAttributes: That moment passed before the request could be sent.
        """

        def send() -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {self._tokens.current()}"}
            return self._connection.request(
                step,
                method,
                self._connection.endpoint + path,
                headers=headers,
                budget=budget,
                connect_timeout=_time_to_connect(step, fresh_until, budget),
                **options,
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
        budget: Budget,
        fresh_until: float | None = None,
    ) -> dict[str, Any]:
        """
        Send a GraphQL request, not repeated if it fails, and return its data.

        Args:
            step: The name of the request in error messages.

            query: The query or mutation.

            variables: Its variables.

            budget: The time that the run has left.

            fresh_until: As in `request`.
        """
        content = self.send_graphql(
            step, query, variables, budget=budget, fresh_until=fresh_until
        )
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
        budget: Budget,
        tolerated: Container[str] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """
        Send a query as `graphql` does, again if need be: reading changes nothing.

        Args:
            step: As in `graphql`, like the next three.

            query: The query.

            variables: Its variables.

            budget: The time that the run has left.

            tolerated: Reasons of errors that leave the rest of the data usable.

            options: As in `Connection.request`.
        """
        content = self.query_partly(
            step, query, variables, budget=budget, tolerated=tolerated, **options
        )
        return as_object(content.get("data"))

    def query_partly(
        self,
        step: str,
        query: str,
        variables: dict[str, Any],
        *,
        budget: Budget,
        tolerated: Container[str] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """Send a query as `query` does; return the answer with its tolerated errors."""

        def attempt() -> dict[str, Any]:
            content = self.send_graphql(
                step, query, variables, budget=budget, **options
            )
            read_graphql(step, content, tolerated=tolerated)
            return content

        return self._connection.retry(attempt, budget=budget)


def _time_to_connect(step: str, fresh_until: float | None, budget: Budget) -> float:
    """Return the seconds that a connection may take; raise if the content is stale."""
    if fresh_until is None:
        return CONNECT_TIMEOUT
    left = fresh_until - budget.clock()
    if left <= 0:
        detail = "the attributes were read too long ago to be sent"
        raise StaleAttributes(step=step, detail=detail)
    return min(CONNECT_TIMEOUT, left)
