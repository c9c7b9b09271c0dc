"""The routes of the server, and what happens to every request on its way."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from .access_token import ForbiddenError
from .admin.api import AdminAPI
from .errors import APIError
from .gateway import Gateway
from .images.endpoint import ImageServer
from .project import Project
from .responses import answer_error, answer_plain


def make_application(authgear: Project) -> Flask:
    """Make the WSGI application of an emulator."""
    app = Flask("local.authgear", static_folder=None)
    admin, images = AdminAPI(authgear), ImageServer(authgear)
    image = "/_images/<app_id>/<object_id>"
    # The endpoint of each route is its path: see the gateway.
    for method, path, answer in (
        ("GET", "/_api/admin/images/upload", admin.presign),
        ("POST", "/_api/admin/graphql", admin.graphql),
        ("POST", image, images.upload),
        ("GET", f"{image}/<variant>", images.show),
        ("GET", "/healthz", lambda: Response("OK", content_type="text/plain")),
    ):
        app.add_url_rule(path, path, answer, methods=[method])
    # A proxy in front of it may speak https.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_host=1)  # type: ignore[method-assign]
    gateway = Gateway(authgear)
    app.before_request(gateway.receive)
    app.after_request(gateway.send)
    app.register_error_handler(APIError, answer_error)
    app.register_error_handler(ForbiddenError, lambda _: answer_plain("Forbidden", 403))
    app.register_error_handler(
        HTTPException, lambda error: answer_plain(error.name, error.code or 500)
    )
    return app
