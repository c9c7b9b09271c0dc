"""A function URL on this machine: HTTP requests become invocations."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from local.authgear.server import Server
from local.loopback import HOST

# Types whose bodies are handed over as text; all others are encoded in base64.
TEXTS = ("application/json", "text/")


@contextmanager
def serve_function(handler: Callable[[dict[str, Any]], Any]) -> Iterator[str]:
    """
    Serve a function at an address until the block ends.

    Args:
        handler: Answers an invocation of payload version 2.0; where it raises, or does
            not answer as a function must, the caller gets a 502.
    """

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        try:
            answer = handler(make_invocation(environ))
            status, body = int(answer["statusCode"]), answer.get("body", "").encode()
        except Exception:  # noqa: BLE001 - Lambda answers for a function that fails
            status, body = 502, b"Internal Server Error"
        phrase = HTTPStatus(status).phrase
        start(f"{status} {phrase}", [("Content-Length", str(len(body)))])
        return [body]

    server = Server(application, 0)
    server.start()
    try:
        yield f"http://{HOST}:{server.port}/"
    finally:
        server.stop()


def make_invocation(environ: dict[str, Any]) -> dict[str, Any]:
    """Return what a function URL invokes with for an HTTP request."""
    body = environ["wsgi.input"].read()
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith(("HTTP_", "CONTENT_")) and value
    }
    is_text = headers.get("content-type", "").startswith(TEXTS)
    http = {"method": environ["REQUEST_METHOD"], "path": environ["PATH_INFO"]}
    return {
        "version": "2.0",
        "rawPath": environ["PATH_INFO"],
        "rawQueryString": environ.get("QUERY_STRING", ""),
        "headers": headers,
        "requestContext": {"http": http},
        "body": body.decode() if is_text else base64.b64encode(body).decode(),
        "isBase64Encoded": not is_text,
    }
