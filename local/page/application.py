"""The page's routes: its files, its stream, and what its buttons do."""

from __future__ import annotations

import threading
from pathlib import Path

from flask import Flask, Response, abort, jsonify, request, send_from_directory
from flask.typing import ResponseReturnValue

from local.page.actions import Actions, NothingThere
from local.page.guard import refuse_foreign, secure
from local.page.originals import Originals
from local.page.samples import SAMPLES
from local.page.stream import Stream
from local.system import LocalSystem

from .faults import SimulatedFailures

STATIC = Path(__file__).parent / "static"


def make_application(system: LocalSystem, stopping: threading.Event) -> Flask:
    """Make the page's WSGI application; its streams end when `stopping` is set."""
    app = Flask("local.page", static_folder=None)
    app.before_request(refuse_foreign)
    app.after_request(
        lambda response: secure(
            response, images=system.authgear.endpoint, bucket=system.aws.endpoint
        )
    )
    app.register_error_handler(NothingThere, _answer_nothing)
    failures, originals = SimulatedFailures(system.authgear), Originals(system)
    _add_files(app, originals)
    _add_buttons(app, system, failures)
    stream = Stream(system, failures, originals, stopping)

    @app.get("/events")
    def events() -> Response:
        # The header is newer: the browser sends it when a stream breaks off.
        seen = request.headers.get("Last-Event-ID") or request.args.get("after", "")
        return Response(stream.events(seen), content_type="text/event-stream")

    return app


def _add_files(app: Flask, originals: Originals) -> None:
    """Add the routes of all that is only read."""

    @app.get("/")
    def index() -> Response:
        return send_from_directory(STATIC, "index.html")

    @app.get("/static/<name>")
    def static(name: str) -> Response:
        return send_from_directory(STATIC, name)

    @app.get("/samples/<name>")
    def sample(name: str) -> Response:
        if name not in SAMPLES:
            abort(404)
        _, data, media_type = SAMPLES[name]
        return Response(data, content_type=media_type)

    @app.get("/originals/<image_id>")
    def original(image_id: str) -> Response:
        data = originals.preview(image_id)
        # Browsers write a 404 to the console; a deleted object is not an error.
        status = 404 if data is None else 200 if data else 204
        return Response(data, status, content_type="image/jpeg")


def _add_buttons(app: Flask, system: LocalSystem, failures: SimulatedFailures) -> None:
    """Add the routes of all that changes something."""
    actions = Actions(system)

    @app.post("/users/<uuid:user_id>/sign")
    def sign(user_id: object) -> ResponseReturnValue:
        file_name = str((request.get_json() or {}).get("file_name", ""))
        return jsonify(actions.sign(str(user_id), file_name))

    @app.post("/users/<uuid:user_id>/<any('repeat','shuffle','delete'):action>")
    def act(user_id: object, action: str) -> ResponseReturnValue:
        getattr(actions, action)(str(user_id))
        return "", 204

    @app.post("/failures/deliver")
    def deliver() -> ResponseReturnValue:
        system.deliver_failures()
        return "", 204

    @app.post("/simulated-failures/<name>")
    def failure(name: str) -> ResponseReturnValue:
        is_known = failures.set(name, bool((request.get_json() or {}).get("on")))
        return ("", 204) if is_known else abort(404)


def _answer_nothing(error: NothingThere) -> ResponseReturnValue:
    """Answer that a button has nothing to work on: no error, and nothing done."""
    return jsonify(message=str(error))
