"""The routes of the server, and what happens to every request on its way."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, NotFound

from .access_token import ForbiddenError
from .admin.api import AdminAPI
from .errors import APIError
from .gateway import Gateway
from .images.endpoint import ImageServer
from .project import Project
from .responses import answer_error, answer_plain, answer_redirect

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ADMIN_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
IMAGE_HEADERS = {
    "Vary": "Origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class Route(NamedTuple):
    """A path, what answers it, the methods it names as allowed, and its headers."""

    path: str
    answer: Callable[..., ResponseReturnValue]
    allowed: tuple[str, ...]
    headers: dict[str, str]


def make_application(authgear: Project) -> Flask:
    """Make the WSGI application of an emulator."""
    app = Flask("local.authgear", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    routes = {route.path: route for route in _routes(authgear)}
    for route in routes.values():
        app.add_url_rule(
            route.path,
            endpoint=route.path,
            view_func=route.answer,
            methods=METHODS,
            provide_automatic_options=False,
            strict_slashes=True,
        )
    gateway = Gateway(authgear)
    app.before_request(gateway.receive)
    app.before_request(lambda: _check_method(routes))
    # Called in reverse order: the gateway is the last to see an answer.
    app.after_request(gateway.send)
    app.after_request(_add_headers)
    app.register_error_handler(APIError, answer_error)
    app.register_error_handler(ForbiddenError, lambda _: answer_plain("Forbidden", 403))
    app.register_error_handler(HTTPException, _answer_unrouted)
    return app


def _routes(authgear: Project) -> list[Route]:
    """Return all routes."""
    admin, images = AdminAPI(authgear), ImageServer(authgear)
    admin_methods = ("GET", "OPTIONS", "POST")
    image = "/_images/<app_id>/<object_id>"
    return [
        Route("/_api/admin/images/upload", admin.presign, admin_methods, ADMIN_HEADERS),
        Route("/_api/admin/graphql", admin.graphql, admin_methods, ADMIN_HEADERS),
        # The path behind the proxy; contract: gql.http.alt_path.
        Route("/graphql", admin.graphql, admin_methods, ADMIN_HEADERS),
        Route(image, images.upload, ("OPTIONS", "POST"), IMAGE_HEADERS),
        Route(f"{image}/<variant>", images.show, ("GET", "OPTIONS"), IMAGE_HEADERS),
        Route("/healthz", _answer_health, ("GET",), {}),
    ]


def _check_method(routes: dict[str, Route]) -> Response | None:
    """Answer a method that the path does not have."""
    if request.endpoint is None:
        return None
    route = routes[request.endpoint]
    # The Admin API names OPTIONS as allowed and does not allow it.
    is_admin_options = request.method == "OPTIONS" and route.headers is ADMIN_HEADERS
    if request.method in route.allowed and not is_admin_options:
        g.headers = route.headers
        return None
    response = answer_plain("Method Not Allowed", 405)
    response.headers["Allow"] = ", ".join(route.allowed)
    return response


def _add_headers(response: Response) -> Response:
    """Add the headers that all answers of a route have."""
    for name, value in g.get("headers", {}).items():
        response.headers.setdefault(name, value)
    return response


def _answer_unrouted(error: HTTPException) -> Response:
    """Answer a path that does not exist; one with a slash too many is redirected."""
    if not isinstance(error, NotFound):
        return answer_plain(error.name, error.code or 500)
    shorter = request.path.removesuffix("/")
    if shorter not in ("", request.path) and _exists(shorter):
        # Assumption: methods other than GET keep theirs with 307, as in Go's router.
        is_get = request.method == "GET"
        return answer_redirect(shorter, 301 if is_get else 307, with_body=is_get)
    return answer_plain("404 page not found", 404)


def _exists(path: str) -> bool:
    """Tell whether there is a route for a path."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path)


def _answer_health() -> Response:
    """Answer that the server is alive."""
    return Response("OK", content_type="text/plain")
