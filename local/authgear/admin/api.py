"""The Admin API over HTTP: presigned URLs and GraphQL."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, g, request

from ..access_token import verify_authorization
from ..errors import APIError
from ..faults import Fault
from ..images import signature
from ..project import Project
from ..responses import answer_json, answer_plain
from ..users.attributes import Site
from ..users.audit import Caller
from ..users.events import Events
from .execution import execute, write_answer
from .hooks import BlockingHook
from .mutations import Mutations
from .queries import Queries
from .request import GraphQLRequest, check_mutation_count, read_request

JSON_TYPES = ("application/json", "application/graphql")
# The first field that a request asks for -> step.
STEPS = {
    "node": "read",
    "nodes": "read",
    "getUserByLoginID": "find",
    "getUsersByStandardAttribute": "find",
    "updateUser": "update",
}
CONSOLE = "<!DOCTYPE html><title>GraphiQL</title>"


def find_graphql_step() -> str:
    """Tell which step the GraphQL request at hand is."""
    try:
        fields = read_request(request.mimetype, request.get_data()).top_fields
    except (APIError, ValueError):
        return "other"
    return STEPS.get(fields[0], "other") if fields else "other"


def find_site(authgear: Project) -> Site:
    """Tell where the request at hand found the server."""
    scheme, host = request.scheme, request.headers["Host"]
    if authgear.trust_proxy:
        scheme = request.headers.get("X-Forwarded-Proto", scheme)
        host = request.headers.get("X-Forwarded-Host", host)
    return Site(scheme, host, authgear.images_cdn_host)


class AdminAPI:
    """
    Answers the requests to `/_api/admin/`.

    Args:
        authgear: Whose users, keys and images it is about.
    """

    def __init__(self, authgear: Project) -> None:
        self._authgear = authgear

    def presign(self) -> Response:
        """Answer with a URL for one upload."""
        self._authorize()
        if refusal := _refuse_content_type():
            return refusal
        site = find_site(self._authgear)
        path = f"/_images/{self._authgear.app_id}/{uuid.uuid4()}"
        query = signature.sign(
            self._authgear.images_secret,
            host=site.host,
            path=path,
            now=self._authgear.clock(),
        )
        url = f"{site.scheme}://{site.host}{path}?{query}"
        return answer_json({"result": {"upload_url": url}})

    def graphql(self) -> Response:
        """Answer a GraphQL request."""
        caller = self._authorize()
        if request.method == "GET":
            return Response(CONSOLE, content_type="text/html; charset=utf-8")
        if refusal := _refuse_content_type():
            return refusal
        asked = read_request(request.mimetype, request.get_data())
        check_mutation_count(asked)
        text = self._execute(asked, caller)
        return Response(text, content_type="application/json; charset=utf-8")

    def _authorize(self) -> Caller:
        """Check the token and return who sends the request."""
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
        g.audit_context = said if isinstance(said, dict) else {}
        site = find_site(authgear)
        http_url = f"{site.scheme}://{site.host}{request.path}"
        return Caller(
            app_id=authgear.app_id,
            address=request.remote_addr or "",
            user_agent=request.user_agent.string,
            audit_context=g.audit_context | {"http_url": http_url},
            tracking_id=uuid.uuid4().hex,
        )

    def _execute(self, asked: GraphQLRequest, caller: Caller) -> str:
        """Execute a request in a transaction and return the answer's text."""
        authgear, fault = self._authgear, g.fault or Fault(step="update")
        transaction = authgear.users.begin()
        site = find_site(authgear)
        queries = Queries(transaction, site, authgear.audit_log)
        events = Events(caller, site, authgear.clock())
        mutations = Mutations(
            transaction,
            site,
            BlockingHook(fault.hook, authgear.hook_timeout, authgear.stopping),
            authgear.users.custom_attribute_names,
            events,
            authgear.clock,
        )
        answer = execute(asked, queries.fields, mutations.fields)
        text = write_answer(answer)
        if "errors" not in answer and not fault.commit_fails:
            authgear.users.commit(transaction.changes, delay=fault.commit_delay)
            for entry in events.write(authgear.audit_log):
                authgear.webhooks.send(entry.data, delay=fault.commit_delay)
        return text


def _refuse_content_type() -> Response | None:
    """Answer a body of a type that the Admin API does not read."""
    options: dict[str, Any] = request.mimetype_params
    charset = options.get("charset", "utf-8").lower()
    if request.method != "POST" or (
        request.mimetype in JSON_TYPES and charset == "utf-8"
    ):
        return None
    return answer_plain(f"invalid content type: {request.mimetype}", 415)
