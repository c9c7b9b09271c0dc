"""The Admin API over HTTP: presigned URLs and GraphQL."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, g, request

from ..access_token import verify_authorization
from ..errors import APIError
from ..faults import Fault
from ..images import signature
from ..project import Project, Update
from ..responses import answer_json, answer_plain
from .execution import GraphQLRequest, check_mutation_count, execute, read_request
from .resolvers import Resolvers

# The first field that a request asks for -> step.
STEPS = {
    "node": "read",
    "nodes": "read",
    "getUserByLoginID": "find",
    "getUsersByStandardAttribute": "find",
    "updateUser": "update",
}


def find_graphql_step() -> str:
    """Tell which step the GraphQL request at hand is."""
    try:
        fields = read_request(request.get_data()).top_fields
    except APIError:
        return "other"
    return STEPS.get(fields[0], "other") if fields else "other"


class AdminAPI:
    """Answers the requests to `/_api/admin/`."""

    def __init__(self, authgear: Project) -> None:
        self._authgear = authgear

    def presign(self) -> Response:
        """Answer with a URL for one upload."""
        self._authorize()
        authgear = self._authgear
        path = f"/_images/{authgear.app_id}/{uuid.uuid4()}"
        query = signature.sign(
            authgear.images_secret, host=request.host, path=path, now=authgear.clock()
        )
        url = f"{request.scheme}://{request.host}{path}?{query}"
        return answer_json({"result": {"upload_url": url}})

    def graphql(self) -> Response:
        """Answer a GraphQL request."""
        audit_context = self._authorize()
        if request.mimetype != "application/json":
            return answer_plain(f"invalid content type: {request.mimetype}", 415)
        asked = read_request(request.get_data())
        check_mutation_count(asked)
        return answer_json(self._execute(asked, audit_context), charset=True)

    def _authorize(self) -> dict[str, Any]:
        """Check the token, and return its audit context."""
        authgear = self._authgear
        claims = verify_authorization(
            request.headers.get("Authorization"),
            app_id=authgear.app_id,
            key=authgear.key_pair,
            clock=authgear.clock,
            skew=authgear.token_skew,
        )
        said = claims.get("audit_context")
        # Anything but an object is ignored; contract: audit.context_not_object.
        return said if isinstance(said, dict) else {}

    def _execute(
        self, asked: GraphQLRequest, audit_context: dict[str, Any]
    ) -> dict[str, Any]:
        """Execute a request in a transaction and return the answer."""
        authgear, fault = self._authgear, g.fault or Fault(step="update")
        transaction = authgear.users.begin()
        images = f"{request.scheme}://{authgear.images_cdn_host or request.host}"
        resolvers = Resolvers(transaction, images, fault.hook, authgear.clock())
        answer = execute(asked, resolvers.fields())
        if "errors" not in answer and not fault.commit_fails:
            authgear.users.commit(transaction.changes, delay=fault.commit_delay)
            for record in transaction.changes.values():
                update = Update(record, audit_context, fault.commit_delay)
                authgear.on_update(update)
        return answer
