"""The Serverless Application Repository, as far as `sam publish` asks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug import Request, Response

NAME = "arn:aws:serverlessrepo:us-east-1:123456789012:applications/pictures"


class FakeApplicationRepository:
    """
    Takes every application.

    That names and values are right was checked before: SAM knows the service's model.

    Attributes:
        published: What was sent, oldest first.
    """

    def __init__(self) -> None:
        self.published: list[dict[str, Any]] = []

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request, as a WSGI application."""
        self.published.append(json.loads(Request(environ).get_data()))
        response = Response(json.dumps({"applicationId": NAME}), 201)
        return response(environ, start_response)
