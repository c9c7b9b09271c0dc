"""What stands before the server: the rate limit, the faults, the list of requests."""

from __future__ import annotations

import math
from collections.abc import Iterator

from flask import Response, g, request

from .admin.api import find_graphql_step
from .errors import rate_limited
from .faults import Fault
from .project import Project, Request
from .responses import answer_empty, answer_error, answer_status
from .server import close

# Endpoint -> step.
STEPS = {
    "/_api/admin/images/upload": "presign",
    "/_images/<app_id>/<object_id>": "upload",
    "/_images/<app_id>/<object_id>/<variant>": "image",
}


class Gateway:
    """Sees every request first and every answer last."""

    def __init__(self, authgear: Project) -> None:
        self._authgear = authgear

    def receive(self) -> Response | None:
        """Answer a request that the server is not to see."""
        g.step = _find_step()
        # Assumption: the service limits its API, not the pictures it shows.
        if g.step not in ("image", "other"):
            wait = self._authgear.admit(request.remote_addr or "")
            if wait is not None:
                return _limit(wait)
        g.fault = fault = self._authgear.faults.take(g.step)
        if fault is None:
            return None
        if fault.delay:
            self._authgear.stopping.wait(fault.delay)
        if fault.drop == "before":
            return answer_empty(502)
        return _answer(fault) if fault.answers and not fault.work_done else None

    def send(self, response: Response) -> Response:
        """Spoil an answer as the fault wants it, and note the request."""
        fault: Fault | None = g.get("fault")
        if fault and fault.answers and fault.work_done:
            response = _answer(fault)
        if fault:
            response.headers.update(fault.headers)
        if fault and fault.drip:
            response.response = self._drip(response.get_data(), fault.drip)
        dropped = fault is not None and fault.drop is not None
        self._record(None if dropped else response.status_code)
        if dropped:
            close(request.environ["werkzeug.socket"])
        return response

    def _drip(self, body: bytes, seconds: float) -> Iterator[bytes]:
        """Hand out a body byte by byte, until all is sent or the server stops."""
        for value in body:
            if self._authgear.stopping.wait(seconds):
                return
            yield bytes([value])

    def _record(self, status: int | None) -> None:
        """Note a request; before its answer is sent, so that no test can be earlier."""
        noted = Request(
            step=g.step,
            path=request.path,
            status=status,
            connection=request.environ["authgear.connection"],
            user_agent=request.user_agent.string,
        )
        self._authgear.requests.append(noted)


def _find_step() -> str:
    """Tell which step a request is."""
    if request.endpoint == "/_api/admin/graphql":
        return find_graphql_step()
    return STEPS.get(request.endpoint or "", "other")


def _answer(fault: Fault) -> Response:
    """Return a fault's own answer."""
    if fault.body is None:
        return answer_status(fault.status or 200)
    return Response(fault.body, fault.status or 200, content_type="text/html")


def _limit(wait: float) -> Response:
    """Answer one request too many."""
    response = answer_error(rate_limited())
    response.headers["Retry-After"] = str(math.ceil(wait))
    return response
