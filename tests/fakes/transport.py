"""A server without sockets: a plain function that answers requests."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

Handler = Callable[[requests.PreparedRequest], requests.Response]


class FakeTransport(BaseAdapter):
    """
    Hands each request to a function instead of the network.

    Args:
        handler: Returns the answer, or raises what `requests` would raise.
    """

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self.handler = handler
        self.requests: list[requests.PreparedRequest] = []
        self.timeouts: list[Any] = []

    def send(  # type: ignore[override] # fewer keywords are enough here
        self,
        request: requests.PreparedRequest,
        *,
        timeout: Any = None,
        **options: Any,
    ) -> requests.Response:
        """Answer one request."""
        self.requests.append(request)
        self.timeouts.append(timeout)
        response = self.handler(request)
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """Close nothing."""

    def session(self) -> requests.Session:
        """Return a session all of whose requests come here."""
        session = requests.Session()
        session.mount("https://", self)
        session.mount("http://", self)
        return session


def answer(
    content: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> requests.Response:
    """Return an answer with a JSON body, or with the very bytes or text given."""
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers or {})
    content_bytes = body.encode() if isinstance(body, str) else body
    response.raw = HTTPResponse(io.BytesIO(content_bytes), preload_content=False)
    return response
