"""The routes of the server, and what happens to every request on its way."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from .access_token import ForbiddenError
from .admin.api import AdminAPI
from .errors import APIError
from .gateway import Gateway
from .images.endpoint import ImageServer
from .project import Project
from .responses import answer_error, answer_plain

# Beginning of the path -> headers that all answers have.
HEADERS = {
    "/_api/": {
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    },
    "/_images/": {
        "Vary": "Origin",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    },
}


def make_application(authgear: Project) -> Flask:
    """Make the WSGI application of an emulator."""
    app = Flask("local.authgear", static_folder=None)
    admin, images, gateway = (
        AdminAPI(authgear),
        ImageServer(authgear),
        Gateway(authgear),
    )
    image = "/_images/<app_id>/<object_id>"
    _add_route(app, "GET", "/_api/admin/images/upload", admin.presign)
    _add_route(app, "POST", "/_api/admin/graphql", admin.graphql)
    _add_route(app, "POST", image, images.upload)
    _add_route(app, "GET", f"{image}/<variant>", images.show)
    _add_route(app, "GET", "/healthz", _answer_health)
    app.before_request(gateway.receive)
    # Called in reverse order: the gateway is the last to see an answer.
    app.after_request(gateway.send)
    app.after_request(_add_headers)
    app.register_error_handler(APIError, answer_error)
    app.register_error_handler(ForbiddenError, lambda _: answer_plain("Forbidden", 403))
    app.register_error_handler(
        HTTPException, lambda error: answer_plain(error.name, error.code or 500)
    )
    return app


def _add_route(
    app: Flask, method: str, path: str, answer: Callable[..., ResponseReturnValue]
) -> None:
    """Add a route; its endpoint is the path."""
    app.add_url_rule(
        path,
        endpoint=path,
        view_func=answer,
        methods=[method],
        provide_automatic_options=False,
    )


def _add_headers(response: Response) -> Response:
    """Add the headers that all answers of one kind have."""
    for start, headers in HEADERS.items():
        if request.path.startswith(start):
            for name, value in headers.items():
                response.headers.setdefault(name, value)
    return response


def _answer_health() -> Response:
    """Answer that the server is alive."""
    return Response("OK", content_type="text/plain")
